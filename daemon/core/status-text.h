/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The texts in the column Info. */

#include "job.h"

/* What a job said with STATUS= of sd_notify(3): one line of it, without control characters, and the
 * progress 0 to 1 when it starts with "NN%" (progress stays as it is otherwise). */
int status_text_parse(const char *text, char **ret_info, double *progress);

/* Why a job could not be started, with the errno of the step that failed, or 0, and the interpreter that its
 * program names and that is not there, or "". */
int status_text_of_start_failure(const Job *job, int error, const char *interpreter, char **ret_info);

/* What a person needs to know of a job's end; why says it better than the result does, or is NULL, and so is said, its
 * last status text. NULL when there is nothing to say: it succeeded without a word. */
int status_text_of_end(const Job *job, const char *why, const char *said, char **ret_info);
