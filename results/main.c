/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsd-results: answers one question of jobsd's about the files that jobs leave and are handed. jobsd is root without
 * any of its capabilities, and these files belong to the accounts that jobs run as: this service has those that it takes to
 * read and remove them, and to give them away, and sees nothing else. See jobsd-results@.service and result-protocol.h. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "folder.h"
#include "input.h"
#include "macro.h"
#include "name.h"
#include "parse.h"
#include "question.h"

/* Within a job's folder there may be any number of folders in each other, and anything in them: rm(1) knows how to
 * remove that while somebody changes it. */
#define RM "/usr/bin/rm"

static int folders_fd, kept_fd, inputs_fd;

static int read_job(const Question *q, uid_t *ret_uid) {
        uint64_t id;
        int r = parse_id(q->words[1], &id);

        return r < 0 ? r : parse_uid(q->words[2], ret_uid);
}

/* Of a job that runs, or has ended: it may do so just now. */
static int open_folder(const Question *q, uid_t *ret_uid, int *ret_fd) {
        int r = read_job(q, ret_uid);

        if (r >= 0)
                r = folder_open(folders_fd, q->words[1], *ret_uid, ret_fd);
        return r != -ENOENT ? r : folder_open(kept_fd, q->words[1], *ret_uid, ret_fd);
}

/* ---- keep ---- */

typedef struct Counts {
        uint64_t files, bytes;
} Counts;

static int count_file(const char *name, const struct stat *st, void *userdata) {
        Counts *counts = userdata;

        counts->files++;
        if (__builtin_add_overflow(counts->bytes, (uint64_t) st->st_size, &counts->bytes) || counts->bytes > INT64_MAX)
                counts->bytes = INT64_MAX; /* which is what the history has room for */
        return 0;
}

/* It has been there for long, when it is asked once more. */
static int move_to_kept(const char *id) {
        return renameat2(folders_fd, id, kept_fd, id, RENAME_NOREPLACE) < 0 && errno != ENOENT && errno != EEXIST ? -errno : 0;
}

static int answer_keep(const Question *q, FILE *answer, int *ret_fd) {
        Counts counts = {};
        uid_t uid;
        int fd, r = read_job(q, &uid);

        if (r >= 0)
                r = move_to_kept(q->words[1]);
        if (r >= 0)
                r = folder_open(kept_fd, q->words[1], uid, &fd);
        if (r >= 0)
                r = folder_walk(fd, uid, count_file, &counts);
        if (r < 0)
                return r;
        fprintf(answer, "%" PRIu64 "%c%" PRIu64 "%c", counts.files, 0, counts.bytes, 0);
        return 0;
}

/* ---- list ---- */

typedef struct File {
        char *name;
        uint64_t size, modified_usec;
} File;

typedef struct List {
        File files[RESULT_LIST_MAX];
        size_t n;
} List;

static void list_done(List *list) {
        for (size_t i = 0; i < list->n; i++)
                free(list->files[i].name);
}

static uint64_t to_usec(const struct timespec *t) {
        return t->tv_sec < 0 ? 0 : (uint64_t) t->tv_sec * USEC_PER_SEC + (uint64_t) t->tv_nsec / NSEC_PER_USEC;
}

static int list_file(const char *name, const struct stat *st, void *userdata) {
        char text[RESULT_NAME_BYTES_MAX];
        List *list = userdata;

        if (name_escape(name, text, sizeof(text)) < 0)
                return 0; /* it could not be asked for */
        list->files[list->n] = (File){ strdup(text), (uint64_t) st->st_size, to_usec(&st->st_mtim) };
        if (!list->files[list->n].name)
                return -ENOMEM;
        list->n++;
        return list->n == RESULT_LIST_MAX;
}

static int compare_files(const void *a, const void *b) {
        return strcmp(((const File *) a)->name, ((const File *) b)->name);
}

static int answer_list(const Question *q, FILE *answer, int *ret_fd) {
        _cleanup_(list_done) List list = { .n = 0 };
        uid_t uid;
        int fd, r = open_folder(q, &uid, &fd);

        if (r >= 0)
                r = folder_walk(fd, uid, list_file, &list);
        if (r < 0)
                return r;
        qsort(list.files, list.n, sizeof(File), compare_files);
        for (size_t i = 0; i < list.n; i++)
                fprintf(answer, "%" PRIu64 "%c%" PRIu64 "%c%s%c", list.files[i].size, 0, list.files[i].modified_usec, 0,
                                list.files[i].name, 0);
        return 0;
}

/* ---- open ---- */

static int answer_open(const Question *q, FILE *answer, int *ret_fd) {
        char name[RESULT_NAME_BYTES_MAX];
        _cleanup_close_ int fd = -EBADF;
        struct stat st;
        uid_t uid;
        int r;

        if (name_unescape(q->words[3], name, sizeof(name)) < 0)
                return -ENOENT;
        r = open_folder(q, &uid, &fd);
        if (r >= 0)
                r = folder_open_file(fd, name, uid, ret_fd, &st);
        if (r >= 0)
                fprintf(answer, "%" PRIu64 "%c", (uint64_t) st.st_size, 0);
        return r;
}

/* ---- remove ---- */

static bool is_set_aside(const char *folder) {
        char id[24];
        uint64_t number;
        size_t n = strspn(folder, "0123456789");

        if (n == 0 || n >= sizeof(id) || strcmp(folder + n, RESULT_CLEARED) != 0)
                return false;
        memcpy(id, folder, n);
        id[n] = '\0';
        return parse_id(id, &number) >= 0;
}

/* What it says goes to the journal: standard output is the connection. */
static int run_rm_in(int folder_fd, char *arguments[]) {
        static char *const environment[] = { NULL };
        posix_spawn_file_actions_t actions;
        int r, status;
        pid_t pid;

        if (fchdir(folder_fd) < 0)
                return -errno;
        posix_spawn_file_actions_init(&actions);
        r = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn(&pid, RM, &actions, NULL, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
        if (r != 0)
                return -r;
        if (waitpid(pid, &status, 0) < 0)
                return -errno;
        return status == 0 ? 0 : -ENOTEMPTY;
}

static int remove_in(const int folder_fds[], size_t n_folders, const Question *q, bool (*may)(const char *name)) {
        char *arguments[QUESTION_WORDS_MAX + 4] = { (char *) "rm", (char *) "-rf", (char *) "--one-file-system",
                (char *) "--" };
        int r = 0;

        for (size_t i = 1; i < q->n_words; i++) {
                if (!may(q->words[i]))
                        return -EINVAL;
                arguments[i + 3] = q->words[i];
        }
        for (size_t i = 0; r >= 0 && i < n_folders; i++)
                r = run_rm_in(folder_fds[i], arguments);
        return r;
}

static int answer_remove(const Question *q, FILE *answer, int *ret_fd) {
        return remove_in((const int[]){ kept_fd, folders_fd }, 2, q, is_set_aside);
}

/* ---- take, drop ---- */

static int answer_take(const Question *q, FILE *answer, int *ret_fd) {
        uint64_t bytes_max, size;
        uid_t uid;
        int r = parse_uid(q->words[3], &uid);

        if (r >= 0)
                r = parse_uint64(q->words[4], &bytes_max);
        if (r >= 0)
                r = input_take(inputs_fd, q->words[1], q->words[2], uid, bytes_max, q->fd, &size);
        if (r >= 0)
                fprintf(answer, "%" PRIu64 "%c", size, 0);
        return r;
}

static int answer_drop(const Question *q, FILE *answer, int *ret_fd) {
        return remove_in(&inputs_fd, 1, q, input_id_is_valid);
}

/* ---- any ---- */

static const struct {
        const char *word;
        size_t min, max; /* words behind it */
        int (*answer)(const Question *q, FILE *answer, int *ret_fd);
} kinds[] = {
        { "keep", 2, 2, answer_keep },
        { "list", 2, 2, answer_list },
        { "open", 3, 3, answer_open },
        { "remove", 1, QUESTION_WORDS_MAX - 1, answer_remove },
        { "take", 4, 4, answer_take },
        { "drop", 1, QUESTION_WORDS_MAX - 1, answer_drop },
};

static int answer_any(const Question *q, FILE *answer, int *ret_fd) {
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (strcmp(q->words[0], kinds[i].word) == 0 && q->n_words > kinds[i].min && q->n_words <= kinds[i].max + 1)
                        return kinds[i].answer(q, answer, ret_fd);
        return -EBADMSG;
}

static int open_below(const char *name, mode_t mode) {
        int fd;

        if (mkdirat(folders_fd, name, mode) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(folders_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

static int open_folders(void) {
        folders_fd = open(RESULT_FOLDERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folders_fd < 0)
                return -errno;
        kept_fd = open_below(RESULT_KEPT, 0700);
        inputs_fd = open_below(RESULT_INPUTS, 0711);
        return kept_fd < 0 ? kept_fd : inputs_fd < 0 ? inputs_fd : 0;
}

static int send_answer(int error, const char *text, size_t size, int file_fd) {
        char number[16];

        if (error == 0)
                return answer_send(STDOUT_FILENO, text, size, file_fd);
        snprintf(number, sizeof(number), "%d", -error);
        return answer_send(STDOUT_FILENO, number, strlen(number) + 1, -EBADF);
}

int main(int argc, char *argv[]) {
        static Question question;
        _cleanup_free_ char *text = NULL;
        _cleanup_close_ int file_fd = -EBADF;
        FILE *answer;
        size_t size;
        int r;

        answer = open_memstream(&text, &size);
        if (!answer)
                return EXIT_FAILURE;
        fprintf(answer, "0%c", 0);
        r = question_read(STDIN_FILENO, &question);
        if (r >= 0)
                r = open_folders();
        if (r >= 0)
                r = answer_any(&question, answer, &file_fd);
        if (fclose(answer) != 0)
                r = -ENOMEM;
        r = send_answer(r < 0 ? r : 0, text, size, file_fd);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
