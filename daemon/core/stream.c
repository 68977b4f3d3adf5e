/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "helper.h"
#include "live-job.h"
#include "log.h"
#include "stream-protocol.h"
#include "stream.h"
#include "strv.h"
#include "user.h"

/* By then what a job has printed is in the journal, or will never be. */
#define SETTLE_USEC (5 * 60 * USEC_PER_SEC)

struct Stream {
        Manager *manager;
        LIST_ENTRY(Stream) list;
        Helper *helper;
        uint64_t id;
        uid_t uid;
        char *sees_others; /* as of its reader */
        int control_fd;
};

Stream *stream_free(Stream *stream) {
        User *user;

        if (!stream)
                return NULL;
        LIST_REMOVE(stream, list);
        user = user_find(stream->manager, stream->uid);
        user->n_streams--;
        user_release(user);
        close_fd(stream->control_fd);
        free(stream->sees_others);
        free(stream);
        return NULL;
}

static void on_helper_done(int status, const char *answer, size_t size, void *userdata) {
        stream_free(userdata);
}

static void tell(Stream *stream, char word) {
        if (stream->control_fd < 0)
                return;
        /* one byte into an empty pipe: it fits, or its reader is gone */
        (void) !write(stream->control_fd, &word, 1);
        close_fd(stream->control_fd);
        stream->control_fd = -EBADF;
}

static void on_job_ended(Manager *m, const Job *job) {
        Stream *stream;

        LIST_FOREACH(stream, &m->streams, list)
                if (stream->id == job->id)
                        tell(stream, STREAM_JOB_ENDED);
}

const Observer stream_observer = { .job_ended = on_job_ended };

bool stream_may_open(Manager *m, uid_t uid) {
        const User *user = user_find(m, uid);

        return !user || user->n_streams < m->config.max_streams_per_user;
}

static int stream_new(Manager *m, const StreamReader *reader, uint64_t id, Stream **ret) {
        uid_t uid = reader->uid;
        Stream *stream;
        User *user;
        int r;

        r = user_get(m, uid, &user);
        if (r < 0)
                return r;
        stream = stream_may_open(m, uid) ? calloc(1, sizeof(Stream)) : NULL;
        if (!stream) {
                r = stream_may_open(m, uid) ? -ENOMEM : -EDQUOT;
                user_release(user);
                return r;
        }
        stream->manager = m;
        stream->id = id;
        stream->uid = uid;
        stream->control_fd = -EBADF;
        user->n_streams++;
        LIST_INSERT_HEAD(&m->streams, stream, list);
        if (strdup_or_null(reader->sees_others, &stream->sees_others) < 0) {
                stream_free(stream);
                return -ENOMEM;
        }
        *ret = stream;
        return 0;
}

bool stream_reads_others(Manager *m, const char *connection) {
        Stream *stream;

        LIST_FOREACH(stream, &m->streams, list)
                if (stream->sees_others && strcmp(stream->sees_others, connection) == 0)
                        return true;
        return false;
}

void stream_end_others(Manager *m, bool (*may)(const char *connection, void *userdata), void *userdata) {
        Stream *stream, *next;

        for (stream = LIST_FIRST(&m->streams); stream; stream = next) {
                next = LIST_NEXT(stream, list);
                if (!stream->sees_others || may(stream->sees_others, userdata))
                        continue;
                helper_free(stream->helper); /* which will tell nobody that it has ended */
                stream_free(stream);
        }
}

static int make_pipe(int *ret_read_fd, int *ret_write_fd) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        *ret_read_fd = fds[0];
        *ret_write_fd = fds[1];
        return 0;
}

/* Whether a runner was started, which writes something to the journal whatever comes. */
static bool has_run(const Job *job) {
        return job->started_usec > 0 && job->result != JOB_RESULT_START_FAILED;
}

static const char *find_mode(const Job *job, bool follow) {
        if (!job_status_is_active(job->status))
                return STREAM_MODE_AWAIT;
        return follow ? STREAM_MODE_FOLLOW : STREAM_MODE_SNAPSHOT;
}

static int start_output(Stream *stream, const Job *job, const OutputOptions *options, int output_fd,
                int status_fd) {
        /* of those that may follow, too */
        unsigned n_tries = job->attempt + (job_status_is_active(job->status) ? job->retries : 0);
        char id[24], tries[16], boot[SD_ID128_STRING_MAX] = STREAM_ANY, count[24] = STREAM_ANY;
        char invocation[SD_ID128_STRING_MAX] = STREAM_ANY, since[24];
        char *arguments[] = { (char *) "jobsd-stream", (char *) "output", id, tries, boot,
                job->unit ?: (char *) "", invocation, (char *) (has_run(job) ? STREAM_YES : STREAM_NO), count, since,
                (char *) find_mode(job, options->follow), NULL };
        _cleanup_close_ int input_fd = -EBADF;
        int r;

        snprintf(id, sizeof(id), "%" PRIu64, stream->id);
        snprintf(tries, sizeof(tries), "%u", n_tries);
        if (n_tries == 1) /* more may have been in several boots */
                sd_id128_to_string(job->unit ? job->boot_id : stream->manager->boot_id, boot);
        if (!sd_id128_is_null(job->invocation_id))
                sd_id128_to_string(job->invocation_id, invocation);
        if (options->lines != UINT64_MAX)
                snprintf(count, sizeof(count), "%" PRIu64, options->lines);
        snprintf(since, sizeof(since), "%" PRIu64, options->since);
        r = make_pipe(&input_fd, &stream->control_fd);
        if (r < 0)
                return r;
        return helper_stream(&stream->manager->helpers, arguments, &(HelperFiles){ input_fd, output_fd, status_fd },
                        on_helper_done, stream, &stream->helper);
}

/* While the end is being recorded, the job reads as ended. */
static bool end_is_recorded(Manager *m, uint64_t id) {
        const LiveJob *live = live_job_find(m, id);

        return !live || live_job_has_ended(live);
}

/* However late journald is: a runner waits for it, as long as that. */
static StreamWord word_of_end(const Job *job) {
        uint64_t now = now_usec();

        return now > job->finished_usec && now - job->finished_usec > SETTLE_USEC ? STREAM_STORED
                                                                                  : STREAM_JOB_ENDED;
}

static int start_copy(Manager *m, const StreamReader *reader, const Job *job, const OutputOptions *options, int output_fd,
                int status_fd) {
        Stream *stream;
        int r;

        r = stream_new(m, reader, job->id, &stream);
        if (r < 0)
                return r;
        r = start_output(stream, job, options, output_fd, status_fd);
        if (r < 0) {
                stream_free(stream);
                return r;
        }
        /* otherwise it is told when the time has come */
        if (!job_status_is_active(job->status) && end_is_recorded(m, job->id))
                tell(stream, (char) word_of_end(job));
        return 0;
}

/* What an imported record printed went to another machine's journal, or to one that is gone. */
static int copy_nothing(int status_fd) {
        return dprintf(status_fd, STREAM_NOTE_END " 0\n") < 0 ? -errno : 0;
}

int stream_open(Manager *m, const StreamReader *reader, const Job *job, const OutputOptions *options, int *ret_fd,
                int *ret_status_fd) {
        _cleanup_close_ int fd = -EBADF, status_fd = -EBADF, output_fd = -EBADF, helper_status_fd = -EBADF;
        int r;

        r = make_pipe(&fd, &output_fd);
        if (r >= 0)
                r = make_pipe(&status_fd, &helper_status_fd);
        if (r < 0)
                return r;
        if (fcntl(helper_status_fd, F_SETFL, O_NONBLOCK) < 0) /* notes wait for no reader */
                return -errno;
        if (job->imported_usec > 0)
                r = copy_nothing(helper_status_fd);
        else
                r = start_copy(m, reader, job, options, output_fd, helper_status_fd);
        if (r < 0)
                return r;
        *ret_fd = TAKE_FD(fd);
        *ret_status_fd = TAKE_FD(status_fd);
        return 0;
}

/* A file in memory holds a query of any length, where a pipe could be full. */
static int query_to_file(const ExportQuery *query, int *ret_fd) {
        _cleanup_close_ int fd = memfd_create("jobsd-export", MFD_CLOEXEC);
        _cleanup_free_ void *text = NULL;
        size_t size;
        int r;

        if (fd < 0)
                return -errno;
        r = export_query_pack(query, &text, &size);
        if (r < 0)
                return r;
        if (pwrite(fd, text, size, 0) != (ssize_t) size)
                return -ENOMEM; /* which is what this file is made of */
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int start_export(Stream *stream, const void *query, int output_fd, int status_fd) {
        char *arguments[] = { (char *) "jobsd-stream", (char *) "export",
                (char *) stream->manager->store_path, NULL };
        _cleanup_close_ int query_fd = -EBADF;
        int r = query_to_file(query, &query_fd);

        if (r < 0)
                return r;
        return helper_stream(&stream->manager->helpers, arguments, &(HelperFiles){ query_fd, output_fd, status_fd },
                        on_helper_done, stream, &stream->helper);
}

static int start_log(Stream *stream, const void *userdata, int output_fd, int status_fd) {
        const LogQuery *query = userdata;
        char uid[16] = STREAM_ANY, id[24] = STREAM_ANY, since[24], until[24], lines[24] = STREAM_ANY;
        _cleanup_free_ char *shared = NULL;
        char *arguments[] = { (char *) "jobsd-stream", (char *) "log", uid, NULL, id, since, until, lines, NULL };

        if (strv_join(query->shared, STREAM_SEPARATOR, &shared) < 0)
                return -ENOMEM;
        arguments[3] = shared;
        if (query->uid != UID_INVALID)
                snprintf(uid, sizeof(uid), "%u", (unsigned) query->uid);
        if (query->id > 0)
                snprintf(id, sizeof(id), "%" PRIu64, query->id);
        snprintf(since, sizeof(since), "%" PRIu64, query->since_usec);
        snprintf(until, sizeof(until), "%" PRIu64, query->until_usec);
        if (query->lines != UINT64_MAX)
                snprintf(lines, sizeof(lines), "%" PRIu64, query->lines);
        return helper_stream(&stream->manager->helpers, arguments, &(HelperFiles){ -EBADF, output_fd, status_fd },
                        on_helper_done, stream, &stream->helper);
}

/* What is read to its end, whatever jobs do meanwhile. */
static int open_whole(Manager *m, const StreamReader *reader,
                int (*start)(Stream *stream, const void *query, int output_fd, int status_fd), const void *query,
                int *ret_fd, int *ret_status_fd) {
        _cleanup_close_ int fd = -EBADF, status_fd = -EBADF, output_fd = -EBADF, helper_status_fd = -EBADF;
        Stream *stream;
        int r;

        r = make_pipe(&fd, &output_fd);
        if (r >= 0)
                r = make_pipe(&status_fd, &helper_status_fd);
        if (r >= 0)
                r = stream_new(m, reader, 0, &stream);
        if (r < 0)
                return r;
        r = start(stream, query, output_fd, helper_status_fd);
        if (r < 0) {
                stream_free(stream);
                return r;
        }
        *ret_fd = TAKE_FD(fd);
        *ret_status_fd = TAKE_FD(status_fd);
        return 0;
}

int stream_open_export(Manager *m, const StreamReader *reader, const ExportQuery *query, int *ret_fd, int *ret_status_fd) {
        return open_whole(m, reader, start_export, query, ret_fd, ret_status_fd);
}

int stream_open_log(Manager *m, const StreamReader *reader, const LogQuery *query, int *ret_fd, int *ret_status_fd) {
        return open_whole(m, reader, start_log, query, ret_fd, ret_status_fd);
}
