/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd and its helper jobsd-stream tell each other.
 *
 *   jobsd-stream user NAME|UID       prints "UID NAME"
 *   jobsd-stream outcome UNIT BOOT UID
 *                                    prints how a unit of this user's ended: "RESULT EXIT-STATUS ERRNO
 *                                    USEC INTERPRETER", "stopped 0 0 USEC", "began 0 0 USEC" or
 *                                    "nothing 0 0 USEC". USEC is when, and in the last two cases when
 *                                    there was the last entry of that boot; 0 if that is not known
 *   jobsd-stream output ID TRIES BOOT UNIT INVOCATION RAN LINES MODE
 *                                    copies the output of a job, of so many tries and of one boot, to
 *                                    standard output: the last so many lines, and how far is the mode's
 *                                    matter. That of this unit is of this invocation. Boot, invocation and
 *                                    lines may be "any". RAN is "yes" if there must have been a runner.
 *                                    Descriptor 3 gets the notes below, a line each.
 *   jobsd-stream export DATABASE     writes rows of the history to standard output. Standard input is
 *                                    a file that says which and how, see export-query.h. When all of
 *                                    it is written, descriptor 3 gets the number of rows in decimal
 *                                    and a line break: an export that breaks off has none.
 *   jobsd-stream log UID TYPES ID SINCE UNTIL LINES
 *                                    prints the records of jobs' steps, of this user's jobs and of those of these
 *                                    types (with "," between) or of "any", and of this id or of "any", as JSON, a
 *                                    line each, the oldest first: from SINCE on and before UNTIL, in µs since 1970
 *                                    or 0, and of these the last so many or "any". Descriptor 3 gets their number,
 *                                    as with export.
 *   jobsd-stream import DATABASE FORMAT
 *                                    reads a file to be imported on standard input, and reports rows that
 *                                    are refused on descriptor 3. Prints records of "KEY=VALUE" texts,
 *                                    each text with a NUL behind it and each record with one more: first
 *                                    the numbers of rows, known and refused ones, then the rows as of
 *                                    import-row.h. Or, alone, the file's mistake. */
#define STREAM_ANY "any"
#define STREAM_SEPARATOR ","
#define STREAM_YES "yes"
#define STREAM_NO "no"
#define STREAM_MODE_SNAPSHOT "snapshot" /* what is stored by now: the job goes on */
#define STREAM_MODE_FOLLOW "follow"     /* what comes until jobsd says that the job has ended, and the rest */
#define STREAM_MODE_AWAIT "await"       /* everything, after jobsd has said a word: the job has ended */

/* One byte on standard input. */
typedef enum StreamWord {
        STREAM_JOB_ENDED = 'E', /* the last of the output may be on its way to the journal, */
        STREAM_STORED = 'A',    /* or has been there for long */
} StreamWord;

#define STREAM_STATUS_FD 3

/* What descriptor 3 gets of an output, each with the number of bytes that come before it, as of OpenOutput() in
 * org.jobsd1.Manager.xml. */
#define STREAM_NOTE_MISSING "missing" /* and how many bytes are */
#define STREAM_NOTE_GONE "gone"       /* and how far the journal goes back, in µs since 1970; 0: it is empty */
#define STREAM_NOTE_UNFINISHED "unfinished"
#define STREAM_NOTE_HELD "held"
#define STREAM_NOTE_DAMAGED "damaged" /* without a number */
#define STREAM_NOTE_END "end"

/* Exit statuses beside 0 and 1. */
#define STREAM_EXIT_NOT_FOUND 3
