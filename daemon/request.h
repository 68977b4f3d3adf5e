/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A method call that is being answered. A handler that has to wait (for polkit, for a name, for the
 * disk) returns REQUEST_PENDING, and is run again from its start when the answer is there: so it
 * looks everything up anew, and finds what it has asked already in the request. */

#include "authority.h"
#include "identity.h"
#include "parse.h"

#define REQUEST_PENDING 0
#define REQUEST_DONE 1

/* A negative errno with or without *e set: both become the reply. */
typedef int (*request_handler)(Request *q, sd_bus_error *e);

typedef struct Decision {
        Action action;
        uint64_t id;
        Verdict verdict;
} Decision;

#define REQUEST_DECISIONS_MAX 4U

struct Request {
        Manager *manager;
        LIST_ENTRY(Request) list;
        sd_bus_message *message;
        request_handler handler;
        uid_t uid; /* the caller's */
        uint64_t job_id;  /* of the object that was called, 0 for the manager */
        sd_bus_slot *slot;
        Check *check;
        Decision decisions[REQUEST_DECISIONS_MAX];
        size_t n_decisions;
        bool identified;
        int identity_error;
        Identity identity;

        void *state; /* the handler's own, kept from run to run */
        void (*free_state)(void *state);
};

/* Begins to answer; the request frees itself when it is answered. */
int request_new(Manager *m, sd_bus_message *message, request_handler handler, uint64_t job_id);
Request *request_free(Request *q);

/* Runs the handler again. */
void request_continue(Request *q);
/* Answers a pending request: the request is gone afterwards. */
void request_reply(Request *q, sd_bus_message *reply);
void request_reply_empty(Request *q);
void request_fail(Request *q, int error, sd_bus_error *e);

/* Asks polkit, or finds that it has answered: 1 for yes, REQUEST_PENDING, or -EACCES with *e set.
 * Without polkit the caller's own actions are granted. */
int request_authorize(Request *q, Action action, uint64_t id, const Job *job, sd_bus_error *e);
/* The same where nobody shall be asked for a password: for what comes on top if the caller has it. */
int request_authorize_quietly(Request *q, Action action, sd_bus_error *e);

/* Finds a job that the caller may do this to: 1, REQUEST_PENDING, or an error. Another's job that he
 * may not touch is no job: the same error by the same way as for an id that never was. */
int request_find_job(Request *q, uint64_t id, Action own, Action others, Job **ret, sd_bus_error *e);

/* Finds who a user is, by name or number: 1 with q->identity set, REQUEST_PENDING, or an error. */
int request_identify(Request *q, const char *user, sd_bus_error *e);

/* The caller's own text in a message to him: as much as fits a line. sd-bus sends no message that
 * has half a character in it. */
#define QUOTE "%.*s"
#define QUOTED(s) utf8_cut((s), 64), (s)

int error_no_such_job(uint64_t id, sd_bus_error *e);
int error_invalid(sd_bus_error *e, const char *format, ...) _printf_(2, 3);
