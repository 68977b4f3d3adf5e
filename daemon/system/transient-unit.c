/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "job-credential.h"
#include "macro.h"
#include "protocol.h"
#include "result-folder.h"
#include "strv.h"
#include "transient-unit.h"
#include "unit-files.h"

#define RUNNER LIBEXECDIR "/jobsd-run"

static int append_runner(sd_bus_message *m, const Config *config, const Job *job) {
        uint64_t bytes_max = job->output_max > 0 ? job->output_max : config->output_max;
        uint64_t grace_usec = job->output_grace_usec > 0 ? job->output_grace_usec : config->output_grace_usec;
        char option[64];
        int r;

        r = sd_bus_message_append(m, "s", RUNNER);
        if (r >= 0 && bytes_max != UINT64_MAX) {
                snprintf(option, sizeof(option), "--output-max=%" PRIu64, bytes_max);
                r = sd_bus_message_append(m, "s", option);
        }
        if (r < 0)
                return r;
        snprintf(option, sizeof(option), "--output-grace=%" PRIu64, grace_usec / USEC_PER_MSEC);
        return sd_bus_message_append(m, "s", option);
}

/* As it is: PID 1 expands $VAR in arguments, and takes $$ for a dollar. That it can be told not to expand
 * anything is no help: systemd before 253 does not read such a command again when it reloads its units. */
static int append_argument(sd_bus_message *m, const char *argument) {
        _cleanup_free_ char *escaped = NULL;
        char *to;

        if (!strchr(argument, '$'))
                return sd_bus_message_append(m, "s", argument);
        escaped = to = malloc(2 * strlen(argument) + 1);
        if (!escaped)
                return -ENOMEM;
        for (; *argument; argument++) {
                if (*argument == '$')
                        *to++ = '$';
                *to++ = *argument;
        }
        *to = 0;
        return sd_bus_message_append(m, "s", escaped);
}

/* jobsd-run, and what it runs. */
static int append_command(sd_bus_message *m, const Config *config, const Job *job) {
        int r;

        r = sd_bus_message_open_container(m, 'r', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "ExecStart");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "a(sasb)");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "(sasb)");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'r', "sasb");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", RUNNER);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "s");
        if (r >= 0)
                r = append_runner(m, config, job);
        for (char **argument = job->command; r >= 0 && *argument; argument++)
                r = append_argument(m, *argument);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "b", false);
        for (int i = 0; r >= 0 && i < 4; i++)
                r = sd_bus_message_close_container(m);
        return r;
}

/* What the submitter gave is read from a file: everybody may read the property. */
static int append_environment_file(sd_bus_message *m, const Job *job) {
        _cleanup_free_ char *path = NULL;
        int r = unit_files_environment_path(job->unit, &path);

        return r < 0 ? r : sd_bus_message_append(m, "(sv)", "EnvironmentFiles", "a(sb)", 1, path, 0);
}

static int append_environment(sd_bus_message *m, const Job *job) {
        _cleanup_free_ char *user = NULL;
        char id[64];

        if (strv_length(job->environment) > 0 || job->keep_results)
                return append_environment_file(m, job);
        snprintf(id, sizeof(id), "JOBSD_JOB_ID=%" PRIu64, job->id);
        if (asprintf(&user, "JOBSD_JOB_USER=%s", job->user) < 0)
                return -ENOMEM;
        return sd_bus_message_append(m, "(sv)", "Environment", "as", 2, id, user);
}

/* For who wants it: it costs a fifteenth of the rate of starts. It makes the folder the account's, and nobody else's. */
static int append_results(sd_bus_message *m, const Job *job) {
        _cleanup_free_ char *folder = NULL;
        int r;

        if (!job->keep_results)
                return 0;
        r = result_folder_state_directory(job->id, &folder);
        return r < 0 ? r
                     : sd_bus_message_append(m, "(sv)(sv)", "StateDirectory", "as", 1, folder, "StateDirectoryMode",
                                       "u", (uint32_t) 0700);
}

static int append_credentials(sd_bus_message *m, const Job *job) {
        int r = 0;

        for (char **parameter = job->parameters; r >= 0 && parameter && *parameter; parameter++) {
                _cleanup_free_ char *path = NULL;

                if (!parameter_is_secret(*parameter))
                        continue;
                r = unit_files_secret_path(job->unit, *parameter, &path);
                if (r >= 0)
                        r = sd_bus_message_append(m, "(sv)", "LoadCredential", "a(ss)", 1, *parameter, path);
        }
        return r;
}

/* One slice a user below jobs.slice, so that a site can share the machine among them. Who asked for no directory
 * gets the home, and the root where there is none, as from cron: many system accounts have no home. */
static int append_place(sd_bus_message *m, const Job *job) {
        char user[16], slice[32];
        int r;

        snprintf(user, sizeof(user), "%u", (unsigned) job_run_uid(job));
        snprintf(slice, sizeof(slice), "jobs-%u.slice", (unsigned) job->uid);
        /* by number: a name may have gone to somebody else since the submission */
        r = sd_bus_message_append(m, "(sv)(sv)(sv)(sv)", "User", "s", user, "Slice", "s", slice,
                        "WorkingDirectory", "s", job->working_directory ?: "-~", "UMask", "u",
                        (uint32_t) job->umask);
        return r < 0 || !job->run_group ? r : sd_bus_message_append(m, "(sv)", "Group", "s", job->run_group);
}

/* It runs once. Who starts it again, as "systemctl restart" does after a stop, finds that the file is gone. */
static int append_condition(sd_bus_message *m, const Job *job) {
        _cleanup_free_ char *path = NULL;
        int r = unit_files_permit_path(job->unit, &path);

        if (r < 0)
                return r;
        return sd_bus_message_append(m, "(sv)", "Conditions", "a(sbbs)", 1, "ConditionPathExists", 0, 0, path);
}

/* The unit stays when its process ended, until jobsd has read and recorded how. Type=simple, because
 * a record in the journal tells better than Type=exec that a program could not be executed, and each
 * state that a unit does not pass costs nothing. What a job needs and is ordered by stands in
 * jobs.slice once: for each dependency of a unit PID 1 announces a change of the other one, and
 * those of targets and sockets would be most of what a short job costs. A start that has to wait, because the
 * slice has a limit of units, counts each time that it is tried: hence no limit of starts. */
static int append_service(sd_bus_message *m, const Job *job) {
        return sd_bus_message_append(m, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description", "s",
                        job->name, "Type", "s", "simple", "RemainAfterExit", "b", 1, "NotifyAccess", "s",
                        "main", "DefaultDependencies", "b", 0, "StandardInput", "s", "null", "StandardOutput",
                        "s", "null", "StandardError", "s", "null", "CPUAccounting", "b", 1,
                        "MemoryAccounting", "b", 1, "TasksAccounting", "b", 1, "IgnoreOnIsolate", "b", 1,
                        "StartLimitIntervalUSec", "t", UINT64_C(0));
}

/* jobsd-run is a process, too. */
static uint64_t count_runner(uint64_t tasks_max) {
        return tasks_max == 0 || tasks_max == UINT64_MAX ? tasks_max : tasks_max + 1;
}

static int append_limits(sd_bus_message *m, const Job *job) {
        const struct {
                const char *name;
                uint64_t value;
        } limits[] = {
                { "RuntimeMaxUSec", job->timeout_usec },
                { "MemoryMax", job->memory_max },
                { "CPUQuotaPerSecUSec", job->cpu_quota_usec },
                { "TasksMax", count_runner(job->tasks_max) },
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(limits); i++)
                if (limits[i].value > 0)
                        r = sd_bus_message_append(m, "(sv)", limits[i].name, "t", limits[i].value);
        if (r >= 0 && job->nice != 0)
                r = sd_bus_message_append(m, "(sv)", "Nice", "i", job->nice);
        return r;
}

int transient_unit_message(sd_bus *bus, const Config *config, const Job *job, sd_bus_message **ret) {
        sd_bus_message *m = NULL;
        int r;

        r = sd_bus_message_new_method_call(bus, &m, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                        "org.freedesktop.systemd1.Manager", "StartTransientUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", job->unit, "fail");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r >= 0)
                r = append_service(m, job);
        if (r >= 0)
                r = append_condition(m, job);
        if (r >= 0)
                r = append_place(m, job);
        if (r >= 0)
                r = append_command(m, config, job);
        if (r >= 0)
                r = append_environment(m, job);
        if (r >= 0)
                r = append_results(m, job);
        if (r >= 0)
                r = append_credentials(m, job);
        if (r >= 0)
                r = append_limits(m, job);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0) /* no auxiliary units */
                r = sd_bus_message_append(m, "a(sa(sv))", 0);
        if (r < 0) {
                sd_bus_message_unref(m);
                return r;
        }
        *ret = m;
        return 0;
}
