/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What jobsd asks jobsd-results of the files that jobs leave, and what it is told: over a stream socket, one question a
 * connection. A question is words, each with a NUL behind it, and ends where the stream does:
 *
 *   keep ID UID         the job has ended: nobody else shall reach its files from now on; how many are there?
 *   list ID UID         what they are called
 *   open ID UID NAME    one of them
 *   remove FOLDER…      all that is in a folder that was set aside, and the folder
 *   take INPUTS NAME UID MAX
 *                       with a descriptor: a copy of that file for a job that is to be, of MAX bytes at most
 *   drop INPUTS…        the files that were taken under this id
 *
 * UID is the account that the job runs as: whose files they are. The answer is texts, each with a NUL behind it, the first
 * one "0" or a positive errno, and behind a 0:
 *
 *   keep                how many files, and how many bytes these are
 *   list                of each file its size in bytes, when it was modified in µs since 1970, and its name
 *   open                its size; the descriptor comes with it
 *   take                its size
 *   remove, drop        nothing
 *
 * A name is the path in the job's folder. What of it is no text, or not to be shown in a line, is written as "\xNN", and
 * so is a backslash. */

/* Of each job that runs the folder ID: an own one of the account that it runs as, made by PID 1. Everybody may pass through
 * to his own, and sees of others' what PID 1 tells of their units. */
#define RESULT_FOLDERS "/var/lib/jobsd-results"
/* Those of jobs that have ended are in a folder where nobody passes: neither their owner changes them any more, nor does
 * anybody see whose they are. */
#define RESULT_KEPT "kept"
/* Input files: of each job that was handed some a folder, by an id of 32 hexadecimal digits that nobody guesses, and in it
 * files by the names of their parameters. Both are the account's, and nobody else's. */
#define RESULT_INPUTS "inputs"
/* The name of the same in StateDirectory=. */
#define RESULT_STATE_DIRECTORY "jobsd-results"
/* Behind the id, of a job that is no more in the history. */
#define RESULT_CLEARED ".cleared"

#define RESULT_SOCKET "/run/jobsd/results"

/* How many names are told, and how far they go down: what is deeper is no result. */
#define RESULT_LIST_MAX 1000U
#define RESULT_DEPTH_MAX 16U
#define RESULT_NAME_BYTES_MAX 1024U
#define RESULT_QUESTION_BYTES_MAX 16384U
/* Each name, and two numbers. */
#define RESULT_ANSWER_BYTES_MAX (RESULT_LIST_MAX * (RESULT_NAME_BYTES_MAX + 64U) + 64U)
