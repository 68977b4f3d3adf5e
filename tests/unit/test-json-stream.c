/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "interrupt.h"
#include "json-stream.h"

typedef struct Seen {
        size_t n_objects;
        int result; /* of the handler */
} Seen;

static int count_object(struct json_object *object, void *userdata) {
        Seen *seen = userdata;

        assert_int_equal(json_object_get_int64(json_object_object_get(object, "n")), seen->n_objects++);
        return seen->result;
}

/* From a file of these bytes. */
static int read_bytes(const char *bytes, size_t size, Seen *seen) {
        _cleanup_close_ int interrupt_fd = -EBADF;
        FILE *file = tmpfile();
        int r;

        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        rewind(file);
        assert_int_equal(interrupt_open(&interrupt_fd), 0);
        r = json_stream_read(fileno(file), interrupt_fd, count_object, seen);
        assert_int_equal(fclose(file), 0);
        return r;
}

static int read_text(const char *text, Seen *seen) {
        return read_bytes(text, strlen(text), seen);
}

static void test_objects_come_one_by_one(void **state) {
        Seen seen = {};

        assert_int_equal(read_text("{\"n\":0}\n{\"n\": 1, \"text\": \"}{\"} {\"n\":2}", &seen), 0);
        assert_int_equal(seen.n_objects, 3);
        seen = (Seen){};
        assert_int_equal(read_text("", &seen), 0);
        assert_int_equal(read_text("\n\n", &seen), 0);
        assert_int_equal(seen.n_objects, 0);
}

/* Blocks end anywhere in them. */
static void test_many_objects_come(void **state) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);
        Seen seen = {};

        assert_non_null(file);
        for (unsigned i = 0; i < 50000; i++)
                assert_true(fprintf(file, "{\"n\":%u,\"name\":\"gr\u00fc\u00dfe\"}\n", i) > 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(read_bytes(text, size, &seen), 0);
        assert_int_equal(seen.n_objects, 50000);
}

static void test_what_is_no_object_is_refused(void **state) {
        static const char *const texts[] = { "[]\n", "1\n", "null\n", "{\"n\":0}\n}", "<html>" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(read_text(texts[i], &(Seen){}), -EBADMSG);
}

static void test_a_handler_ends_it(void **state) {
        Seen seen = { .result = -ENOSPC };

        assert_int_equal(read_text("{\"n\":0}\n{\"n\":1}\n", &seen), -ENOSPC);
        assert_int_equal(seen.n_objects, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_objects_come_one_by_one),
                cmocka_unit_test(test_many_objects_come),
                cmocka_unit_test(test_what_is_no_object_is_refused),
                cmocka_unit_test(test_a_handler_ends_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
