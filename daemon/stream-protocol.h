/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd and its helper jobsd-stream tell each other.
 *
 *   jobsd-stream user NAME|UID       prints "UID NAME"
 *   jobsd-stream outcome UNIT BOOT   prints "RESULT EXIT-STATUS", "stopped", "began" or nothing
 *   jobsd-stream start UNIT BOOT     prints the errno of a program that could not be started, or nothing
 *   jobsd-stream output UNIT LINES MODE
 *                                    copies a unit's output to standard output: the last so many
 *                                    lines, or all of them for "all"; how far is the mode's matter */
#define STREAM_MODE_ENDED "ended"       /* to the end: wait until the journal has stored everything */
#define STREAM_MODE_SNAPSHOT "snapshot" /* what is stored by now: the job goes on */
#define STREAM_MODE_FOLLOW "follow"     /* until jobsd says this byte on standard input, and then to the end */
#define STREAM_JOB_ENDED 'E'

/* Exit statuses beside 0 and 1. */
#define STREAM_EXIT_NOT_FOUND 3
