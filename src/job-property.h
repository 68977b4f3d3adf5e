/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of org.jobsd1.Job: one table that says which field of a Job holds each, what kind of value
 * it is on the bus, and its key in JSON. */

#include <stddef.h>

#include "job.h"

typedef enum PropertyKind {
        PROPERTY_NUMBER,      /* t */
        PROPERTY_UNSIGNED,    /* u */
        PROPERTY_MODE,        /* u, which people read as octal */
        PROPERTY_INTEGER,     /* i */
        PROPERTY_EXIT_STATUS, /* i, with a meaning once the job has ended */
        PROPERTY_TEXT,        /* s */
        PROPERTY_STRINGS,     /* as */
        PROPERTY_STATUS,      /* s */
        PROPERTY_RESULT,      /* s */
        PROPERTY_ORIGIN,      /* s */
        PROPERTY_ID128,       /* s */
        PROPERTY_FRACTION,    /* d, negative: unknown */
        PROPERTY_TIME,        /* t, µs since 1970 */
        PROPERTY_AMOUNT,      /* t, 0: unknown or none */
        PROPERTY_TIME_LIMIT,  /* t, µs, 0: none */
        PROPERTY_CPU_LIMIT,   /* t, µs a second, 0: none */
        PROPERTY_LIMIT,       /* t, 0: none */
        _PROPERTY_MAX,
} PropertyKind;

typedef struct Property {
        const char *name;
        const char *json_key;
        PropertyKind kind;
        size_t offset;    /* of its field in a Job */
        bool is_detail;   /* not part of a list's rows */
        bool is_changing; /* not the same from submission on */
} Property;

/* The D-Bus type of such a value. */
const char *property_kind_to_signature(PropertyKind kind);

const Property *property_find(const char *name);
const Property *property_find_json_key(const char *key);
/* The table's rows, in the order in which they are shown; NULL after the last. */
const Property *property_at(size_t index);

/* The field, each type by its own name, so that a wrong row of the table shows at one place. */
uint64_t property_get_number(const Property *property, const Job *job);
unsigned property_get_unsigned(const Property *property, const Job *job);
int property_get_integer(const Property *property, const Job *job);
double property_get_fraction(const Property *property, const Job *job);
char **property_get_strings(const Property *property, const Job *job);
/* What is a word on the bus; NULL where it is not known. */
const char *property_get_word(const Property *property, const Job *job, char id[static SD_ID128_STRING_MAX]);

/* Whether there is nothing to tell. */
bool property_is_unknown(const Property *property, const Job *job);
