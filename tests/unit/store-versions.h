/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Databases as each version of the schema has made them, with a job in each: what is installed
 * somewhere has to be read for ever. An entry is made from the migrations once, when a version is
 * released, and is then not changed: a new version adds one. */

#define APPLICATION_ID "1785684595" /* 0x6a6f6273, "jobs" */

#define TABLE_1 \
        "CREATE TABLE jobs (" \
        " id INTEGER PRIMARY KEY AUTOINCREMENT," \
        " name TEXT NOT NULL," \
        " type TEXT," \
        " uid INTEGER NOT NULL," \
        " user TEXT NOT NULL," \
        " submitter INTEGER NOT NULL," \
        " origin INTEGER NOT NULL," \
        " related TEXT," \
        " command BLOB NOT NULL," \
        " environment BLOB NOT NULL," \
        " working_directory TEXT," \
        " timeout INTEGER NOT NULL," \
        " memory_max INTEGER NOT NULL," \
        " cpu_quota INTEGER NOT NULL," \
        " tasks_max INTEGER NOT NULL," \
        " nice INTEGER NOT NULL," \
        " submitted INTEGER NOT NULL," \
        " started INTEGER NOT NULL DEFAULT 0," \
        " finished INTEGER NOT NULL DEFAULT 0," \
        " status INTEGER NOT NULL DEFAULT 0," \
        " result INTEGER NOT NULL DEFAULT 0," \
        " exit_status INTEGER NOT NULL DEFAULT 0," \
        " info TEXT," \
        " progress REAL NOT NULL DEFAULT -1," \
        " unit TEXT," \
        " invocation_id BLOB," \
        " boot_id BLOB," \
        " attempt INTEGER NOT NULL DEFAULT 1," \
        " cpu_usage INTEGER NOT NULL DEFAULT 0," \
        " memory_peak INTEGER NOT NULL DEFAULT 0"
#define INDEXES_1 \
        "CREATE INDEX jobs_of_user ON jobs (uid, id);" \
        "CREATE INDEX jobs_active ON jobs (id) WHERE status <= 1;" \
        "CREATE INDEX jobs_failed ON jobs (id) WHERE status = 3;" \
        "CREATE INDEX jobs_failed_of_user ON jobs (uid, id) WHERE status = 3;" \
        "CREATE INDEX jobs_ended ON jobs (finished) WHERE status >= 2;" \
        "CREATE INDEX jobs_queue ON jobs (uid, id) WHERE status = 0;"
#define JOB_1 \
        "INSERT INTO jobs VALUES (7, 'import', NULL, 1001, 'alice', 1001, 1, " \
        "'https://example.org/record/12'," \
        " X'2F62696E2F696D706F727400646174612E63737600', X'4C414E473D4300', '/srv', 60000000, 1048576, " \
        "500000," \
        " 10, 5, 1795516215000000, 1795516216000000, 1795516217000000, 3, 2, 1, 'Exited with status 1', 0.5," \
        " 'jobsd-7.service', X'000102030405060708090A0B0C0D0E0F', X'101112131415161718191A1B1C1D1E1F', 1," \
        " 250000000, 4194304"

#define COLUMNS_3 \
        ", retry_of INTEGER NOT NULL DEFAULT 0, parameters BLOB NOT NULL DEFAULT x'', run_as TEXT," \
        " run_uid INTEGER, retries INTEGER NOT NULL DEFAULT 0, retry_delay INTEGER NOT NULL DEFAULT 0," \
        " restartable INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL DEFAULT 0," \
        " cancelled INTEGER NOT NULL DEFAULT 0"
#define INDEXES_3 \
        "DROP INDEX jobs_queue;" \
        "CREATE INDEX jobs_queue ON jobs (uid, type, id, next_try) WHERE status = 0;" \
        "CREATE INDEX jobs_waiting ON jobs (next_try) WHERE status = 0 AND next_try > 0;"
#define INDEXES_6 \
        "CREATE INDEX jobs_active_of_user ON jobs (uid, id) WHERE status <= 1;" \
        "CREATE INDEX jobs_running ON jobs (id) WHERE status = 1;"
#define INDEXES_7 \
        "CREATE INDEX jobs_by_submitted ON jobs (submitted);" \
        "CREATE INDEX jobs_by_submitted_of_user ON jobs (uid, submitted);" \
        "CREATE INDEX jobs_by_finished ON jobs (finished);" \
        "CREATE INDEX jobs_by_finished_of_user ON jobs (uid, finished);" \
        "DROP INDEX jobs_ended;"

/* What each user has left in files. */
#define RESULTS_10 \
        "CREATE INDEX jobs_with_uncounted_results ON jobs (id) WHERE results_uncounted = 1;" \
        "CREATE TABLE results_of_user ( uid INTEGER PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;" \
        "CREATE TRIGGER results_counted AFTER UPDATE OF result_bytes ON jobs WHEN new.result_bytes <> old.result_bytes" \
        " BEGIN" \
        " INSERT INTO results_of_user (uid, bytes) VALUES (new.uid, new.result_bytes - old.result_bytes)" \
        " ON CONFLICT (uid) DO UPDATE SET bytes = bytes + excluded.bytes;" \
        " END;" \
        "CREATE TRIGGER results_cleared AFTER DELETE ON jobs WHEN old.result_bytes > 0" \
        " BEGIN UPDATE results_of_user SET bytes = bytes - old.result_bytes WHERE uid = old.uid; END;"

#define COLUMNS_8 \
        ", output_max INTEGER NOT NULL DEFAULT 0, output_grace INTEGER NOT NULL DEFAULT 0"

/* The job of each: number 7, an import that alice ran. */
static const char *const database_versions[] = {
        /* 0: a file that was made and never written to */
        NULL,
        /* 1 */
        TABLE_1 ") STRICT;" INDEXES_1 JOB_1 "); PRAGMA user_version = 1;",
        /* 2: which job this is a retry of */
        TABLE_1 ", retry_of INTEGER NOT NULL DEFAULT 0) STRICT;" INDEXES_1 JOB_1
                ", 0); PRAGMA user_version = 2;",
        /* 3: job types, further tries, and cancellations */
        TABLE_1 COLUMNS_3 ") STRICT;" INDEXES_1 INDEXES_3 JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0); PRAGMA user_version = 3;",
        /* 4: imported records */
        TABLE_1 COLUMNS_3 ", imported INTEGER NOT NULL DEFAULT 0) STRICT;" INDEXES_1 INDEXES_3
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0); PRAGMA user_version = 4;",
        /* 5: secret parameters */
        TABLE_1 COLUMNS_3 ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x'') STRICT;" INDEXES_1
                INDEXES_3 "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X''); PRAGMA user_version = 5;",
        /* 6: what is active of a user, and what runs */
        TABLE_1 COLUMNS_3 ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x'') STRICT;" INDEXES_1
                INDEXES_3 INDEXES_6 "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X''); PRAGMA user_version = 6;",
        /* 7: sorted by their dates */
        TABLE_1 COLUMNS_3 ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x'') STRICT;" INDEXES_1
                INDEXES_3 INDEXES_6 INDEXES_7 "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X''); PRAGMA user_version = 7;",
        /* 8: limits of the output */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8 ") STRICT;" INDEXES_1
                INDEXES_3 INDEXES_6 INDEXES_7 "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0); PRAGMA user_version = 8;",
        /* 9: the umask */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18) STRICT;" INDEXES_1 INDEXES_3 INDEXES_6 INDEXES_7
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18); PRAGMA user_version = 9;",
        /* 10: result files */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18, result_files INTEGER NOT NULL DEFAULT 0,"
                " result_bytes INTEGER NOT NULL DEFAULT 0, results_uncounted INTEGER NOT NULL DEFAULT 0) STRICT;" INDEXES_1
                INDEXES_3 INDEXES_6 INDEXES_7 RESULTS_10
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18, 0, 0, 0); PRAGMA user_version = 10;",
        /* 11: who has result files */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18, result_files INTEGER NOT NULL DEFAULT 0,"
                " result_bytes INTEGER NOT NULL DEFAULT 0, results_uncounted INTEGER NOT NULL DEFAULT 0,"
                " keep_results INTEGER NOT NULL DEFAULT 0) STRICT;" INDEXES_1 INDEXES_3 INDEXES_6 INDEXES_7 RESULTS_10
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18, 0, 0, 0, 0); PRAGMA user_version = 11;",
        /* 12: input files */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18, result_files INTEGER NOT NULL DEFAULT 0,"
                " result_bytes INTEGER NOT NULL DEFAULT 0, results_uncounted INTEGER NOT NULL DEFAULT 0,"
                " keep_results INTEGER NOT NULL DEFAULT 0, inputs BLOB, input_bytes INTEGER NOT NULL DEFAULT 0) STRICT;"
                INDEXES_1 INDEXES_3 INDEXES_6 INDEXES_7 RESULTS_10
                "CREATE INDEX jobs_with_inputs ON jobs (uid, input_bytes, inputs) WHERE status <= 1 AND inputs IS NOT NULL;"
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18, 0, 0, 0, 0, NULL, 0); PRAGMA user_version = 12;",
        /* 13: keys */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18, result_files INTEGER NOT NULL DEFAULT 0,"
                " result_bytes INTEGER NOT NULL DEFAULT 0, results_uncounted INTEGER NOT NULL DEFAULT 0,"
                " keep_results INTEGER NOT NULL DEFAULT 0, inputs BLOB, input_bytes INTEGER NOT NULL DEFAULT 0, key TEXT) STRICT;"
                INDEXES_1 INDEXES_3 INDEXES_6 INDEXES_7 RESULTS_10
                "CREATE INDEX jobs_with_inputs ON jobs (uid, input_bytes, inputs) WHERE status <= 1 AND inputs IS NOT NULL;"
                "CREATE UNIQUE INDEX jobs_by_key ON jobs (uid, key) WHERE key IS NOT NULL;"
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18, 0, 0, 0, 0, NULL, 0, NULL); PRAGMA user_version = 13;",
        /* 14: an index of names */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18, result_files INTEGER NOT NULL DEFAULT 0,"
                " result_bytes INTEGER NOT NULL DEFAULT 0, results_uncounted INTEGER NOT NULL DEFAULT 0,"
                " keep_results INTEGER NOT NULL DEFAULT 0, inputs BLOB, input_bytes INTEGER NOT NULL DEFAULT 0, key TEXT) STRICT;"
                INDEXES_1 INDEXES_3 INDEXES_6 INDEXES_7 RESULTS_10
                "CREATE INDEX jobs_with_inputs ON jobs (uid, input_bytes, inputs) WHERE status <= 1 AND inputs IS NOT NULL;"
                "CREATE UNIQUE INDEX jobs_by_key ON jobs (uid, key) WHERE key IS NOT NULL;"
                "CREATE VIRTUAL TABLE job_names USING fts5 (words, content = '', tokenize = 'trigram', detail = 'none',"
                " columnsize = 0);"
                "INSERT INTO job_names (job_names, rank) VALUES ('automerge', 0), ('crisismerge', 1000);"
                "CREATE TABLE names_indexed ( one INTEGER PRIMARY KEY CHECK (one = 1), upto INTEGER NOT NULL,"
                " n INTEGER NOT NULL) STRICT;"
                "INSERT INTO names_indexed VALUES (1, 0, 0);"
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18, 0, 0, 0, 0, NULL, 0, NULL); PRAGMA user_version = 14;",
        /* 15: groups */
        TABLE_1 COLUMNS_3
                ", imported INTEGER NOT NULL DEFAULT 0, secrets BLOB NOT NULL DEFAULT x''" COLUMNS_8
                ", umask INTEGER NOT NULL DEFAULT 18, result_files INTEGER NOT NULL DEFAULT 0,"
                " result_bytes INTEGER NOT NULL DEFAULT 0, results_uncounted INTEGER NOT NULL DEFAULT 0,"
                " keep_results INTEGER NOT NULL DEFAULT 0, inputs BLOB, input_bytes INTEGER NOT NULL DEFAULT 0, key TEXT,"
                " run_group TEXT) STRICT;"
                INDEXES_1 INDEXES_3 INDEXES_6 INDEXES_7 RESULTS_10
                "CREATE INDEX jobs_with_inputs ON jobs (uid, input_bytes, inputs) WHERE status <= 1 AND inputs IS NOT NULL;"
                "CREATE UNIQUE INDEX jobs_by_key ON jobs (uid, key) WHERE key IS NOT NULL;"
                "CREATE VIRTUAL TABLE job_names USING fts5 (words, content = '', tokenize = 'trigram', detail = 'none',"
                " columnsize = 0);"
                "INSERT INTO job_names (job_names, rank) VALUES ('automerge', 0), ('crisismerge', 1000);"
                "CREATE TABLE names_indexed ( one INTEGER PRIMARY KEY CHECK (one = 1), upto INTEGER NOT NULL,"
                " n INTEGER NOT NULL) STRICT;"
                "INSERT INTO names_indexed VALUES (1, 0, 0);"
                "CREATE TABLE unfinished_import ( one INTEGER PRIMARY KEY CHECK (one = 1),"
                " first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;" JOB_1
                ", 0, X'', NULL, NULL, 0, 0, 0, 0, 0, 0, X'', 0, 0, 18, 0, 0, 0, 0, NULL, 0, NULL, NULL); PRAGMA user_version = 15;",
};
