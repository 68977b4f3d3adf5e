/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "export-row.h"
#include "macro.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* Rows that are looked up at once, and held in memory until the reader has taken them. */
#define PAGE_ROWS 200U
/* A thousand ids and some texts, each shorter than this by far. */
#define QUERY_BYTES_MAX ((size_t) 1024 * 1024)

typedef struct Export {
        Store *store;
        ExportQuery query;
        bool needs_details;
        FILE *page;
        uint64_t n_rows;
} Export;

static void export_done(Export *export) {
        export_query_done(&export->query);
        store_free(export->store);
}

static int read_query(ExportQuery *ret) {
        _cleanup_free_ char *text = malloc(QUERY_BYTES_MAX);
        size_t size;

        if (!text)
                return -ENOMEM;
        size = fread(text, 1, QUERY_BYTES_MAX, stdin);
        if (ferror(stdin))
                return -EIO;
        return size < QUERY_BYTES_MAX ? export_query_unpack(text, size, ret) : -E2BIG;
}

static int add_row(const Job *job, void *userdata) {
        _cleanup_(job_freep) Job *all = NULL;
        Export *export = userdata;
        int r;

        if (export->needs_details) {
                r = store_get(export->store, job->id, &all);
                if (r == -ENOENT) /* it was cleared just now */
                        return 0;
                if (r < 0)
                        return r;
        }
        export->n_rows++;
        return export_write_row(export->page, &export->query, all ?: job);
}

static int write_text(const char *text, size_t size) {
        return fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0 ? 0 : -errno;
}

/* Into memory first: whoever reads slowly must not hold a read of the database open, or its
 * write-ahead log would grow for as long. */
static int copy_page(Export *export, uint64_t before, uint64_t *ret_next) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        int r;

        export->page = open_memstream(&text, &size);
        if (!export->page)
                return -errno;
        r = store_foreach_page(
                        export->store, &export->query.filter, before, PAGE_ROWS, add_row, export, ret_next);
        if (fclose(export->page) != 0 && r >= 0)
                r = -errno;
        return r < 0 ? r : write_text(text, size);
}

static int copy_rows(Export *export) {
        uint64_t next = 0;
        int r;

        r = export_write_title(stdout, &export->query);
        if (r < 0)
                return r;
        do
                r = copy_page(export, next, &next);
        while (r >= 0 && next != 0);
        return r;
}

/* The last word: without it the stream is not the whole of it. */
static int tell_complete(uint64_t n_rows) {
        return dprintf(STREAM_STATUS_FD, "%" PRIu64 "\n", n_rows) < 0 ? -errno : 0;
}

int stream_export(const char *path) {
        _cleanup_(export_done) Export export = {};
        _cleanup_free_ char *message = NULL;
        int r;

        r = read_query(&export.query);
        if (r < 0)
                return stream_error(r, "Failed to read what to export");
        export.needs_details = export_needs_details(&export.query);
        r = store_open_read_only(path, &export.store, &message);
        if (r < 0) {
                fprintf(stderr, "%s\n", message ?: strerror(-r));
                return EXIT_FAILURE;
        }
        r = copy_rows(&export);
        if (r >= 0)
                r = tell_complete(export.n_rows);
        return r < 0 ? stream_error(r, "Failed to export the history") : EXIT_SUCCESS;
}
