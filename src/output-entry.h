/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd-run writes to the journal of jobs, and jobsd-stream reads: entries of journald's native
 * protocol, in this order.
 *
 *   JOBSD_START=1            before the command exists: nobody but the runner can have written it
 *   JOBSD_AT=, MESSAGE=      a chunk of what the command printed, and how many bytes came before it. A line
 *                            break follows the text, unless JOBSD_PART=1 says that there is none.
 *   JOBSD_AT=, JOBSD_END=1   the last one: JOBSD_BYTES= and JOBSD_LINES= in all, and with JOBSD_EXIT= how
 * the command ended. JOBSD_HELD=1: somebody held its output open after its end.
 *
 * A chunk that begins behind the end of the one before it tells how much is missing. One that begins ahead
 * of that was sent again, because journald's socket had been closed. */

#define OUTPUT_START "JOBSD_START"
#define OUTPUT_AT "JOBSD_AT"
#define OUTPUT_TEXT "MESSAGE"
#define OUTPUT_PART "JOBSD_PART"
#define OUTPUT_END "JOBSD_END"
#define OUTPUT_BYTES "JOBSD_BYTES"
#define OUTPUT_LINES "JOBSD_LINES"
#define OUTPUT_EXIT "JOBSD_EXIT"
#define OUTPUT_HELD "JOBSD_HELD"

/* The values of JOBSD_EXIT=: a word and a number. */
#define OUTPUT_EXITED "exited" /* its exit status */
#define OUTPUT_KILLED "killed" /* the signal */
#define OUTPUT_DUMPED "dumped" /* the signal, and it left a core dump */
/* the errno: it could not be executed; and behind it the interpreter of a script that is not there */
#define OUTPUT_FAILED "failed"
