/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config-file.h"
#include "ini-file.h"
#include "job-type-file.h"
#include "locale-tag.h"
#include "parse.h"
#include "protocol.h"
#include "strv.h"
#include "words.h"

typedef struct Directive {
        const char *name;
        int (*set)(const struct Directive *directive, void *field, const char *value);
        size_t offset; /* of the field in a JobType or a Parameter */
        const char *expected;
        int min, max;        /* of a number */
        size_t translations; /* of the field for this text in other languages; 0: it has none */
} Directive;

static bool is_text(const char *value) {
        return utf8_is_valid(value) && text_is_one_line(value);
}

static int set_text(const Directive *directive, void *field, const char *value) {
        char *copy;

        if (!is_text(value))
                return -EINVAL;
        copy = *value ? strdup(value) : NULL;
        if (*value && !copy)
                return -ENOMEM;
        free(*(char **) field);
        *(char **) field = copy;
        return 0;
}

/* A machine is called as a type may be. */
static int set_place(const Directive *directive, void *field, const char *value) {
        bool is_here = !*value || strcmp(value, "head") == 0;

        if (!is_here && !job_type_name_is_valid(value))
                return -EINVAL;
        return set_text(directive, field, is_here ? "" : value);
}

static int set_words(const Directive *directive, void *field, const char *value) {
        char **words;
        int r = utf8_is_valid(value) ? words_split(value, &words) : -EINVAL;

        if (r < 0)
                return r;
        strv_free(*(char ***) field);
        *(char ***) field = words;
        return 0;
}

/* Several lines add up, an empty one begins anew. */
static int set_environment(const Directive *directive, void *field, const char *value) {
        _cleanup_strv_free_ char **words = NULL;
        char ***environment = field;
        int r = utf8_is_valid(value) ? words_split(value, &words) : -EINVAL;

        if (r < 0)
                return r;
        if (!*words)
                *environment = strv_free(*environment);
        for (char **word = words; *word; word++) {
                if (!env_assignment_is_valid(*word))
                        return -EINVAL;
                r = strv_extend(environment, *word);
                if (r < 0)
                        return r;
        }
        return job_environment_is_within_limits(*environment) ? 0 : -E2BIG;
}

static int set_directory(const Directive *directive, void *field, const char *value) {
        return path_is_plain(value) || strcmp(value, "~") == 0 ? set_text(directive, field, value) : -EINVAL;
}

static int set_number(const Directive *directive, void *field, const char *value) {
        return parse_int(value, directive->min, directive->max, field);
}

static int set_int64(const Directive *directive, void *field, const char *value) {
        return parse_int64(value, field);
}

static int set_boolean(const Directive *directive, void *field, const char *value) {
        return parse_boolean(value, field);
}

/* "infinity" is no limit, which a job has as 0. */
static int set_limit(uint64_t *field, const char *value, int (*parse)(const char *, uint64_t *)) {
        uint64_t limit = 0;
        int r = strcmp(value, "infinity") == 0 ? 0 : parse(value, &limit);

        if (r < 0 || (limit == 0 && strcmp(value, "infinity") != 0) || limit > INT64_MAX)
                return -EINVAL;
        *field = limit;
        return 0;
}

static int set_timeout(const Directive *directive, void *field, const char *value) {
        return set_limit(field, value, parse_timespan);
}

static int set_size(const Directive *directive, void *field, const char *value) {
        return set_limit(field, value, parse_size);
}

static int set_quota(const Directive *directive, void *field, const char *value) {
        return set_limit(field, value, parse_cpu_quota);
}

static int set_count(const Directive *directive, void *field, const char *value) {
        return set_limit(field, value, parse_uint64);
}

static int set_mode(const Directive *directive, void *field, const char *value) {
        return parse_mode(value, field);
}

static int set_bytes(const Directive *directive, void *field, const char *value) {
        uint64_t size;

        if (parse_size(value, &size) < 0 || size == 0 || size > INT64_MAX)
                return -EINVAL;
        *(uint64_t *) field = size;
        return 0;
}

static int set_grace(const Directive *directive, void *field, const char *value) {
        uint64_t usec;

        if (parse_timespan(value, &usec) < 0 || usec < JOBSD_OUTPUT_GRACE_USEC_MIN ||
                        usec > JOBSD_OUTPUT_GRACE_USEC_MAX)
                return -EINVAL;
        *(uint64_t *) field = usec;
        return 0;
}

static int set_delay(const Directive *directive, void *field, const char *value) {
        uint64_t usec;

        if (parse_timespan(value, &usec) < 0 || usec > INT64_MAX)
                return -EINVAL;
        *(uint64_t *) field = usec;
        return 0;
}

static int set_share(const Directive *directive, void *field, const char *value) {
        if (strcmp(value, "private") != 0 && strcmp(value, "group") != 0)
                return -EINVAL;
        *(bool *) field = strcmp(value, "group") == 0;
        return 0;
}

static int set_kind(const Directive *directive, void *field, const char *value) {
        ParameterKind kind = parameter_kind_from_string(value);

        if ((int) kind < 0)
                return -EINVAL;
        *(ParameterKind *) field = kind;
        return 0;
}

#define TIME_SPAN "a time span as \"90\" or \"1h 30min\""

#define TYPE(name, ...) \
        { #name, __VA_ARGS__, 0 }
#define TRANSLATED(name, ...) \
        { #name, __VA_ARGS__ }
#define FIELD(field) offsetof(JobType, field)
static const Directive type_directives[] = {
        TRANSLATED(Description, set_text, FIELD(description), "one line of UTF-8 text", 0, 0,
                        FIELD(descriptions)),
        TYPE(Command, set_words, FIELD(command), "a command whose quotes are closed", 0, 0),
        TYPE(User, set_text, FIELD(user), "a user's name or number", 0, 0),
        TYPE(Group, set_text, FIELD(group), "a group's name or number", 0, 0),
        TYPE(Related, set_text, FIELD(related), "one line of UTF-8 text", 0, 0),
        TYPE(WorkingDirectory, set_directory, FIELD(working_directory), "an absolute path, or ~", 0, 0),
        TYPE(Environment, set_environment, FIELD(environment),
                        "NAME=VALUE, with white space between, 1024 and 128K of text in all at most", 0, 0),
        TYPE(AllowGroups, set_words, FIELD(allow_groups), "names of groups with white space between", 0, 0),
        TYPE(AllowUsers, set_words, FIELD(allow_users), "names of users with white space between", 0, 0),
        TYPE(Share, set_share, FIELD(shared), "private or group", 0, 0),
        TYPE(MaxRunning, set_number, FIELD(max_running), "a number from 1 to 4000", 1, CONFIG_RUNNING_MAX),
        TYPE(RuntimeMaxSec, set_timeout, FIELD(timeout_usec), TIME_SPAN ", or infinity", 0, 0),
        TYPE(MemoryMax, set_size, FIELD(memory_max), "a size in bytes as 500M or 2G, or infinity", 0, 0),
        TYPE(CPUQuota, set_quota, FIELD(cpu_quota_usec), "a percentage of one CPU as 50%, or infinity", 0,
                        0),
        TYPE(TasksMax, set_count, FIELD(tasks_max), "a number of processes and threads, or infinity", 0, 0),
        TYPE(OutputMax, set_bytes, FIELD(output_max), "a size in bytes as 10M or 1G", 0, 0),
        TYPE(OutputGraceSec, set_grace, FIELD(output_grace_usec), "a time span from 1ms to 1h", 0, 0),
        TYPE(Nice, set_number, FIELD(nice), "a number from -20 to 19", -20, 19),
        TYPE(UMask, set_mode, FIELD(umask), "an octal number from 0 to 0777", 0, 0),
        TYPE(Results, set_boolean, FIELD(keep_results), "yes or no", 0, 0),
        TYPE(Retries, set_number, FIELD(retries), "a number from 0 to 20", 0, (int) JOB_TYPE_RETRIES_MAX),
        TYPE(RetrySec, set_delay, FIELD(retry_usec), TIME_SPAN, 0, 0),
        TYPE(Place, set_place, FIELD(place), "head, any, or the name of a machine", 0, 0),
        TYPE(Restartable, set_boolean, FIELD(restartable), "yes or no", 0, 0),
};
#undef FIELD

#define FIELD(field) offsetof(Parameter, field)
static const Directive parameter_directives[] = {
        TRANSLATED(Description, set_text, FIELD(description), "one line of UTF-8 text", 0, 0,
                        FIELD(descriptions)),
        TYPE(Type, set_kind, FIELD(kind), "string, integer, choice, boolean, path, uri or file", 0, 0),
        TYPE(Required, set_boolean, FIELD(required), "yes or no", 0, 0),
        TYPE(Default, set_text, FIELD(default_value), "one line of UTF-8 text", 0, 0),
        TYPE(Pattern, set_text, FIELD(pattern), "an extended regular expression", 0, 0),
        TYPE(Min, set_int64, FIELD(min), "a whole number", 0, 0),
        TYPE(Max, set_int64, FIELD(max), "a whole number", 0, 0),
        TYPE(SizeMax, set_bytes, FIELD(size_max), "a size in bytes as 10M or 1G", 0, 0),
        TYPE(Choices, set_words, FIELD(choices), "words with white space between", 0, 0),
        TYPE(AllowDash, set_boolean, FIELD(allow_dash), "yes or no", 0, 0),
        TYPE(Secret, set_boolean, FIELD(secret), "yes or no", 0, 0),
};
#undef FIELD

typedef struct Reader {
        JobType *type;
        ini_mistake_cb mistake;
        void *userdata;
} Reader;

static void on_mistake(const char *message, void *userdata) {
        Reader *reader = userdata;

        if (!reader->type->mistake)
                reader->type->mistake = strdup(message);
        reader->mistake(message, reader->userdata);
}

static void tell_unknown(
                IniFile *file, const Directive *table, size_t n, const char *section, const char *key) {
        _cleanup_strv_free_ char **names = NULL;
        _cleanup_free_ char *known = NULL;

        for (size_t i = 0; i < n; i++)
                if (strv_extend(&names, table[i].name) < 0)
                        return;
        if (strv_join(names, "=, ", &known) >= 0)
                ini_file_mistake(file, "Unknown key %s= in section [%s]. Known are %s=.", key, section,
                                known);
}

/* "Description[de]" */
static bool is_translation(const Directive *directive, const char *key) {
        size_t n = strlen(directive->name);

        return directive->translations > 0 && strncmp(key, directive->name, n) == 0 && key[n] == '[';
}

static void remove_first(char **texts) {
        free(texts[0]);
        do
                texts[0] = texts[1];
        while (*texts++);
}

/* Instead of the one in this language; an empty one is none. */
static int set_translation(char ***translations, const char *tag, const char *text) {
        _cleanup_free_ char *entry = NULL;
        char **old = *translations;

        if (asprintf(&entry, "%s=%s", tag, text) < 0)
                return -ENOMEM;
        for (; old && *old; old++)
                if (strncmp(*old, entry, strlen(tag) + 1) == 0) {
                        remove_first(old);
                        break;
                }
        if (!*text)
                return 0;
        if (strv_length(*translations) >= DESCRIPTION_LANGUAGES_MAX)
                return -E2BIG;
        return strv_extend(translations, entry);
}

static void assign_translation(
                IniFile *file, const Directive *directive, void *target, const char *key, const char *value) {
        char ***translations = (void *) ((char *) target + directive->translations);
        const char *tag = key + strlen(directive->name) + 1, *end = strchr(tag, ']');
        _cleanup_free_ char *copy = end && !end[1] ? strndup(tag, (size_t) (end - tag)) : NULL;

        if (!copy || !locale_tag_is_valid(copy))
                ini_file_mistake(file,
                                "%s= names no language: %s[...]= takes one as de, de_AT, sr@latin or "
                                "sr_RS@latin.",
                                key, directive->name);
        else if (!is_text(value))
                ini_file_mistake(file, "%s= takes %s, not \"" QUOTE "\".", key, directive->expected,
                                QUOTED(value));
        else if (set_translation(translations, copy, value) < 0)
                ini_file_mistake(file, "%s= in more than %u languages.", directive->name,
                                DESCRIPTION_LANGUAGES_MAX);
}

static void assign_by(IniFile *file, const Directive *table, size_t n, void *target, const char *section,
                const char *key, const char *value) {
        for (size_t i = 0; key && i < n; i++) {
                if (is_translation(&table[i], key)) {
                        assign_translation(file, &table[i], target, key, value);
                        return;
                }
                if (strcmp(table[i].name, key) != 0)
                        continue;
                if (table[i].set(&table[i], (char *) target + table[i].offset, value) < 0)
                        ini_file_mistake(file, "%s= takes %s, not \"" QUOTE "\".", key, table[i].expected,
                                        QUOTED(value));
                return;
        }
        if (key)
                tell_unknown(file, table, n, section, key);
}

static bool parameter_name_is_valid(const char *name) {
        return *name && strlen(name) <= PARAMETER_NAME_BYTES_MAX &&
                        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
                        strlen(name);
}

static void assign(IniFile *file, const char *section, const char *key, const char *value, void *userdata) {
        static const char prefix[] = "Parameter ";
        Reader *reader = userdata;
        Parameter *parameter;
        const char *name;

        if (strcmp(section, "Job") == 0) {
                assign_by(file, type_directives, ELEMENTSOF(type_directives), reader->type, section, key,
                                value);
                return;
        }
        name = strncmp(section, prefix, sizeof(prefix) - 1) == 0 ? section + sizeof(prefix) - 1 : NULL;
        if (!name)
                ini_file_mistake(file, "Unknown section [%s]. Known are [Job] and [Parameter NAME].",
                                section);
        else if (!parameter_name_is_valid(name))
                ini_file_mistake(file,
                                "\"%s\" is no parameter's name: 1 to %u letters, digits, \"_\" and \"-\".",
                                name, PARAMETER_NAME_BYTES_MAX);
        else if (job_type_get_parameter(reader->type, name, &parameter) < 0)
                ini_file_mistake(file, "More than %u parameters.", JOB_TYPE_PARAMETERS_MAX);
        else
                assign_by(file, parameter_directives, ELEMENTSOF(parameter_directives), parameter, section,
                                key, value);
}

/* What is wrong with a whole file. Its name, and what it quotes of the file, may be any bytes. */
static void tell(Reader *reader, const char *path, const char *what) {
        _cleanup_free_ char *message = NULL;

        if (asprintf(&message, "%s: %s", path, what) < 0)
                return;
        text_make_one_line(message, '?');
        on_mistake(message, reader);
}

int job_type_read(JobType *type, char *const *paths, ini_mistake_cb mistake, void *userdata) {
        _cleanup_free_ char *message = NULL;
        Reader reader = { type, mistake, userdata };
        int r;

        for (; *paths; paths++) {
                r = ini_file_read(*paths, assign, on_mistake, &reader);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        tell(&reader, *paths, strerror(-r));
        }
        if (type->mistake) /* what follows from it is not worth telling */
                return 0;
        r = job_type_check(type, &message);
        if (r == -EINVAL)
                tell(&reader, type->path, message);
        return r == -EINVAL ? 0 : r;
}
