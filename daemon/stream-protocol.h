/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd and its helper jobsd-stream tell each other.
 *
 *   jobsd-stream user NAME|UID       prints "UID NAME"
 *   jobsd-stream outcome UNIT BOOT   prints "RESULT EXIT-STATUS", "stopped", "began" or nothing
 *   jobsd-stream start UNIT BOOT     prints the errno of a program that could not be started, or nothing
 *   jobsd-stream output UNIT LINES   copies a unit's output to standard output: the last so many
 *                                    lines, or all of them for "all". Standard input is jobsd, which
 *                                    says with one of these bytes how far. */
typedef enum StreamWord {
        STREAM_JOB_ENDED = 'E',  /* to the end: wait until the journal has stored everything */
        STREAM_SNAPSHOT = 'S',   /* what is stored by now: the job goes on */
} StreamWord;

/* Exit statuses beside 0 and 1. */
#define STREAM_EXIT_NOT_FOUND 3
