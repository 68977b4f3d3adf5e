/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Jobs that a program that is no jobsd asks for, by a function of its own: Function= in jobsd-gearman.conf(5). It
 * has its answer, {"id":17}, when jobsd has promised the job, which is one like all others from then on. */

#include "worker.h"

/* So many are taken before jobsd has promised them; then no question is fetched from the server. */
#define OUTSIDE_MAX 64U

void outside_take(Worker *worker, const Function *function, const Packet *packet);
/* The server has all that was sent until it was asked for the last time with a lower number. */
void outside_confirmed(Worker *worker, uint64_t number);
/* The server is gone: it hands them out again. */
void outside_forget(Worker *worker);
