/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd and its helper jobsd-stream tell each other.
 *
 *   jobsd-stream user NAME|UID       prints "UID NAME"
 *   jobsd-stream outcome UNIT BOOT   prints "RESULT EXIT-STATUS", "stopped", "began" or nothing
 *   jobsd-stream start UNIT BOOT UID prints the errno of a program that could not be started as this user,
 * or nothing jobsd-stream output ID TRIES BOOT LINES MODE copies the output of a job, of so many tries and
 * of one boot or "any", to standard output: the last so many lines, or all of them for "all"; how far is the
 *                                    mode's matter
 *   jobsd-stream export DATABASE     writes rows of the history to standard output. Standard input is
 *                                    a file that says which and how, see export-query.h. When all of
 *                                    it is written, descriptor 3 gets the number of rows in decimal
 *                                    and a line break: an export that breaks off has none.
 *   jobsd-stream import DATABASE FORMAT
 *                                    reads a file to be imported on standard input, and reports rows that
 *                                    are refused on descriptor 3. Prints records of "KEY=VALUE" texts,
 *                                    each text with a NUL behind it and each record with one more: first
 *                                    the numbers of rows, known and refused ones, then the rows as of
 *                                    import-row.h. Or, alone, the file's mistake. */
#define STREAM_BOOT_ANY "any"
#define STREAM_MODE_SNAPSHOT "snapshot" /* what is stored by now: the job goes on */
#define STREAM_MODE_FOLLOW "follow"     /* what comes until jobsd says that all is stored, and the rest */
#define STREAM_MODE_RESUME "resume"     /* the same, of a try that began before this jobsd: until any word */
#define STREAM_MODE_AWAIT "await"       /* everything, after jobsd has said a word: the job has ended */

/* One byte on standard input. */
typedef enum StreamWord {
        STREAM_STORED = 'A',    /* the journal has stored all of the output, */
        STREAM_JOB_ENDED = 'E', /* or it has to be asked to */
} StreamWord;

#define STREAM_STATUS_FD 3

/* Exit statuses beside 0 and 1. */
#define STREAM_EXIT_NOT_FOUND 3
