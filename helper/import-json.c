/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* JSON lines by json-c: an object a line. */

#include <errno.h>
#include <string.h>

#include <json.h>

#include "import-format.h"
#include "job-json.h"
#include "parse.h"

typedef struct JsonParser {
        ImportFile *file;
        struct json_tokener *tokener;
        char *text; /* the line, as far as it has come */
        size_t size;
        uint64_t line;
} JsonParser;

static int set_property(JsonParser *parser, const char *key, struct json_object *value) {
        const ImportColumn *column;
        const char *text;

        if (import_column_find(key, &column) < 0)
                return import_file_fail(parser->file, parser->line,
                                "the object has the key \"" QUOTE "\", which no export has", QUOTED(key));
        if (!column || !value)
                return 0;
        text = json_object_get_string(value);
        if (!text)
                return -ENOMEM;
        /* what was written as \u0000 or \ufffe */
        if (json_object_is_type(value, json_type_string) &&
                        (strlen(text) != (size_t) json_object_get_string_len(value) || !utf8_is_valid(text)))
                return import_row_refuse(parser->file, "%s is no text", key);
        return import_row_set(parser->file, column, text);
}

static int set_properties(JsonParser *parser, struct json_object *object) {
        json_object_object_foreach(object, key, value) {
                int r = set_property(parser, key, value);

                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_blank(const char *text) {
        return text[strspn(text, " \t\r\n")] == '\0';
}

/* Not JSON_TOKENER_STRICT, with which json-c 0.18 refuses what is not ASCII:
 * https://github.com/json-c/json-c/issues/875 */
static int add_object(JsonParser *parser) {
        _cleanup_(json_object_putp) struct json_object *object = NULL;

        json_tokener_reset(parser->tokener);
        /* with the NUL behind it, so that a number ends there */
        object = json_tokener_parse_ex(parser->tokener, parser->text, (int) parser->size + 1);
        if (json_tokener_get_error(parser->tokener) != json_tokener_success)
                return import_row_refuse(parser->file, "it is no JSON: %s",
                                json_tokener_error_desc(json_tokener_get_error(parser->tokener)));
        if (!is_blank(parser->text + json_tokener_get_parse_end(parser->tokener)))
                return import_row_refuse(parser->file, "it is no JSON: something follows its end");
        if (!json_object_is_type(object, json_type_object))
                return import_row_refuse(parser->file, "it is no JSON object");
        return set_properties(parser, object);
}

static int end_line(JsonParser *parser) {
        int r;

        if (is_blank(parser->text))
                return 0;
        if (!utf8_is_valid(parser->text))
                return import_file_fail(parser->file, parser->line, "it is not UTF-8 text");
        r = import_row_begin(parser->file, parser->line);
        if (r >= 0)
                r = add_object(parser);
        return r < 0 ? r : import_row_end(parser->file);
}

static void parser_free(void *p) {
        JsonParser *parser = p;

        if (parser->tokener)
                json_tokener_free(parser->tokener);
        free(parser->text);
        free(parser);
}

static void *json_new(ImportFile *file) {
        JsonParser *parser = calloc(1, sizeof(JsonParser));

        if (!parser)
                return NULL;
        parser->file = file;
        parser->text = malloc(IMPORT_LINE_BYTES_MAX + 1);
        parser->tokener = json_tokener_new();
        if (!parser->text || !parser->tokener) {
                parser_free(parser);
                return NULL;
        }
        return parser;
}

static int feed(void *p, const char *piece, size_t size, uint64_t line) {
        JsonParser *parser = p;
        int r = 0;

        if (parser->size == 0)
                parser->line = line;
        if (parser->size + size > IMPORT_LINE_BYTES_MAX)
                return import_file_fail(parser->file, parser->line, "a line has more than 1 MiB");
        memcpy(parser->text + parser->size, piece, size);
        parser->size += size;
        if (piece[size - 1] == '\n') {
                parser->text[parser->size] = '\0';
                r = end_line(parser);
                parser->size = 0;
        }
        return r;
}

/* The last line may lack its end. */
static int end(void *p) {
        JsonParser *parser = p;

        return parser->size > 0 ? feed(parser, "\n", 1, parser->line) : 0;
}

const ImportFormat import_json = { json_new, feed, end, parser_free };
