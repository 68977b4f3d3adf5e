/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* jobsd-gearman: runs jobs of other machines on this one, as any client of jobsd would. Its functions are
 *
 *   jobsd.place.TYPE   which machine takes a job of this type? Registered while a slot is free; the answer is its name.
 *   jobsd.place.TYPE@HOST  does this one?
 *   jobsd.run@HOST     run it here, once, however often it is asked, and tell what it prints from a place on
 *   jobsd.cancel@HOST  end it
 *   jobsd.host@HOST    how many slots are there, and how many are taken? And: take no more, or take some again
 *   Function=          run a type here, for a program that is no jobsd: see outside.h
 *
 * Each question is a ticket (ticket.h), and each answer. */

#include <sys/queue.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "link.h"
#include "settings.h"
#include "ticket.h"

#define PLACE_FUNCTION "jobsd.place."
#define RUN_FUNCTION "jobsd.run@"
#define CANCEL_FUNCTION "jobsd.cancel@"
#define HOST_FUNCTION "jobsd.host@"

typedef struct RemoteJob RemoteJob;
typedef struct Cancel Cancel;
typedef struct Outside Outside;

typedef struct Worker {
        Settings settings;
        TicketKey key;
        TicketMemory *memory;
        sd_event *event;
        sd_bus *bus;
        Link *link;
        sd_event_source *reservation_timer, *retry_timer;
        char **types;        /* that this account may run, */
        bool is_draining;    /* no more is taken of other machines, see drain.h */
        bool is_offering;    /* and whether the server knows that there is room for them */
        uint64_t n_active;   /* jobs that have not ended, by jobsd's last count, */
        bool must_count;     /* which is asked again */
        sd_bus_slot *counting;
        unsigned n_reserved; /* places that were promised, and whose jobs have not come yet */
        /* Jobs that have come and are not in that count: jobsd has taken some of them since it was asked, or will, */
        unsigned n_fresh;
        unsigned n_submitted; /* it has taken these, */
        unsigned n_in_count;  /* and these before it was asked for the count that is on its way */
        LIST_HEAD(, RemoteJob) jobs;
        LIST_HEAD(, Cancel) cancels;
        LIST_HEAD(, Outside) outside;
        unsigned n_outside;
        uint64_t n_answered; /* of those, ever */
} Worker;

/* jobsd has failed to answer: ask it anew in a moment. */
void worker_retry(Worker *worker);

/* ---- offers.c: what is offered, and whether there is room ---- */

int offers_init(Worker *worker);
bool offers_have_room(const Worker *worker);
unsigned offers_count_taken(const Worker *worker);
/* Asks jobsd for types and jobs; whenever it comes, and when something has changed. */
void offers_refresh(Worker *worker);
/* Tells a server that has just come. */
void offers_tell(Worker *worker);
/* A job has come or ended. */
void offers_count(Worker *worker);
/* Whether this machine drains is another. */
void offers_update(Worker *worker);
/* A place was promised. */
void offers_reserve(Worker *worker);
/* A job came that it was promised for; jobsd has taken it, or will not. */
void offers_redeem(Worker *worker);
void offers_submitted(Worker *worker);
void offers_withdraw(Worker *worker);

/* ---- serve.c: what is asked ---- */

void serve_assigned(Worker *worker, const Packet *packet);
/* The server that asked is gone. */
void serve_forget(Worker *worker);
/* Ends a question of the server: with a signed answer, which is taken over, or with none. */
void serve_answer(Worker *worker, const char *handle, const char *function, const char *unique,
                struct json_object *answer);
