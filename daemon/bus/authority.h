/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Every decision is polkit's. The subject is the caller's bus name, never its process id: a pid may
 * be another program's by the time that polkit looks. Asked asynchronously: whoever asks looks the
 * job up again when the answer comes. */

#include "job-type.h"
#include "manager.h"

/* Each in its own and its other users' case, see polkit/org.jobsd1.policy. */
typedef enum Action {
        ACTION_VIEW,
        ACTION_VIEW_OTHERS,
        ACTION_VIEW_SHARED, /* all jobs of a type */
        ACTION_RUN_COMMAND,
        ACTION_RUN_AS,
        ACTION_RUN_TYPE,
        ACTION_RELOAD,
        ACTION_CANCEL,
        ACTION_CANCEL_OTHERS,
        ACTION_RETRY,
        ACTION_RETRY_OTHERS,
        ACTION_CLEAR,
        ACTION_CLEAR_TASKS,
        ACTION_CLEAR_OTHERS,
        ACTION_IMPORT,
        _ACTION_MAX,
} Action;

typedef enum Verdict {
        VERDICT_NO,
        VERDICT_YES,
        VERDICT_CHALLENGE,   /* yes, after a password that the caller did not let us ask for */
        VERDICT_UNAVAILABLE, /* polkit does not answer: his own rights are the caller's still */
} Verdict;

/* Questions at once: one a user, as polkit thinks about one after the other, and whoever else asks shall not
 * wait behind all that one user asks. More wait for their turn. Those that wait for a password are counted
 * apart, a user. With the calls about units they stay below the 128 that dbus-daemon allows. */
#define AUTHORITY_CHECKS_MAX 32U
#define AUTHORITY_PROMPTS_MAX 24U
#define AUTHORITY_PROMPTS_PER_USER_MAX 4U

typedef struct Check Check;
typedef void (*authority_cb)(Verdict verdict, void *userdata);

/* rules_changed: called whenever polkit's rules change. */
int authority_new(Manager *m, void (*rules_changed)(Manager *m), Authority **ret);
Authority *authority_free(Authority *authority);
int authority_watch(Authority *authority);

/* What a question is about: a job, a type, or nothing in particular. It goes
 * to polkit's rules as details: job.id, job.user, job.type, job.origin and job.unit; job.type, type.groups,
 * type.users and type.user. */
typedef struct Target {
        uint64_t id;
        const Job *job; /* NULL with an id: there is none */
        const JobType *type;
} Target;

#define TARGET_NONE ((Target){})

typedef struct Question {
        const char *sender; /* whom it is about: the unique name of a connection */
        Action action;
        Target target;
        bool interactive; /* a password may be asked for */
} Question;

/* -EACCES when the sender has left the bus: there is nobody that polkit could be asked about. When polkit
 * wants a password and the question is interactive, it is asked again without the details: an agent that belongs
 * to the caller shows what it is told. */
int authority_check(Authority *authority, const Question *question, authority_cb callback, void *userdata, Check **ret);
/* Forgets a question: the callback will not be called. Takes NULL. */
Check *check_free(Check *check);

/* An action that concerns the caller's own jobs alone. */
bool action_is_own(Action action);
