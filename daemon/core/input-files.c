/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "input-files.h"
#include "log.h"
#include "result-folder.h"

int input_files_take(Manager *m, const InputFile *file, int fd, result_call_cb done, void *userdata) {
        char inputs[SD_ID128_STRING_MAX], uid[16], bytes_max[24];
        const char *words[] = { "take", sd_id128_to_string(file->inputs, inputs), file->name, uid, bytes_max, NULL };

        snprintf(uid, sizeof(uid), "%u", (unsigned) file->uid);
        snprintf(bytes_max, sizeof(bytes_max), "%" PRIu64, file->bytes_max);
        return result_service_hand(&m->inputs, words, fd, file->owner, done, userdata);
}

static void on_dropped(int r, const char *answer, size_t size, int *fd, void *userdata) {
        if (r < 0)
                log_errno(r, "Failed to remove the files that a job was handed, jobsd will try again when it starts");
}

void input_files_drop(Manager *m, sd_id128_t inputs) {
        char text[SD_ID128_STRING_MAX];
        const char *words[] = { "drop", sd_id128_to_string(inputs, text), NULL };
        int r = result_service_ask(&m->results, words, on_dropped, NULL);

        if (r < 0)
                on_dropped(r, NULL, 0, NULL, NULL);
}

static void on_job_ended(Manager *m, const Job *job) {
        if (!sd_id128_is_null(job->inputs))
                input_files_drop(m, job->inputs);
}

const Observer input_files_observer = {
        .job_ended = on_job_ended,
};

static int on_left(sd_id128_t inputs, void *userdata) {
        Manager *m = userdata;
        int r = store_has_inputs(m->store, inputs);

        if (r == 0)
                input_files_drop(m, inputs);
        return r < 0 ? r : 0;
}

void input_files_start(Manager *m) {
        int r = result_folder_foreach_inputs(on_left, m);

        if (r < 0)
                log_errno(r, "Failed to look for files that no job waits for");
}
