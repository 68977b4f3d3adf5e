/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "bus-util.h"
#include "clock.h"
#include "format.h"
#include "outcome.h"
#include "pager.h"
#include "report.h"
#include "stream.h"
#include "verb.h"

#define LINES_OF_OUTPUT UINT64_C(10)
#define PROGRESS_COLUMNS 20U

/* The label stands right-aligned, as systemctl(1) has it. Empty text: no line. */
static void print_line(const char *label, const char *text) {
        if (text && *text)
                (void) printf("%12s: %s\n", label, text);
}

static int print_title(const Terminal *terminal, const Job *job) {
        _cleanup_free_ char *name = NULL;

        if (format_one_line(job->name ?: "", &name) < 0)
                return fail_memory();
        (void) printf("%s%s%s %" PRIu64 " - %s\n", terminal_colour(terminal, status_colour(job->status)),
                        terminal->unicode ? "●" : "*", terminal_plain(terminal), job->id, name);
        return 0;
}

/* When it came to be what it is. */
static uint64_t status_since(const Job *job) {
        if (!job_status_is_active(job->status))
                return job->finished_usec;
        return job->status == JOB_RUNNING ? job->started_usec : job->submitted_usec;
}

/* No time at all if the clock was set back in between. */
static uint64_t span_usec(uint64_t begin_usec, uint64_t end_usec) {
        return end_usec > begin_usec ? end_usec - begin_usec : 0;
}

static int print_status(const Terminal *terminal, const Job *job) {
        _cleanup_free_ char *reason = NULL, *since = NULL, *ago = NULL;
        uint64_t since_usec = status_since(job), current_usec = now_usec();

        if (format_result(job, &reason) < 0 || format_timestamp(since_usec, TIMESTAMP_FULL, &since) < 0 ||
                        format_timespan(span_usec(since_usec, current_usec), TIMESPAN_SHORT, &ago) < 0)
                return fail_memory();
        (void) printf("%12s: %s%s%s%s%s%s", "Status", terminal_colour(terminal, status_colour(job->status)),
                        job_status_to_label(job->status) ?: "?", terminal_plain(terminal),
                        *reason ? " (" : "", reason, *reason ? ")" : "");
        if (*since)
                (void) printf(" since %s; %s ago", since, ago);
        (void) putchar('\n');
        return 0;
}

static int print_times(const Job *job) {
        _cleanup_free_ char *submitted = NULL, *waited = NULL, *took = NULL;
        uint64_t end_usec = job->finished_usec ?: now_usec();

        if (format_timestamp(job->submitted_usec, TIMESTAMP_FULL, &submitted) < 0)
                return fail_memory();
        print_line("Submitted", submitted);
        if (job->started_usec == 0)
                return 0;
        if (format_timespan(span_usec(job->submitted_usec, job->started_usec), TIMESPAN_SHORT, &waited) <
                                        0 ||
                        format_timespan(span_usec(job->started_usec, end_usec), TIMESPAN_SHORT, &took) < 0)
                return fail_memory();
        (void) printf("%12s: %s, after %s in the queue\n", job->finished_usec > 0 ? "Took" : "Running for",
                        took, waited);
        return 0;
}

static int print_progress(const Terminal *terminal, const Job *job) {
        _cleanup_free_ char *bar = NULL, *info = NULL;

        if (format_one_line(job->info ?: "", &info) < 0)
                return fail_memory();
        if (job->progress >= 0 && job_status_is_active(job->status)) {
                if (format_progress(job->progress, PROGRESS_COLUMNS, terminal->unicode, &bar) < 0)
                        return fail_memory();
                (void) printf("%12s: %s %.0f%%\n", "Progress", bar, job->progress * 100);
        }
        print_line("Info", info);
        return 0;
}

static int print_type(const Job *job) {
        print_line("Type", job->type);
        for (char **parameter = job->parameters; parameter && *parameter; parameter++) {
                _cleanup_free_ char *text = NULL;

                if (format_one_line(*parameter, &text) < 0)
                        return -ENOMEM;
                print_line("Parameter", text);
        }
        print_line("Runs as", job->run_as);
        return 0;
}

/* Which of how many tries it is, and when there is a further one. */
static int print_tries(const Job *job) {
        _cleanup_free_ char *next = NULL;

        if (format_timestamp(job->next_try_usec, TIMESTAMP_FULL, &next) < 0)
                return -ENOMEM;
        if (job->attempt > 1 || job->retries > 0)
                (void) printf("%12s: %u of at most %u\n", "Try", job->attempt,
                                job->attempt > job->retries ? job->attempt : job->retries + 1);
        print_line("Not before", next);
        return 0;
}

static void print_retry(const Job *job) {
        if (job->retry_of > 0)
                (void) printf("%12s: job %" PRIu64 "\n", "Retry of", job->retry_of);
}

static int print_import(const Job *job) {
        _cleanup_free_ char *imported = NULL;

        if (format_timestamp(job->imported_usec, TIMESTAMP_FULL, &imported) < 0)
                return fail_memory();
        print_line("Imported", imported);
        return 0;
}

/* A task's number says no more than its label does. */
static int format_user_and_id(const Context *context, const Job *job, char **ret) {
        if (uid_is_system(job->uid, context->system_uid_max))
                return format_user(job, context->system_uid_max, false, ret);
        return format_text(ret, "%s (%u)", job->user ?: "?", job->uid);
}

static int print_origin(const Context *context, const Job *job) {
        _cleanup_free_ char *user = NULL, *command = NULL, *directory = NULL, *related = NULL;

        if (format_user_and_id(context, job, &user) < 0 || format_command(job->command, &command) < 0 ||
                        format_one_line(job->working_directory ?: "", &directory) < 0 ||
                        format_one_line(job->related ?: "", &related) < 0)
                return fail_memory();
        print_line("User", user);
        if (print_type(job) < 0 || print_tries(job) < 0)
                return fail_memory();
        print_line("Command", command);
        print_line("Directory", directory);
        print_line("Related", related);
        print_retry(job);
        print_line("Unit", job->unit);
        return 0;
}

static int print_costs(const Job *job) {
        _cleanup_free_ char *cpu = NULL, *memory = NULL;

        if (format_timespan(job->cpu_usage_nsec / NSEC_PER_USEC, TIMESPAN_SHORT, &cpu) < 0 ||
                        format_size(job->memory_peak, &memory) < 0)
                return fail_memory();
        if (job->cpu_usage_nsec > 0)
                print_line("CPU", cpu);
        if (job->memory_peak > 0)
                print_line("Memory peak", memory);
        return 0;
}

static int print_results(const Job *job) {
        _cleanup_free_ char *size = NULL;

        if (job->result_files == 0)
                return 0;
        if (format_size(job->result_bytes, &size) < 0)
                return fail_memory();
        (void) printf("%12s: %" PRIu64 " file%s, %s\n", "Results", job->result_files, job->result_files == 1 ? "" : "s", size);
        return 0;
}

static int print_output(Context *context, const Job *job) {
        uint64_t lines = context->arguments->lines;

        if (lines == LINES_DEFAULT)
                lines = LINES_OF_OUTPUT;
        if (lines == 0 || job->started_usec == 0 || job->imported_usec > 0)
                return 0;
        (void) putchar('\n');
        return stream_print_masked(context, job->id, lines);
}

/* The one thing that most people will want next, when they have read: not into the pager's screen. */
static void tell_next(Context *context, const Job *job) {
        const Arguments *arguments = context->arguments;
        char options[128];

        pager_close_sync(context);
        (void) hint_options(arguments, options);
        if (!isatty(STDERR_FILENO) || job->imported_usec > 0)
                return;
        if (job_status_is_active(job->status))
                note(arguments, "\nTo stop it: jobsctl %scancel %" PRIu64, options, job->id);
        else {
                note(arguments, "\nAll of its output: jobsctl %soutput %" PRIu64, options, job->id);
                if (job->result_files > 0)
                        note(arguments, "The files that it left: jobsctl %sresults %" PRIu64, options, job->id);
        }
}

static int print_job(Context *context, const Job *job) {
        int r;

        r = print_title(&context->terminal, job);
        if (r >= 0)
                r = print_status(&context->terminal, job);
        if (r >= 0)
                r = print_progress(&context->terminal, job);
        if (r >= 0)
                r = print_times(job);
        if (r >= 0)
                r = print_origin(context, job);
        if (r >= 0)
                r = print_costs(job);
        if (r >= 0)
                r = print_results(job);
        if (r >= 0)
                r = print_import(job);
        return r < 0 ? r : print_output(context, job);
}

static int status_of(Context *context, uint64_t id, bool is_last) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = bus_get_job(context->bus, id, &job);
        if (r < 0)
                return r;
        pager_open(context);
        r = print_job(context, job);
        if (r < 0)
                return r;
        if (!is_last)
                (void) putchar('\n');
        else if (context->arguments->n_ids == 1)
                tell_next(context, job);
        return 0;
}

static int ask_system_uid_max(Context *context) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = bus_find_system_uid_max(context->bus, &error, &context->system_uid_max);

        return r < 0 ? fail_bus(&error, r, "Failed to find out who the system accounts are") : 0;
}

int verb_status(Context *context) {
        const Arguments *arguments = context->arguments;
        int r, first_error = 0;

        if (arguments->json != JSON_OFF) /* a block for people has no other form */
                return verb_show(context);
        r = ask_system_uid_max(context);
        if (r < 0)
                return r;
        for (size_t i = 0; i < arguments->n_ids; i++) {
                r = status_of(context, arguments->ids[i], i + 1 == arguments->n_ids);
                if (first_error >= 0)
                        first_error = r;
        }
        return first_error;
}
