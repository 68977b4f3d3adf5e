/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "id-list.h"

void id_list_done(IdList *list) {
        free(list->ids);
        *list = (IdList){};
}

void id_list_clear(IdList *list) {
        list->n_ids = 0;
}

bool id_list_has(const IdList *list, uint64_t id) {
        for (size_t i = 0; i < list->n_ids; i++)
                if (list->ids[i] == id)
                        return true;
        return false;
}

int id_list_add(IdList *list, uint64_t id) {
        if (id_list_has(list, id))
                return 0;
        if (list->n_ids == list->n_allocated) {
                size_t n = list->n_allocated > 0 ? 2 * list->n_allocated : 64;
                uint64_t *ids = reallocarray(list->ids, n, sizeof(uint64_t));

                if (!ids)
                        return -ENOMEM;
                list->ids = ids;
                list->n_allocated = n;
        }
        list->ids[list->n_ids++] = id;
        return 0;
}

void id_list_drop(IdList *list, size_t n) {
        if (n == 0)
                return;
        list->n_ids -= n;
        memmove(list->ids, list->ids + n, list->n_ids * sizeof(uint64_t));
}

int id_list_move(IdList *list, size_t n, IdList *to) {
        for (size_t i = 0; i < n; i++) {
                int r = id_list_add(to, list->ids[i]);

                if (r < 0)
                        return r;
        }
        id_list_drop(list, n);
        return 0;
}
