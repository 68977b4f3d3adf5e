/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ids in the order in which they came, each once. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct IdList {
        uint64_t *ids;
        size_t n_ids, n_allocated;
} IdList;

void id_list_done(IdList *list);
void id_list_clear(IdList *list);
bool id_list_has(const IdList *list, uint64_t id);
int id_list_add(IdList *list, uint64_t id);
/* Takes the first n out. */
void id_list_drop(IdList *list, size_t n);
/* Moves the first n to the end of another one. */
int id_list_move(IdList *list, size_t n, IdList *to);
