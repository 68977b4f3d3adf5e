/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A store in a folder of its own, for each test a new one: a cmocka fixture. And a second way into
 * its file, for what the store itself does not show. */

#include "fixture.h"
#include "store.h"

typedef struct StoreFixture {
        char *folder, *path;
        Store *store;
} StoreFixture;

int store_setup(void **state);
int store_teardown(void **state);

static inline Store *store_of(void **state) {
        return ((StoreFixture *) *state)->store;
}

/* Closes and opens it again. */
void store_reopen(StoreFixture *fixture);

/* By a connection of its own: statements, and the number that a query gives. */
void sql_run(const char *path, const char *sql);
int64_t sql_number(const char *path, const char *sql);

/* Inserts a queued job and returns its id. */
uint64_t insert_job(Store *store, uid_t uid, const char *user);
/* The job is then running. */
void start_job(Store *store, uint64_t id);
/* The job has then ended, with this result. */
void end_job(Store *store, uint64_t id, JobResult result);
/* Inserts a job that has this status. */
uint64_t insert_job_with_status(Store *store, uid_t uid, const char *user, JobStatus status);

Job *get_job(Store *store, uint64_t id);
JobStatus status_of(Store *store, uint64_t id);
