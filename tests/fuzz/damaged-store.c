/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "damaged-store.h"

static struct {
        char folder[64], path[80];
        Store *store;
        sqlite3 *db; /* the way around the store */
        sqlite3_stmt *put;
        int n_columns;
} damaged;

static void run(const char *sql) {
        CHECK(sqlite3_exec(damaged.db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void remove_files(void) {
        static const char *const suffixes[] = { "", "-wal", "-shm" };
        char path[96];

        store_free(damaged.store);
        sqlite3_finalize(damaged.put);
        (void) sqlite3_close(damaged.db);
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                snprintf(path, sizeof(path), "%s%s", damaged.path, suffixes[i]);
                (void) remove(path); /* the last connection has removed some */
        }
        (void) remove(damaged.folder);
}

/* The schema without what would hold back a wrong value. */
static void relax_schema(void) {
        run("PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = replace(replace(sql, ' STRICT', ''), ' NOT NULL', '') "
            "WHERE type = 'table';"
            "PRAGMA schema_version = 1000; PRAGMA writable_schema = OFF; PRAGMA synchronous = OFF");
        CHECK(sqlite3_close(damaged.db) == SQLITE_OK);
        CHECK(sqlite3_open(damaged.path, &damaged.db) == SQLITE_OK);
}

static int count_columns(void) {
        sqlite3_stmt *all;
        int n;

        CHECK(sqlite3_prepare_v2(damaged.db, "SELECT * FROM jobs", -1, &all, NULL) == SQLITE_OK);
        n = sqlite3_column_count(all);
        sqlite3_finalize(all);
        return n;
}

static void prepare_put(void) {
        char *sql;
        size_t size;
        FILE *text = open_memstream(&sql, &size);

        CHECK(text);
        damaged.n_columns = count_columns();
        fputs("INSERT OR REPLACE INTO jobs VALUES (?1", text);
        for (int i = 2; i <= damaged.n_columns; i++)
                fprintf(text, ", ?%d", i);
        fputc(')', text);
        CHECK(fclose(text) == 0);
        CHECK(sqlite3_prepare_v3(damaged.db, sql, -1, SQLITE_PREPARE_PERSISTENT, &damaged.put, NULL) ==
                        SQLITE_OK);
        free(sql);
}

static void set_up(void) {
        const char *parent = getenv("TMPDIR");
        char *message;

        snprintf(damaged.folder, sizeof(damaged.folder), "%s/fuzz-store-XXXXXX", parent ?: "/tmp");
        CHECK(mkdtemp(damaged.folder));
        snprintf(damaged.path, sizeof(damaged.path), "%s/jobs.db", damaged.folder);
        CHECK(store_open(damaged.path, &damaged.store, &message) >= 0);
        damaged.store = store_free(damaged.store);
        CHECK(sqlite3_open(damaged.path, &damaged.db) == SQLITE_OK);
        relax_schema();
        run("PRAGMA synchronous = OFF");
        prepare_put();
        CHECK(store_open(damaged.path, &damaged.store, &message) >= 0);
        CHECK(atexit(remove_files) == 0);
}

static double read_double(Input *input) {
        uint64_t bits = input_number(input);
        double v;

        memcpy(&v, &bits, sizeof(v));
        return v;
}

static int bind_text(int i, Input *input) {
        _cleanup_free_ char *text = input_text(input);

        return sqlite3_bind_text(damaged.put, i, text, -1, SQLITE_TRANSIENT);
}

/* With its NUL, as an array has it, or without. */
static int bind_blob(int i, Input *input, bool with_nul) {
        _cleanup_free_ char *text = input_text(input);

        return sqlite3_bind_blob(damaged.put, i, text, (int) strlen(text) + with_nul, SQLITE_TRANSIENT);
}

/* What is right for about every column is the most likely: with something wrong in each, no row would be
 * read any further than to the first. */
static int bind(int i, Input *input) {
        switch (input_byte(input) % 16) {
        case 1:
                return sqlite3_bind_null(damaged.put, i);
        case 2:
                return sqlite3_bind_int64(damaged.put, i, (int64_t) input_number(input));
        case 3:
                return sqlite3_bind_double(damaged.put, i, read_double(input));
        case 4:
                return bind_text(i, input);
        case 5:
                return bind_blob(i, input, true);
        case 6:
                return bind_blob(i, input, false);
        case 7:
                return sqlite3_bind_text(damaged.put, i, "a\0b", 3, SQLITE_STATIC);
        default:
                return sqlite3_bind_blob(damaged.put, i, "1", 2, SQLITE_STATIC);
        }
}

Store *damaged_store_put(uint64_t id, Input *input) {
        if (!damaged.store)
                set_up();
        CHECK(sqlite3_bind_int64(damaged.put, 1, (int64_t) id) == SQLITE_OK);
        for (int i = 2; i <= damaged.n_columns; i++)
                CHECK(bind(i, input) == SQLITE_OK);
        CHECK(sqlite3_step(damaged.put) == SQLITE_DONE);
        CHECK(sqlite3_reset(damaged.put) == SQLITE_OK);
        return damaged.store;
}
