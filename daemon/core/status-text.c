/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "status-text.h"

/* Longer than anybody reads in one line; sd_notify(3) allows 4096. */
#define STATUS_TEXT_BYTES_MAX 512U

/* "45", "45%", "45.5% done" */
static void parse_progress(const char *text, double *progress) {
        double v = 0, scale = 1;
        const char *p = text;

        for (; isdigit((unsigned char) *p) && p - text < 3; p++)
                v = v * 10 + (*p - '0');
        if (p == text)
                return;
        if (*p == '.')
                for (p++; isdigit((unsigned char) *p); p++)
                        v += (*p - '0') * (scale /= 10);
        if (*p == '%' && v <= 100)
                *progress = v / 100;
}

int status_text_parse(const char *text, char **ret_info, double *progress) {
        char *info;

        if (!utf8_is_valid(text))
                return -EINVAL;
        info = strndup(text, (size_t) utf8_cut(text, STATUS_TEXT_BYTES_MAX));
        if (!info)
                return -ENOMEM;
        text_make_one_line(info, ' ');
        parse_progress(info, progress);
        *ret_info = info;
        return 0;
}

/* "10 min", "1 h 30 min", "250 ms": the two largest units of it. */
static void format_timespan(uint64_t usec, char *buffer, size_t size) {
        static const struct {
                const char *name;
                uint64_t usec;
        } units[] = {
                { "d", 86400 * USEC_PER_SEC },
                { "h", 3600 * USEC_PER_SEC },
                { "min", 60 * USEC_PER_SEC },
                { "s", USEC_PER_SEC },
                { "ms", USEC_PER_MSEC },
                { "µs", 1 },
        };
        size_t i = 0;
        int n;

        while (i + 1 < ELEMENTSOF(units) && usec < units[i].usec)
                i++;
        n = snprintf(buffer, size, "%" PRIu64 " %s", usec / units[i].usec, units[i].name);
        usec %= units[i].usec;
        if (i + 1 < ELEMENTSOF(units) && usec >= units[i + 1].usec && n > 0 && (size_t) n < size)
                snprintf(buffer + n, size - (size_t) n, " %" PRIu64 " %s", usec / units[i + 1].usec,
                                units[i + 1].name);
}

/* "512 M" */
static void format_size(uint64_t bytes, char *buffer, size_t size) {
        static const char suffixes[] = "BKMGTPE";
        size_t i = 0;

        while (suffixes[i + 1] && bytes >= 1024 && bytes % 1024 == 0) {
                bytes /= 1024;
                i++;
        }
        snprintf(buffer, size, "%" PRIu64 " %c", bytes, suffixes[i]);
}

static int describe_program(const Job *job, int error, const char *interpreter, char **ret) {
        const char *program = job->command && job->command[0] ? job->command[0] : "";

        if (*interpreter)
                return asprintf(ret, "Could not execute %s: its interpreter %s is not there%s", program,
                                interpreter, strstr(interpreter, "\\r") ? ", as its lines end with CR LF" : "");
        if (error == ENOEXEC)
                return asprintf(ret, "Could not execute %s: it is no program, and no script that begins with #!",
                                program);
        return asprintf(ret, "Could not execute %s: %s", program,
                        error > 0 ? strerror(error) : "see systemd.exec(5)");
}

static int describe_directory(const Job *job, const char *why, char **ret) {
        const char *directory = job->working_directory;

        if (!directory || strcmp(directory, "~") == 0)
                return asprintf(ret, "Could not start in the home of user %s: %s", job->run_as ?: job->user, why);
        return asprintf(ret, "Could not start in the directory %s: %s", directory, why);
}

int status_text_of_start_failure(const Job *job, int error, const char *interpreter, char **ret_info) {
        const char *why = error > 0 ? strerror(error) : "see systemd.exec(5)";
        int n;

        /* the steps are exit statuses of systemd.exec(5), section "Process Exit Codes" */
        switch (job->exit_status) {
        case 200:
                n = describe_directory(job, why, ret_info);
                break;
        case 203:
                n = describe_program(job, error, interpreter, ret_info);
                break;
        case 217:
                n = asprintf(ret_info, "Could not start as user %s: the account could not be looked up (%s)",
                                job->run_as ?: job->user, why);
                break;
        case 238:
                n = asprintf(ret_info, "Could not start: the folder for its result files cannot be made (%s)", why);
                break;
        case 216:
                n = asprintf(ret_info, "Could not start as user %s: %s", job->run_as ?: job->user, why);
                break;
        default:
                n = asprintf(ret_info, "Could not start, step %d: %s", job->exit_status, why);
        }
        return n < 0 ? -ENOMEM : 0;
}

static int describe_timeout(const Job *job, char **ret) {
        char span[64];

        format_timespan(job->timeout_usec, span, sizeof(span));
        return asprintf(ret, "Stopped after %s (time limit)", span);
}

static int describe_oom(const Job *job, char **ret) {
        char limit[32];

        if (job->memory_max == 0)
                return asprintf(ret, "Out of memory");
        format_size(job->memory_max, limit, sizeof(limit));
        return asprintf(ret, "Out of memory: limit %s", limit);
}

static int describe_signal(const Job *job, char **ret) {
        const char *name = sigabbrev_np(job->exit_status);
        const char *core = job->result == JOB_RESULT_CORE_DUMP ? " (core dumped)" : "";

        if (name)
                return asprintf(ret, "Killed by signal SIG%s%s", name, core);
        return asprintf(ret, "Killed by signal %d%s", job->exit_status, core);
}

static int describe_end(const Job *job, char **ret) {
        switch (job->result) {
        case JOB_RESULT_EXIT_CODE:
                return asprintf(ret, "Exited with status %d", job->exit_status);
        case JOB_RESULT_SIGNAL:
        case JOB_RESULT_CORE_DUMP:
                return describe_signal(job, ret);
        case JOB_RESULT_TIMEOUT:
                return describe_timeout(job, ret);
        case JOB_RESULT_OOM_KILL:
                return describe_oom(job, ret);
        case JOB_RESULT_WATCHDOG:
                return asprintf(ret, "Stopped: it did not answer its watchdog");
        case JOB_RESULT_RESOURCES:
                return asprintf(ret, "Could not start: the machine's resources did not suffice");
        case JOB_RESULT_START_FAILED:
                return status_text_of_start_failure(job, 0, "", ret);
        case JOB_RESULT_CANCELLED:
                return asprintf(ret, job->cancelled ? "Cancelled" : "Cancelled: somebody stopped its unit");
        case JOB_RESULT_INTERRUPTED:
                return asprintf(ret, "Interrupted: the machine went down");
        case JOB_RESULT_LOST:
                return asprintf(ret, "Lost: nothing is known of its end");
        default:
                return 0;
        }
}

int status_text_of_end(const Job *job, const char *why, const char *said, char **ret_info) {
        _cleanup_free_ char *end = why ? strdup(why) : NULL, *info = NULL;

        if (why ? !end : describe_end(job, &end) < 0)
                return -ENOMEM;
        if (end && said && said[0]) {
                if (asprintf(&info, "%s (last: %s)", end, said) < 0)
                        return -ENOMEM;
        } else if (!end && said) {
                info = strdup(said);
                if (!info)
                        return -ENOMEM;
        } else
                info = TAKE_PTR(end);
        *ret_info = TAKE_PTR(info);
        return 0;
}
