/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "format.h"
#include "property.h"

static int limit_to_text(const Property *property, uint64_t limit, char **ret) {
        if (limit == 0)
                return format_text(ret, "infinity");
        switch (property->kind) {
        case PROPERTY_TIME_LIMIT:
                return format_timespan(limit, TIMESPAN_EXACT, ret);
        case PROPERTY_CPU_LIMIT:
                return format_cpu_quota(limit, ret);
        default:
                return format_text(ret, "%" PRIu64, limit);
        }
}

int property_to_text(const Property *property, const Job *job, char **ret) {
        char id[SD_ID128_STRING_MAX];
        uint64_t number;

        switch (property->kind) {
        case PROPERTY_UNSIGNED:
                return format_text(ret, "%u", property_get_unsigned(property, job));
        case PROPERTY_MODE:
                return format_text(ret, "%04o", property_get_unsigned(property, job));
        case PROPERTY_EXIT_STATUS:
                if (property_is_unknown(property, job))
                        return format_text(ret, "%s", "");
                return format_text(ret, "%i", property_get_integer(property, job));
        case PROPERTY_INTEGER:
                return format_text(ret, "%i", property_get_integer(property, job));
        case PROPERTY_STRINGS:
                return format_command(property_get_strings(property, job), ret);
        case PROPERTY_FRACTION:
                if (property_get_fraction(property, job) < 0)
                        return format_text(ret, "%s", "");
                return format_text(ret, "%g", property_get_fraction(property, job));
        case PROPERTY_NUMBER:
                return format_text(ret, "%" PRIu64, property_get_number(property, job));
        case PROPERTY_TIME:
                return format_timestamp(property_get_number(property, job), TIMESTAMP_FULL, ret);
        case PROPERTY_AMOUNT:
                number = property_get_number(property, job);
                return number > 0 ? format_text(ret, "%" PRIu64, number) : format_text(ret, "%s", "");
        case PROPERTY_TIME_LIMIT:
        case PROPERTY_CPU_LIMIT:
        case PROPERTY_LIMIT:
                return limit_to_text(property, property_get_number(property, job), ret);
        default:
                return format_one_line(property_get_word(property, job, id) ?: "", ret);
        }
}
