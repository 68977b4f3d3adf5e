/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What several users want of something that does one thing after the other: each stands in a line of his
 * own, in order, and the lines take turns. So whoever comes waits for one item of each user who was there
 * before, however many items that user has. Owns neither lines nor items. */

#include <stdbool.h>
#include <sys/queue.h>

typedef struct FairItem {
        struct FairLine *line; /* that it stands in, or NULL */
        TAILQ_ENTRY(FairItem) list;
} FairItem;

typedef struct FairLine {
        struct FairQueue *queue; /* NULL: nothing has ever stood in it */
        TAILQ_HEAD(, FairItem) items;
        TAILQ_ENTRY(FairLine) list;
        bool is_served; /* the item that was taken last is not done */
} FairLine;

/* Lines whose turn comes, next to be served first: they have items, and are not being served. */
typedef struct FairQueue {
        TAILQ_HEAD(, FairLine) lines;
} FairQueue;

void fair_queue_init(FairQueue *queue);
void fair_line_init(FairLine *line);
/* Nothing stands in it, and nothing that was taken is not done. */
bool fair_line_is_idle(const FairLine *line);

/* At the end of a line, which is one of this queue from then on. */
void fair_queue_add(FairQueue *queue, FairLine *line, FairItem *item);
/* The first item of the next line, NULL when there is none. Its line has no other turn until
 * fair_line_done(). */
FairItem *fair_queue_take(FairQueue *queue, FairLine **ret);
void fair_line_done(FairLine *line);
/* Takes an item out, wherever it stands. */
void fair_item_remove(FairItem *item);
