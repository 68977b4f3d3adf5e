/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsd-place: the process of a job that runs on another machine. It finds one, has the job run there, once, and is then
 * what the job would be: it prints what that prints, says what that says, and ends as that ends. */

#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include "clock.h"
#include "frame.h"
#include "job-type.h"
#include "parse.h"
#include "worker.h"

#define SETTINGS_PATH SYSCONFDIR "/jobsd/gearman.conf"

/* A question that nobody has taken is asked anew before its ticket expires. */
#define ASK_ANEW_USEC ((TICKET_VALID_SEC - 60) * USEC_PER_SEC)
/* After a refusal, and after an answer that was lost. */
#define RETRY_USEC (1 * USEC_PER_SEC)
/* So long a host has to end the job, before it is left alone there. */
#define CANCEL_USEC (8 * USEC_PER_SEC)

typedef enum QuestionKind {
        QUESTION_PLACE,
        QUESTION_RUN,
        QUESTION_CANCEL,
        _QUESTION_KIND_MAX,
} QuestionKind;

/* One that was asked, and not answered yet. */
typedef struct Asked {
        char *function, *unique, *handle; /* the server's handle comes by JOB_CREATED */
} Asked;

typedef struct Place {
        Settings settings;
        TicketKey key;
        sd_event *event;
        Link *link;
        sd_event_source *timer, *cancel_timer;
        char job_key[SD_ID128_STRING_MAX]; /* of this try of the job: a further one is another job there */
        const char *type;
        struct json_object *parameters;
        const char *wanted_host; /* NULL: any */
        char *host;              /* the one that has it */
        uint64_t id;    /* of the job there; 0 until it has said so */
        uint64_t since; /* bytes of the output that are here */
        unsigned n_asked;
        Asked asked[_QUESTION_KIND_MAX];
        QuestionKind created[2 * _QUESTION_KIND_MAX]; /* whose JOB_CREATED come next */
        size_t n_created;
        bool has_asked_run; /* a host may have begun it */
        bool is_cancelled;
        bool was_heard; /* since the timer was set */
} Place;

static void say(const char *format, ...) _printf_(1, 2);
static void say(const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n >= 0)
                (void) sd_notifyf(false, "STATUS=%s", text);
}

/* ---- the end ---- */

/* A signal's end is told by the same signal. */
_Noreturn static void die_by(int signal_number) {
        const struct rlimit no_core = {};
        sigset_t set;

        (void) fflush(NULL);
        (void) setrlimit(RLIMIT_CORE, &no_core);
        (void) signal(signal_number, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, signal_number);
        (void) sigprocmask(SIG_UNBLOCK, &set, NULL);
        (void) raise(signal_number);
        _exit(128 + signal_number);
}

static const char *get_text(struct json_object *object, const char *name) {
        struct json_object *member;

        return json_object_object_get_ex(object, name, &member) ? json_object_get_string(member) : "";
}

static int64_t get_number(struct json_object *object, const char *name) {
        struct json_object *member;

        return json_object_object_get_ex(object, name, &member) ? json_object_get_int64(member) : 0;
}

/* What cannot be told by an exit status or a signal is told in words. */
static void say_end(const Place *place, struct json_object *answer, bool is_plain) {
        uint64_t cpu = (uint64_t) get_number(answer, "cpu"), memory = (uint64_t) get_number(answer, "memory");
        const char *info = get_text(answer, "info");

        if (is_plain)
                say(PLACED_STATUS "%s", cpu, memory, info);
        else
                say(PLACED_STATUS "%s on %s: %s", cpu, memory, get_text(answer, "result"), place->host, info);
}

static void end_as(Place *place, struct json_object *answer) {
        JobResult result = job_result_from_string(get_text(answer, "result"));
        int status = (int) get_number(answer, "exit");
        bool has_exited = result == JOB_RESULT_SUCCESS || result == JOB_RESULT_EXIT_CODE;
        bool was_killed = result == JOB_RESULT_SIGNAL || result == JOB_RESULT_CORE_DUMP;

        say_end(place, answer, has_exited || was_killed || place->is_cancelled);
        if (has_exited)
                (void) sd_event_exit(place->event, status & 0xff);
        else if (was_killed && status > 0 && status < NSIG)
                die_by(status);
        else if (place->is_cancelled)
                die_by(SIGTERM);
        else
                (void) sd_event_exit(place->event, EXIT_FAILURE);
}

/* ---- asking ---- */

static void forget(Asked *asked) {
        free(asked->function);
        free(asked->unique);
        free(asked->handle);
        *asked = (Asked){};
}

static struct json_object *make_body(const Place *place, QuestionKind kind) {
        struct json_object *body = json_object_new_object();

        if (kind == QUESTION_PLACE)
                return body;
        (void) json_object_object_add(body, "key", json_object_new_string(place->job_key));
        (void) json_object_object_add(body, "id", json_object_new_uint64(place->id));
        if (kind == QUESTION_CANCEL)
                return body;
        (void) json_object_object_add(body, "type", json_object_new_string(place->type));
        (void) json_object_object_add(body, "parameters", json_object_get(place->parameters));
        (void) json_object_object_add(body, "since", json_object_new_uint64(place->since));
        return body;
}

/* A new name each time: the server would make one question of two of the same name, and who asks again does so because
 * he has missed something. What keeps a job from running twice is its key. */
static int name_question(Place *place, QuestionKind kind, Asked *asked) {
        int n;

        forget(asked);
        if (kind == QUESTION_PLACE)
                n = asprintf(&asked->function, PLACE_FUNCTION "%s%s%s", place->type, place->wanted_host ? "@" : "",
                                place->wanted_host ?: "");
        else
                n = asprintf(&asked->function, "%s%s", kind == QUESTION_RUN ? RUN_FUNCTION : CANCEL_FUNCTION,
                                place->host);
        if (n < 0)
                return -ENOMEM;
        return asprintf(&asked->unique, "%s.%u", place->job_key, ++place->n_asked) < 0 ? -ENOMEM : 0;
}

static int ask(Place *place, QuestionKind kind) {
        _cleanup_free_ char *ticket = NULL;
        Asked *asked = &place->asked[kind];
        struct json_object *body;
        int r;

        if (!link_is_up(place->link) || place->n_created == ELEMENTSOF(place->created))
                return 0; /* it is asked when it is */
        r = name_question(place, kind, asked);
        if (r < 0)
                return r;
        body = make_body(place, kind);
        r = ticket_seal(&place->key, asked->function, asked->unique, body, now_usec() / USEC_PER_SEC, &ticket);
        json_object_put(body);
        if (r >= 0)
                r = link_send_texts(place->link, PACKET_SUBMIT_JOB, asked->function, asked->unique, ticket, NULL);
        if (r < 0)
                return r;
        place->created[place->n_created++] = kind;
        place->has_asked_run = place->has_asked_run || kind == QUESTION_RUN;
        return 0;
}

static void set_timer(sd_event_source *timer, uint64_t usec) {
        (void) sd_event_source_set_time_relative(timer, usec);
        (void) sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* What has to be asked now. */
static int go_on(Place *place) {
        /* also when a host has it: the server may hold it for a connection that is no more */
        set_timer(place->timer, ASK_ANEW_USEC);
        return ask(place, place->host ? QUESTION_RUN : QUESTION_PLACE);
}

/* ---- what comes ---- */

static int write_all(const char *data, size_t size) {
        while (size > 0) {
                ssize_t n = write(STDOUT_FILENO, data, size);

                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0) {
                        data += n;
                        size -= (size_t) n;
                }
        }
        return 0;
}

/* What is here already is left out. */
static int take_output(Place *place, const Frame *frame) {
        uint64_t n_known = place->since > frame->at ? place->since - frame->at : 0;
        int r;

        if (frame->at > place->since || n_known >= frame->size)
                return 0;
        r = write_all(frame->data + n_known, frame->size - n_known);
        place->since += frame->size - n_known;
        return r;
}

static int take_missing(Place *place, const Frame *frame) {
        uint64_t n;

        if (frame->at != place->since || frame->size != sizeof(n))
                return 0;
        memcpy(&n, frame->data, sizeof(n));
        place->since += be64toh(n);
        fprintf(stderr, "jobsd-place: %" PRIu64 " bytes are missing here: %s lost them\n", be64toh(n), place->host);
        return 0;
}

static int take_state(Place *place, const Frame *frame) {
        _cleanup_free_ char *text = strndup(frame->data, frame->size);
        struct json_object *state = text ? json_tokener_parse(text) : NULL, *progress;

        if (!state)
                return 0;
        if (place->id == 0)
                say(PLACED_ON "%s, as job %" PRIi64, place->host, get_number(state, "id"));
        place->id = (uint64_t) get_number(state, "id");
        if (json_object_object_get_ex(state, "progress", &progress))
                say("%.0f%% %s", json_object_get_double(progress) * 100, get_text(state, "info"));
        else if (*get_text(state, "info"))
                say("%s", get_text(state, "info"));
        json_object_put(state);
        return place->is_cancelled && !place->asked[QUESTION_CANCEL].function ? ask(place, QUESTION_CANCEL) : 0;
}

static int take_frame(Place *place, const Argument *data) {
        Frame frame;
        int r = frame_open(&place->key, place->job_key, data->data, data->size, &frame);

        if (r < 0)
                return r == -EBADMSG ? 0 : r; /* somebody else speaks */
        place->was_heard = true;
        switch (frame.kind) {
        case FRAME_OUTPUT:
                return take_output(place, &frame);
        case FRAME_MISSING:
                return take_missing(place, &frame);
        case FRAME_STATE:
                return take_state(place, &frame);
        default:
                return 0;
        }
}

static int retry_later(Place *place) {
        place->was_heard = false;
        set_timer(place->timer, RETRY_USEC);
        return 0;
}

static int take_host(Place *place, struct json_object *answer) {
        const char *host = get_text(answer, "host");

        if (!job_type_name_is_valid(host) || (place->wanted_host && strcmp(host, place->wanted_host) != 0))
                return retry_later(place);
        place->host = strdup(host);
        if (!place->host)
                return -ENOMEM;
        say("Waits for %s", place->host);
        return go_on(place);
}

static int take_answer(Place *place, QuestionKind kind, struct json_object *answer) {
        struct json_object *member;

        if (kind == QUESTION_PLACE)
                return take_host(place, answer);
        if (kind == QUESTION_CANCEL)
                return 0;
        if (json_object_object_get_ex(answer, "refused", &member)) {
                say("%s refuses it: %s", place->host, get_text(answer, "refused"));
                return sd_event_exit(place->event, EXIT_FAILURE);
        }
        if ((uint64_t) get_number(answer, "at") != place->since) /* something of it has not come */
                return retry_later(place);
        if (json_object_object_get_ex(answer, "more", &member))
                return go_on(place);
        if (job_result_from_string(get_text(answer, "result")) <= JOB_RESULT_NONE)
                return retry_later(place);
        end_as(place, answer);
        return 0;
}

static int take_ticket(Place *place, QuestionKind kind, const Argument *ticket) {
        Asked *asked = &place->asked[kind];
        _cleanup_free_ char *name = NULL;
        struct json_object *answer = NULL;
        TicketFault fault;
        int r = ticket_answer_name(asked->function, &name);

        if (r < 0)
                return r;
        fault = ticket_open(&place->key, NULL, name, asked->unique, ticket->data, ticket->size,
                        now_usec() / USEC_PER_SEC, &answer);
        if (fault != TICKET_GOOD) {
                say("An answer was refused: %s", ticket_fault_to_string(fault));
                return retry_later(place);
        }
        r = take_answer(place, kind, answer);
        json_object_put(answer);
        return r;
}

static int take_created(Place *place, const Argument *handle) {
        Asked *asked;

        if (place->n_created == 0)
                return 0;
        asked = &place->asked[place->created[0]];
        memmove(place->created, place->created + 1, --place->n_created * sizeof(place->created[0]));
        free(asked->handle);
        asked->handle = strndup(handle->data, handle->size);
        return asked->handle ? 0 : -ENOMEM;
}

static int take_refusal(Place *place) {
        if (place->n_created > 0)
                memmove(place->created, place->created + 1, --place->n_created * sizeof(place->created[0]));
        return retry_later(place);
}

/* The question that a packet is about; those that were given up are nobody's. */
static QuestionKind find_asked(const Place *place, const Packet *packet) {
        const Argument *handle = &packet->arguments[0];
        QuestionKind kind = 0;

        for (; kind < _QUESTION_KIND_MAX; kind++) {
                const char *wanted = place->asked[kind].handle;

                if (wanted && strlen(wanted) == handle->size && memcmp(wanted, handle->data, handle->size) == 0)
                        break;
        }
        return kind;
}

static int take_packet(Place *place, const Packet *packet) {
        QuestionKind kind;

        if (packet->type == PACKET_JOB_CREATED)
                return take_created(place, &packet->arguments[0]);
        if (packet->type == PACKET_ERROR) /* in place of it */
                return take_refusal(place);
        if (packet->n_arguments == 0)
                return 0;
        kind = find_asked(place, packet);
        if (kind == _QUESTION_KIND_MAX)
                return 0;
        switch (packet->type) {
        case PACKET_WORK_DATA:
                return take_frame(place, &packet->arguments[1]);
        case PACKET_WORK_COMPLETE:
                return take_ticket(place, kind, &packet->arguments[1]);
        case PACKET_WORK_FAIL:
                if (kind == QUESTION_PLACE)
                        say("No machine takes it: what this one asks is refused, see its clock and its key");
                else if (kind == QUESTION_RUN)
                        say("%s refuses what this machine asks, and its log says why", place->host);
                return retry_later(place);
        default:
                return 0;
        }
}

static void on_packet(Link *link, const Packet *packet, void *userdata) {
        Place *place = userdata;
        int r = take_packet(place, packet);

        if (r < 0)
                (void) sd_event_exit(place->event, r);
}

static void on_up(Link *link, void *userdata) {
        Place *place = userdata;
        int r;

        place->n_created = 0;
        for (size_t i = 0; i < _QUESTION_KIND_MAX; i++)
                forget(&place->asked[i]); /* a server that has come anew counts its handles anew */
        if (!place->host)
                say("Waits for %s", place->wanted_host ?: "a machine");
        r = go_on(place);
        if (r >= 0 && place->is_cancelled && place->id > 0)
                r = ask(place, QUESTION_CANCEL);
        if (r < 0)
                (void) sd_event_exit(place->event, r);
}

static void on_down(Link *link, int error, void *userdata) {
        const Place *place = userdata;

        say("No connection to the Gearman server at %s:%s: %s", place->settings.server, place->settings.port,
                        strerror(-error));
}

static void on_room(Link *link, void *userdata) {
}

static const LinkHandlers handlers = { on_up, on_packet, on_down, on_room, NULL };

static int connect_anew(Place *place) {
        place->link = link_free(place->link);
        return link_new(place->event, place->settings.server, place->settings.port, &handlers, place, &place->link);
}

/* A question that waits in the server, or that it has given to a connection that is no more, goes with this one. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Place *place = userdata;

        if (!place->was_heard)
                return connect_anew(place);
        place->was_heard = false;
        set_timer(place->timer, ASK_ANEW_USEC);
        return 0;
}

/* ---- an end that somebody wants ---- */

static int on_cancel_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        const Place *place = userdata;

        fprintf(stderr, "jobsd-place: %s does not answer. The job may still run there", place->host);
        if (place->id > 0)
                fprintf(stderr, ", as job %" PRIu64 " of jobsd-gearman's", place->id);
        fprintf(stderr, ".\n");
        die_by(SIGTERM);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Place *place = userdata;

        if (!place->has_asked_run)
                die_by((int) info->ssi_signo);
        if (place->is_cancelled)
                return 0;
        place->is_cancelled = true;
        set_timer(place->cancel_timer, CANCEL_USEC);
        return place->id > 0 ? ask(place, QUESTION_CANCEL) : 0; /* else when it says its id */
}

/* ---- the process ---- */

static void tell_mistake(const char *message, void *userdata) {
        fprintf(stderr, "jobsd-place: %s\n", message);
}

static int set_up(Place *place) {
        static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
        sigset_t set;
        int r;

        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                sigaddset(&set, signals[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        r = sd_event_default(&place->event);
        for (size_t i = 0; i < ELEMENTSOF(signals) && r >= 0; i++)
                r = sd_event_add_signal(place->event, NULL, signals[i], on_signal, place);
        if (r >= 0)
                r = sd_event_add_time_relative(place->event, &place->timer, CLOCK_MONOTONIC, ASK_ANEW_USEC, 0, on_timer, place);
        if (r >= 0)
                r = sd_event_add_time_relative(place->event, &place->cancel_timer, CLOCK_MONOTONIC, 0, 0, on_cancel_timer, place);
        if (r >= 0)
                r = sd_event_source_set_enabled(place->cancel_timer, SD_EVENT_OFF);
        return r < 0 ? r : connect_anew(place);
}

static int read_parameters(Place *place, char **arguments) {
        place->parameters = json_object_new_object();
        for (; *arguments; arguments++) {
                char *value = strchr(*arguments, '=');
                _cleanup_free_ char *name = value ? strndup(*arguments, (size_t) (value - *arguments)) : NULL;

                if (!name)
                        return -EINVAL;
                (void) json_object_object_add(place->parameters, name, json_object_new_string(value + 1));
        }
        return 0;
}

static int parse_arguments(Place *place, int argc, char **argv) {
        static const struct option options[] = { { "host", required_argument, NULL, 'h' }, {} };
        int c;

        while ((c = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
                if (c != 'h' || !job_type_name_is_valid(optarg))
                        return -EINVAL;
                place->wanted_host = optarg;
        }
        if (optind >= argc || !job_type_name_is_valid(argv[optind]))
                return -EINVAL;
        place->type = argv[optind];
        return read_parameters(place, argv + optind + 1);
}

static int read_site(Place *place) {
        sd_id128_t id;
        int r;

        r = sd_id128_get_invocation(&id);
        if (r < 0) {
                fprintf(stderr, "jobsd-place is the process of a job, and is started by systemd alone.\n");
                return r;
        }
        (void) sd_id128_to_string(id, place->job_key);
        r = settings_read(SETTINGS_PATH, tell_mistake, NULL, &place->settings);
        if (r >= 0)
                r = ticket_key_read(place->settings.key_file, &place->key);
        if (r < 0)
                fprintf(stderr, "jobsd-place: %s cannot be used as this site's key: %s\n",
                                place->settings.key_file ?: SETTINGS_PATH, strerror(-r));
        return r;
}

static void tear_down(Place *place) {
        for (size_t i = 0; i < _QUESTION_KIND_MAX; i++)
                forget(&place->asked[i]);
        link_free(place->link);
        sd_event_source_disable_unref(place->timer);
        sd_event_source_disable_unref(place->cancel_timer);
        sd_event_unref(place->event);
        json_object_put(place->parameters);
        settings_done(&place->settings);
        free(place->host);
        explicit_bzero(&place->key, sizeof(place->key));
}

int main(int argc, char **argv) {
        _cleanup_(tear_down) Place place = {};
        int r;

        if (parse_arguments(&place, argc, argv) < 0) {
                fprintf(stderr, "Usage: jobsd-place [--host=HOST] TYPE [NAME=VALUE]...\n");
                return EXIT_FAILURE;
        }
        r = read_site(&place);
        if (r >= 0)
                r = set_up(&place);
        if (r >= 0)
                r = sd_event_loop(place.event);
        if (r < 0)
                fprintf(stderr, "jobsd-place: %s\n", strerror(-r));
        return r < 0 ? EXIT_FAILURE : r;
}
