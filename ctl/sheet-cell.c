/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "job-property.h"
#include "macro.h"
#include "sheet-cell.h"

/* A spreadsheet keeps so many digits of a number. */
#define NUMBER_MAX INT64_C(999999999999999)

/* 1970-01-01, in days as spreadsheets count them, and the last year that they have. */
#define DAYS_BEFORE_1970 25569
#define YEAR_MAX 9999
#define SECONDS_PER_DAY 86400

#define DATE_WIDTH 20
#define TEXT_WIDTH 40
#define ID128_WIDTH 34
#define WIDTH_MIN 12

/* A title has the arrow of the filter beside it. */
#define ARROW_WIDTH 4

/* Those for people. Their dates are what jobsd knows exactly. */
static const SheetColumn columns[] = {
        { "startDate", "submitted", true, DATE_WIDTH },
        { "endDate", "finished", true, DATE_WIDTH },
        { "jobName", "jobName", false, TEXT_WIDTH },
        { "jobStatus", "jobStatus", false, WIDTH_MIN },
        { "jobInfo", "jobInfo", false, TEXT_WIDTH },
        { "jobUser", "jobUser", false, WIDTH_MIN },
};

char *const sheet_default_titles[] = {
        (char *) "startDate",
        (char *) "endDate",
        (char *) "jobName",
        (char *) "jobStatus",
        (char *) "jobInfo",
        (char *) "jobUser",
        NULL,
};

static double property_width(const Property *property) {
        switch (property->kind) {
        case PROPERTY_TIME:
                return DATE_WIDTH;
        case PROPERTY_TEXT:
        case PROPERTY_STRINGS:
                return TEXT_WIDTH;
        case PROPERTY_ID128:
                return ID128_WIDTH;
        default:
                return WIDTH_MIN;
        }
}

SheetColumn sheet_column(const char *title) {
        const Property *property = property_find_json_key(title);
        double width = property ? property_width(property) : WIDTH_MIN;
        double width_of_title = (double) strlen(title) + ARROW_WIDTH;

        for (size_t i = 0; i < ELEMENTSOF(columns); i++)
                if (strcmp(columns[i].title, title) == 0)
                        return columns[i];
        return (SheetColumn){
                .title = title,
                .key = title,
                .is_time = property && property->kind == PROPERTY_TIME,
                .width = width > width_of_title ? width : width_of_title,
        };
}

/* Of UTF-8. */
static size_t character_size(const char *text) {
        size_t size = 1;

        while (((unsigned char) text[size] & 0xc0) == 0x80)
                size++;
        return size;
}

/* "_x001B_", which a reader takes for the character of that number, see ST_Xstring in ECMA-376. */
static bool is_escape(const char *text) {
        return strncmp(text, "_x", 2) == 0 && strspn(text + 2, "0123456789abcdefABCDEF") >= 4 &&
                        text[6] == '_';
}

typedef struct Character {
        const char *bytes;
        size_t size;
        unsigned length; /* in UTF-16, which is what a spreadsheet counts in */
} Character;

/* The one at the beginning of the text, as the file has it. Control characters are left to libxlsxwriter. */
static Character first_character(const char *text, size_t size) {
        if (is_escape(text))
                return (Character){ "_x005F_", 7, 7 };
        if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0)
                return (Character){ "\xef\xbf\xbd", 3, 1 }; /* XML knows no U+FFFE and no U+FFFF */
        return (Character){ text, size, size == 4 ? 2 : 1 };
}

static int set_text(SheetCell *cell, const char *text) {
        char *to = cell->text =
                        text ? malloc(2 * strlen(text) + 1) : NULL; /* of "_x001B_" one byte becomes 7 */
        unsigned length = 0;

        if (!to)
                return -ENOMEM;
        cell->kind = SHEET_TEXT;
        while (*text && !cell->is_cut) {
                size_t size = character_size(text);
                Character character = first_character(text, size);

                length += character.length;
                if (length > SHEET_CELL_CHARACTERS_MAX)
                        cell->is_cut = true;
                else
                        to = mempcpy(to, character.bytes, character.size);
                text += size;
        }
        *to = '\0';
        return 0;
}

/* False: no spreadsheet has that date. */
static bool set_date(SheetCell *cell, int64_t usec) {
        time_t seconds = (time_t) (usec / (int64_t) USEC_PER_SEC);
        struct tm tm;

        if (!localtime_r(&seconds, &tm) || tm.tm_year + 1900 > YEAR_MAX)
                return false;
        cell->kind = SHEET_DATE;
        cell->number = (double) timegm(&tm) / SECONDS_PER_DAY + DAYS_BEFORE_1970;
        return true;
}

/* False: digits would be lost. */
static bool set_number(SheetCell *cell, int64_t number) {
        if (number < -NUMBER_MAX || number > NUMBER_MAX)
                return false;
        cell->kind = SHEET_WHOLE_NUMBER;
        cell->number = (double) number;
        return true;
}

int sheet_cell_read(const SheetColumn *column, struct json_object *value, SheetCell *ret) {
        *ret = (SheetCell){};
        switch (json_object_get_type(value)) {
        case json_type_null:
                return 0;
        case json_type_int: /* what is beyond its range comes as the end of that */
                if (column->is_time ? set_date(ret, json_object_get_int64(value))
                                    : set_number(ret, json_object_get_int64(value)))
                        return 0;
                break;
        case json_type_double:
                ret->kind = SHEET_FRACTION;
                ret->number = json_object_get_double(value);
                return 0;
        case json_type_string:
                return set_text(ret, json_object_get_string(value));
        default:
                break;
        }
        return set_text(ret,
                        json_object_to_json_string_ext(
                                        value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

void sheet_cell_done(SheetCell *cell) {
        free(cell->text);
}
