/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <search.h>
#include <string.h>

#include "job-type-folder.h"
#include "strv.h"
#include "type-registry.h"

static const char *const folders[] = { TYPESDIR, "/run/jobsd/" TYPE_FOLDER, SYSCONFDIR "/jobsd/" TYPE_FOLDER, NULL };

const char *const *type_folders(void) {
        return folders;
}

/* Kept as long as there is a type of that name, or a job of it that runs. */
typedef struct TypeEntry {
        char *name; /* first: the key of the tree */
        JobType *type;
        unsigned n_running;
} TypeEntry;

static int compare_entries(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static TypeEntry *find_entry(Manager *m, const char *name) {
        TypeEntry **node = tfind(&name, &m->types, compare_entries);

        return node ? *node : NULL;
}

static int get_entry(Manager *m, const char *name, TypeEntry **ret) {
        TypeEntry *entry = find_entry(m, name);

        if (!entry) {
                entry = calloc(1, sizeof(TypeEntry));
                if (!entry)
                        return -ENOMEM;
                entry->name = strdup(name);
                if (!entry->name || !tsearch(entry, &m->types, compare_entries)) {
                        free(entry->name);
                        free(entry);
                        return -ENOMEM;
                }
        }
        *ret = entry;
        return 0;
}

static void release(Manager *m, TypeEntry *entry) {
        if (entry->type || entry->n_running > 0)
                return;
        tdelete(entry, &m->types, compare_entries);
        free(entry->name);
        free(entry);
}

/* ---- reading ---- */

typedef struct Loading {
        JobType **types;
        size_t n;
        ini_mistake_cb mistake;
        void *userdata;
} Loading;

static void loading_done(Loading *loading) {
        for (size_t i = 0; i < loading->n; i++)
                job_type_free(loading->types[i]);
        free(loading->types);
}

static int on_type(JobType *type, void *userdata) {
        Loading *loading = userdata;
        JobType **grown = reallocarray(loading->types, loading->n + 1, sizeof(JobType *));

        if (!grown) {
                job_type_free(type);
                return -ENOMEM;
        }
        loading->types = grown;
        loading->types[loading->n++] = type;
        return 0;
}

static void on_mistake(const char *message, void *userdata) {
        Loading *loading = userdata;

        loading->mistake(message, loading->userdata);
}

typedef struct Names {
        char **names;
        int r;
} Names;

static void collect_name(const void *node, VISIT which, void *userdata) {
        const TypeEntry *entry = *(TypeEntry *const *) node;
        Names *names = userdata;

        if ((which == postorder || which == leaf) && entry->type && names->r >= 0)
                names->r = strv_extend(&names->names, entry->name);
}

int type_list(Manager *m, char ***ret) {
        Names names = { .names = calloc(1, sizeof(char *)) };

        if (!names.names)
                return -ENOMEM;
        twalk_r(m->types, collect_name, &names);
        if (names.r < 0) {
                strv_free(names.names);
                return names.r;
        }
        *ret = names.names;
        return 0;
}

static int drop_types(Manager *m) {
        _cleanup_strv_free_ char **names = NULL;
        int r = type_list(m, &names);

        if (r < 0)
                return r;
        for (char **name = names; *name; name++) {
                TypeEntry *entry = find_entry(m, *name);

                entry->type = job_type_free(entry->type);
                release(m, entry);
        }
        return 0;
}

int type_registry_load(Manager *m, ini_mistake_cb mistake, void *userdata) {
        _cleanup_(loading_done) Loading loading = { .mistake = mistake, .userdata = userdata };
        TypeEntry *entry;
        int r;

        m->n_rights_changes++;
        r = job_types_read((char *const *) folders, on_type, on_mistake, &loading);
        if (r >= 0)
                r = drop_types(m);
        for (size_t i = 0; r >= 0 && i < loading.n; i++) {
                r = get_entry(m, loading.types[i]->name, &entry);
                if (r >= 0)
                        entry->type = TAKE_PTR(loading.types[i]);
        }
        return r;
}

void type_registry_free(Manager *m) {
        while (m->types) {
                TypeEntry *entry = *(TypeEntry **) m->types; /* the tree's root, see tsearch(3) */

                entry->type = job_type_free(entry->type);
                entry->n_running = 0;
                release(m, entry);
        }
}

/* ---- asking ---- */

const JobType *type_find(Manager *m, const char *name) {
        const TypeEntry *entry = find_entry(m, name);

        return entry ? entry->type : NULL;
}

/* What a file with a mistake means is not known. */
bool type_is_shared(Manager *m, const char *name) {
        const JobType *type = name ? type_find(m, name) : NULL;

        return type && type->shared && !type->mistake;
}

bool type_may_start(Manager *m, const char *name) {
        const TypeEntry *entry = name ? find_entry(m, name) : NULL;

        return !entry || !entry->type || entry->type->max_running == 0 ||
                        entry->n_running < entry->type->max_running;
}

int type_add_running(Manager *m, const char *name) {
        TypeEntry *entry;
        int r = name ? get_entry(m, name, &entry) : 0;

        if (name && r >= 0)
                entry->n_running++;
        return r;
}

void type_remove_running(Manager *m, const char *name) {
        TypeEntry *entry = name ? find_entry(m, name) : NULL;

        if (!entry)
                return;
        entry->n_running--;
        release(m, entry);
}
