/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ListResults and OpenResult: who may read what a job printed may read the files that it left. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bus-manager.h"
#include "options.h"
#include "protocol.h"
#include "result-files.h"
#include "result-protocol.h"

/* What the answer is for. */
typedef struct ResultRequest {
        Request *request;
        uint64_t id;
        char name[RESULT_NAME_BYTES_MAX];
} ResultRequest;

static int error_no_such_result(uint64_t id, const char *name, sd_bus_error *e) {
        return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_RESULT,
                        "Job %" PRIu64 " has no result file \"" QUOTE "\". Those that it has: jobsctl results %" PRIu64, id,
                        QUOTED(name), id);
}

static int set_error(int error, const ResultRequest *what, sd_bus_error *e) {
        if (error == -ENOENT)
                return error_no_such_result(what->id, what->name, e);
        if (error == -ECONNREFUSED)
                return sd_bus_error_set(e, SD_BUS_ERROR_FAILED,
                                "The service that reads result files is not there. See: systemctl status"
                                " jobsd-results.socket");
        return error;
}

static void fail(const ResultRequest *what, int error) {
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;

        error = set_error(error, what, &e);
        request_fail(what->request, error, &e);
}

static int new_request(Request *q, uint64_t id, const char *name, ResultRequest **ret) {
        ResultRequest *what = calloc(1, sizeof(ResultRequest));

        if (!what)
                return -ENOMEM;
        what->request = q;
        what->id = id;
        strcpy(what->name, name);
        *ret = what;
        return 0;
}

/* ---- ListResults ---- */

/* The text behind this one; NULL when there is none. */
static const char *next_text(const char **at, const char *end) {
        const char *text = *at;

        if (text >= end)
                return NULL;
        *at += strlen(text) + 1;
        return text;
}

static int append_file(sd_bus_message *m, const char **at, const char *end) {
        const char *size = next_text(at, end), *modified = next_text(at, end), *name = next_text(at, end);
        uint64_t bytes, usec;

        if (!name || parse_uint64(size, &bytes) < 0 || parse_uint64(modified, &usec) < 0)
                return -EIO;
        return sd_bus_message_append(m, "(stt)", name, bytes, usec);
}

static int append_files(sd_bus_message *m, const char *answer, size_t size) {
        const char *at = answer, *end = answer + size;
        int r = sd_bus_message_open_container(m, 'a', "(stt)");

        while (r >= 0 && at < end)
                r = append_file(m, &at, end);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static void on_list(int r, const char *answer, size_t size, int *fd, void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const ResultRequest *what = userdata;

        if (r == -ENOENT) /* no folder is there, and nothing in it */
                r = 0;
        if (r >= 0)
                r = sd_bus_message_new_method_return(what->request->message, &reply);
        if (r >= 0)
                r = append_files(reply, answer, size);
        if (r < 0)
                fail(what, r);
        else
                request_reply(what->request, reply);
}

int bus_manager_list_results(Request *q, uint64_t id, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        ResultRequest *what;
        int r;

        r = flags_read(q->message, e);
        if (r >= 0)
                r = request_find_job(q, id, ACTION_VIEW, ACTION_VIEW_OTHERS, &job, e);
        if (r <= 0)
                return r;
        r = new_request(q, id, "", &what);
        if (r < 0)
                return r;
        r = result_files_list(q->manager, job, on_list, what);
        if (r < 0)
                free(what);
        return r < 0 ? r : REQUEST_PENDING;
}

int bus_manager_list_results_of(Request *q, sd_bus_error *e) {
        uint64_t id;
        int r = sd_bus_message_read(q->message, "t", &id);

        return r < 0 ? r : bus_manager_list_results(q, id, e);
}

/* ---- OpenResult ---- */

static void on_open(int r, const char *answer, size_t size, int *fd, void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const ResultRequest *what = userdata;
        uint64_t bytes = 0;

        if (r >= 0 && (*fd < 0 || size == 0 || parse_uint64(answer, &bytes) < 0))
                r = -EIO;
        if (r >= 0)
                r = sd_bus_message_new_method_return(what->request->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "ht", *fd, bytes);
        if (r < 0)
                fail(what, r);
        else
                request_reply(what->request, reply);
}

static int open_result(Request *q, const Job *job, const char *name) {
        ResultRequest *what;
        int r = new_request(q, job->id, name, &what);

        if (r < 0)
                return r;
        r = result_files_open(q->manager, job, name, on_open, what);
        if (r < 0)
                free(what);
        return r < 0 ? r : REQUEST_PENDING;
}

int bus_manager_open_result(Request *q, uint64_t id, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        const char *name;
        int r;

        r = sd_bus_message_read(q->message, "s", &name);
        if (r >= 0)
                r = flags_read(q->message, e);
        if (r >= 0)
                r = request_find_job(q, id, ACTION_VIEW, ACTION_VIEW_OTHERS, &job, e);
        if (r <= 0)
                return r;
        if (!*name || strlen(name) >= RESULT_NAME_BYTES_MAX)
                return error_no_such_result(id, name, e);
        return open_result(q, job, name);
}

int bus_manager_open_result_of(Request *q, sd_bus_error *e) {
        uint64_t id;
        int r = sd_bus_message_read(q->message, "t", &id);

        return r < 0 ? r : bus_manager_open_result(q, id, e);
}
