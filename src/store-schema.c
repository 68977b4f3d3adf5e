/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "macro.h"
#include "store-schema.h"

/* "jobs", kept in the file's header, so that file(1) and we know whose database it is:
 * https://www.sqlite.org/pragma.html#pragma_application_id */
#define APPLICATION_ID 0x6a6f6273

/* Migration i leads from version i to version i + 1. Never change one that was released: add. */
static const char *const migrations[] = {
        /* AUTOINCREMENT: an id is never used again, also after the newest job was cleared.
         * Times in µs since 1970 UTC, arrays as NUL-terminated strings one after another. */
        "CREATE TABLE jobs ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " name TEXT NOT NULL,"
        " type TEXT,"
        " uid INTEGER NOT NULL,"
        " user TEXT NOT NULL,"
        " submitter INTEGER NOT NULL,"
        " origin INTEGER NOT NULL,"
        " related TEXT,"
        " command BLOB NOT NULL,"
        " environment BLOB NOT NULL,"
        " working_directory TEXT,"
        " timeout INTEGER NOT NULL,"
        " memory_max INTEGER NOT NULL,"
        " cpu_quota INTEGER NOT NULL,"
        " tasks_max INTEGER NOT NULL,"
        " nice INTEGER NOT NULL,"
        " submitted INTEGER NOT NULL,"
        " started INTEGER NOT NULL DEFAULT 0,"
        " finished INTEGER NOT NULL DEFAULT 0,"
        " status INTEGER NOT NULL DEFAULT 0,"
        " result INTEGER NOT NULL DEFAULT 0,"
        " exit_status INTEGER NOT NULL DEFAULT 0,"
        " info TEXT,"
        " progress REAL NOT NULL DEFAULT -1,"
        " unit TEXT,"
        " invocation_id BLOB,"
        " boot_id BLOB,"
        " attempt INTEGER NOT NULL DEFAULT 1,"
        " cpu_usage INTEGER NOT NULL DEFAULT 0,"
        " memory_peak INTEGER NOT NULL DEFAULT 0"
        ") STRICT;"
        /* One for each view that a page asks for: mine; and of mine and of all, what is active and
         * what failed. A partial index costs nothing for the rows that it leaves out. */
        "CREATE INDEX jobs_of_user ON jobs (uid, id);"
        "CREATE INDEX jobs_active ON jobs (id) WHERE status <= 1;"
        "CREATE INDEX jobs_failed ON jobs (id) WHERE status = 3;"
        "CREATE INDEX jobs_failed_of_user ON jobs (uid, id) WHERE status = 3;"
        "CREATE INDEX jobs_ended ON jobs (finished) WHERE status >= 2;"
        "CREATE INDEX jobs_queue ON jobs (uid, id) WHERE status = 0;",

        /* A retry names the job that it repeats, which may be cleared before it: 0 for no retry. */
        "ALTER TABLE jobs ADD COLUMN retry_of INTEGER NOT NULL DEFAULT 0;",

        /* Jobs of a type, further tries, and a cancellation that was asked for while the job ran. run_uid is
         * NULL for a job that runs as its user. The queue has a lane for each type of a user, as a type's
         * jobs may have to wait while others run. */
        "ALTER TABLE jobs ADD COLUMN parameters BLOB NOT NULL DEFAULT x'';"
        "ALTER TABLE jobs ADD COLUMN run_as TEXT;"
        "ALTER TABLE jobs ADD COLUMN run_uid INTEGER;"
        "ALTER TABLE jobs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN retry_delay INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN restartable INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN next_try INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;"
        "DROP INDEX jobs_queue;"
        "CREATE INDEX jobs_queue ON jobs (uid, type, id, next_try) WHERE status = 0;"
        "CREATE INDEX jobs_waiting ON jobs (next_try) WHERE status = 0 AND next_try > 0;",

        /* Records that were imported say when. The ids that an unfinished import has set aside stand in
         * a table of one row: nobody sees their rows until it is gone. They are taken from AUTOINCREMENT's
         * counter, which SQLite makes with the first job only. */
        "ALTER TABLE jobs ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;"
        "CREATE TABLE unfinished_import ("
        " one INTEGER PRIMARY KEY CHECK (one = 1),"
        " first INTEGER NOT NULL,"
        " last INTEGER NOT NULL"
        ") STRICT;"
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs', 0"
        " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs');",

        /* The values of secret parameters, as long as the job has not ended. */
        "ALTER TABLE jobs ADD COLUMN secrets BLOB NOT NULL DEFAULT x'';",

        /* What is active of mine, and what runs: with one index for all that is active, a page of either
         * looked through what waits of everybody. */
        "CREATE INDEX jobs_active_of_user ON jobs (uid, id) WHERE status <= 1;"
        "CREATE INDEX jobs_running ON jobs (id) WHERE status = 1;",

        /* The history in the order of its dates. An index of the end dates has those of 0, too, which are of
         * jobs that have not ended: it is that of the oldest as well. */
        "CREATE INDEX jobs_by_submitted ON jobs (submitted);"
        "CREATE INDEX jobs_by_submitted_of_user ON jobs (uid, submitted);"
        "CREATE INDEX jobs_by_finished ON jobs (finished);"
        "CREATE INDEX jobs_by_finished_of_user ON jobs (uid, finished);"
        "DROP INDEX jobs_ended;",

        /* Limits of the output, which a site has for all jobs: 0 is the site's. */
        "ALTER TABLE jobs ADD COLUMN output_max INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN output_grace INTEGER NOT NULL DEFAULT 0;",

        /* 0022, which jobs had before */
        "ALTER TABLE jobs ADD COLUMN umask INTEGER NOT NULL DEFAULT 18;",

        /* What jobs left in files, counted when they have ended, and what each user has of them in all. */
        "ALTER TABLE jobs ADD COLUMN result_files INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN result_bytes INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE jobs ADD COLUMN results_uncounted INTEGER NOT NULL DEFAULT 0;"
        "CREATE INDEX jobs_with_uncounted_results ON jobs (id) WHERE results_uncounted = 1;"
        "CREATE TABLE results_of_user ("
        " uid INTEGER PRIMARY KEY,"
        " bytes INTEGER NOT NULL"
        ") STRICT;"
        "CREATE TRIGGER results_counted AFTER UPDATE OF result_bytes ON jobs WHEN new.result_bytes <> old.result_bytes"
        " BEGIN"
        " INSERT INTO results_of_user (uid, bytes) VALUES (new.uid, new.result_bytes - old.result_bytes)"
        " ON CONFLICT (uid) DO UPDATE SET bytes = bytes + excluded.bytes;"
        " END;"
        "CREATE TRIGGER results_cleared AFTER DELETE ON jobs WHEN old.result_bytes > 0"
        " BEGIN UPDATE results_of_user SET bytes = bytes - old.result_bytes WHERE uid = old.uid; END;",

        /* Which jobs have a folder for such files. */
        "ALTER TABLE jobs ADD COLUMN keep_results INTEGER NOT NULL DEFAULT 0;",

        /* The files that jobs were handed, which are there until these end. */
        "ALTER TABLE jobs ADD COLUMN inputs BLOB;"
        "ALTER TABLE jobs ADD COLUMN input_bytes INTEGER NOT NULL DEFAULT 0;"
        "CREATE INDEX jobs_with_inputs ON jobs (uid, input_bytes, inputs) WHERE status <= 1 AND inputs IS NOT NULL;",

        /* What somebody may submit as often as he likes is there once. */
        "ALTER TABLE jobs ADD COLUMN key TEXT;"
        "CREATE UNIQUE INDEX jobs_by_key ON jobs (uid, key) WHERE key IS NOT NULL;",

        /* Which names have which three characters in a row, of the jobs up to an id: see store-names.c. Only ids are
         * kept, and those of jobs that are gone are in nobody's way. */
        "CREATE VIRTUAL TABLE job_names USING fts5 (words, content = '', tokenize = 'trigram', detail = 'none',"
        " columnsize = 0);"
        "INSERT INTO job_names (job_names, rank) VALUES ('automerge', 0), ('crisismerge', 1000);"
        "CREATE TABLE names_indexed ("
        " one INTEGER PRIMARY KEY CHECK (one = 1),"
        " upto INTEGER NOT NULL,"
        " n INTEGER NOT NULL"
        ") STRICT;"
        "INSERT INTO names_indexed VALUES (1, 0, 0);",

        /* The group that a job runs with. */
        "ALTER TABLE jobs ADD COLUMN run_group TEXT;",
};

int store_schema_newest(void) {
        return (int) ELEMENTSOF(migrations);
}

int sqlite_to_errno(int code) {
        switch (code & 0xff) {
        case SQLITE_OK:
        case SQLITE_ROW:
        case SQLITE_DONE:
                return 0;
        case SQLITE_NOMEM:
                return -ENOMEM;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_READONLY:
                return -EROFS;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                return -EBUSY;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
                return -EBADMSG;
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
                return -EACCES;
        case SQLITE_TOOBIG:
                return -E2BIG;
        case SQLITE_CONSTRAINT:
                return -EEXIST;
        default:
                return -EIO;
        }
}

static int query_int(sqlite3 *db, const char *sql, int *ret) {
        sqlite3_stmt *statement = NULL;
        int r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

        if (r == SQLITE_OK)
                r = sqlite3_step(statement);
        if (r == SQLITE_ROW)
                *ret = sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
        return r == SQLITE_ROW ? 0 : r == SQLITE_DONE ? -EIO : sqlite_to_errno(r);
}

static int migrate_one(sqlite3 *db, int version) {
        char pragmas[128];
        int r;

        snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
                        APPLICATION_ID, version + 1);

        r = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (r != SQLITE_OK)
                return sqlite_to_errno(r);
        r = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
        if (r == SQLITE_OK)
                r = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
        if (r != SQLITE_OK && !sqlite3_get_autocommit(db))
                (void) sqlite3_exec(
                                db, "ROLLBACK", NULL, NULL, NULL); /* the first error is the one to tell */
        return sqlite_to_errno(r);
}

/* -EBADMSG where this is another application's. */
static int read_version(sqlite3 *db, int *ret) {
        int r, version, application, n_tables;

        r = query_int(db, "PRAGMA user_version", &version);
        if (r < 0)
                return r;
        r = query_int(db, "PRAGMA application_id", &application);
        if (r < 0)
                return r;
        r = query_int(db, "SELECT count(*) FROM sqlite_schema", &n_tables);
        if (r < 0)
                return r;
        *ret = version;
        if (application != APPLICATION_ID && (application != 0 || version != 0 || n_tables != 0))
                return -EBADMSG;
        return version > store_schema_newest() ? -EPROTONOSUPPORT : 0;
}

int store_schema_check(sqlite3 *db, int *ret_version) {
        int r = read_version(db, ret_version);

        if (r < 0)
                return r;
        return *ret_version == store_schema_newest() ? 0 : -EPROTONOSUPPORT;
}

int store_schema_migrate(sqlite3 *db, int *ret_version) {
        int r = read_version(db, ret_version);

        if (r < 0)
                return r;
        for (int version = *ret_version; version < store_schema_newest(); version++) {
                r = migrate_one(db, version);
                if (r < 0)
                        return r;
        }
        return 0;
}
