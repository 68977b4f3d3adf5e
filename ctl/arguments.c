/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "job.h"
#include "parse.h"
#include "protocol.h"
#include "report.h"
#include "strv.h"
#include "verb.h"

/* Puts an option's value into its field. What it cannot read is a negative errno; who calls it
 * reports that with the option's name and what was expected. */
typedef int (*OptionSetter)(void *field, const char *value);

typedef struct Option {
        const char *name;
        char letter; /* 0: none */
        int has_argument;
        unsigned verbs; /* whom it belongs to */
        size_t offset;  /* of its field in Arguments */
        OptionSetter set;
        const char *expected; /* what its value is, for people */
} Option;

static int set_true(void *field, const char *value) {
        *(bool *) field = true;
        return 0;
}

static int set_false(void *field, const char *value) {
        *(bool *) field = false;
        return 0;
}

static int set_text(void *field, const char *value) {
        if (!*value)
                return -EINVAL;
        *(const char **) field = value;
        return 0;
}

static int set_related(void *field, const char *value) {
        if (strlen(value) > JOBSD_RELATED_BYTES_MAX || !text_is_one_line(value))
                return -EINVAL;
        return set_text(field, value);
}

static int set_key(void *field, const char *value) {
        if (strlen(value) > JOBSD_KEY_BYTES_MAX || !text_is_one_line(value))
                return -EINVAL;
        return set_text(field, value);
}

static int set_name(void *field, const char *value) {
        if (strlen(value) > JOBSD_NAME_BYTES_MAX || !text_is_one_line(value))
                return -EINVAL;
        return set_text(field, value);
}

static int set_origin(void *field, const char *value) {
        return (int) job_origin_from_string(value) < 0 ? -EINVAL : set_text(field, value);
}

static int set_host(void *field, const char *value) {
        Arguments *arguments = field;

        arguments->transport = BUS_TRANSPORT_REMOTE;
        return set_text(&arguments->host, value);
}

static int set_machine(void *field, const char *value) {
        Arguments *arguments = field;

        arguments->transport = BUS_TRANSPORT_MACHINE;
        return set_text(&arguments->host, value);
}

/* "--user" alone is the session bus, as in systemctl(1); "--user=NAME" tells whose jobs. */
static int set_user(void *field, const char *value) {
        Arguments *arguments = field;

        if (value)
                return set_text(&arguments->of_user, value);
        arguments->user_bus = true;
        return 0;
}

/* As ps(1) has it: "-end" is descending. */
static int set_sort(void *field, const char *value) {
        static const struct {
                const char *name, *key; /* of the command line, and of the bus */
        } keys[] = {
                { "start", "submitted" },
                { "end", "finished" },
        };
        Arguments *arguments = field;
        bool has_sign = *value == '-' || *value == '+';

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (strcmp(keys[i].name, value + has_sign) == 0) {
                        arguments->sort_key = keys[i].key;
                        arguments->sort_descending = *value == '-';
                        return 0;
                }
        return -EINVAL;
}

static int set_json(void *field, const char *value) {
        static const char *const modes[] = {
                [JSON_OFF] = "off",
                [JSON_SHORT] = "short",
                [JSON_PRETTY] = "pretty",
        };

        for (size_t i = 0; i < ELEMENTSOF(modes); i++)
                if (strcmp(modes[i], value) == 0) {
                        *(JsonMode *) field = (JsonMode) i;
                        return 0;
                }
        return -EINVAL;
}

static int set_json_for_eye(void *field, const char *value) {
        *(JsonMode *) field = isatty(STDOUT_FILENO) ? JSON_PRETTY : JSON_SHORT;
        return 0;
}

static int set_active(void *field, const char *value) {
        *(unsigned *) field |= 1U << JOB_QUEUED | 1U << JOB_RUNNING;
        return 0;
}

static int set_failed(void *field, const char *value) {
        *(unsigned *) field |= 1U << JOB_ERROR;
        return 0;
}

/* Calls add for each part of a text like "a,b". */
static int for_each_part(void *field, const char *value, OptionSetter add) {
        _cleanup_free_ char *copy = strdup(value);
        char *state = NULL;
        int r;

        if (!copy)
                return -ENOMEM;
        if (!*value)
                return -EINVAL;
        for (char *part = strtok_r(copy, ",", &state); part; part = strtok_r(NULL, ",", &state)) {
                r = add(field, part);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_status(void *field, const char *name) {
        JobStatus status = job_status_from_string(name);

        if (status < 0)
                return status;
        *(unsigned *) field |= 1U << status;
        return 0;
}

static int set_statuses(void *field, const char *value) {
        return for_each_part(field, value, add_status);
}

static int add_text(void *field, const char *value) {
        return strv_extend(field, value);
}

static int set_properties(void *field, const char *value) {
        return for_each_part(field, value, add_text);
}

static int set_time(void *field, const char *value) {
        return parse_timestamp(value, now_usec(), field);
}

static int set_lines(void *field, const char *value) {
        uint64_t *lines = field;
        int r;

        if (strcmp(value, "all") == 0) {
                *lines = LINES_ALL;
                return 0;
        }
        r = parse_uint64(value, lines);
        return r >= 0 && *lines >= LINES_ALL ? -ERANGE : r;
}

/* The limits of a job: "infinity" is none, which the bus calls 0. */
static int set_limit(uint64_t *field, const char *value, int (*parse)(const char *, uint64_t *)) {
        uint64_t limit;
        int r;

        if (strcmp(value, "infinity") == 0) {
                *field = 0;
                return 0;
        }
        r = parse(value, &limit);
        if (r < 0)
                return r;
        if (limit == 0) /* no job could run with it, and the bus would take it for none */
                return -ERANGE;
        *field = limit;
        return 0;
}

static int set_timeout(void *field, const char *value) {
        return set_limit(field, value, parse_timespan);
}

static int set_size(void *field, const char *value) {
        return set_limit(field, value, parse_size);
}

static int set_cpu_quota(void *field, const char *value) {
        return set_limit(field, value, parse_cpu_quota);
}

static int set_count(void *field, const char *value) {
        return set_limit(field, value, parse_uint64);
}

static int set_umask(void *field, const char *value) {
        unsigned mode;
        int r = parse_mode(value, &mode);

        if (r >= 0)
                *(const char **) field = value;
        return r;
}

static int set_grace(void *field, const char *value) {
        uint64_t usec;
        int r = parse_timespan(value, &usec);

        if (r < 0)
                return r;
        if (usec < JOBSD_OUTPUT_GRACE_USEC_MIN || usec > JOBSD_OUTPUT_GRACE_USEC_MAX)
                return -ERANGE;
        *(uint64_t *) field = usec;
        return 0;
}

static int set_bytes(void *field, const char *value) {
        return parse_uint64(value, field);
}

static int set_nice(void *field, const char *value) {
        return parse_int(value, 0, 19, field);
}

#define FIELD(name) offsetof(Arguments, name)
#define VERB_WHICH_JOBS (VERB_LIST | VERB_WATCH | VERB_CLEAR | VERB_EXPORT)
#define EXPECTED_TIME "a time, as in 2026-11-24, \"2026-11-24 10:00\", yesterday or \"2h ago\""

static const Option options[] = {
        /* every verb */
        { "help", 'h', no_argument, VERB_ANY, FIELD(help), set_true, NULL },
        { "version", 0, no_argument, VERB_ANY, FIELD(version), set_true, NULL },
        { "user", 0, optional_argument, VERB_ANY, 0, set_user, "a user's name or number" },
        { "system", 0, no_argument, VERB_ANY, FIELD(user_bus), set_false, NULL },
        { "host", 'H', required_argument, VERB_ANY, 0, set_host, "[USER@]HOST" },
        { "machine", 'M', required_argument, VERB_ANY, 0, set_machine, "a container's name" },
        { "json", 0, required_argument, VERB_ANY, FIELD(json), set_json, "short, pretty or off" },
        { NULL, 'j', no_argument, VERB_ANY, FIELD(json), set_json_for_eye, NULL },
        { "no-legend", 0, no_argument, VERB_ANY, FIELD(no_legend), set_true, NULL },
        { "no-pager", 0, no_argument, VERB_ANY, FIELD(no_pager), set_true, NULL },
        { "no-ask-password", 0, no_argument, VERB_ANY, FIELD(no_ask_password), set_true, NULL },
        { "quiet", 'q', no_argument, VERB_ANY, FIELD(quiet), set_true, NULL },

        /* which jobs */
        { "all", 'a', no_argument, VERB_LIST | VERB_WATCH | VERB_EXPORT | VERB_TYPES | VERB_LOG, FIELD(all), set_true,
                        NULL },
        { "active", 0, no_argument, VERB_LIST | VERB_WATCH | VERB_EXPORT, FIELD(statuses), set_active,
                        NULL },
        { "failed", 0, no_argument, VERB_WHICH_JOBS, FIELD(statuses), set_failed, NULL },
        { "status", 0, required_argument, VERB_WHICH_JOBS & ~VERB_WATCH, FIELD(statuses), set_statuses,
                        "queued, running, completed, error or cancelled, or several with commas between "
                        "them" },
        { "name", 0, required_argument, VERB_WHICH_JOBS | VERB_RUN, FIELD(name), set_name,
                        "one line of at most 255 bytes" },
        { "type", 0, required_argument, VERB_WHICH_JOBS | VERB_RUN, FIELD(type), set_text,
                        "a job type's name" },
        { NULL, 'u', required_argument, VERB_WHICH_JOBS, FIELD(of_user), set_text,
                        "a user's name or number" },
        { "tasks", 0, no_argument, VERB_WHICH_JOBS, FIELD(tasks), set_true, NULL },
        { "related", 0, required_argument, VERB_WHICH_JOBS | VERB_RUN, FIELD(related), set_related,
                        "a URI of at most 2048 bytes" },
        { "key", 0, required_argument, VERB_RUN, FIELD(key), set_key, "a text of at most 63 bytes in one line" },
        { "since", 0, required_argument, VERB_WHICH_JOBS | VERB_LOG, FIELD(since_usec), set_time, EXPECTED_TIME },
        { "until", 0, required_argument, VERB_WHICH_JOBS | VERB_LOG, FIELD(until_usec), set_time, EXPECTED_TIME },
        { "all-ended", 0, no_argument, VERB_CLEAR, FIELD(all_ended), set_true, NULL },
        { "dry-run", 0, no_argument, VERB_CLEAR, FIELD(dry_run), set_true, NULL },
        { "before", 0, required_argument, VERB_CLEAR, FIELD(before_usec), set_time, EXPECTED_TIME },
        { "sort", 0, required_argument, VERB_LIST, 0, set_sort,
                        "start or end, or -start or -end for the latest first" },
        { "watch", 0, no_argument, VERB_LIST, FIELD(watch), set_true, NULL },
        { "lines", 'n', required_argument, VERB_LIST | VERB_OUTPUT | VERB_STATUS | VERB_LOG, FIELD(lines), set_lines,
                        "a number or all" },
        { "since-byte", 0, required_argument, VERB_OUTPUT, FIELD(since_byte), set_bytes,
                        "a number of bytes" },
        { "strict", 0, no_argument, VERB_OUTPUT, FIELD(strict), set_true, NULL },

        /* run, retry */
        { "wait", 0, no_argument, VERB_RUN | VERB_RETRY, FIELD(wait), set_true, NULL },
        { "follow", 'f', no_argument, VERB_RUN | VERB_RETRY | VERB_OUTPUT, FIELD(follow), set_true, NULL },

        /* types */
        { "check", 0, no_argument, VERB_TYPES, FIELD(check), set_true, NULL },

        /* hosts */
        { "drain", 0, no_argument, VERB_HOSTS, FIELD(drain), set_true, NULL },
        { "resume", 0, no_argument, VERB_HOSTS, FIELD(resume), set_true, NULL },

        /* run */
        { "uid", 0, required_argument, VERB_RUN, FIELD(uid), set_text, "a user's name or number" },
        { "setenv", 'E', required_argument, VERB_RUN, FIELD(environment), add_text, "NAME or NAME=VALUE" },
        { "parameter-file", 0, required_argument, VERB_RUN, FIELD(parameter_files), add_text, "NAME:FILE" },
        { "stdin-name", 0, required_argument, VERB_RUN, FIELD(stdin_name), set_text, "a file's name" },
        { "origin", 0, required_argument, VERB_RUN, FIELD(origin), set_origin, "command-line, web, bus or gearman" },
        { "working-directory", 0, required_argument, VERB_RUN, FIELD(working_directory), set_text,
                        "a folder, or ~ for the user's home" },
        { "timeout", 0, required_argument, VERB_RUN, FIELD(timeout_usec), set_timeout,
                        "a time span, as in 90, 15min or \"1h 30min\"" },
        { "memory-max", 0, required_argument, VERB_RUN, FIELD(memory_max), set_size,
                        "a size in bytes, as in 500M or 2G" },
        { "cpu-quota", 0, required_argument, VERB_RUN, FIELD(cpu_quota_usec), set_cpu_quota,
                        "a percentage of one CPU, as in 50% or 200%" },
        { "tasks-max", 0, required_argument, VERB_RUN, FIELD(tasks_max), set_count,
                        "a number of processes and threads" },
        { "output-max", 0, required_argument, VERB_RUN, FIELD(output_max), set_size,
                        "a size in bytes, as in 10M or 1G" },
        { "output-grace", 0, required_argument, VERB_RUN, FIELD(output_grace_usec), set_grace,
                        "a time span from 1ms to 1h, as in 500ms or 10s" },
        { "results", 0, no_argument, VERB_RUN, FIELD(results), set_true, NULL },
        { "umask", 0, required_argument, VERB_RUN, FIELD(umask), set_umask, "an octal number from 0 to 0777" },
        { "nice", 0, required_argument, VERB_RUN, FIELD(nice), set_nice, "a number from 0 to 19" },

        /* export, import */
        { "format", 0, required_argument, VERB_EXPORT | VERB_IMPORT, FIELD(format), set_text,
                        "csv or json, or for an export xlsx" },
        { "output", 'o', required_argument, VERB_EXPORT | VERB_RESULTS, FIELD(output), set_text,
                        "a file's name, or - for standard output" },
        { "columns", 0, required_argument, VERB_EXPORT, FIELD(properties), set_properties,
                        "a column's name, or several with commas between them" },
        { "raw", 0, no_argument, VERB_EXPORT, FIELD(raw), set_true, NULL },
        { "force", 0, no_argument, VERB_EXPORT | VERB_RESULTS, FIELD(force), set_true, NULL },

        /* show, cancel */
        { "property", 'p', required_argument, VERB_SHOW, FIELD(properties), set_properties,
                        "a property's name, or several with commas between them" },
        { "value", 0, no_argument, VERB_SHOW, FIELD(value_only), set_true, NULL },
        { "no-block", 0, no_argument, VERB_CANCEL, FIELD(no_block), set_true, NULL },
};

/* Where getopt_long(3) counts from for an option of the table: beyond every letter. */
#define OPTION_BASE 256
/* What it returns for an operand, see RETURN_IN_ORDER there. */
#define OPERAND 1

typedef struct Parser {
        const Verb *verbs;
        Arguments *arguments;
        struct option long_options[ELEMENTSOF(options) + 1];
        char letters[2 + 2 * ELEMENTSOF(options) + 1];
        bool given[ELEMENTSOF(options)];
} Parser;

static void parser_init(Parser *parser) {
        struct option *long_option = parser->long_options;
        char *letter = parser->letters;

        /* Operands come one by one, in their order: what follows the name of a command is its own.
         * A missing value is told apart from an unknown option. */
        *letter++ = '-';
        *letter++ = ':';
        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                if (options[i].name)
                        *long_option++ = (struct option){ options[i].name, options[i].has_argument, NULL,
                                OPTION_BASE + (int) i };
                if (options[i].letter) {
                        *letter++ = options[i].letter;
                        if (options[i].has_argument == required_argument)
                                *letter++ = ':';
                }
        }
}

/* -1: no option of the table. */
static int find_option(int c) {
        if (c >= OPTION_BASE)
                return c - OPTION_BASE;
        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (c > 0 && options[i].letter == c)
                        return (int) i;
        return -1;
}

/* An option as people write it: "--timeout" or "-u". */
static const char *option_text(const Option *option, char buffer[static 32]) {
        if (option->name)
                (void) snprintf(buffer, 32, "--%s", option->name);
        else
                (void) snprintf(buffer, 32, "-%c", option->letter);
        return buffer;
}

static int parse_option(Parser *parser, size_t index, const char *value) {
        const Option *option = &options[index];
        char text[32];
        int r;

        if (value && !utf8_is_valid(value))
                return fail_usage("The value of %s is not UTF-8 text.", option_text(option, text));
        r = option->set((char *) parser->arguments + option->offset, value);
        if (r == -ENOMEM)
                return fail_memory();
        if (r == -ERANGE)
                return fail_usage("\"%s\" is out of range for %s. It takes %s.", value,
                                option_text(option, text), option->expected);
        if (r < 0)
                return fail_usage("\"%s\" does not fit %s. It takes %s.", value, option_text(option, text),
                                option->expected);
        parser->given[index] = true;
        return 0;
}

/* The word that getopt_long(3) stopped at: it stays at "-12" until it has seen both letters. */
static const char *current_word(char **argv) {
        const char *word = argv[optind - 1];

        if (optopt > 0 && optopt < OPTION_BASE && (word[0] != '-' || !strchr(word, optopt)))
                return argv[optind];
        return word;
}

static int fail_option(int c, char **argv) {
        int index = find_option(optopt);
        const char *word = current_word(argv);

        if (optopt >= '0' && optopt <= '9')
                return fail_usage("Not a job id: %s", word);
        if (c == ':' && index >= 0)
                return fail_usage("%s needs a value: %s.", word, options[index].expected);
        if (index >= 0 && options[index].has_argument == no_argument)
                return fail_usage("%s takes no value.", word);
        if (optopt > 0 && optopt < OPTION_BASE)
                return fail_usage("Unknown option: -%c. See: jobsctl --help", optopt);
        return fail_usage("Unknown option: %s. See: jobsctl --help", word);
}

static const Verb *find_verb(const Verb *verbs, const char *name) {
        for (; verbs->name; verbs++)
                if (strcmp(verbs->name, name) == 0)
                        return verbs;
        return NULL;
}

static int parse_operand(Parser *parser, const char *text) {
        Arguments *arguments = parser->arguments;

        if (!arguments->verb) {
                arguments->verb = find_verb(parser->verbs, text);
                return arguments->verb ? 0 : fail_usage("Unknown verb: %s. See: jobsctl --help", text);
        }
        if (strv_extend(&arguments->operands, text) < 0)
                return fail_memory();
        return 0;
}

/* Whether the rest of the line, from the word that getopt_long(3) has just returned, is a command. With a
 * type parameters follow, and options between them. */
static bool is_start_of_command(const Arguments *arguments) {
        return arguments->verb && arguments->verb->flags & VERB_TAKES_COMMAND && !arguments->type;
}

static int parse_rest(Parser *parser, char **rest) {
        for (; *rest; rest++) {
                int r = parse_operand(parser, *rest);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int parse_words(Parser *parser, int argc, char **argv) {
        int c, r;

        while ((c = getopt_long(argc, argv, parser->letters, parser->long_options, NULL)) >= 0) {
                int index = find_option(c);

                if (c == OPERAND && is_start_of_command(parser->arguments)) {
                        optind--;
                        break;
                }
                if (c == OPERAND)
                        r = parse_operand(parser, optarg);
                else if (index >= 0)
                        r = parse_option(parser, (size_t) index, optarg);
                else
                        r = fail_option(c, argv);
                if (r < 0)
                        return r;
        }
        return parse_rest(parser, argv + optind);
}

/* An option that the verb would not look at may have been meant to protect something. */
static int check_options(const Parser *parser) {
        const Arguments *arguments = parser->arguments;
        char text[32];

        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (parser->given[i] && !(options[i].verbs & arguments->verb->bit))
                        return fail_usage("%s has no meaning for \"jobsctl %s\".",
                                        option_text(&options[i], text), arguments->verb->name);
        if (arguments->of_user && !(arguments->verb->bit & VERB_WHICH_JOBS))
                return fail_usage("--user=NAME has no meaning for \"jobsctl %s\".%s", arguments->verb->name,
                                arguments->verb->bit == VERB_RUN ? " To run as another user: --uid=NAME"
                                                                 : "");
        if (arguments->user_bus && arguments->transport == BUS_TRANSPORT_REMOTE)
                return fail_usage("--host reaches the system bus only: leave out --user.");
        return 0;
}

static int check_operands(const Arguments *arguments) {
        const Verb *verb = arguments->verb;

        if (arguments->n_operands < verb->min_operands)
                return fail_usage("What is missing: jobsctl %s %s", verb->name, verb->operands);
        if (arguments->n_operands > verb->max_operands)
                return fail_usage("\"jobsctl %s\" has no use for \"%s\".", verb->name,
                                arguments->operands[verb->max_operands]);
        return 0;
}

static int parse_ids(Arguments *arguments) {
        arguments->ids = calloc(arguments->n_operands + 1, sizeof(uint64_t));
        if (!arguments->ids)
                return fail_memory();
        for (size_t i = 0; i < arguments->n_operands; i++)
                if (parse_id(arguments->operands[i], &arguments->ids[i]) < 0)
                        return fail_usage("Not a job id: %s", arguments->operands[i]);
        arguments->n_ids = arguments->n_operands;
        return 0;
}

/* As with systemd, digits are a number; there are accounts all the same whose name is digits. */
static void tell_number_from_name(const Arguments *arguments, const char *user) {
        const struct passwd *named;
        uid_t uid;

        if (!user || arguments->transport != BUS_TRANSPORT_LOCAL || parse_uid(user, &uid) < 0)
                return;
        named = getpwnam(user);
        if (named && named->pw_uid != uid)
                note(arguments,
                                "%s is taken for a user's number. The account of that name has the number "
                                "%u.",
                                user, (unsigned) named->pw_uid);
}

static int check_verb(Parser *parser) {
        Arguments *arguments = parser->arguments;
        const Verb *verb = arguments->verb;
        int r;

        r = check_options(parser);
        if (r < 0)
                return r;
        arguments->n_operands = strv_length(arguments->operands);
        r = check_operands(arguments);
        if (r < 0)
                return r;
        if (verb->flags & VERB_TAKES_IDS) {
                r = parse_ids(arguments);
                if (r < 0)
                        return r;
        }
        tell_number_from_name(arguments, arguments->of_user);
        tell_number_from_name(arguments, arguments->uid);
        return verb->check ? verb->check(arguments) : 0;
}

int arguments_parse(int argc, char **argv, const Verb *verbs, Arguments *ret) {
        Parser parser = { .verbs = verbs, .arguments = ret };
        int r;

        *ret = (Arguments){ .lines = LINES_DEFAULT };
        opterr = 0; /* our own words */
        parser_init(&parser);
        r = parse_words(&parser, argc, argv);
        if (r < 0)
                return r;
        if (ret->help)
                ret->verb = find_verb(verbs, "help");
        else if (ret->version)
                ret->verb = find_verb(verbs, "version");
        else {
                if (!ret->verb)
                        ret->verb = verbs; /* the default */
                return check_verb(&parser);
        }
        return 0;
}

void arguments_done(Arguments *arguments) {
        strv_free(arguments->operands);
        strv_free(arguments->environment);
        strv_free(arguments->parameter_files);
        strv_free(arguments->properties);
        free(arguments->ids);
}
