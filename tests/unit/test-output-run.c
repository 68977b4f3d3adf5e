/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a job printed is told apart from everything else that its unit's processes send to the journal. The
 * journal is a table here, which the reader sees through sd-journal's functions. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "output-run.h"

#define UNIT "jobsd-7.service"
#define NEXT_TRY "jobsd-7-2.service"

typedef struct Entry {
        const char *unit, *pid, *invocation,
                        *field; /* the last one is "NAME=VALUE", and not there if NULL */
        const char *at, *message, *part, *line_break;
} Entry;

static const Entry *entries;
static size_t n_entries, position; /* 1 is the first */
static bool starts_only;

#define SET_ENTRIES(...)                              \
        static const Entry table[] = { __VA_ARGS__ }; \
        OutputRuns runs = {};                         \
        entries = table;                              \
        n_entries = ELEMENTSOF(table);                \
        position = 0

static int give(const char *field, const char *value, const void **data, size_t *ret_size) {
        static char buffers[8][256];
        static unsigned i;
        char *buffer = buffers[i++ % ELEMENTSOF(buffers)]; /* of one entry several are used at once */

        if (!value)
                return -ENOENT;
        *ret_size = (size_t) snprintf(buffer, sizeof(buffers[0]), "%s=%s", field, value);
        *data = buffer;
        return 0;
}

int sd_journal_get_data(sd_journal *journal, const char *field, const void **data, size_t *ret_size) {
        const Entry *entry = &entries[position - 1];
        const struct {
                const char *field, *value;
        } fields[] = {
                { "_SYSTEMD_UNIT", entry->unit },
                { "_PID", entry->pid },
                { "_SYSTEMD_INVOCATION_ID", entry->invocation },
                { "JOBSD_AT", entry->at },
                { "MESSAGE", entry->message },
                { "JOBSD_PART", entry->part },
                { "_LINE_BREAK", entry->line_break },
                { entry->field ?: "", entry->field ? "1" : NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                if (strcmp(fields[i].field, field) == 0)
                        return give(field, fields[i].value, data, ret_size);
        return -ENOENT;
}

int sd_journal_add_match(sd_journal *journal, const void *data, size_t size) {
        if (strcmp(data, "JOBSD_START=1") == 0)
                starts_only = true;
        return 0;
}

void sd_journal_flush_matches(sd_journal *journal) {
        starts_only = false;
}

int sd_journal_seek_head(sd_journal *journal) {
        position = 0;
        return 0;
}

int sd_journal_next(sd_journal *journal) {
        while (position++ < n_entries)
                if (!starts_only ||
                                (entries[position - 1].field &&
                                                strcmp(entries[position - 1].field, "JOBSD_START") == 0))
                        return 1;
        return 0;
}

/* Reads on, and puts together what there is: "[5]" where five bytes are missing. */
static void check_output(OutputRuns *runs, const char *wanted) {
        char joined[512] = "";
        uint64_t n_missing;
        size_t n = 0;

        for (position = 1; position <= n_entries; position++) {
                OutputPiece piece;
                int r = output_runs_read(runs, NULL, &piece);

                if (r == -ENOENT)
                        continue;
                assert_int_equal(r, 0);
                if (!output_piece_is_next(&piece, &n_missing))
                        continue;
                if (n_missing > 0)
                        n += (size_t) snprintf(joined + n, sizeof(joined) - n, "[%" PRIu64 "]", n_missing);
                n += (size_t) snprintf(joined + n, sizeof(joined) - n, "%.*s%.*s", (int) piece.size,
                                piece.text ?: "", (int) piece.n_terminator, piece.terminator);
        }
        assert_string_equal(joined, wanted);
        output_runs_done(runs);
}

/* Reads back, and counts the entries that there are. */
static size_t count_back(OutputRuns *runs) {
        size_t n = 0;

        for (position = n_entries; position > 0; position--) {
                OutputPiece piece;

                n += output_runs_read(runs, NULL, &piece) >= 0 && output_piece_is_previous(&piece) &&
                                !piece.is_end;
        }
        return n;
}

#define START(unit, pid, invocation) \
        { (unit), (pid), (invocation), "JOBSD_START", NULL, NULL, NULL, NULL }
#define CHUNK(unit, pid, invocation, at, text) \
        { (unit), (pid), (invocation), NULL, (at), (text), NULL, NULL }
#define PART(unit, pid, invocation, at, text) \
        { (unit), (pid), (invocation), NULL, (at), (text), "1", NULL }
#define END(unit, pid, invocation, at) \
        { (unit), (pid), (invocation), "JOBSD_END", (at), NULL, NULL, NULL }

static void test_chunks_and_parts(void **state) {
        SET_ENTRIES(START(UNIT, "10", "a"), CHUNK(UNIT, "10", "a", "0", "one\n\ntwo  "),
                        PART(UNIT, "10", "a", "11", "$ "), CHUNK(UNIT, "10", "a", "13", ""),
                        END(UNIT, "10", "a", "14"));
        check_output(&runs, "one\n\ntwo  \n$ \n");
}

static void test_what_was_sent_twice(void **state) {
        SET_ENTRIES(START(UNIT, "10", "a"), CHUNK(UNIT, "10", "a", "0", "one"),
                        CHUNK(UNIT, "10", "a", "4", "two"), CHUNK(UNIT, "10", "a", "0", "one"),
                        CHUNK(UNIT, "10", "a", "4", "two"), CHUNK(UNIT, "10", "a", "8", "six"),
                        END(UNIT, "10", "a", "12"), END(UNIT, "10", "a", "12"));
        assert_int_equal(output_runs_find(&runs, NULL, UNIT, NULL), 0);
        assert_int_equal(count_back(&runs), 3);
        output_runs_done(&runs);
        check_output(&runs, "one\ntwo\nsix\n");
}

static void test_what_is_missing(void **state) {
        SET_ENTRIES(START(UNIT, "10", "a"), CHUNK(UNIT, "10", "a", "0", "one"),
                        CHUNK(UNIT, "10", "a", "100", "two"), END(UNIT, "10", "a", "105"));
        check_output(&runs, "one\n[96]two\n[1]");
}

/* Of the job's other processes, whatever they call it. */
static void test_what_the_job_sends_itself(void **state) {
        SET_ENTRIES(START(UNIT, "10", "a"), CHUNK(UNIT, "11", "a", "0", "forged"), START(UNIT, "11", "a"),
                        CHUNK(UNIT, "11", "a", "0", "forged"), CHUNK(UNIT, "11", "a", NULL, "by logger"),
                        CHUNK(UNIT, "10", "a", "0", "true"), CHUNK(UNIT, NULL, NULL, "5", "forged"),
                        END(UNIT, "11", "a", "5"), END(UNIT, "10", "a", "5"));
        check_output(&runs, "true\n");
        assert_int_equal(output_runs_find(&runs, NULL, UNIT, NULL), 0);
        assert_int_equal(count_back(&runs), 1);
        output_runs_done(&runs);
}

static void test_several_tries(void **state) {
        SET_ENTRIES(START(UNIT, "10", "a"), CHUNK(UNIT, "10", "a", "0", "one"), END(UNIT, "10", "a", "4"),
                        START(NEXT_TRY, "12", "b"), CHUNK(NEXT_TRY, "12", "b", "0", "two"),
                        END(NEXT_TRY, "12", "b", "4"));
        assert_int_equal(output_runs_find(&runs, NULL, UNIT, NULL), 0);
        assert_int_equal(output_runs_find(&runs, NULL, NEXT_TRY, NULL), 0);
        assert_int_equal(runs.n_runs, 2);
        assert_int_equal(count_back(&runs), 2);
        output_runs_done(&runs);
        check_output(&runs, "one\ntwo\n");
}

/* By "systemctl restart", or the job of a history that was moved away: not this one. */
static void test_another_invocation(void **state) {
        SET_ENTRIES(START(UNIT, "8", "old"), CHUNK(UNIT, "8", "old", "0", "old"), START(UNIT, "10", "a"),
                        CHUNK(UNIT, "10", "a", "0", "one"), START(UNIT, "12", "again"),
                        CHUNK(UNIT, "12", "again", "0", "again"));
        runs.unit = UNIT;
        runs.invocation = "a";
        assert_int_equal(output_runs_find(&runs, NULL, UNIT, NULL), 0);
        assert_int_equal(count_back(&runs), 1);
        output_runs_done(&runs);
        check_output(&runs, "one\n");
}

/* The oldest entries are removed first. */
static void test_a_beginning_that_was_vacuumed(void **state) {
        SET_ENTRIES(CHUNK(UNIT, "10", "a", "1000", "rest"), CHUNK(UNIT, "11", "a", "1005", "forged"),
                        END(UNIT, "10", "a", "1005"));
        check_output(&runs, "[1000]rest\n");
}

static void test_a_job_of_before(void **state) {
        SET_ENTRIES({ UNIT, "10", "a", NULL, NULL, "one", NULL, NULL },
                        { UNIT, "11", "a", NULL, NULL, "two ", NULL, "line-max" },
                        { UNIT, "11", NULL, NULL, NULL, "parts", NULL, NULL },
                        { UNIT, "11", NULL, NULL, NULL, NULL, NULL, NULL });
        check_output(&runs, "one\ntwo parts\n");
}

static void test_a_place_that_is_no_number(void **state) {
        SET_ENTRIES(START(UNIT, "10", "a"), CHUNK(UNIT, "10", "a", "x", "one"),
                        CHUNK(UNIT, "10", "a", "-1", "one"), CHUNK(UNIT, "10", "a", "", "one"));
        check_output(&runs, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_chunks_and_parts),
                cmocka_unit_test(test_what_was_sent_twice),
                cmocka_unit_test(test_what_is_missing),
                cmocka_unit_test(test_what_the_job_sends_itself),
                cmocka_unit_test(test_several_tries),
                cmocka_unit_test(test_another_invocation),
                cmocka_unit_test(test_a_beginning_that_was_vacuumed),
                cmocka_unit_test(test_a_job_of_before),
                cmocka_unit_test(test_a_place_that_is_no_number),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
