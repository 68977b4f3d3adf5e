/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "history-files.h"
#include "store-schema.h"
#include "store-statement.h"
#include "strv.h"

#define BUSY_MSEC 10000

Store *store_free(Store *store) {
        if (!store)
                return NULL;
        for (size_t i = 0; i < _STATEMENT_MAX; i++)
                sqlite3_finalize(store->statements[i]);
        (void) sqlite3_close(store->db); /* fails only with statements left, and there are none */
        free(store);
        return NULL;
}

static int describe_failure(int r, const char *path, int version, const char *detail, char **ret) {
        int n;

        if (r == -EPROTONOSUPPORT && version < store_schema_newest())
                n = asprintf(ret,
                                "%s was written by an older jobsd. Start jobsd, which brings it up to date.",
                                path);
        else if (r == -EPROTONOSUPPORT)
                n = asprintf(ret,
                                "%s has schema version %d, this jobsd knows versions up to %d: it was "
                                "written by"
                                " a newer jobsd. Install that version again, or move the file away to begin"
                                " with an empty history.",
                                path, version, store_schema_newest());
        else if (r == -EBADMSG)
                n = asprintf(ret,
                                "%s is not a jobsd database, or it is damaged (%s). It is left as it is: "
                                "restore it from a backup, or make a new history of what the journal has, "
                                "with "
                                "\"" LIBEXECDIR "/jobsd --rebuild\".",
                                path, detail);
        else
                n = asprintf(ret, "%s cannot be opened: %s. Check its permissions and the file system.",
                                path, detail);
        return n < 0 ? -ENOMEM : r;
}

static int set_up_writable(sqlite3 *db, int *ret_version) {
        int r;

        /* SQLite opens what it may not write to all the same */
        if (sqlite3_db_readonly(db, "main") == 1)
                return -EROFS;
        r = store_schema_migrate(db, ret_version);
        if (r < 0)
                return r;
        return sqlite_to_errno(sqlite3_exec(db,
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON",
                        NULL, NULL, NULL));
}

static int set_up_read_only(sqlite3 *db, int *ret_version) {
        /* a reader of a write-ahead log waits for another one's recovery, and for nothing else */
        (void) sqlite3_busy_timeout(db, BUSY_MSEC);
        return store_schema_check(db, ret_version);
}

static int open_database(const char *path, int flags, int (*set_up)(sqlite3 *db, int *ret_version),
                Store **ret, char **ret_message) {
        _cleanup_(store_freep) Store *store = calloc(1, sizeof(Store));
        int r, version = 0;

        if (!store)
                return -ENOMEM;
        r = sqlite_to_errno(sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL));
        if (!store->db)
                return -ENOMEM;
        if (r >= 0)
                r = set_up(store->db, &version);
        if (r >= 0)
                r = statements_prepare(store);
        if (r < 0) {
                (void) describe_failure(r, path, version,
                                r == -EROFS ? sqlite3_errstr(SQLITE_READONLY) : sqlite3_errmsg(store->db),
                                ret_message); /* without memory there is no text */
                /* what is damaged stays as it is, the write-ahead log too */
                (void) sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
                return r;
        }
        *ret = TAKE_PTR(store);
        return 0;
}

/* Under another name until it is whole: a database that is empty, or none beside its log, is then a damaged
 * one. */
static int make_database(const char *path, char **ret_message) {
        _cleanup_free_ char *new = NULL;
        Store *store;
        int r;

        if (asprintf(&new, "%s.new", path) < 0)
                return -ENOMEM;
        r = open_database(new, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, store_schema_migrate, &store,
                        ret_message);
        if (r < 0)
                return r;
        store_free(store);
        r = history_rename(new, path);
        return r < 0 ? describe_failure(r, path, 0, strerror(-r), ret_message) : 0;
}

/* What is seen without opening it; -ENOENT where there is nothing. */
static int check_files(const char *path, char **ret_message) {
        _cleanup_free_ char *log = NULL;
        struct stat st;

        if (asprintf(&log, "%s-wal", path) < 0)
                return -ENOMEM;
        if (stat(path, &st) >= 0)
                return st.st_size > 0 ? 0 : describe_failure(-EBADMSG, path, 0, "it is empty", ret_message);
        if (errno != ENOENT)
                return describe_failure(-errno, path, 0, strerror(errno), ret_message);
        if (stat(log, &st) >= 0 && st.st_size > 0)
                return describe_failure(
                                -EBADMSG, path, 0, "its -wal is there, and itself is not", ret_message);
        return -ENOENT;
}

int store_open(const char *path, Store **ret, char **ret_message) {
        int r = check_files(path, ret_message);

        if (r == -ENOENT)
                r = make_database(path, ret_message);
        return r < 0 ? r : open_database(path, SQLITE_OPEN_READWRITE, set_up_writable, ret, ret_message);
}

/* Who is told; SQLite has one place for it in a process. */
static struct {
        void (*callback)(const char *what, void *userdata);
        void *userdata;
} on_damage;

static void on_sqlite_log(void *userdata, int code, const char *message) {
        if (sqlite_to_errno(code) == -EBADMSG)
                on_damage.callback(message, on_damage.userdata);
}

void store_on_damage(void (*callback)(const char *what, void *userdata), void *userdata) {
        on_damage.callback = callback;
        on_damage.userdata = userdata;
        (void) sqlite3_config(SQLITE_CONFIG_LOG, on_sqlite_log, NULL); /* fails only where a store is open */
}

/* What PRAGMA integrity_check says first, in SQLite's words; "ok" for nothing. */
static int read_integrity(sqlite3 *db, char **ret) {
        sqlite3_stmt *statement = NULL;
        const char *text = NULL;
        int r;

        r = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
        if (r == SQLITE_OK)
                r = sqlite3_step(statement);
        if (r == SQLITE_ROW)
                text = (const char *) sqlite3_column_text(statement, 0);
        r = text ? strdup_or_null(text, ret) : sqlite_to_errno(r == SQLITE_ROW ? SQLITE_NOMEM : r);
        sqlite3_finalize(statement);
        return r;
}

int store_check(const char *path, char **ret_message) {
        _cleanup_(store_freep) Store *store = NULL;
        _cleanup_free_ char *found = NULL;
        int r;

        r = check_files(path, ret_message);
        if (r >= 0)
                r = store_open_read_only(path, &store, ret_message);
        if (r < 0)
                return r;
        r = read_integrity(store->db, &found);
        if (r < 0)
                return describe_failure(r, path, 0, sqlite3_errmsg(store->db), ret_message);
        return strcmp(found, "ok") == 0 ? 0 : describe_failure(-EBADMSG, path, 0, found, ret_message);
}

int store_open_read_only(const char *path, Store **ret, char **ret_message) {
        return open_database(path, SQLITE_OPEN_READONLY, set_up_read_only, ret, ret_message);
}
