/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* "jobsctl watch": the table of jobs on the whole terminal, as it is now. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "feed.h"
#include "interrupt.h"
#include "job-table.h"
#include "report.h"
#include "verb.h"

#define ROWS_KEPT ((size_t) 500)

enum {
        VIEW_ALL,
        VIEW_ACTIVE,
        VIEW_FAILED,
        _VIEW_MAX,
};

static const char *const view_names[_VIEW_MAX] = {
        [VIEW_ALL] = "All",
        [VIEW_ACTIVE] = "Active",
        [VIEW_FAILED] = "Failed",
};

static const unsigned view_statuses[_VIEW_MAX] = {
        [VIEW_ALL] = 0,
        [VIEW_ACTIVE] = 1U << JOB_QUEUED | 1U << JOB_RUNNING,
        [VIEW_FAILED] = 1U << JOB_ERROR,
};

typedef struct Watch {
        Feed *feed;
        Screen *screen; /* NULL until there is something to show */
        View views[_VIEW_MAX];
        JobTable table;
        size_t target; /* so many rows shall stand above the first one, once they are there; 0: as it is */
        int signal_fd;
        int signal; /* that ended the watch; 0: none */
        bool is_over;
} Watch;

static void watch_done(Watch *watch) {
        screen_free(watch->screen);
        feed_free(watch->feed);
        close_fd(watch->signal_fd);
}

static size_t first_view(const Arguments *arguments) {
        if (arguments->statuses == view_statuses[VIEW_ACTIVE])
                return VIEW_ACTIVE;
        return arguments->statuses == view_statuses[VIEW_FAILED] ? VIEW_FAILED : VIEW_ALL;
}

/* ncurses' own handlers would draw in the midst of whatever we do. */
static int open_signals(Watch *watch) {
        static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH };
        sigset_t mask;
        int r;

        (void) sigemptyset(&mask);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) sigaddset(&mask, signals[i]);
        r = signals_open(&mask, &watch->signal_fd);
        return r < 0 ? fail(r, "Failed to take over signals") : 0;
}

static int watch_init(Watch *watch, const Context *context) {
        int r;

        for (size_t i = 0; i < _VIEW_MAX; i++)
                watch->views[i] = (View){
                        .statuses = view_statuses[i], .n_max = ROWS_KEPT, .known_from = VIEW_KNOWS_NOTHING
                };
        r = open_signals(watch);
        if (r >= 0)
                r = feed_new(context, watch->views, _VIEW_MAX, NULL, NULL, &watch->feed);
        if (r < 0)
                return r;
        watch->table = (JobTable){
                .terminal = &context->terminal,
                .jobs = feed_jobs(watch->feed),
                .views = watch->views,
                .names = view_names,
                .n_views = _VIEW_MAX,
                .current = first_view(context->arguments),
                .is_plain = context->arguments->no_legend,
        };
        return 0;
}

/* ---- what is to be seen ---- */

static int watch_draw(Watch *watch) {
        watch->table.system_uid_max = feed_system_uid_max(watch->feed);
        watch->table.notice = feed_is_away(watch->feed) ? NOTICE_AWAY : NULL;
        watch->table.remark = feed_is_limited(watch->feed) ? " Your own jobs only " : NULL;
        return job_table_draw(&watch->table, watch->screen);
}

/* Passwords are asked for on the bare terminal, which is why the screen comes after the first answers. */
static int watch_open_screen(Watch *watch) {
        if (watch->screen || !feed_is_settled(watch->feed))
                return 0;
        feed_forbid_passwords(watch->feed);
        return screen_open(watch->table.terminal, &watch->screen);
}

/* One screen ahead of what is seen, so that the next page is there when it is scrolled to. */
static void watch_want_rows(Watch *watch) {
        size_t n_rows = job_table_rows(&watch->table, watch->screen);
        size_t offset = watch->target > 0 ? watch->target : job_table_offset(&watch->table, n_rows);

        for (size_t i = 0; i < _VIEW_MAX; i++)
                watch->views[i].n_wanted = 0;
        watch->views[watch->table.current].n_wanted = offset + 2 * n_rows;
}

/* ---- keys ---- */

/* Where there are no rows yet, they are fetched, and it is scrolled on when they have come. */
static void watch_scroll_to(Watch *watch, size_t offset) {
        const View *view = &watch->views[watch->table.current];
        size_t last = job_table_last_offset(&watch->table, job_table_rows(&watch->table, watch->screen));
        bool more = view->known_from > 0 && view_count(view, watch->table.jobs) < view->n_max;

        watch->target = offset > last && more ? offset : 0;
        watch->table.top = job_table_top(&watch->table, offset < last ? offset : last);
}

static void watch_scroll_on(Watch *watch) {
        if (watch->target > 0)
                watch_scroll_to(watch, watch->target);
}

static void watch_show_view(Watch *watch, size_t view) {
        watch->table.current = view;
        watch_scroll_to(watch, 0);
}

/* So many rows down, or up. */
static void watch_scroll(Watch *watch, ssize_t n) {
        size_t offset = watch->target;

        if (offset == 0)
                offset = job_table_offset(&watch->table, job_table_rows(&watch->table, watch->screen));
        if (n < 0)
                watch_scroll_to(watch, offset > (size_t) -n ? offset - (size_t) -n : 0);
        else
                watch_scroll_to(watch, offset + (size_t) n);
}

static void watch_character(Watch *watch, wchar_t c) {
        switch (c) {
        case L'q':
                watch->is_over = true;
                break;
        case L'1':
        case L'a':
                watch_show_view(watch, VIEW_ALL);
                break;
        case L'2':
        case L'c':
                watch_show_view(watch, VIEW_ACTIVE);
                break;
        case L'3':
        case L'f':
                watch_show_view(watch, VIEW_FAILED);
                break;
        case L'j':
                watch_scroll(watch, 1);
                break;
        case L'k':
                watch_scroll(watch, -1);
                break;
        case L'\f': /* Ctrl-L */
                screen_suspend(watch->screen);
                break;
        default:
                break;
        }
}

static void watch_key(Watch *watch, ScreenKey key, wchar_t c) {
        ssize_t page = (ssize_t) job_table_rows(&watch->table, watch->screen);
        size_t view = watch->table.current;

        switch (key) {
        case SCREEN_KEY_CHARACTER:
                watch_character(watch, c);
                break;
        case SCREEN_KEY_UP:
                watch_scroll(watch, -1);
                break;
        case SCREEN_KEY_DOWN:
                watch_scroll(watch, 1);
                break;
        case SCREEN_KEY_PAGE_UP:
                watch_scroll(watch, -page);
                break;
        case SCREEN_KEY_PAGE_DOWN:
                watch_scroll(watch, page);
                break;
        case SCREEN_KEY_HOME:
                watch_scroll_to(watch, 0);
                break;
        case SCREEN_KEY_END:
                watch_scroll_to(watch, ROWS_KEPT);
                break;
        case SCREEN_KEY_LEFT:
                watch_show_view(watch, view > 0 ? view - 1 : view);
                break;
        case SCREEN_KEY_RIGHT:
                watch_show_view(watch, view + 1 < _VIEW_MAX ? view + 1 : view);
                break;
        default:
                break;
        }
}

static void watch_read_keys(Watch *watch) {
        ScreenKey key;
        wchar_t c = 0;

        while (!watch->is_over && (key = screen_read_key(watch->screen, &c)) != SCREEN_KEY_NONE)
                watch_key(watch, key, c);
}

/* ---- signals ---- */

/* As a signal does it that nobody handles: now, or for one that is blocked as soon as it is not. */
static void take_default(int signal) {
        struct sigaction action = { .sa_handler = SIG_DFL };
        sigset_t mask;

        (void) sigemptyset(&mask);
        (void) sigaddset(&mask, signal);
        (void) sigaction(signal, &action, NULL); /* ncurses has put a handler of its own there */
        (void) raise(signal);
        (void) sigprocmask(SIG_UNBLOCK, &mask, NULL);
        (void) sigprocmask(SIG_BLOCK, &mask, NULL); /* a stop ends here, by SIGCONT */
}

static void watch_signal(Watch *watch, int signal) {
        switch (signal) {
        case SIGWINCH:
                if (watch->screen)
                        screen_resize(watch->screen);
                break;
        case SIGTSTP:
                if (watch->screen)
                        screen_suspend(watch->screen);
                take_default(SIGTSTP);
                break;
        case SIGCONT: /* whoever had the terminal meanwhile may have left it otherwise */
                if (watch->screen) {
                        screen_suspend(watch->screen);
                        screen_resize(watch->screen);
                }
                break;
        case SIGINT:
                watch->is_over = true;
                break;
        default:
                watch->signal = signal;
        }
}

static void watch_read_signals(Watch *watch) {
        struct signalfd_siginfo info;

        while (read(watch->signal_fd, &info, sizeof(info)) == sizeof(info))
                watch_signal(watch, (int) info.ssi_signo);
}

/* ---- the loop ---- */

static int watch_wait(Watch *watch) {
        struct pollfd fds[] = {
                { .fd = watch->signal_fd, .events = POLLIN },
                /* what is typed before is for whoever asks for a password */
                { .fd = watch->screen ? STDIN_FILENO : -1, .events = POLLIN },
        };
        int r;

        r = feed_wait_sync(watch->feed, fds, ELEMENTSOF(fds));
        if (r < 0)
                return r;
        if (fds[0].revents)
                watch_read_signals(watch);
        if (fds[1].revents & POLLIN)
                watch_read_keys(watch);
        else if (fds[1].revents) /* the terminal is gone */
                watch->signal = SIGHUP;
        return 0;
}

static int watch_turn(Watch *watch) {
        int r;

        if (watch->screen)
                watch_want_rows(watch);
        r = feed_turn(watch->feed);
        if (r >= 0)
                r = watch_open_screen(watch);
        if (r < 0 || !watch->screen)
                return r;
        watch_scroll_on(watch);
        return watch_draw(watch);
}

static int watch_fail(Watch *watch, int error) {
        if (error == -ENOTTY)
                return fail_plain(error,
                                "This terminal cannot show a screen, see $TERM. Without one: jobsctl list "
                                "--watch");
        return feed_fail(watch->feed, error);
}

static int watch_run(Watch *watch) {
        int r = 0;

        while (r >= 0 && !watch->is_over && watch->signal == 0) {
                r = watch_turn(watch);
                if (r >= 0)
                        r = watch_wait(watch);
        }
        watch->screen = screen_free(watch->screen); /* before anything is said */
        return r < 0 ? watch_fail(watch, r) : 0;
}

int watch_check(const Arguments *arguments) {
        if (arguments->json != JSON_OFF)
                return fail_usage("\"jobsctl watch\" is for people. For programs: jobsctl list --watch "
                                  "--json=short");
        if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
                return fail_usage("\"jobsctl watch\" needs a terminal. Elsewhere: jobsctl list --watch");
        return 0;
}

int verb_watch(Context *context) {
        _cleanup_(watch_done) Watch watch = { .signal_fd = -EBADF };
        int r;

        r = watch_init(&watch, context);
        if (r >= 0)
                r = watch_run(&watch);
        if (watch.signal > 0)
                take_default(watch.signal);
        return r;
}
