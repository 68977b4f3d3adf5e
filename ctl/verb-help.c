/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "verb.h"

static void print_heading(const Terminal *terminal, const char *heading) {
        (void) printf("\n%s%s:%s\n", terminal_colour(terminal, COLOUR_BOLD), heading,
                        terminal_plain(terminal));
}

static const struct {
        const char *heading;
        const char *text;
} sections[] = {
        { "Verbs",
                        "  list                    My jobs, the newest first (the default)\n"
                        "  watch                   The same on the whole terminal, as they are now\n"
                        "  run COMMAND [ARGUMENT…] Run a command as a job in the background\n"
                        "  run --type=NAME KEY=VALUE…  Run a job of a type\n"
                        "  types [NAME]            Which job types I may run, and what one takes\n"
                        "  status ID…              How jobs are, with the end of their output\n"
                        "  show ID…                All properties of jobs\n"
                        "  output ID               What a job printed\n"
                        "  results ID [NAME]       The files that a job left, or one of them\n"
                        "  wait ID…                Wait for jobs to end, and return their exit status\n"
                        "  cancel ID…              Stop jobs\n"
                        "  retry ID…               Run ended jobs once more, as new ones\n"
                        "  clear [ID…]             Remove ended jobs from the history, mine by default\n"
                        "  hosts [HOST…]           Other machines that run jobs of this one's\n"
                        "  log [ID]                Who started, cancelled and cleared jobs, and when\n"
                        "  export                  Write my jobs to a file: CSV, JSON lines or for Excel\n"
                        "  import FILE             Take an exported history back in (administrators)\n"
                        "  help                    This text\n"
                        "  version                 The version\n" },
        { "Which jobs (list, watch, clear, export, log)",
                        "  -a --all                Everybody's, as far as I may see them (not clear);\n"
                        "                          all job types (types)\n"
                        "     --check              Look for mistakes in a type's file (types)\n"
                        "     --active             Queued and running ones (not clear)\n"
                        "     --failed             Failed ones\n"
                        "     --status=STATUS,…    queued, running, completed, error, cancelled\n"
                        "     --name=TEXT          With this text in the name\n"
                        "     --type=NAME          Of this job type (and run)\n"
                        "  -u --user=NAME          Of this user; needs the equals sign, see --user below\n"
                        "     --tasks              Command-line tasks: of root and of system accounts\n"
                        "     --related=URI        About this record\n"
                        "     --since=TIME         Submitted at or after this time\n"
                        "     --until=TIME         Submitted before this time\n"
                        "     --before=TIME        Ended before this time (clear)\n"
                        "     --dry-run            Only say how many would go (clear)\n"
                        "  -n --lines=N|all        So many rows; 100 by default (list)\n"
                        "     --sort=start|end     By a date; -start or -end: the latest first (list)\n"
                        "     --watch              Go on with a line for each change (list)\n" },
        { "Other machines (hosts)",
                        "     --drain              Take no more jobs; those that run there go on\n"
                        "     --resume             Take jobs again\n" },
        { "Running (run, retry)",
                        "     --wait               Wait for the end, and return the job's exit status\n"
                        "  -f --follow             The same, and show what it prints\n" },
        { "What is run (run)",
                        "     --name=NAME          Show it by this name\n"
                        "     --related=URI        The record that it is about\n"
                        "     --key=TEXT           Submit it once, however often it is said\n"
                        "  -E --setenv=NAME[=VALUE] Set an environment variable, or hand ours on\n"
                        "     --parameter-file=NAME:FILE  Read this parameter from a file (--type)\n"
                        "     --working-directory=DIR  Instead of the current one; ~ is the home\n"
                        "     --timeout=SPAN       Stop it after so long\n"
                        "     --memory-max=BYTES   At most so much memory: 500M, 2G\n"
                        "     --cpu-quota=PERCENT  At most so much of one CPU: 50%, 200%\n"
                        "     --tasks-max=N        At most so many processes and threads\n"
                        "     --output-max=BYTES   Of more output keep the beginning and the end: 10M\n"
                        "     --output-grace=SPAN  Wait so long for output of what it leaves behind\n"
                        "     --nice=N             0 to 19\n"
                        "     --umask=MODE         Instead of the current one\n"
                        "     --results            Keep the files that it puts into $JOBSD_RESULTS\n"
                        "     --uid=USER           As another user (administrators)\n" },
        { "Showing (status, show, output)",
                        "  -f --follow             Go on until the job has ended (output)\n"
                        "  -n --lines=N|all        The last so many lines (output, status)\n"
                        "     --since-byte=N       Leave out so many bytes, to go on there (output)\n"
                        "     --strict             Fail if anything is missing (output)\n"
                        "  -p --property=NAME,…    Only these properties (show)\n"
                        "     --value              Their values alone (show)\n" },
        { "Cancelling (cancel)", "     --no-block           Do not wait until the jobs have ended\n" },
        { "Exporting (export)",
                        "     --format=FORMAT      csv (the default), json (lines), xlsx (Excel);\n"
                        "                          or what the file's name ends in\n"
                        "  -o --output=FILE        Instead of jobs-history-DATE.csv; - is standard output\n"
                        "                          (and results: instead of standard output)\n"
                        "     --columns=NAME,…     These columns: startDate, …, or properties as "
                        "exit_status\n"
                        "     --raw                Leave what looks like a formula as it is (csv)\n"
                        "     --force              Replace a file that is there (and results)\n" },
        { "Importing (import)", "     --format=csv|json    Instead of what the file's name ends in\n" },
        { "Everywhere",
                        "  -h --help               This text\n"
                        "     --version            The version\n"
                        "  -q --quiet              No hints\n"
                        "     --json=MODE          JSON: short, pretty or off\n"
                        "  -j                      --json=pretty on a terminal, else --json=short\n"
                        "     --no-legend          No titles\n"
                        "     --no-pager           No pager\n"
                        "     --no-ask-password    Never ask for a password\n"
                        "     --system             The system's jobsd (the default)\n"
                        "     --user               My session's own jobsd\n"
                        "  -H --host=[USER@]HOST   The jobsd of another machine, through ssh\n"
                        "  -M --machine=CONTAINER  The jobsd of a local container\n" },
};

int verb_help(Context *context) {
        const Terminal *terminal = &context->terminal;

        (void) printf("jobsctl [OPTION…] [VERB] [ARGUMENT…]\n\n%sRun long tasks in the background, and see "
                      "to them.%s\n",
                        terminal_colour(terminal, COLOUR_BOLD), terminal_plain(terminal));
        for (size_t i = 0; i < ELEMENTSOF(sections); i++) {
                print_heading(terminal, sections[i].heading);
                (void) fputs(sections[i].text, stdout);
        }
        (void) puts("\nSee jobsctl(1) for more.");
        return 0;
}

int verb_version(Context *context) {
        (void) puts("jobsctl " PACKAGE_VERSION);
        return 0;
}
