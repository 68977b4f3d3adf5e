/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>

#include "fair-queue.h"

void fair_queue_init(FairQueue *queue) {
        TAILQ_INIT(&queue->lines);
}

void fair_line_init(FairLine *line) {
        *line = (FairLine){};
        TAILQ_INIT(&line->items);
}

bool fair_line_is_idle(const FairLine *line) {
        return TAILQ_EMPTY(&line->items) && !line->is_served;
}

static bool is_listed(const FairLine *line) {
        return !TAILQ_EMPTY(&line->items) && !line->is_served;
}

void fair_queue_add(FairQueue *queue, FairLine *line, FairItem *item) {
        bool was_listed = is_listed(line);

        line->queue = queue;
        item->line = line;
        TAILQ_INSERT_TAIL(&line->items, item, list);
        if (!was_listed && is_listed(line))
                TAILQ_INSERT_TAIL(&queue->lines, line, list);
}

FairItem *fair_queue_take(FairQueue *queue, FairLine **ret) {
        FairLine *line = TAILQ_FIRST(&queue->lines);
        FairItem *item;

        if (!line)
                return NULL;
        item = TAILQ_FIRST(&line->items);
        fair_item_remove(item);
        if (is_listed(line))
                TAILQ_REMOVE(&queue->lines, line, list);
        line->is_served = true;
        *ret = line;
        return item;
}

void fair_line_done(FairLine *line) {
        line->is_served = false;
        if (is_listed(line)) /* behind those that came meanwhile */
                TAILQ_INSERT_TAIL(&line->queue->lines, line, list);
}

void fair_item_remove(FairItem *item) {
        FairLine *line = item->line;
        bool was_listed;

        if (!line)
                return;
        was_listed = is_listed(line);
        TAILQ_REMOVE(&line->items, item, list);
        item->line = NULL;
        if (was_listed && !is_listed(line))
                TAILQ_REMOVE(&line->queue->lines, line, list);
}
