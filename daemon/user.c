/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>

#include "user.h"

static int compare_users(const void *a, const void *b) {
        uid_t x = *(const uid_t *) a, y = *(const uid_t *) b;

        return x < y ? -1 : x > y ? 1 : 0;
}

User *user_find(Manager *m, uid_t uid) {
        User **node = tfind(&uid, &m->users, compare_users);

        return node ? *node : NULL;
}

int user_get(Manager *m, uid_t uid, User **ret) {
        User *user = user_find(m, uid);

        if (!user) {
                user = calloc(1, sizeof(User));
                if (!user)
                        return -ENOMEM;
                user->uid = uid;
                user->manager = m;
                if (!tsearch(user, &m->users, compare_users)) {
                        free(user);
                        return -ENOMEM;
                }
        }
        *ret = user;
        return 0;
}

void user_release(User *user) {
        if (user->n_queued > 0 || user->n_submitting > 0 || user->n_running > 0 || user->n_streams > 0 ||
                user->n_subscriptions > 0 || user->n_prompts > 0)
                return;
        tdelete(user, &user->manager->users, compare_users);
        free(user);
}

void user_add_queued(User *user, uint64_t n) {
        user->n_queued += n;
        if (!user->is_waiting && user->n_queued > 0) {
                TAILQ_INSERT_TAIL(&user->manager->waiting, user, waiting);
                user->is_waiting = true;
        }
}

void user_remove_queued(User *user, uint64_t n) {
        user->n_queued -= n;
        if (user->is_waiting && user->n_queued == 0) {
                TAILQ_REMOVE(&user->manager->waiting, user, waiting);
                user->is_waiting = false;
        }
}

User *user_next(Manager *m) {
        User *user, *next = NULL;

        TAILQ_FOREACH(user, &m->waiting, waiting)
        if (!next || user->n_running < next->n_running)
                next = user;
        return next;
}

void user_served(User *user) {
        if (!user->is_waiting)
                return;
        TAILQ_REMOVE(&user->manager->waiting, user, waiting);
        TAILQ_INSERT_TAIL(&user->manager->waiting, user, waiting);
}
