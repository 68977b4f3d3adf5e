# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of jobsctl(1) for bash                                           -*- shell-script -*-

# Whether an option's value is the next word, where it is not joined to it.
__jobsctl_takes_value() {
        case $1 in
        -[HMunEpo] | --host | --machine | --json | --sort | --status | --type | --related | --key | --since | --until | --before | \
                --lines | --since-byte | --name | --uid | --setenv | --parameter-file | --stdin-name | --origin | \
                --working-directory | --timeout | --memory-max | --cpu-quota | --tasks-max | --output-max | --output-grace | --umask | --nice | --property | --format | --output | --columns) return 0 ;;
        esac
        return 1
}

# Sets verb, and at: where the words after it begin. What an option takes is not a verb.
__jobsctl_find_verb() {
        local i
        verb='' at=0
        for ((i = 1; i < cword; i++)); do
                if [[ ${words[i]} == -- ]]; then
                        continue
                elif __jobsctl_takes_value "${words[i]}"; then
                        ((i++))
                elif [[ ${words[i]} != -* ]]; then
                        if [[ -n $verb ]]; then
                                at=$i
                                return
                        fi
                        verb=${words[i]} at=$((i + 1))
                fi
        done
        at=$cword
}

# Ids of the caller's jobs, of those that the options choose. Another machine is not asked: that
# could want a password.
__jobsctl_ids() {
        local word id rest
        local -a bus=()
        for word in "${words[@]}"; do
                case $word in
                -H* | --host*) return ;;
                --user) bus=(--user) ;;
                esac
        done
        jobsctl "${bus[@]}" list "$@" --lines=500 --no-legend --no-pager --no-ask-password --quiet 2>/dev/null |
                while read -r id rest; do printf '%s\n' "$id"; done
}

__jobsctl_option_words() {
        local common='--help --version --quiet --json= --no-legend --no-pager --no-ask-password --system --user
                --host= --machine='
        local filter='--failed --status= --name= --type= --user= --tasks --related= --since= --until='
        case $1 in
        '' | list) printf '%s' "$common $filter --all --active --lines= --sort= --watch" ;;
        watch) printf '%s' "$common ${filter/--status= /} --all --active" ;;
        run) printf '%s' "$common --type= --wait --follow --name= --related= --key= --setenv= --parameter-file= --stdin-name= --origin=
                --working-directory= --timeout= --memory-max= --cpu-quota= --tasks-max= --output-max= --output-grace= --nice= --umask= --results --uid=" ;;
        show) printf '%s' "$common --property= --value" ;;
        status) printf '%s' "$common --lines=" ;;
        output) printf '%s' "$common --follow --lines= --since-byte= --strict" ;;
        cancel) printf '%s' "$common --no-block" ;;
        retry) printf '%s' "$common --wait --follow" ;;
        clear) printf '%s' "$common $filter --all-ended --dry-run --before=" ;;
        export) printf '%s' "$common $filter --all --active --format= --output= --columns= --raw --force" ;;
        types) printf '%s' "$common --all --check" ;;
        hosts) printf '%s' "$common --drain --resume" ;;
        results) printf '%s' "$common --output= --force" ;;
        log) printf '%s' "$common --all --since= --until= --lines=" ;;
        import) printf '%s' "$common --format=" ;;
        *) printf '%s' "$common" ;;
        esac
}

# Names of the job types that the caller may run, with $@.
__jobsctl_types() {
        jobsctl types "$@" --no-legend --no-pager --no-ask-password --quiet 2>/dev/null |
                while read -r name rest; do printf '%s\n' "$name"; done
}

# The type that the line names with --type, and the parameters of a type.
__jobsctl_type() {
        local i
        for ((i = 1; i < cword; i++)); do
                case ${words[i]} in
                --type=*) printf '%s' "${words[i]#--type=}" ;;
                --type) printf '%s' "${words[i + 1]}" ;;
                esac
        done
}

# Names of the files that a job left, of those without blanks.
__jobsctl_results() {
        jobsctl results "$1" --no-legend --no-pager --no-ask-password --quiet 2>/dev/null |
                sed -n 's/^\([^ ]*\)  *[0-9.]*[BKMGTPE]* .*/\1/p'
}

__jobsctl_parameters() {
        jobsctl types "$1" --json=pretty --no-pager --no-ask-password --quiet 2>/dev/null |
                sed -n '/"parameters"/,$ s/.*"name": *"\([^"]*\)".*/\1=/p'
}

# What the parameter $2 of the type $1 takes: its kind, or its choices with | between.
__jobsctl_parameter_takes() {
        jobsctl types "$1" --no-pager --no-ask-password --quiet 2>/dev/null |
                sed -n "/^PARAMETER/,$ s/^$2  *\\([^ ]*\\).*/\\1/p"
}

# The values of the parameter that stands in cur.
__jobsctl_parameter_value() {
        local takes
        takes=$(__jobsctl_parameter_takes "$1" "${cur%%=*}")
        cur=${cur#*=}
        case $takes in
        file | path) _filedir ;;
        boolean) COMPREPLY=($(compgen -W 'yes no' -- "$cur")) ;;
        *'|'*) COMPREPLY=($(compgen -W "${takes//|/ }" -- "$cur")) ;;
        esac
}

# The values of the option $1. 1: it takes none, or it is not known.
__jobsctl_option_value() {
        case $1 in
        --json) COMPREPLY=($(compgen -W 'short pretty off' -- "$cur")) ;;
        --type) COMPREPLY=($(compgen -W "$(__jobsctl_types --all)" -- "$cur")) ;;
        --sort) COMPREPLY=($(compgen -W 'start end -start -end' -- "$cur")) ;;
        --origin) COMPREPLY=($(compgen -W 'command-line web bus gearman' -- "$cur")) ;;
        --status) COMPREPLY=($(compgen -W 'queued running completed error cancelled' -- "$cur")) ;;
        -u | --uid) COMPREPLY=($(compgen -u -- "$cur")) ;;
        --user) # alone it is the session bus
                [[ $split == true ]] || return 1
                COMPREPLY=($(compgen -u -- "$cur")) ;;
        --working-directory) _filedir -d ;;
        --format)
                COMPREPLY=($(compgen -W 'csv json' -- "$cur"))
                [[ $verb == export ]] && COMPREPLY+=($(compgen -W 'xlsx' -- "$cur")) ;;
        -o | --output) _filedir ;;
        --columns)
                COMPREPLY=($(compgen -W 'startDate endDate jobName jobStatus jobInfo jobUser id name type user uid
                        origin submitted started finished status result exit_status info progress related unit
                        invocation_id boot_id attempt cpu_usage_nsec memory_peak result_files result_bytes retry_of imported next_try parameters run_as retries command
                        working_directory timeout memory_max cpu_quota tasks_max output_max output_grace nice umask' -- "$cur")) ;;
        --since | --until | --before) COMPREPLY=($(compgen -W 'today yesterday' -- "$cur")) ;;
        -n | --lines) COMPREPLY=($(compgen -W 'all' -- "$cur")) ;;
        -E | --setenv) COMPREPLY=($(compgen -v -- "$cur")) ;;
        -p | --property)
                COMPREPLY=($(compgen -W 'Id Name Type User UID Origin Submitted Started Finished Status Result
                        ExitStatus Info Progress Related Unit InvocationID BootID Attempt CPUUsageNSec MemoryPeak
                        ResultFiles ResultBytes RetryOf Imported NextTry Parameters RunAs Retries Command WorkingDirectory Timeout MemoryMax CPUQuota TasksMax OutputMax OutputGrace Nice Umask' -- "$cur")) ;;
        -H | --host) _known_hosts_real -- "$cur" ;;
        -M | --machine)
                COMPREPLY=($(compgen -W "$(machinectl list --no-legend --no-pager 2>/dev/null |
                        while read -r name rest; do echo "$name"; done)" -- "$cur")) ;;
        *)
                __jobsctl_takes_value "$1"
                return
                ;;
        esac
        return 0 # also when there is no value to offer
}

_jobsctl() {
        local cur prev words cword split=false verb at
        _init_completion -s || return

        __jobsctl_find_verb
        if [[ $verb == run && -n $(__jobsctl_type) && $cur == [!-]*=* ]]; then
                __jobsctl_parameter_value "$(__jobsctl_type)"
                return
        fi
        if [[ $verb == run && -n $(__jobsctl_type) && $cur != -* && $prev != --type ]]; then
                COMPREPLY=($(compgen -W "$(__jobsctl_parameters "$(__jobsctl_type)")" -- "$cur"))
                compopt -o nospace
                return
        fi
        if [[ $verb == run && $at -lt $cword && -z $(__jobsctl_type) ]]; then # in the command
                _command_offset "$at"
                return
        fi
        __jobsctl_option_value "$prev" && return
        if [[ $cur == -* ]]; then
                COMPREPLY=($(compgen -W "$(__jobsctl_option_words "$verb")" -- "$cur"))
                [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
                return
        fi
        case $verb in
        '') COMPREPLY=($(compgen -W 'list watch run status show output results wait cancel retry clear types hosts log export import help version' -- "$cur")) ;;
        run) COMPREPLY=($(compgen -c -- "$cur")) ;;
        types)
                if [[ " ${words[*]} " == *" --check "* ]]; then
                        _filedir job
                else
                        COMPREPLY=($(compgen -W "$(__jobsctl_types --all)" -- "$cur"))
                fi ;;
        hosts) COMPREPLY=($(compgen -W "$(jobsctl hosts --no-legend --quiet 2>/dev/null | awk '{print $1}')" -- "$cur")) ;;
        wait | cancel) COMPREPLY=($(compgen -W "$(__jobsctl_ids --active)" -- "$cur")) ;;
        retry | clear)
                COMPREPLY=($(compgen -W "$(__jobsctl_ids --status=completed,error,cancelled)" -- "$cur")) ;;
        import) _filedir ;;
        results)
                if [[ $at -lt $cword && ${words[at]} == [0-9]* ]]; then
                        COMPREPLY=($(compgen -W "$(__jobsctl_results "${words[at]}")" -- "$cur"))
                else
                        COMPREPLY=($(compgen -W "$(__jobsctl_ids)" -- "$cur"))
                fi ;;
        status | show | output | log) COMPREPLY=($(compgen -W "$(__jobsctl_ids)" -- "$cur")) ;;
        esac
}

complete -F _jobsctl jobsctl
