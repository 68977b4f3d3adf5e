/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/param.h>

#include "input-files.h"
#include "inputs.h"

typedef struct InputSet {
        Manager *manager;
        sd_id128_t id;
        uid_t uid; /* who will read them */
        size_t n_taken;
        uint64_t bytes;  /* of those, */
        uint64_t bytes_max; /* and at most of the next one */
        int error;       /* of that one */
        bool is_waiting; /* for it */
        bool is_kept;
} InputSet;

/* ---- what the parameters say ---- */

static bool is_given(char *const *values, const char *name) {
        size_t n = strlen(name);

        for (; values && *values; values++)
                if (strncmp(*values, name, n) == 0 && (*values)[n] == '=')
                        return true;
        return false;
}

static int check_handed(const JobType *type, char *const *values, const HandedFile *file, sd_bus_error *e) {
        const Parameter *parameter = job_type_find_parameter(type, file->name);

        if (!parameter)
                return error_invalid(e, "Job type \"%s\" has no parameter \"" QUOTE "\".", type->name, QUOTED(file->name));
        if (parameter->kind != PARAMETER_FILE)
                return error_invalid(e, "Parameter \"%s\" takes a value, and no file that is handed over.", file->name);
        if (!is_given(values, file->name))
                return error_invalid(e, "Parameter \"%s\": its file was handed over, and what it is called is missing.",
                                file->name);
        return 0;
}

int inputs_check(const JobType *type, char *const *values, const RunOptions *options, sd_bus_error *e) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < options->n_files; i++)
                r = check_handed(type, values, &options->files[i], e);
        for (size_t i = 0; r >= 0 && i < type->n_parameters; i++) {
                const Parameter *parameter = &type->parameters[i];

                if (parameter->kind == PARAMETER_FILE && is_given(values, parameter->name) &&
                                !handed_file_find(options, parameter->name))
                        r = error_invalid(e, "Parameter \"%s\" takes a file, and none was handed over.", parameter->name);
        }
        return r;
}

/* ---- taking them over ---- */

static void input_set_free(void *p) {
        InputSet *set = p;

        if (set->n_taken > 0 && !set->is_kept)
                input_files_drop(set->manager, set->id);
        free(set);
}

int inputs_get_id(Request *q, const RunOptions *options, sd_id128_t *ret) {
        InputSet *set = q->state;
        int r = 0;

        *ret = SD_ID128_NULL;
        if (options->n_files == 0)
                return 0;
        if (!set) {
                set = calloc(1, sizeof(InputSet));
                if (!set)
                        return -ENOMEM;
                q->state = set;
                q->free_state = input_set_free;
                set->manager = q->manager;
                r = sd_id128_randomize(&set->id);
        }
        *ret = set->id;
        return r;
}

typedef struct Taking {
        Request *request;
} Taking;

static void on_taken(int r, const char *answer, size_t size, int *fd, void *userdata) {
        Request *q = ((Taking *) userdata)->request;
        InputSet *set = q->state;
        uint64_t bytes = 0;

        if (r >= 0 && (size == 0 || parse_uint64(answer, &bytes) < 0))
                r = -EIO;
        set->is_waiting = false;
        set->error = r;
        if (r >= 0) {
                set->n_taken++;
                set->bytes += bytes;
        }
        request_continue(q);
}

/* What his active jobs have, with this one. */
static int count_used(Request *q, const Job *job, uint64_t *ret) {
        const InputSet *set = q->state;
        int r = store_get_input_bytes(q->manager->store, job->uid, ret);

        if (r >= 0)
                *ret += set->bytes;
        return r;
}

static int take_next(Request *q, const JobType *type, const HandedFile *handed, const Job *job) {
        uint64_t size_max = job_type_find_parameter(type, handed->name)->size_max;
        uint64_t used, max = q->manager->config.inputs_max_per_user;
        Taking *taking = malloc(sizeof(Taking));
        InputSet *set = q->state;
        int r = taking ? count_used(q, job, &used) : -ENOMEM;

        if (r >= 0) {
                *taking = (Taking){ q };
                set->uid = job_run_uid(job);
                set->bytes_max = used < max ? max - used : 0;
                if (size_max > 0)
                        set->bytes_max = MIN(set->bytes_max, size_max);
                r = input_files_take(q->manager, &(InputFile){ set->id, handed->name, job->uid, set->uid, set->bytes_max },
                                handed->fd, on_taken, taking);
        }
        if (r < 0) {
                free(taking);
                return r;
        }
        set->is_waiting = true;
        return REQUEST_PENDING;
}

static int error_no_room(Request *q, const Job *job, sd_bus_error *e) {
        return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                        "The files that active jobs of %s were handed would take more than %" PRIu64
                        " bytes with this one (InputsMaxPerUser= in jobsd.conf). Wait until some have run, or cancel some.",
                        job->user, q->manager->config.inputs_max_per_user);
}

static int error_not_taken(Request *q, const JobType *type, const char *name, const Job *job, sd_bus_error *e) {
        uint64_t size_max = job_type_find_parameter(type, name)->size_max;
        const InputSet *set = q->state;

        switch (set->error) {
        case -EISDIR:
                return error_invalid(e, "Parameter \"%s\" takes a regular file: a folder, a pipe, a device or one of the kernel's is none.", name);
        case -EBADF:
                return error_invalid(e, "Parameter \"%s\" takes a file that is open for reading.", name);
        case -EFBIG:
                if (size_max == 0 || set->bytes_max < size_max)
                        return error_no_room(q, job, e);
                return error_invalid(e, "Parameter \"%s\" takes a file of at most %" PRIu64 " bytes.", name, set->bytes_max);
        case -ECONNREFUSED:
                return sd_bus_error_set(e, SD_BUS_ERROR_FAILED,
                                "The service that takes files over is not there. See: systemctl status"
                                " jobsd-results.socket");
        default:
                return set->error;
        }
}

int inputs_take(Request *q, const JobType *type, const RunOptions *options, Job *job, sd_bus_error *e) {
        const InputSet *set = q->state;
        uint64_t used;
        int r;

        if (options->n_files == 0)
                return 1;
        if (set->is_waiting)
                return REQUEST_PENDING;
        if (set->error < 0)
                return error_not_taken(q, type, options->files[set->n_taken].name, job, e);
        if (set->n_taken < options->n_files)
                return take_next(q, type, &options->files[set->n_taken], job);
        if (set->uid != job_run_uid(job))
                return error_invalid(e, "Job type \"%s\" was changed while its files were taken over. Try again.", type->name);
        r = count_used(q, job, &used);
        if (r >= 0 && used > q->manager->config.inputs_max_per_user) /* others of his have come meanwhile */
                return error_no_room(q, job, e);
        job->inputs = set->id;
        job->input_bytes = set->bytes;
        return r < 0 ? r : 1;
}

void inputs_keep(Request *q) {
        ((InputSet *) q->state)->is_kept = true;
}
