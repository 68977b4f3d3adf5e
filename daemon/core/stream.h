/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What somebody reads from a pipe that a helper writes: an output, copied from the journal, with the
 * helper following the job until it is told that the job has ended; or an export of the history. */

#include "events.h"
#include "export-query.h"

typedef struct OutputOptions {
        bool follow;
        uint64_t lines; /* UINT64_MAX: all */
        uint64_t since; /* so many bytes are left out at the beginning */
} OutputOptions;

/* Who reads. */
typedef struct StreamReader {
        uid_t uid;
        const char *sees_others; /* his connection, if there is anything of others' jobs in it; NULL: nothing is */
} StreamReader;

/* Whether he has fewer open than he may have. */
bool stream_may_open(Manager *m, uid_t uid);

/* *ret_fd is the read end for the caller, *ret_status_fd that of the notes, see stream-protocol.h. With follow
 * it goes on until the job has ended. -EDQUOT when the caller has too many. */
int stream_open(Manager *m, const StreamReader *reader, const Job *job, const OutputOptions *options, int *ret_fd,
                int *ret_status_fd);

/* *ret_status_fd is the read end of a second pipe: it has the number of rows when the export is
 * complete, and nothing otherwise. */
int stream_open_export(Manager *m, const StreamReader *reader, const ExportQuery *query, int *ret_fd, int *ret_status_fd);

/* Which records of jobs' steps. */
typedef struct LogQuery {
        uid_t uid;                       /* of this user's jobs; UID_INVALID: of everybody's */
        char **shared;                   /* with uid: of jobs of these types, too */
        uint64_t id;                     /* of this one; 0: of all */
        uint64_t since_usec, until_usec; /* CLOCK_REALTIME, 0: whenever */
        uint64_t lines;                  /* of these the last so many; UINT64_MAX: all */
} LogQuery;

/* *ret_fd and *ret_status_fd as with an export. */
int stream_open_log(Manager *m, const StreamReader *reader, const LogQuery *query, int *ret_fd, int *ret_status_fd);

/* For when rights have changed. Whether this connection reads of others' jobs: */
bool stream_reads_others(Manager *m, const char *connection);
/* ends what those read of others' jobs who may not any more: it breaks off. */
void stream_end_others(Manager *m, bool (*may)(const char *connection, void *userdata), void *userdata);

Stream *stream_free(Stream *stream);

/* Tells those who follow a job that it has ended. */
extern const Observer stream_observer;
