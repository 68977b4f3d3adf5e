/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "clock.h"
#include "commit.h"
#include "events.h"
#include "helper.h"
#include "import-row.h"
#include "import.h"
#include "leftovers.h"
#include "log.h"
#include "parse.h"
#include "strv.h"

/* What is read at once, and stored in one turn: some hundred rows, which takes some ms. */
#define READ_BYTES ((size_t) 32 * 1024)

struct Import {
        Manager *manager;
        char *client;
        uid_t actor;
        import_cb done;
        void *userdata;

        Helper *helper; /* NULL: it has ended */
        int fd;         /* what it prints */
        sd_event_source *input;
        char text[READ_BYTES + IMPORT_PACKED_BYTES_MAX];
        size_t n_text;

        bool has_counts;
        ImportCounts counts; /* n_imported: that are to be */
        uint64_t imported_usec;
        uint64_t first_id, n_stored;
        bool is_committing, is_finishing;
        int error; /* it is given up when the commit is over */
        char *mistake;
};

Import *import_free(Import *import) {
        if (!import)
                return NULL;
        import->manager->import = NULL;
        helper_free(import->helper);
        sd_event_source_disable_unref(import->input);
        close_fd(import->fd);
        free(import->client);
        free(import->mistake);
        free(import);
        return NULL;
}

static void end(Import *import, int r) {
        Manager *m = import->manager;

        import->done(r, import->mistake, &import->counts, import->userdata);
        import_free(import);
        r = leftovers_remove(m, import_go_on);
        if (r < 0)
                log_errno(r, "Failed to remove what an unfinished import has left");
}

/* What is on its way to the disk comes back first. */
static void give_up(Import *import, int error) {
        import->error = error;
        import->helper = helper_free(import->helper);
        (void) sd_event_source_set_enabled(import->input, SD_EVENT_OFF);
        if (!import->is_committing)
                end(import, error);
}

/* ---- the last step ---- */

static void on_finished(int r, void *userdata) {
        Import *import = userdata;
        Manager *m = import->manager;
        const ImportCounts *counts = &import->counts;

        if (r >= 0) {
                log_import(import->actor, import->first_id, counts->n_imported, counts->n_known,
                                counts->n_refused);
                if (counts->n_imported > 0)
                        events_jobs_imported(m, import->first_id, counts->n_imported);
        }
        end(import, r);
}

static int finish(Import *import) {
        Manager *m = import->manager;
        int r;

        if (!import->has_counts || import->n_stored != import->counts.n_imported || import->n_text > 0)
                return -EPROTO; /* the helper has broken off */
        r = commit_begin(m->commit);
        if (r >= 0)
                r = store_import_finish(m->store);
        if (r < 0)
                return r;
        import->is_committing = import->is_finishing = true;
        commit_add(m->commit, on_finished, import);
        return 0;
}

/* ---- rows ---- */

static int read_count(const char *text, const char *key, uint64_t *ret) {
        size_t n = strlen(key);

        return text && strncmp(text, key, n) == 0 ? parse_uint64(text + n, ret) : -EPROTO;
}

static int begin(Import *import, char *const *texts) {
        ImportCounts *counts = &import->counts;
        int r;

        if (texts[0] && strncmp(texts[0], "mistake=", 8) == 0) {
                import->mistake = strdup(texts[0] + 8);
                return import->mistake ? -EINVAL : -ENOMEM;
        }
        if (strv_length(texts) != 3)
                return -EPROTO;
        r = read_count(texts[0], "rows=", &counts->n_imported);
        if (r >= 0)
                r = read_count(texts[1], "known=", &counts->n_known);
        if (r >= 0)
                r = read_count(texts[2], "refused=", &counts->n_refused);
        if (r >= 0 && counts->n_imported > 0)
                r = store_import_begin(import->manager->store, counts->n_imported, &import->first_id);
        import->has_counts = r >= 0;
        return r;
}

static int store_row(Import *import, char *const *texts) {
        _cleanup_(job_freep) Job *job = NULL;
        int r;

        if (import->n_stored >= import->counts.n_imported)
                return -EPROTO;
        r = import_row_unpack(texts, &job);
        if (r < 0)
                return r == -ENOMEM ? r : -EPROTO;
        job->id = import->first_id + import->n_stored++;
        job->submitter = import->actor;
        job->imported_usec = import->imported_usec;
        return store_import_insert(import->manager->store, job);
}

/* The records that are whole, each of which ends with two NULs. */
static int take_records(Import *import) {
        char *record = import->text, *text_end = import->text + import->n_text, *record_end;
        int r = 0;

        while (r >= 0 && (record_end = memmem(record, (size_t) (text_end - record), "\0\0", 2))) {
                _cleanup_strv_free_ char **texts = NULL;

                r = strv_unpack(record, (size_t) (record_end - record) + 1, &texts);
                if (r >= 0)
                        r = import->has_counts ? store_row(import, texts) : begin(import, texts);
                record = record_end + 2;
        }
        import->n_text = (size_t) (text_end - record);
        memmove(import->text, record, import->n_text);
        return r >= 0 && import->n_text > IMPORT_PACKED_BYTES_MAX ? -EPROTO : r;
}

static void on_stored(int r, void *userdata) {
        Import *import = userdata;

        import->is_committing = false;
        if (import->error < 0)
                r = import->error;
        if (r >= 0)
                r = sd_event_source_set_enabled(import->input, SD_EVENT_ON);
        if (r < 0)
                give_up(import, r);
}

static int check_room(Import *import) {
        struct statvfs st;

        if (statvfs(import->manager->store_path, &st) < 0)
                return -errno;
        return (uint64_t) st.f_bavail * st.f_frsize < IMPORT_FREE_BYTES ? -EDQUOT : 0;
}

static int store_records(Import *import) {
        Manager *m = import->manager;
        int r;

        r = check_room(import);
        if (r >= 0)
                r = commit_begin(m->commit);
        if (r >= 0)
                r = take_records(import);
        if (r >= 0)
                r = sd_event_source_set_enabled(import->input, SD_EVENT_OFF);
        if (r < 0)
                return r;
        import->is_committing = true;
        commit_add(m->commit, on_stored, import);
        return 0;
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Import *import = userdata;
        ssize_t n = read(fd, import->text + import->n_text, READ_BYTES);
        int r;

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0) {
                import->n_text += (size_t) n;
                r = store_records(import);
        } else
                r = n < 0 ? -errno : finish(import);
        if (n <= 0)
                (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        if (r < 0)
                give_up(import, r);
        return 0;
}

/* ---- start ---- */

/* The end of its pipe tells all that there is to know. */
static void on_helper_done(int status, const char *answer, size_t size, void *userdata) {
        Import *import = userdata;

        import->helper = NULL;
        if (WIFSIGNALED(status))
                log_line(LOG_ERR, "The helper of an import was killed by signal %d", WTERMSIG(status));
}

static int start_helper(Import *import, ExportFormat format, int file_fd, int report_fd) {
        char *arguments[] = { (char *) "jobsd-stream", (char *) "import",
                (char *) import->manager->store_path, (char *) export_format_to_string(format), NULL };
        _cleanup_close_ int output_fd = -EBADF;
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        import->fd = fds[0];
        output_fd = fds[1];
        if (fcntl(import->fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        return helper_stream(&import->manager->helpers, arguments, &(HelperFiles){ file_fd, output_fd, report_fd },
                        on_helper_done, import, &import->helper);
}

int import_start(Manager *m, const char *client, uid_t actor, ExportFormat format, int file_fd,
                int report_fd, import_cb done, void *userdata) {
        Import *import;
        int r;

        if (m->import)
                return -EBUSY;
        import = calloc(1, sizeof(Import));
        if (!import)
                return -ENOMEM;
        import->manager = m;
        import->actor = actor;
        import->imported_usec = now_usec();
        import->fd = -EBADF;
        import->done = done;
        import->userdata = userdata;
        import->client = strdup(client);
        r = import->client ? start_helper(import, format, file_fd, report_fd) : -ENOMEM;
        if (r >= 0)
                r = sd_event_add_io(m->event, &import->input, import->fd, EPOLLIN, on_input, import);
        if (r >= 0 && m->leftovers)
                r = sd_event_source_set_enabled(import->input, SD_EVENT_OFF);
        if (r < 0) {
                import_free(import);
                return r;
        }
        m->import = import;
        return 0;
}

void import_go_on(Manager *m) {
        int r;

        if (!m->import)
                return;
        r = sd_event_source_set_enabled(m->import->input, SD_EVENT_ON);
        if (r < 0)
                give_up(m->import, r);
}

void import_client_left(Manager *m, const char *client) {
        Import *import = m->import;

        /* what is about to be seen by all is not taken back */
        if (import && !import->is_finishing && strcmp(import->client, client) == 0)
                give_up(import, -ECANCELED);
}
