/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A job that another machine watches through the server: somebody asked for it, and is told what it prints until he has
 * so much that he has to ask again. The job itself is jobsd's, and goes on when nobody watches. */

#include "worker.h"

/* What one question is answered with at most: so much is what a server may have to hold. */
#define ANSWER_BYTES_MAX (UINT64_C(1) << 20)

typedef struct RemoteQuestion {
        const char *handle, *function, *unique; /* as the server has it */
        const char *job_key;                    /* the same for all questions about a job */
        const char *type;
        struct json_object *parameters; /* an object of texts */
        uint64_t id;                    /* of the job here, once it is known; 0 */
        uint64_t since;                 /* bytes of the output that he has */
} RemoteQuestion;

/* Runs it, if it has not been, and begins to tell. Who asks again is told in place of who asked before. */
int remote_job_new(Worker *worker, const RemoteQuestion *question);
RemoteJob *remote_job_free(RemoteJob *job);
void remote_jobs_free(Worker *worker);

/* There is room in the link again. */
void remote_jobs_go_on(Worker *worker);
/* jobsd has come or gone, or something about a job has changed. */
void remote_jobs_reopen(Worker *worker);
void remote_jobs_changed(Worker *worker, uint64_t id, sd_bus_message *properties);
