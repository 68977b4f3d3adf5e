/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file-format.h"
#include "string-table.h"

static const char *const file_format_table[_FILE_FORMAT_MAX] = {
        [FILE_CSV] = "csv",
        [FILE_JSON] = "json",
        [FILE_XLSX] = "xlsx",
};

DEFINE_STRING_TABLE(file_format, FileFormat, _FILE_FORMAT_MAX);

static const struct {
        const char *end;
        FileFormat format;
} ends[] = {
        { ".json", FILE_JSON },
        { ".jsonl", FILE_JSON },
        { ".xlsx", FILE_XLSX },
};

static bool ends_with(const char *text, const char *end) {
        size_t n = strlen(text), n_end = strlen(end);

        return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

FileFormat file_format(const Arguments *arguments, const char *name) {
        if (arguments->format)
                return file_format_from_string(arguments->format);
        for (size_t i = 0; name && i < ELEMENTSOF(ends); i++)
                if (ends_with(name, ends[i].end))
                        return ends[i].format;
        return FILE_CSV;
}
