/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsd-hosts: what "jobsctl hosts" shows. It asks the server which machines it knows, and each of these, signed, for its
 * state; with --drain or --resume it tells them to take no more jobs of others, or to take some again. Prints a JSON
 * array. It is a program of its own because of its libraries, which would cost each start of jobsctl some milliseconds. */

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <systemd/sd-event.h>
#include <systemd/sd-id128.h>

#include "clock.h"
#include "job-type.h"
#include "strv.h"
#include "worker.h"

#define SETTINGS_PATH SYSCONFDIR "/jobsd/gearman.conf"

/* A machine that has not answered until then is asked no longer. */
#define ANSWER_USEC (3 * USEC_PER_SEC)
#define STATUS_BYTES_MAX ((size_t) 1 << 20)

typedef struct Hosts {
        Settings settings;
        TicketKey key;
        sd_event *event;
        Link *link;
        sd_event_source *timer;
        const char *order; /* "drain", "resume" or NULL */
        char **names;      /* that are asked for; none: all */
        struct json_object *list;
        size_t i;          /* the one that is being asked */
        char *function, *unique, *handle;
} Hosts;

static const char *name_of(struct json_object *host) {
        struct json_object *name;

        return json_object_object_get_ex(host, "host", &name) ? json_object_get_string(name) : "";
}

static void set_state(struct json_object *host, const char *state) {
        (void) json_object_object_add(host, "state", json_object_new_string(state));
}

/* ---- the server's list ---- */

static int connect_server(const Settings *settings) {
        const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
        const struct timeval patience = { .tv_sec = 5 };
        struct addrinfo *addresses = NULL;
        int fd = -1, r = -EHOSTUNREACH;

        if (getaddrinfo(settings->server, settings->port, &hints, &addresses) != 0)
                return r;
        for (const struct addrinfo *a = addresses; a && fd < 0; a = a->ai_next) {
                fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, a->ai_protocol);
                if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
                                               setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
                                               connect(fd, a->ai_addr, a->ai_addrlen) < 0)) {
                        r = -errno;
                        close_fd(TAKE_FD(fd));
                }
        }
        freeaddrinfo(addresses);
        return fd >= 0 ? fd : r;
}

/* The answer to a word of the administrators' protocol, https://gearman.org/protocol/ : lines up to a single dot. */
static int read_status(const Settings *settings, char **ret) {
        static const char question[] = "status\n";
        _cleanup_close_ int fd = connect_server(settings);
        _cleanup_free_ char *text = malloc(STATUS_BYTES_MAX + 1);
        size_t n = 0;
        ssize_t k;

        if (fd < 0)
                return fd;
        if (!text)
                return -ENOMEM;
        if (send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
                return -errno;
        do {
                k = recv(fd, text + n, STATUS_BYTES_MAX - n, 0);
                if (k <= 0)
                        return k < 0 ? -errno : -EBADMSG;
                n += (size_t) k;
                text[n] = '\0';
        } while (strncmp(text, ".\n", 2) != 0 && !strstr(text, "\n.\n"));
        *ret = TAKE_PTR(text);
        return 0;
}

static int add_host(Hosts *hosts, const char *name, bool is_there) {
        struct json_object *host = json_object_new_object();

        if (!host || json_object_object_add(host, "host", json_object_new_string(name)) < 0 ||
                        json_object_array_add(hosts->list, host) < 0)
                return -ENOMEM;
        set_state(host, is_there ? "silent" : "away");
        return 0;
}

/* "FUNCTION\tQUEUED\tRUNNING\tWORKERS" */
static int read_line(Hosts *hosts, const char *line) {
        _cleanup_free_ char *name = NULL;
        unsigned n_workers;
        const char *end;

        if (strncmp(line, RUN_FUNCTION, strlen(RUN_FUNCTION)) != 0)
                return 0;
        line += strlen(RUN_FUNCTION);
        end = strchr(line, '\t');
        if (!end || sscanf(end, "\t%*u\t%*u\t%u", &n_workers) != 1)
                return 0;
        name = strndup(line, (size_t) (end - line));
        if (!name)
                return -ENOMEM;
        if (!job_type_name_is_valid(name) || (hosts->names && !strv_contains(hosts->names, name)))
                return 0;
        return add_host(hosts, name, n_workers > 0);
}

static int compare_names(const void *a, const void *b) {
        return strcmp(name_of(*(struct json_object *const *) a), name_of(*(struct json_object *const *) b));
}

static int list_hosts(Hosts *hosts) {
        _cleanup_free_ char *status = NULL;
        char *rest, *line;
        int r = read_status(&hosts->settings, &status);

        for (rest = status; r >= 0 && (line = strsep(&rest, "\n"));)
                r = read_line(hosts, line);
        if (r >= 0)
                json_object_array_sort(hosts->list, compare_names);
        return r;
}

/* ---- one machine after the other ---- */

static struct json_object *current(const Hosts *hosts) {
        return json_object_array_get_idx(hosts->list, hosts->i);
}

static bool is_away(struct json_object *host) {
        struct json_object *state;

        return json_object_object_get_ex(host, "state", &state) && strcmp(json_object_get_string(state), "away") == 0;
}

static int name_question(Hosts *hosts) {
        char text[SD_ID128_STRING_MAX];
        sd_id128_t id;
        int r = sd_id128_randomize(&id);

        if (r < 0)
                return r;
        free(TAKE_PTR(hosts->function));
        free(TAKE_PTR(hosts->unique));
        free(TAKE_PTR(hosts->handle));
        hosts->unique = strdup(sd_id128_to_string(id, text));
        if (!hosts->unique || asprintf(&hosts->function, HOST_FUNCTION "%s", name_of(current(hosts))) < 0)
                return -ENOMEM;
        return 0;
}

static int ask_current(Hosts *hosts) {
        _cleanup_free_ char *ticket = NULL;
        struct json_object *body = json_object_new_object();
        int r = name_question(hosts);

        if (hosts->order)
                (void) json_object_object_add(body, "drain", json_object_new_boolean(strcmp(hosts->order, "drain") == 0));
        if (r >= 0)
                r = ticket_seal(&hosts->key, hosts->function, hosts->unique, body, now_usec() / USEC_PER_SEC, &ticket);
        json_object_put(body);
        if (r >= 0)
                r = link_send_texts(hosts->link, PACKET_SUBMIT_JOB, hosts->function, hosts->unique, ticket, NULL);
        if (r >= 0)
                r = sd_event_source_set_time_relative(hosts->timer, ANSWER_USEC);
        return r < 0 ? r : sd_event_source_set_enabled(hosts->timer, SD_EVENT_ONESHOT);
}

/* The next one that is there, or the end. */
static int go_on(Hosts *hosts) {
        while (hosts->i < json_object_array_length(hosts->list) && is_away(current(hosts)))
                hosts->i++;
        return hosts->i < json_object_array_length(hosts->list) ? ask_current(hosts) : sd_event_exit(hosts->event, 0);
}

static int go_on_behind(Hosts *hosts) {
        hosts->i++;
        return go_on(hosts);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        return go_on_behind(userdata);
}

static void take_answer(Hosts *hosts, const Argument *ticket) {
        _cleanup_free_ char *name = NULL;
        struct json_object *answer = NULL;

        if (ticket_answer_name(hosts->function, &name) < 0)
                return;
        if (ticket_open(&hosts->key, NULL, name, hosts->unique, ticket->data, ticket->size, now_usec() / USEC_PER_SEC,
                            &answer) != TICKET_GOOD ||
                        !json_object_is_type(answer, json_type_object) || strcmp(name_of(answer), name_of(current(hosts))) != 0)
                json_object_put(answer);
        else if (json_object_array_put_idx(hosts->list, hosts->i, answer) < 0)
                json_object_put(answer);
}

static bool is_answer(const Hosts *hosts, const Packet *packet) {
        const Argument *handle = &packet->arguments[0];

        return (packet->type == PACKET_WORK_COMPLETE || packet->type == PACKET_WORK_FAIL) && hosts->handle &&
                        strlen(hosts->handle) == handle->size && memcmp(hosts->handle, handle->data, handle->size) == 0;
}

static int take_packet(Hosts *hosts, const Packet *packet) {
        if (packet->type == PACKET_JOB_CREATED) {
                free(hosts->handle);
                hosts->handle = strndup(packet->arguments[0].data, packet->arguments[0].size);
                return hosts->handle ? 0 : -ENOMEM;
        }
        if (!is_answer(hosts, packet))
                return 0;
        if (packet->type == PACKET_WORK_COMPLETE)
                take_answer(hosts, &packet->arguments[1]);
        else
                set_state(current(hosts), "refuses");
        return go_on_behind(hosts);
}

static void on_packet(Link *link, const Packet *packet, void *userdata) {
        Hosts *hosts = userdata;
        int r = take_packet(hosts, packet);

        if (r < 0)
                (void) sd_event_exit(hosts->event, r);
}

static void on_up(Link *link, void *userdata) {
        Hosts *hosts = userdata;
        int r = go_on(hosts);

        if (r < 0)
                (void) sd_event_exit(hosts->event, r);
}

static void on_down(Link *link, int error, void *userdata) {
        (void) sd_event_exit(((Hosts *) userdata)->event, error);
}

static void on_room(Link *link, void *userdata) {
}

static const LinkHandlers handlers = { on_up, on_packet, on_down, on_room, NULL };

static int ask_hosts(Hosts *hosts) {
        int r = sd_event_default(&hosts->event);

        if (r >= 0)
                r = sd_event_add_time_relative(hosts->event, &hosts->timer, CLOCK_MONOTONIC, 0, 0, on_timer, hosts);
        if (r >= 0)
                r = sd_event_source_set_enabled(hosts->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = link_new(hosts->event, hosts->settings.server, hosts->settings.port, &handlers, hosts, &hosts->link);
        return r < 0 ? r : sd_event_loop(hosts->event);
}

/* ---- the process ---- */

static void tell_mistake(const char *message, void *userdata) {
        fprintf(stderr, "%s\n", message);
}

static int read_site(Hosts *hosts) {
        int r = settings_read(SETTINGS_PATH, tell_mistake, NULL, &hosts->settings);

        if (r >= 0)
                r = ticket_key_read(hosts->settings.key_file, &hosts->key);
        if (r == -EACCES)
                fprintf(stderr, "Only root, and members of the group jobsd-gearman, may ask the machines of this site.\n");
        else if (r < 0)
                fprintf(stderr, "%s cannot be used as this site's key: %s\n", hosts->settings.key_file ?: SETTINGS_PATH,
                                strerror(-r));
        return r;
}

/* Names that the server does not know. */
static int add_missing(Hosts *hosts) {
        for (char **name = hosts->names; name && *name; name++) {
                bool is_known = false;

                for (size_t i = 0; i < json_object_array_length(hosts->list); i++)
                        is_known = is_known || strcmp(name_of(json_object_array_get_idx(hosts->list, i)), *name) == 0;
                if (!is_known && add_host(hosts, *name, false) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int run(Hosts *hosts) {
        int r = read_site(hosts);

        if (r < 0)
                return r;
        hosts->list = json_object_new_array();
        r = hosts->list ? list_hosts(hosts) : -ENOMEM;
        if (r >= 0)
                r = add_missing(hosts);
        if (r >= 0)
                r = ask_hosts(hosts);
        if (r < 0)
                fprintf(stderr, "The Gearman server at %s:%s does not answer: %s\n", hosts->settings.server,
                                hosts->settings.port, strerror(-r));
        else
                puts(json_object_to_json_string_ext(hosts->list, JSON_C_TO_STRING_PLAIN));
        return r;
}

static void tear_down(Hosts *hosts) {
        link_free(hosts->link);
        sd_event_source_disable_unref(hosts->timer);
        sd_event_unref(hosts->event);
        json_object_put(hosts->list);
        settings_done(&hosts->settings);
        free(hosts->function);
        free(hosts->unique);
        free(hosts->handle);
        explicit_bzero(&hosts->key, sizeof(hosts->key));
}

int main(int argc, char **argv) {
        static const struct option options[] = { { "drain", no_argument, NULL, 'd' }, { "resume", no_argument, NULL, 'r' }, {} };
        _cleanup_(tear_down) Hosts hosts = {};
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
                if (c == '?')
                        return EXIT_FAILURE;
                hosts.order = c == 'd' ? "drain" : "resume";
        }
        hosts.names = optind < argc ? argv + optind : NULL;
        if (hosts.order && !hosts.names) {
                fprintf(stderr, "Usage: jobsd-hosts [HOST...], jobsd-hosts --drain|--resume HOST...\n");
                return EXIT_FAILURE;
        }
        return run(&hosts) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
