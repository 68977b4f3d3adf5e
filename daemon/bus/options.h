/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the a{sv} of a method call by a table of what it may hold. An unknown key, a value of
 * another type and a value that is not allowed are InvalidArgs and name the key. */

#include <systemd/sd-bus.h>

#include "export-query.h"
#include "job-type.h"
#include "job.h"
#include "store.h"
#include "stream.h"

typedef struct Option {
        const char *key;
        const char *type; /* the signature of its value */
        /* Reads the value from within the variant into target. */
        int (*read)(sd_bus_message *m, const struct Option *option, void *target, sd_bus_error *e);
        size_t offset;     /* where in target, for the readers that need it */
        uint64_t min, max; /* of a number */
} Option;

int options_read(sd_bus_message *m, const Option *table, size_t n, void *target, sd_bus_error *e);

/* A file that is handed over: the message's. */
typedef struct HandedFile {
        const char *name; /* of the parameter */
        int fd;
} HandedFile;

/* The options of RunCommand and RunType. */
typedef struct RunOptions {
        Job *job;   /* gets all that a job keeps */
        char *user; /* whom to run as */
        HandedFile files[JOB_TYPE_PARAMETERS_MAX];
        size_t n_files;
        bool here; /* on this machine, whatever Place= says */
} RunOptions;

/* The file of this parameter; NULL. */
const HandedFile *handed_file_find(const RunOptions *options, const char *name);

/* argv and options of RunCommand, checked. */
int run_options_read(sd_bus_message *m, RunOptions *options, sd_bus_error *e);

/* What RunCommand takes as a command, wherever it comes from. */
int options_check_command(char **command, sd_bus_error *e);

/* The options of RunType: labels of the job, and files. */
int type_options_read(sd_bus_message *m, RunOptions *options, sd_bus_error *e);

typedef struct ListOptions {
        StoreFilter filter;
        bool all;
} ListOptions;

int list_options_read(sd_bus_message *m, ListOptions *options, sd_bus_error *e);

/* The arguments of ListSorted behind its filter: key, descending, after. */
typedef struct SortOptions {
        StoreSort key;
        bool descending;
        StorePlace place;
} SortOptions;

int sort_options_read(sd_bus_message *m, SortOptions *options, sd_bus_error *e);

/* A place as callers get and return it: "TIME:ID", the two of them at most 19 digits long. */
#define SORT_PLACE_BYTES 48
void sort_place_to_string(const StorePlace *place, char ret[static SORT_PLACE_BYTES]);

int clear_options_read(sd_bus_message *m, StoreFilter *filter, sd_bus_error *e);

/* The filter of ExportHistory; the format is an argument of its own. */
typedef struct ExportOptions {
        ExportQuery query;
        bool all;
} ExportOptions;

int export_options_read(sd_bus_message *m, ExportOptions *options, sd_bus_error *e);

/* The options of OpenLog. */
typedef struct LogOptions {
        LogQuery query;
        bool all;
} LogOptions;

int log_options_read(sd_bus_message *m, LogOptions *options, sd_bus_error *e);

int output_options_read(sd_bus_message *m, OutputOptions *options, sd_bus_error *e);

/* The flags of a method that has none; and of one that has some: those of them that are known. */
int flags_read(sd_bus_message *m, sd_bus_error *e);
int flags_read_known(sd_bus_message *m, uint64_t known, uint64_t *ret, sd_bus_error *e);
