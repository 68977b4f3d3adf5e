/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "helper.h"
#include "macro.h"
#include "stream-protocol.h"

/* Longer than any answer. */
#define ANSWER_BYTES_MAX 8192U

struct Helper {
        LIST_ENTRY(Helper) list;
        pid_t pid;
        sd_event_source *child, *output;
        int output_fd; /* of one that answers */
        char answer[ANSWER_BYTES_MAX + 1];
        size_t n_answer;
        int status;
        bool exited, closed;
        helper_done_cb done;
        void *userdata;
        bool owns_userdata;
};

static void close_output(Helper *helper) {
        helper->output = sd_event_source_disable_unref(helper->output);
        close_fd(TAKE_FD(helper->output_fd));
        helper->closed = true;
}

/* Whether it has ended or not: nobody will be told. */
static void destroy(Helper *helper) {
        LIST_REMOVE(helper, list);
        sd_event_source_disable_unref(helper->child);
        close_output(helper);
        if (helper->owns_userdata)
                free(helper->userdata);
        free(helper);
}

static void end(Helper *helper) {
        if (!helper->exited && helper->pid > 0)
                (void) kill(helper->pid, SIGKILL); /* ours and not yet waited for: it cannot be another's */
}

/* Its end is the event loop's to see: a process that hangs in the kernel ends when it likes. */
Helper *helper_free(Helper *helper) {
        if (!helper)
                return NULL;
        end(helper);
        if (helper->exited || !helper->child) {
                destroy(helper);
                return NULL;
        }
        close_output(helper);
        helper->done = NULL;
        return NULL;
}

void helper_free_all(HelperPool *pool) {
        while (!LIST_EMPTY(&pool->helpers)) {
                end(LIST_FIRST(&pool->helpers));
                destroy(LIST_FIRST(&pool->helpers));
        }
}

static void finish_if_done(Helper *helper) {
        if (!helper->exited || !helper->closed)
                return;
        helper->answer[helper->n_answer] = '\0';
        if (helper->done)
                helper->done(helper->status, helper->answer, helper->n_answer, helper->userdata);
        destroy(helper);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *userdata) {
        Helper *helper = userdata;

        helper->exited = true;
        helper->status = si->si_code == CLD_EXITED ? W_EXITCODE(si->si_status, 0) : si->si_status;
        finish_if_done(helper);
        return 0;
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Helper *helper = userdata;
        ssize_t n = read(fd, helper->answer + helper->n_answer, ANSWER_BYTES_MAX - helper->n_answer);

        if (n > 0) {
                helper->n_answer += (size_t) n;
                return 0;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        helper->output = sd_event_source_disable_unref(helper->output);
        helper->closed = true; /* all of it, or more than an answer may have: its reader checks it */
        finish_if_done(helper);
        return 0;
}

/* The status comes last: its number may have been another one's. */
static int add_files(posix_spawn_file_actions_t *actions, const HelperFiles *files) {
        int r;

        r = files->input_fd >= 0
                        ? posix_spawn_file_actions_adddup2(actions, files->input_fd, STDIN_FILENO)
                        : posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(actions, files->output_fd, STDOUT_FILENO);
        if (r == 0 && files->status_fd >= 0)
                r = posix_spawn_file_actions_adddup2(actions, files->status_fd, STREAM_STATUS_FD);
        return r;
}

static int spawn(char *const arguments[], const HelperFiles *files, pid_t *ret) {
        static char *const environment[] = { NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, defaults;
        int r;

        sigemptyset(&none);
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        r = posix_spawnattr_setsigmask(&attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(&attributes, &defaults);
        if (r == 0)
                r = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (r == 0)
                r = add_files(&actions, files);
        if (r == 0)
                r = posix_spawn(ret, LIBEXECDIR "/jobsd-stream", &actions, &attributes, arguments,
                                environment);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        return -r;
}

static int helper_new(HelperPool *pool, char *const arguments[], const HelperFiles *files, helper_done_cb done,
                void *userdata, Helper **ret) {
        Helper *helper = calloc(1, sizeof(Helper));
        int r;

        if (!helper)
                return -ENOMEM;
        helper->done = done;
        helper->userdata = userdata;
        helper->output_fd = -EBADF;
        LIST_INSERT_HEAD(&pool->helpers, helper, list);
        r = spawn(arguments, files, &helper->pid);
        if (r >= 0)
                r = sd_event_add_child(pool->event, &helper->child, helper->pid, WEXITED, on_child, helper);
        if (r < 0) {
                helper_free(helper);
                return r;
        }
        *ret = helper;
        return 0;
}

int helper_ask(HelperPool *pool, char *const arguments[], helper_done_cb done, void *userdata, Helper **ret) {
        int fds[2], r;
        Helper *helper;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        r = fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
        if (r >= 0)
                r = helper_new(pool, arguments, &(HelperFiles){ -EBADF, fds[1], -EBADF }, done, userdata,
                                &helper);
        close_fd(fds[1]);
        if (r < 0) {
                close_fd(fds[0]);
                return r;
        }
        helper->output_fd = fds[0];
        r = sd_event_add_io(pool->event, &helper->output, fds[0], EPOLLIN, on_output, helper);
        if (r < 0) {
                helper_free(helper);
                return r;
        }
        helper->owns_userdata = true;
        *ret = helper;
        return 0;
}

int helper_stream(HelperPool *pool, char *const arguments[], const HelperFiles *files, helper_done_cb done,
                void *userdata, Helper **ret) {
        int r = helper_new(pool, arguments, files, done, userdata, ret);

        if (r >= 0)
                (*ret)->closed = true; /* nothing is collected */
        return r;
}
