/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes a job: RunCommand, RunType and RetryJob. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bus-manager.h"
#include "commit.h"
#include "controllers.h"
#include "inputs.h"
#include "job-credential.h"
#include "options.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"
#include "submit.h"
#include "type-registry.h"

static void reply_with_job(Request *q, int r, const Job *job) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_free_ char *path = NULL;

        if (r >= 0)
                r = job_path(job->id, &path);
        if (r >= 0)
                r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "to", job->id, path);
        if (r < 0)
                request_fail(q, r, NULL);
        else
                request_reply(q, reply);
}

static void on_submitted(int r, const Job *job, void *userdata) {
        Request *q = userdata;

        if (r >= 0 && !sd_id128_is_null(job->inputs))
                inputs_keep(q);
        reply_with_job(q, r, job);
}

/* ---- once, with a key ---- */

typedef struct Known {
        Request *request;
        Job *job;
} Known;

static void on_known_committed(int r, void *userdata) {
        Known *known = userdata;

        reply_with_job(known->request, r, known->job);
        job_free(known->job);
        free(known);
}

/* Its submission may be in this turn's transaction: it is no promise before that is durable. */
static int reply_when_durable(Request *q, Job **job) {
        Known *known = malloc(sizeof(Known));
        int r = known ? commit_begin(q->manager->commit) : -ENOMEM;

        if (r < 0) {
                free(known);
                return r;
        }
        *known = (Known){ q, TAKE_PTR(*job) };
        commit_add(q->manager->commit, on_known_committed, known);
        return REQUEST_PENDING;
}

/* 1 when there is none yet. */
static int find_known(Request *q, const Job *job, sd_bus_error *e) {
        _cleanup_(job_freep) Job *known = NULL;
        int r = job->key ? submit_find_same(q->manager, job, &known) : -ENOENT;

        if (r == -ENOENT)
                return 1;
        if (r == -EEXIST)
                return error_invalid(e, "\"key\" \"" QUOTE "\" is that of job %" PRIu64 ", which was to do something else.",
                                QUOTED(job->key), known->id);
        return r < 0 ? r : reply_when_durable(q, &known);
}

/* Types are an administrator's, as jobsd.conf is. */
static int check_output_max(const Manager *m, const Job *job, sd_bus_error *e) {
        if (job->type || job->output_max <= m->config.output_max)
                return 0;
        return sd_bus_error_setf(e, SD_BUS_ERROR_INVALID_ARGS,
                        "\"output-max\" takes 1 to %" PRIu64 " here, not %" PRIu64
                        ": see OutputMax= in jobsd.conf(5).",
                        m->config.output_max, job->output_max);
}

/* Who asks for a limit relies on it. */
static int check_controllers(const Manager *m, const Job *job, sd_bus_error *e) {
        _cleanup_free_ char *lacking = NULL;
        int r;

        if (m->config.missing_controller == MISSING_CONTROLLER_WARN)
                return 0;
        r = controllers_find_lacking(CONTROLLERS_ROOT, job, &lacking);
        if (r < 0 || !lacking)
                return r;
        return sd_bus_error_setf(e, SD_BUS_ERROR_NOT_SUPPORTED,
                        "This machine has no controller for %s: such a limit would have no effect."
                        " Leave it out, or let the machine have the controller: a container has those"
                        " that its host delegates. MissingController=warn in jobsd.conf runs such jobs"
                        " all the same.",
                        lacking);
}

static int set_owner(Request *q, Job *job, const Identity *owner) {
        job->uid = owner->uid;
        job->submitter = q->uid;
        free(job->user);
        job->user = strdup(owner->name);
        return job->user ? 0 : -ENOMEM;
}

/* Submits the job, which is taken over, and answers with its id and path. */
static int submit(Request *q, Job **submitted, sd_bus_error *e) {
        Job *job = *submitted;
        int r;

        r = find_known(q, job, e);
        if (r <= 0)
                return r;
        r = check_output_max(q->manager, job, e);
        if (r >= 0)
                r = check_controllers(q->manager, job, e);
        if (r < 0)
                return r;
        r = submit_job(q->manager, job, on_submitted, q);
        if (r == -EDQUOT)
                return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "%s has %u jobs in the queue already, more are not allowed "
                                "(MaxQueuedPerUser= in"
                                " jobsd.conf). Wait until some have run, or cancel some.",
                                job->user, q->manager->config.max_queued_per_user);
        if (r == -EFBIG)
                return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "The jobs that %s has in the queue would have more than %" PRIu64
                                " bytes with this one"
                                " (MaxQueuedBytesPerUser= in jobsd.conf). Wait until some have run, or "
                                "cancel some.",
                                job->user, q->manager->config.max_queued_bytes_per_user);
        if (r == -EOVERFLOW)
                return sd_bus_error_setf(e, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "The files that jobs of %s have left take %" PRIu64
                                " bytes or more already (ResultsMaxPerUser= in jobsd.conf). Clear some of these"
                                " jobs, their files go with them.",
                                job->user, q->manager->config.results_max_per_user);
        if (r < 0)
                return r;
        *submitted = NULL; /* the manager's now */
        return REQUEST_PENDING;
}

/* ---- RunCommand ---- */

static void run_options_free(void *p) {
        RunOptions *options = p;

        job_free(options->job);
        free(options->user);
        free(options);
}

/* Reads the call once; it is kept while polkit and NSS are asked. */
static int prepare_run(Request *q, RunOptions **ret, sd_bus_error *e) {
        if (!q->state) {
                RunOptions *options = calloc(1, sizeof(RunOptions));
                int r;

                if (!options)
                        return -ENOMEM;
                q->state = options;
                q->free_state = run_options_free;
                r = job_new(&options->job);
                if (r >= 0)
                        r = run_options_read(q->message, options, e);
                if (r < 0)
                        return r;
        }
        *ret = q->state;
        return 0;
}

/* Whether somebody who names a user names himself: 1, 0, or -EINPROGRESS while that is being found out. */
static int names_caller(Request *q, const char *user) {
        _cleanup_(sd_bus_error_free) sd_bus_error ignored = SD_BUS_ERROR_NULL;
        const Identity *self;
        uid_t uid;
        int r;

        if (!user)
                return 1;
        if (parse_uid(user, &uid) >= 0)
                return uid == q->uid; /* whatever accounts there are of such a name */
        r = request_identify_uid(q, q->uid, &self, &ignored);
        if (r == REQUEST_PENDING)
                return -EINPROGRESS;
        return r > 0 && strcmp(self->name, user) == 0;
}

int bus_manager_run_command(Request *q, sd_bus_error *e) {
        const Identity *owner;
        RunOptions *options;
        int r;

        r = prepare_run(q, &options, e);
        if (r < 0)
                return r;
        r = names_caller(q, options->user);
        if (r == -EINPROGRESS)
                return REQUEST_PENDING;
        if (r > 0) {
                r = request_authorize(q, ACTION_RUN_COMMAND, TARGET_NONE, e);
                if (r > 0)
                        r = request_identify_uid(q, q->uid, &owner, e);
        } else {
                /* asked before the name is looked up, so that who may not gets one answer for all names */
                r = request_authorize(q, ACTION_RUN_AS, TARGET_NONE, e);
                if (r > 0)
                        r = request_identify(q, options->user, &owner, e);
        }
        if (r <= 0)
                return r;
        r = set_owner(q, options->job, owner);
        return r < 0 ? r : submit(q, &options->job, e);
}

/* ---- RunType ---- */

/* A job of a type that is to be, whoever asks for it and how. */
typedef struct TypeCall {
        const char *type;
        char **values;
        RunOptions options; /* the job: its origin, related and retry_of */
        uid_t owner;
} TypeCall;

static int error_no_such_type(const char *name, sd_bus_error *e) {
        return sd_bus_error_setf(e, JOBSD_ERROR_NO_SUCH_TYPE,
                        "There is no job type \"" QUOTE "\". Those that there are: jobsctl types --all",
                        QUOTED(name));
}

static int find_type(Request *q, const char *name, const JobType **ret, sd_bus_error *e) {
        const JobType *type = type_find(q->manager, name);
        int r;

        if (!type)
                return error_no_such_type(name, e);
        r = request_authorize(q, ACTION_RUN_TYPE, (Target){ .type = type }, e);
        if (r <= 0)
                return r;
        if (type->mistake)
                return sd_bus_error_setf(e, JOBSD_ERROR_BROKEN_TYPE, "Job type \"%s\" has a mistake: %s",
                                name, type->mistake);
        *ret = type;
        return 1;
}

static bool is_placed(const JobType *type, const RunOptions *options) {
        return type->place && !options->here;
}

static int make_job(Request *q, const JobType *type, const TypeCall *call, Job **ret, sd_bus_error *e) {
        const Job *label = call->options.job;
        _cleanup_(job_freep) Job *job = NULL;
        _cleanup_free_ char *message = NULL;
        sd_id128_t inputs;
        int r;

        r = inputs_get_id(q, &call->options, &inputs);
        if (r >= 0 && is_placed(type, &call->options))
                r = job_new_placed(type, call->values, &job, &message);
        else if (r >= 0)
                r = job_new_of_type(type, call->values, inputs, &job, &message);
        if (r == -EINVAL)
                return error_invalid(e, "%s", message);
        if (r >= 0)
                r = inputs_check(type, call->values, &call->options, e);
        if (r >= 0 && label->related) {
                free(TAKE_PTR(job->related));
                r = strdup_or_null(label->related, &job->related);
        }
        if (r >= 0)
                r = strdup_or_null(label->key, &job->key);
        if (r < 0)
                return r;
        job->origin = label->origin;
        if (call->options.here) /* its further tries are those of who asked */
                job->retries = 0;
        job->retry_of = label->retry_of;
        *ret = TAKE_PTR(job);
        return 0;
}

/* The account of the type's User=, unless that is the owner himself. */
static int set_run_as(Job *job, const Identity *account, const Identity *owner) {
        if (account->uid == owner->uid)
                return 0;
        job->run_uid = account->uid;
        return strdup_or_null(account->name, &job->run_as);
}

/* The type's Group=, by number: a name may go to another one. */
static int set_run_group(Job *job, const Identity *group) {
        if (!group)
                return 0;
        return asprintf(&job->run_group, "%u", (unsigned) group->uid) < 0 ? -ENOMEM : 0;
}

/* Those of the type, where it says any. */
static int identify_account(Request *q, const JobType *type, const Identity **account, const Identity **group,
                sd_bus_error *e) {
        int r = type->user ? request_identify(q, type->user, account, e) : 1;

        return r <= 0 || !type->group ? r : request_identify_group(q, type->group, group, e);
}

/* A type that is to run elsewhere, as its data are there, runs here for who has been asked by another machine. */
static int check_here(Request *q, const RunOptions *options, const Identity *owner, sd_bus_error *e) {
        if (!options->here || q->uid == 0 || strcmp(owner->name, PLACE_USER) == 0)
                return 0;
        return error_invalid(e, "\"here\" is for root and for " PLACE_USER ".");
}

static int submit_of_type(Request *q, const TypeCall *call, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        const Identity *owner, *account, *group = NULL;
        const JobType *type = NULL;
        int r;

        r = find_type(q, call->type, &type, e);
        if (r <= 0)
                return r;
        r = make_job(q, type, call, &job, e);
        if (r < 0)
                return r;
        r = request_identify_uid(q, call->owner, &owner, e);
        if (r <= 0)
                return r;
        r = check_here(q, &call->options, owner, e);
        if (r < 0)
                return r;
        account = owner;
        r = is_placed(type, &call->options) ? request_identify(q, PLACE_USER, &account, e)
                                            : identify_account(q, type, &account, &group, e);
        if (r <= 0)
                return r;
        r = set_run_as(job, account, owner);
        if (r >= 0)
                r = set_run_group(job, group);
        if (r >= 0)
                r = set_owner(q, job, owner);
        if (r >= 0)
                r = find_known(q, job, e); /* then nothing is taken over */
        if (r > 0)
                r = inputs_take(q, type, &call->options, job, e);
        return r <= 0 ? r : submit(q, &job, e);
}

/* "NAME=VALUE" of the a{ss}. */
static int read_values(sd_bus_message *m, char ***ret, sd_bus_error *e) {
        _cleanup_strv_free_ char **values = NULL;
        const char *name, *value;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "{ss}");
        while (r >= 0 && (r = sd_bus_message_read(m, "{ss}", &name, &value)) > 0) {
                _cleanup_free_ char *text = NULL;

                if (strv_length(values) >= JOB_TYPE_PARAMETERS_MAX)
                        return error_invalid(e, "More than %u parameters.", JOB_TYPE_PARAMETERS_MAX);
                if (strchr(name, '='))
                        return error_invalid(e, "\"" QUOTE "\" is no parameter's name.", QUOTED(name));
                r = asprintf(&text, "%s=%s", name, value) < 0 ? -ENOMEM : strv_extend(&values, text);
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        if (r >= 0)
                *ret = TAKE_PTR(values);
        return r;
}

static int read_run_type(Request *q, TypeCall *call, sd_bus_error *e) {
        int r;

        (void) sd_bus_message_sensitive(q->message); /* fails for no message: erased when it is freed */
        r = job_new(&call->options.job);
        if (r >= 0)
                r = sd_bus_message_read(q->message, "s", &call->type);
        if (r >= 0)
                r = read_values(q->message, &call->values, e);
        if (r >= 0)
                r = type_options_read(q->message, &call->options, e);
        return r < 0 ? r : flags_read(q->message, e);
}

int bus_manager_run_type(Request *q, sd_bus_error *e) {
        TypeCall call = { .owner = q->uid };
        int r;

        r = read_run_type(q, &call, e);
        if (r >= 0)
                r = submit_of_type(q, &call, e);
        strv_free_erase(call.values);
        job_free(call.options.job);
        return r;
}

/* ---- RetryJob ---- */

static int retry_command(Request *q, const Job *job, sd_bus_error *e) {
        _cleanup_(job_freep) Job *again = NULL;
        const Identity *owner;
        int r;

        r = options_check_command(job->command, e); /* an older jobsd may have taken it */
        if (r >= 0)
                r = request_identify_uid(q, job->uid, &owner, e);
        if (r <= 0)
                return r;
        r = job_new_retry(job, &again);
        if (r >= 0)
                r = set_owner(q, again, owner);
        return r < 0 ? r : submit(q, &again, e);
}

/* As the type is now, and for who may run it now. */
static int retry_type(Request *q, const Job *job, sd_bus_error *e) {
        _cleanup_(job_freep) Job *label = NULL;
        const char *secret = job_find_secret(job);
        int r;

        if (secret)
                return error_invalid(e,
                                "Parameter \"%s\" is secret and was forgotten when job %" PRIu64
                                " ended: submit a new job of"
                                " type \"%s\" with it.",
                                secret, job->id, job->type);
        if (!sd_id128_is_null(job->inputs))
                return error_invalid(e,
                                "Job %" PRIu64 " was handed a file, which was removed when it ended: submit a new job of"
                                " type \"%s\" with it.",
                                job->id, job->type);
        r = job_new_retry(job, &label);
        if (r < 0)
                return r;
        return submit_of_type(q, &(TypeCall){ job->type, job->parameters, { .job = label }, job->uid }, e);
}

static int retry(Request *q, const Job *job, sd_bus_error *e) {
        if (job_status_is_active(job->status))
                return sd_bus_error_setf(e, JOBSD_ERROR_ACTIVE,
                                "Job %" PRIu64 " has not ended. Cancel it first, or wait for it.", job->id);
        if (job->imported_usec > 0)
                return sd_bus_error_setf(e, SD_BUS_ERROR_NOT_SUPPORTED,
                                "Job %" PRIu64 " is an imported record: what it ran is not known, so it "
                                "cannot be run again.",
                                job->id);
        if (!job_has_command(job))
                return sd_bus_error_setf(e, SD_BUS_ERROR_NOT_SUPPORTED,
                                "Job %" PRIu64
                                " is of a history that was rebuilt: what it ran is not known, so "
                                "it cannot be run again.",
                                job->id);
        return job->type ? retry_type(q, job, e) : retry_command(q, job, e);
}

int bus_manager_retry(Request *q, uint64_t id, sd_bus_error *e) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        r = flags_read(q->message, e);
        if (r >= 0)
                r = request_find_job(q, id, ACTION_RETRY, ACTION_RETRY_OTHERS, &job, e);
        return r <= 0 ? r : retry(q, job, e);
}

int bus_manager_retry_job(Request *q, sd_bus_error *e) {
        uint64_t id;
        int r = sd_bus_message_read(q->message, "t", &id);

        return r < 0 ? r : bus_manager_retry(q, id, e);
}
