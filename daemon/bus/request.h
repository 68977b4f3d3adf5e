/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A method call that is being answered. A handler that has to wait (for polkit, for a name, for the
 * disk) returns REQUEST_PENDING, and is run again from its start when the answer is there: so it
 * looks everything up anew, and finds what it has asked already in the request. */

#include "authority.h"
#include "error.h"
#include "fair-queue.h"
#include "identity.h"
#include "parse.h"
#include "shares.h"

#define REQUEST_PENDING 0
#define REQUEST_DONE 1

/* A negative errno with or without *e set: both become the reply. */
typedef int (*request_handler)(Request *q, sd_bus_error *e);

typedef struct Decision {
        Action action;
        uint64_t id;
        bool is_general; /* of no target */
        Verdict verdict;
} Decision;

#define REQUEST_DECISIONS_MAX 4U

/* Who a user is, or why nobody could tell. */
typedef struct Identification {
        IdentityKind kind;
        char user[USER_NAME_BYTES]; /* as he was asked for */
        int error;
        Identity identity;
} Identification;

/* The caller, whom it is to run as, and with which group. */
#define REQUEST_IDENTIFICATIONS_MAX 3U

struct Request {
        Manager *manager;
        LIST_ENTRY(Request) list;
        sd_bus_message *message;
        request_handler handler;
        size_t bytes;   /* what the message takes */
        uid_t uid;      /* the caller's, when he is known; */
        Client *client; /* until then it waits there, */
        TAILQ_ENTRY(Request) waiting;
        User *user;      /* from then on it counts as his, */
        FairItem item;   /* and stands in his line */
        uint64_t job_id; /* of the object that was called, 0 for the manager */
        Check *check;
        Decision decisions[REQUEST_DECISIONS_MAX];
        size_t n_decisions;
        Identification identifications[REQUEST_IDENTIFICATIONS_MAX];
        size_t n_identifications;
        Shares *shares; /* what is shared with the caller is being found out: */
        char **shared;
        bool knows_shared;
        unsigned shared_n_rights_changes; /* when that was so */

        void *state; /* the handler's own, kept from run to run */
        void (*free_state)(void *state);
};

/* Begins to answer; the request frees itself when it is answered. bytes as of message_count_bytes(). */
void request_begin(
                Manager *m, sd_bus_message *message, size_t bytes, request_handler handler, uint64_t job_id);
Request *request_free(Request *q);
/* It is the request of this item that is served next, see dispatch_new(). */
void request_take_turn(FairItem *item);

/* Who calls: asks the bus about one who is not known. */
int request_get_client(Manager *m, const char *name, Client **ret);
/* He has left the bus, and all that is kept of him goes, too. Takes NULL. */
void request_client_left(Client *client);

/* The connection that calls. */
const char *request_sender(Request *q);

/* Runs the handler again. */
void request_continue(Request *q);
/* Answers a pending request: the request is gone afterwards. */
void request_reply(Request *q, sd_bus_message *reply);
void request_reply_empty(Request *q);
void request_fail(Request *q, int error, sd_bus_error *e);

/* Asks polkit, or finds that it has answered: 1 for yes, REQUEST_PENDING, or -EACCES with *e set.
 * Without polkit the caller's own actions are granted. */
int request_authorize(Request *q, Action action, Target target, sd_bus_error *e);
/* Whether he may: the same for what comes on top if the caller has it, so that -EACCES goes without a word. Nobody is
 * asked for a password unless it is interactive and the caller lets us. */
int request_may(Request *q, Action action, bool interactive);

/* What polkit says to an action for a type, where nobody shall be asked for a password: 1 or
 * REQUEST_PENDING. The request keeps no decision of it, so that there may be any number of types. */
int request_get_verdict(Request *q, Action action, const JobType *type, Verdict *ret);

/* The types whose jobs the caller sees, whoever's they are: 1, REQUEST_PENDING, or an error. NULL: of none. The
 * list is valid while the handler runs. */
int request_find_shared(Request *q, char ***ret);

/* Finds a job that the caller may do this to: 1, REQUEST_PENDING, or an error. Another's job that he
 * may not touch is no job: the same error by the same way as for an id that never was. */
int request_find_job(Request *q, uint64_t id, Action own, Action others, Job **ret, sd_bus_error *e);

/* Finds who a user is, by name or number: 1, REQUEST_PENDING, or an error. */
int request_identify(Request *q, const char *user, const Identity **ret, sd_bus_error *e);
int request_identify_group(Request *q, const char *group, const Identity **ret, sd_bus_error *e);
/* The same for who has this number. */
int request_identify_uid(Request *q, uid_t uid, const Identity **ret, sd_bus_error *e);
