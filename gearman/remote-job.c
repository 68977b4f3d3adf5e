/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "job-message.h"
#include "log.h"
#include "output-note.h"
#include "protocol.h"
#include "remote-job.h"
#include "strv.h"
#include "submission.h"

/* After a failure that may pass: jobsd is being restarted. */
#define RETRY_USEC (500 * USEC_PER_MSEC)

#define OUTPUT_BYTES ((size_t) 32 * 1024)

struct RemoteJob {
        LIST_ENTRY(RemoteJob) jobs;
        Worker *worker;
        char *handle, *function, *unique, *job_key, *type, **parameters;
        Job *job; /* as it is known here; its id is 0 until jobsd has told it */
        uint64_t at;     /* bytes of the output that were told, or are missing */
        uint64_t n_told; /* with this answer */
        int fd;
        uint64_t position; /* in this stream, which notes count by */
        OutputNoteReader notes;
        OutputNote note; /* the next one, */
        bool has_note;
        bool is_whole; /* all of the output was told */
        bool is_fresh; /* it came anew, and jobsd has not said yet that it has it */
        sd_event_source *io, *timer;
        sd_bus_slot *call; /* the one that is waited for */
};

/* ---- its life ---- */

static void close_output(RemoteJob *job) {
        job->io = sd_event_source_disable_unref(job->io);
        close_fd(TAKE_FD(job->fd));
        close_fd(TAKE_FD(job->notes.fd));
        job->notes = (OutputNoteReader){ .fd = -EBADF };
        job->has_note = false;
}

RemoteJob *remote_job_free(RemoteJob *job) {
        LIST_REMOVE(job, jobs);
        close_output(job);
        if (job->is_fresh)
                offers_withdraw(job->worker);
        sd_event_source_disable_unref(job->timer);
        sd_bus_slot_unref(job->call);
        strv_free(job->parameters);
        job_free(job->job);
        free(job->handle);
        free(job->function);
        free(job->unique);
        free(job->job_key);
        free(job->type);
        free(job);
        return NULL;
}

void remote_jobs_free(Worker *worker) {
        while (!LIST_EMPTY(&worker->jobs))
                remote_job_free(LIST_FIRST(&worker->jobs));
}

/* The last word of this answer, and of this object. */
static void answer(RemoteJob *job, struct json_object *body) {
        serve_answer(job->worker, job->handle, job->function, job->unique, body);
        remote_job_free(job);
}

static void answer_refusal(RemoteJob *job, const char *message) {
        struct json_object *body = json_object_new_object();

        (void) json_object_object_add(body, "refused", json_object_new_string(message));
        answer(job, body);
}

/* "result" and "exit", as jobsctl show names them: what became of it, and what it cost. */
static void answer_end(RemoteJob *job) {
        const Job *ended = job->job;
        struct json_object *body = json_object_new_object();

        (void) json_object_object_add(body, "result", json_object_new_string(job_result_to_string(ended->result) ?: ""));
        (void) json_object_object_add(body, "at", json_object_new_uint64(job->at));
        (void) json_object_object_add(body, "exit", json_object_new_int(ended->exit_status));
        (void) json_object_object_add(body, "info", json_object_new_string(ended->info ?: ""));
        (void) json_object_object_add(body, "cpu", json_object_new_uint64(ended->cpu_usage_nsec));
        (void) json_object_object_add(body, "memory", json_object_new_uint64(ended->memory_peak));
        answer(job, body);
}

static void answer_more(RemoteJob *job) {
        struct json_object *body = json_object_new_object();

        (void) json_object_object_add(body, "at", json_object_new_uint64(job->at));
        (void) json_object_object_add(body, "more", json_object_new_boolean(true));
        answer(job, body);
}

/* ---- telling ---- */

/* data is FRAME_HEAD_BYTES behind the begin of the buffer. */
static int tell(RemoteJob *job, FrameKind kind, char *buffer, size_t size) {
        int r = frame_seal(&job->worker->key, job->job_key, kind, job->at, buffer, size);

        return r < 0 ? r
                     : link_send(job->worker->link, PACKET_WORK_DATA, (const char *const[]){ job->handle }, 1, buffer,
                                         FRAME_HEAD_BYTES + size);
}

static int tell_state(RemoteJob *job) {
        struct json_object *state = json_object_new_object();
        char buffer[FRAME_HEAD_BYTES + 4096];
        const char *text;
        size_t size;

        (void) json_object_object_add(state, "id", json_object_new_uint64(job->job->id));
        (void) json_object_object_add(state, "info", json_object_new_string(job->job->info ?: ""));
        if (job->job->progress >= 0)
                (void) json_object_object_add(state, "progress", json_object_new_double(job->job->progress));
        text = json_object_to_json_string_ext(state, JSON_C_TO_STRING_PLAIN);
        size = text ? strlen(text) : SIZE_MAX;
        if (size <= sizeof(buffer) - FRAME_HEAD_BYTES)
                memcpy(buffer + FRAME_HEAD_BYTES, text, size);
        json_object_put(state);
        return size <= sizeof(buffer) - FRAME_HEAD_BYTES ? tell(job, FRAME_STATE, buffer, size) : -E2BIG;
}

static int tell_missing(RemoteJob *job, uint64_t n) {
        char buffer[FRAME_HEAD_BYTES + sizeof(uint64_t)];
        uint64_t number = htobe64(n);
        int r;

        memcpy(buffer + FRAME_HEAD_BYTES, &number, sizeof(number));
        r = tell(job, FRAME_MISSING, buffer, sizeof(number));
        if (r >= 0)
                job->at += n;
        return r;
}

/* ---- the output ---- */

static int ask_for_properties(RemoteJob *job);

/* From the start, and from what is known on. */
static void go_on_later(RemoteJob *job) {
        job->call = sd_bus_slot_unref(job->call); /* its answer would open the output a second time */
        close_output(job);
        (void) sd_event_source_set_time_relative(job->timer, RETRY_USEC);
        (void) sd_event_source_set_enabled(job->timer, SD_EVENT_ONESHOT);
}

static bool is_over(const Job *job) {
        return job->status != JOB_QUEUED && job->status != JOB_RUNNING;
}

/* The output may be whole before jobsd has recorded the end, and the end be known before the output is read. */
static void end_if_whole(RemoteJob *job) {
        if (job->is_whole && is_over(job->job))
                answer_end(job);
}

/* A note that is about this place, or one before it. */
static int handle_notes(RemoteJob *job, uint64_t place) {
        int r = 0;

        while (r >= 0) {
                if (!job->has_note && output_note_next(&job->notes, &job->note) <= 0)
                        return 0;
                job->has_note = true;
                if (job->note.at > place)
                        return 0;
                job->has_note = false;
                if (job->note.kind == NOTE_MISSING)
                        r = tell_missing(job, job->note.number);
                else if (job->note.kind == NOTE_END || job->note.kind == NOTE_GONE || job->note.kind == NOTE_DAMAGED)
                        job->is_whole = true;
        }
        return r;
}

/* data is FRAME_HEAD_BYTES behind the begin of the buffer. */
static int tell_bytes(RemoteJob *job, char *buffer, size_t size) {
        int r = tell(job, FRAME_OUTPUT, buffer, size);

        if (r < 0)
                return r;
        job->at += size;
        job->position += size;
        job->n_told += size;
        return 0;
}

/* Returns how many bytes were told, 0 at the end of the stream. What is noted of a place among them comes between: a note
 * is there before the bytes behind it are. */
static ssize_t tell_output(RemoteJob *job) {
        char buffer[FRAME_HEAD_BYTES + OUTPUT_BYTES];
        ssize_t n = read(job->fd, buffer + FRAME_HEAD_BYTES, OUTPUT_BYTES);
        size_t told = 0, part;
        int r = n < 0 ? -errno : 0;

        while (r >= 0 && told < (size_t) n) {
                r = handle_notes(job, job->position);
                part = (size_t) n - told;
                if (job->has_note && job->note.at - job->position < part)
                        part = (size_t) (job->note.at - job->position);
                if (r >= 0) /* its head is written over what was told before it */
                        r = tell_bytes(job, buffer + told, part);
                told += part;
        }
        return r < 0 ? r : n;
}

static void handle_end_of_stream(RemoteJob *job) {
        (void) handle_notes(job, UINT64_MAX);
        if (!job->is_whole) { /* jobsd has gone */
                go_on_later(job);
                return;
        }
        close_output(job);
        if (is_over(job->job))
                answer_end(job);
        else if (ask_for_properties(job) < 0) /* and then there is a signal */
                go_on_later(job);
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        RemoteJob *job = userdata;
        ssize_t n;

        if (link_is_full(job->worker->link)) /* until remote_jobs_go_on() */
                return sd_event_source_set_enabled(source, SD_EVENT_OFF);
        if (job->n_told >= ANSWER_BYTES_MAX) {
                answer_more(job);
                return 0;
        }
        n = tell_output(job);
        if (n == 0)
                handle_end_of_stream(job);
        else if (n < 0 && n != -EAGAIN && n != -ENOTCONN)
                go_on_later(job);
        return 0;
}

void remote_jobs_go_on(Worker *worker) {
        RemoteJob *job;

        LIST_FOREACH(job, &worker->jobs, jobs)
                if (job->io)
                        (void) sd_event_source_set_enabled(job->io, SD_EVENT_ON);
}

/* ---- what jobsd is asked, one question at a time ---- */

static int ask(RemoteJob *job, sd_bus_message *call, sd_bus_message_handler_t handler) {
        job->call = sd_bus_slot_unref(job->call);
        return sd_bus_call_async(job->worker->bus, &job->call, call, handler, job, JOBSD_CALL_TIMEOUT_USEC);
}

/* Whether the answer is one; else the job is answered, or asked again. */
static bool check_reply(RemoteJob *job, sd_bus_message *reply) {
        bool is_known = job->job->id > 0; /* then it has begun, and nothing but its absence ends it here */

        job->call = sd_bus_slot_unref(job->call);
        if (!sd_bus_message_is_method_error(reply, NULL))
                return true;
        if (is_known ? !sd_bus_message_is_method_error(reply, JOBSD_ERROR_NO_SUCH_JOB) : reply_is_passing(reply))
                go_on_later(job);
        else
                answer_refusal(job, sd_bus_message_get_error(reply)->message ?: "jobsd refuses it");
        return false;
}

static int keep_fd(sd_bus_message *message, int *ret) {
        int fd, r = sd_bus_message_read_basic(message, 'h', &fd);

        if (r < 0)
                return r;
        *ret = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* the message owns the one that it carried */
        return *ret < 0 ? -errno : 0;
}

static int on_opened(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        RemoteJob *job = userdata;
        int r;

        if (!check_reply(job, reply))
                return 0;
        close_output(job);
        r = keep_fd(reply, &job->fd);
        if (r >= 0)
                r = keep_fd(reply, &job->notes.fd);
        if (r >= 0)
                r = sd_event_add_io(job->worker->event, &job->io, job->fd, EPOLLIN, on_output, job);
        if (r < 0)
                go_on_later(job);
        job->position = 0;
        return 0;
}

static int ask_for_output(RemoteJob *job) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(job->worker->bus, &call, JOBSD_BUS_NAME, JOBSD_PATH,
                        JOBSD_MANAGER_INTERFACE, "OpenOutput");
        if (r >= 0)
                r = sd_bus_message_append(call, "ta{sv}t", job->job->id, 2, "follow", "b", true, "since-byte", "t",
                                job->at, UINT64_C(0));
        return r < 0 ? r : ask(job, call, on_opened);
}

static int on_properties(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        RemoteJob *job = userdata;
        int r;

        if (!check_reply(job, reply))
                return 0;
        r = job_update(reply, job->job);
        if (r >= 0)
                r = tell_state(job);
        if (r >= 0 && !job->is_whole)
                r = ask_for_output(job);
        else if (r >= 0)
                end_if_whole(job);
        if (r < 0)
                go_on_later(job);
        return 0;
}

static int ask_for_properties(RemoteJob *job) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        _cleanup_free_ char *path = NULL;
        int r;

        r = job_path(job->job->id, &path);
        if (r >= 0)
                r = sd_bus_message_new_method_call(job->worker->bus, &call, JOBSD_BUS_NAME, path,
                                "org.freedesktop.DBus.Properties", "GetAll");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", JOBSD_JOB_INTERFACE);
        return r < 0 ? r : ask(job, call, on_properties);
}

static int on_submitted(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        RemoteJob *job = userdata;
        int r;

        if (!check_reply(job, reply))
                return 0;
        job->is_fresh = false;
        offers_submitted(job->worker);
        r = sd_bus_message_read_basic(reply, 't', &job->job->id);
        if (r >= 0)
                r = ask_for_properties(job);
        if (r < 0)
                go_on_later(job);
        return 0;
}

static int submit(RemoteJob *job) {
        Submission submission = { .type = job->type, .key = job->job_key, .parameters = job->parameters, .here = true };

        job->call = sd_bus_slot_unref(job->call);
        return submission_send(job->worker, &submission, &job->call, on_submitted, job);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        RemoteJob *job = userdata;
        int r = job->job->id == 0 ? submit(job) : ask_for_properties(job);

        if (r < 0) {
                log_errno(r, "Failed to ask jobsd about a job of another machine");
                go_on_later(job);
        }
        return 0;
}

void remote_jobs_reopen(Worker *worker) {
        RemoteJob *job;

        LIST_FOREACH(job, &worker->jobs, jobs)
                go_on_later(job);
}

void remote_jobs_changed(Worker *worker, uint64_t id, sd_bus_message *properties) {
        RemoteJob *job;

        LIST_FOREACH(job, &worker->jobs, jobs)
                if (job->job->id == id)
                        break;
        if (!job || job_update(properties, job->job) < 0)
                return;
        (void) tell_state(job);
        end_if_whole(job);
}

/* ---- a question ---- */

static RemoteJob *find(Worker *worker, const char *job_key) {
        RemoteJob *job;

        LIST_FOREACH(job, &worker->jobs, jobs)
                if (strcmp(job->job_key, job_key) == 0)
                        break;
        return job;
}

static int copy_parameters(struct json_object *parameters, char ***ret) {
        int r = 0;

        json_object_object_foreach(parameters, name, value) {
                _cleanup_free_ char *parameter = NULL;

                if (r >= 0 && asprintf(&parameter, "%s=%s", name, json_object_get_string(value)) < 0)
                        r = -ENOMEM;
                else if (r >= 0)
                        r = strv_extend(ret, parameter);
        }
        return r;
}

static int take_question(RemoteJob *job, const RemoteQuestion *question) {
        int r = job_new(&job->job);

        if (r < 0)
                return r;
        job->job->id = question->id;
        job->at = question->since;
        job->handle = strdup(question->handle);
        job->function = strdup(question->function);
        job->unique = strdup(question->unique);
        job->job_key = strdup(question->job_key);
        job->type = strdup(question->type);
        r = copy_parameters(question->parameters, &job->parameters);
        if (r < 0)
                return r;
        return job->handle && job->function && job->unique && job->job_key && job->type ? 0 : -ENOMEM;
}

int remote_job_new(Worker *worker, const RemoteQuestion *question) {
        RemoteJob *before = find(worker, question->job_key), *job = calloc(1, sizeof(RemoteJob));
        int r;

        if (!job)
                return -ENOMEM;
        job->worker = worker;
        job->fd = job->notes.fd = -EBADF;
        LIST_INSERT_HEAD(&worker->jobs, job, jobs);
        job->is_fresh = question->id == 0;
        if (job->is_fresh)
                offers_redeem(worker);
        r = take_question(job, question);
        if (r >= 0)
                r = sd_event_add_time_relative(worker->event, &job->timer, CLOCK_MONOTONIC, 0, 0, on_timer, job);
        if (r < 0) {
                remote_job_free(job);
                return r;
        }
        if (before) {
                (void) link_send_texts(worker->link, PACKET_WORK_FAIL, before->handle, NULL);
                remote_job_free(before);
        }
        return 0;
}
