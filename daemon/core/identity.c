/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "helper.h"
#include "identity.h"
#include "log.h"
#include "parse.h"
#include "stream-protocol.h"

/* Long enough for a script's many submissions, short enough for an account that changes. */
#define KEEP_USEC (10 * USEC_PER_SEC)

typedef struct Question {
        Manager *manager;
        IdentityKind kind;
        identity_cb callback;
        void *userdata;
} Question;

const Identity *identity_find(Manager *m, IdentityKind kind, const char *user) {
        uint64_t now = now_usec();
        uid_t uid = UID_INVALID;
        bool is_number = parse_uid(user, &uid) >= 0;

        for (size_t i = 0; i < IDENTITIES_KEPT; i++) {
                KnownIdentity *known = &m->identities[i];

                if (known->identity.kind != kind || now >= known->until_usec || known->until_usec - now > KEEP_USEC)
                        continue;
                if (is_number ? known->identity.uid == uid : strcmp(known->identity.name, user) == 0)
                        return &known->identity;
        }
        return NULL;
}

static void keep(Manager *m, const Identity *identity) {
        KnownIdentity *oldest = &m->identities[0];

        for (size_t i = 1; i < IDENTITIES_KEPT; i++)
                if (m->identities[i].until_usec < oldest->until_usec)
                        oldest = &m->identities[i];
        *oldest = (KnownIdentity){ *identity, now_usec() + KEEP_USEC };
}

static void on_answer(int status, const char *answer, size_t size, void *userdata) {
        Question question = *(Question *) userdata;
        Identity identity;
        unsigned uid;
        int r = -EIO;

        if (WIFEXITED(status) && WEXITSTATUS(status) == STREAM_EXIT_NOT_FOUND)
                r = -ENOENT;
        else if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                        sscanf(answer, "%u %255[^\n]", &uid, identity.name) == 2) {
                identity.kind = question.kind;
                identity.uid = (uid_t) uid;
                keep(question.manager, &identity);
                r = 0;
        }
        question.callback(r, &identity, question.userdata);
}

int identity_resolve(Manager *m, IdentityKind kind, const char *user, identity_cb callback, void *userdata) {
        char *arguments[] = { (char *) "jobsd-stream", (char *) (kind == IDENTITY_GROUP ? "group" : "user"),
                (char *) user, NULL };
        Question *question;
        Helper *helper;
        int r;

        question = malloc(sizeof(Question));
        if (!question)
                return -ENOMEM;
        *question = (Question){ m, kind, callback, userdata };
        r = helper_ask(&m->helpers, arguments, on_answer, question, &helper);
        if (r < 0)
                free(question);
        return r;
}
