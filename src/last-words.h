/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* jobsd asks jobsd-run by this signal to kill everybody else in its unit, and to write down what they have
 * printed: a moment before PID 1 kills all of a unit that has not ended when it was stopped, jobsd-run and what
 * is in its hands among them. */

#include <signal.h>

#define SIGNAL_LAST_WORDS (SIGRTMIN + 8)
