/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a job says of itself: shown in one line that the bus carries, and read again it is the same. */

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "parse.h"
#include "status-text.h"

static void check_parsed(const char *text) {
        _cleanup_free_ char *info = NULL, *again = NULL;
        double progress = -1, progress_again = -1;
        int r = status_text_parse(text, &info, &progress);

        CHECK(r == (utf8_is_valid(text) ? 0 : -EINVAL));
        if (r < 0)
                return;
        CHECK(utf8_is_valid(info) && text_is_one_line(info) && strlen(info) <= 512);
        CHECK(progress == -1 || (progress >= 0 && progress <= 1));
        CHECK(status_text_parse(info, &again, &progress_again) >= 0);
        CHECK(strcmp(info, again) == 0 && progress == progress_again);
}

/* The end of a job that spoke last is told whole. */
static void check_end(Job *job, const char *said) {
        _cleanup_free_ char *info = NULL;

        CHECK(status_text_of_end(job, NULL, said, &info) >= 0);
        if (*said)
                CHECK(info && strstr(info, said));
        else
                CHECK(job->result == JOB_RESULT_NONE || job->result == JOB_RESULT_SUCCESS || *info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        Job job = { .user = (char *) "alice" };
        _cleanup_free_ char *text = NULL;

        job.result = (JobResult) (input_byte(&input) % _JOB_RESULT_MAX);
        job.exit_status = (int) input_number(&input);
        job.timeout_usec = input_number(&input);
        job.memory_max = input_number(&input);
        text = input_text(&input);
        check_parsed(text);
        check_end(&job, text);
        return 0;
}
