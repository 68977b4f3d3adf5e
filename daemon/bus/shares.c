/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "shares.h"
#include "strv.h"
#include "type-registry.h"

struct Shares {
        Manager *manager;
        char *sender;
        shares_cb callback;
        void *userdata;
        unsigned n_rights_changes; /* when it began */
        char **names;              /* of all types: */
        size_t next;               /* the one that is being asked about */
        char **found;
        Check *check;
};

Shares *shares_free(Shares *shares) {
        if (!shares)
                return NULL;
        check_free(shares->check);
        strv_free(shares->names);
        strv_free(shares->found);
        free(shares->sender);
        free(shares);
        return NULL;
}

static int begin(Shares *shares) {
        shares->names = strv_free(shares->names);
        shares->found = strv_free(shares->found);
        shares->next = 0;
        shares->n_rights_changes = shares->manager->n_rights_changes;
        return type_list(shares->manager, &shares->names);
}

static void on_verdict(Verdict verdict, void *userdata);

/* 1, or 0 when there is no more to be asked about. */
static int ask_next(Shares *shares) {
        Question question = { .sender = shares->sender, .action = ACTION_VIEW_SHARED };
        Manager *m = shares->manager;

        for (; shares->names[shares->next]; shares->next++) {
                const char *name = shares->names[shares->next];
                int r;

                if (!type_is_shared(m, name))
                        continue;
                question.target.type = type_find(m, name);
                r = authority_check(m->authority, &question, on_verdict, shares, &shares->check);
                return r < 0 ? r : 1;
        }
        return 0;
}

static int take(Shares *shares, Verdict verdict) {
        const char *name = shares->names[shares->next++];

        return verdict == VERDICT_YES ? strv_extend(&shares->found, name) : 0;
}

/* What fails shows nobody anything. */
static void on_verdict(Verdict verdict, void *userdata) {
        Shares *shares = userdata;
        shares_cb callback = shares->callback;
        void *callback_userdata = shares->userdata;
        char **found;
        int r;

        shares->check = NULL;
        r = shares->n_rights_changes == shares->manager->n_rights_changes ? take(shares, verdict) : begin(shares);
        if (r >= 0)
                r = ask_next(shares);
        if (r > 0)
                return;
        found = r < 0 ? NULL : TAKE_PTR(shares->found);
        shares_free(shares);
        callback(found, callback_userdata);
}

static int shares_new(Manager *m, const char *sender, shares_cb callback, void *userdata, Shares **ret) {
        Shares *shares = calloc(1, sizeof(Shares));

        if (!shares)
                return -ENOMEM;
        *shares = (Shares){ .manager = m, .callback = callback, .userdata = userdata, .sender = strdup(sender) };
        *ret = shares;
        return shares->sender ? begin(shares) : -ENOMEM;
}

int shares_ask(Manager *m, const char *sender, shares_cb callback, void *userdata, Shares **ret) {
        Shares *shares = NULL;
        int r = shares_new(m, sender, callback, userdata, &shares);

        if (r >= 0)
                r = ask_next(shares);
        *ret = r > 0 ? shares : shares_free(shares);
        return r;
}

bool shares_have(Manager *m, char *const *types, const Job *job) {
        return types && job->type && strv_contains(types, job->type) && type_is_shared(m, job->type);
}
