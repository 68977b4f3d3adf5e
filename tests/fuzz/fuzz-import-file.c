/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files that are imported: a byte for the format, and the file. Each row is taken or refused with its line;
 * what was taken is the same when jobsd gets it from its helper, and when it is exported and imported once
 * more. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "export-row.h"
#include "fuzz.h"
#include "import-read.h"
#include "parse.h"
#include "strv.h"

#define NOW_USEC (UINT64_C(1795558873) * USEC_PER_SEC)

static void check_report(const char *report, uint64_t n_refused) {
        uint64_t n_lines = 0;

        CHECK(utf8_is_valid(report));
        for (const char *s = report; *s; s = strchr(s, '\n') + 1, n_lines++)
                CHECK(*s >= '1' && *s <= '9' && strchr(s, '\n'));
        CHECK(n_lines == n_refused);
}

static int read_import(const void *data, size_t size, ExportFormat format, ImportFile *ret) {
        _cleanup_close_ int fd = open(fuzz_file(data, size), O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *report = NULL;
        size_t report_size;
        int r;

        *ret = (ImportFile){ .report = open_memstream(&report, &report_size), .now_usec = NOW_USEC };
        CHECK(fd >= 0 && ret->report);
        r = import_file_read(ret, fd, format);
        CHECK(fclose(ret->report) == 0);
        check_report(report, ret->n_refused);
        return r;
}

static void check_same(const Job *a, const Job *b) {
        CHECK(import_row_compare(a, b) == 0 && texts_equal(a->info, b->info));
}

static void check_same_properties(const Job *a, const Job *b) {
        check_same(a, b);
        CHECK(texts_equal(a->type, b->type) && texts_equal(a->related, b->related));
        CHECK(a->submitted_usec == b->submitted_usec && a->finished_usec == b->finished_usec);
        CHECK(a->started_usec == b->started_usec && a->result == b->result && a->origin == b->origin);
        CHECK(a->progress == b->progress && a->memory_peak == b->memory_peak &&
                        a->cpu_usage_nsec == b->cpu_usage_nsec);
}

static void check_packed(const Job *job) {
        _cleanup_(job_freep) Job *again = NULL;
        _cleanup_strv_free_ char **texts = NULL;
        _cleanup_free_ char *block = NULL;
        size_t size;
        FILE *file = open_memstream(&block, &size);

        CHECK(file && import_row_pack(file, job) >= 0 && fclose(file) == 0);
        CHECK(size <= IMPORT_PACKED_BYTES_MAX && strv_unpack(block, size, &texts) >= 0);
        CHECK(import_row_unpack(texts, &again) >= 0);
        check_same_properties(job, again);
}

static void check_exported(const Job *job, ExportFormat format) {
        ExportQuery query = { .format = format };
        ImportFile again;
        char *text;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        CHECK(file && export_query_set_default_columns(&query) >= 0);
        CHECK(export_write_title(file, &query) >= 0 && export_write_row(file, &query, job) >= 0 &&
                        fclose(file) == 0);
        CHECK(read_import(text, size, format, &again) == 0 && again.n_rows == 1 && again.n_refused == 0);
        if (format == EXPORT_JSON)
                check_same_properties(job, again.rows[0].job);
        else
                check_same(job, again.rows[0].job);
        free(text);
        import_file_done(&again);
        export_query_done(&query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input input = { data, size };
        ExportFormat format = input_byte(&input) & 1 ? EXPORT_JSON : EXPORT_CSV;
        ImportFile file;
        int r = read_import(input.data, input.size, format, &file);

        CHECK(r == 0 || r == -EINVAL);
        if (r < 0)
                CHECK(file.mistake && utf8_is_valid(file.mistake) && text_is_one_line(file.mistake));
        else
                CHECK(file.n_read == file.n_rows + file.n_refused);
        for (size_t i = 0; r >= 0 && i < file.n_rows; i++) {
                check_packed(file.rows[i].job);
                check_exported(file.rows[i].job, EXPORT_CSV);
                check_exported(file.rows[i].job, EXPORT_JSON);
        }
        import_file_done(&file);
        return 0;
}
