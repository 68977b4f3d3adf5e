/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "type-registry.h"
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
                fair_line_init(&user->calls);
                fair_line_init(&user->questions);
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
                        user->n_clients > 0 || user->n_requests > 0 || user->n_checks > 0)
                return;
        user_free(user);
}

static bool is_of_type(const Lane *lane, const char *type) {
        return lane->type && type ? strcmp(lane->type, type) == 0 : lane->type == type;
}

static Lane *find_lane(User *user, const char *type) {
        Lane *lane;

        LIST_FOREACH(lane, &user->lanes, list)
                if (is_of_type(lane, type))
                        return lane;
        return NULL;
}

static Lane *lane_free(Lane *lane) {
        LIST_REMOVE(lane, list);
        free(lane->type);
        free(lane);
        return NULL;
}

static Lane *lane_new(User *user, const char *type) {
        Lane *lane = calloc(1, sizeof(Lane));

        if (!lane)
                return NULL;
        LIST_INSERT_HEAD(&user->lanes, lane, list);
        lane->type = type ? strdup(type) : NULL;
        return type && !lane->type ? lane_free(lane) : lane;
}

User *user_free(User *user) {
        if (!user)
                return NULL;
        while (!LIST_EMPTY(&user->lanes))
                lane_free(LIST_FIRST(&user->lanes));
        if (user->is_waiting)
                TAILQ_REMOVE(&user->manager->waiting, user, waiting);
        tdelete(user, &user->manager->users, compare_users);
        free(user);
        return NULL;
}

int user_add_queued(User *user, const char *type, uint64_t n, uint64_t bytes) {
        Lane *lane = find_lane(user, type) ?: lane_new(user, type);

        if (!lane)
                return -ENOMEM;
        lane->n_queued += n;
        user->n_queued += n;
        user->queued_bytes += bytes;
        if (!user->is_waiting) {
                TAILQ_INSERT_TAIL(&user->manager->waiting, user, waiting);
                user->is_waiting = true;
        }
        return 0;
}

void user_remove_queued(User *user, const char *type, uint64_t n, uint64_t bytes) {
        Lane *lane = find_lane(user, type);

        lane->n_queued -= n;
        if (lane->n_queued == 0)
                lane_free(lane);
        user->n_queued -= n;
        user->queued_bytes -= bytes;
        if (user->n_queued == 0) {
                TAILQ_REMOVE(&user->manager->waiting, user, waiting);
                user->is_waiting = false;
        }
}

bool lane_is_open(const User *user, const Lane *lane) {
        return type_may_start(user->manager, lane->type);
}

static bool may_start_any(const User *user) {
        Lane *lane;

        if (user->n_running >= user->manager->config.max_running_per_user)
                return false;
        LIST_FOREACH(lane, &user->lanes, list)
                if (lane_is_open(user, lane))
                        return true;
        return false;
}

User *user_next(Manager *m) {
        User *user, *next = NULL;

        TAILQ_FOREACH(user, &m->waiting, waiting)
                if ((!next || user->n_running < next->n_running) && !user->is_stalled && may_start_any(user))
                        next = user;
        return next;
}

void user_served(User *user) {
        if (!user->is_waiting)
                return;
        TAILQ_REMOVE(&user->manager->waiting, user, waiting);
        TAILQ_INSERT_TAIL(&user->manager->waiting, user, waiting);
}
