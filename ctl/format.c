/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "parse.h"

int format_text(char **ret, const char *format, ...) {
        char *text;
        va_list values;
        int r;

        va_start(values, format);
        r = vasprintf(&text, format, values);
        va_end(values);
        if (r < 0)
                return -ENOMEM;
        *ret = text;
        return 0;
}

int format_timestamp(uint64_t usec, TimestampStyle style, char **ret) {
        /* Not the locale's names: scripts read them. */
        static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        time_t t = (time_t) (usec / USEC_PER_SEC);
        char text[64];
        struct tm tm;

        /* A year that does not fit struct tm is no time that a job could have. */
        if (usec == 0 || !localtime_r(&t, &tm))
                return format_text(ret, "%s", "");
        switch (style) {
        case TIMESTAMP_MINUTES:
                (void) strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
                return format_text(ret, "%s", text);
        case TIMESTAMP_SECONDS:
                (void) strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
                return format_text(ret, "%s", text);
        default:
                (void) strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm);
                return format_text(ret, "%s %s", days[tm.tm_wday], text);
        }
}

typedef struct SpanUnit {
        const char *suffix;
        uint64_t usec;
} SpanUnit;

static const SpanUnit span_units[] = {
        { "d", UINT64_C(86400) * USEC_PER_SEC },
        { "h", UINT64_C(3600) * USEC_PER_SEC },
        { "min", UINT64_C(60) * USEC_PER_SEC },
        { "s", USEC_PER_SEC },
        { "ms", USEC_PER_MSEC },
        { "us", 1 },
};

/* Writes the n_max largest units of a span, with nothing left out between them. */
static int format_span_units(uint64_t usec, size_t n_max, char **ret) {
        char text[128] = "";
        size_t length = 0;

        for (size_t i = 0, n = 0; i < ELEMENTSOF(span_units) && usec > 0 && n < n_max; i++) {
                uint64_t unit_usec = span_units[i].usec;

                n += n > 0 || usec >= unit_usec;
                if (usec < unit_usec)
                        continue;
                length += (size_t) snprintf(text + length, sizeof(text) - length, "%s%" PRIu64 "%s",
                                length > 0 ? " " : "", usec / unit_usec, span_units[i].suffix);
                usec %= unit_usec;
        }
        return format_text(ret, "%s", text);
}

int format_timespan(uint64_t usec, TimespanStyle style, char **ret) {
        if (usec == UINT64_MAX)
                return format_text(ret, "infinity");
        if (usec == 0)
                return format_text(ret, "0s");
        if (style == TIMESPAN_EXACT)
                return format_span_units(usec, ELEMENTSOF(span_units), ret);
        if (usec < USEC_PER_SEC)
                return format_span_units(usec, 1, ret);
        if (usec < 10 * USEC_PER_SEC)
                return format_text(ret, "%" PRIu64 ".%" PRIu64 "s", usec / USEC_PER_SEC, usec / 100000 % 10);
        /* what is below a second says nothing here */
        return format_span_units(usec - usec % USEC_PER_SEC, 2, ret);
}

int format_size(uint64_t bytes, char **ret) {
        static const char suffixes[] = { 'K', 'M', 'G', 'T', 'P', 'E' };
        double value = (double) bytes / 1024;
        size_t i = 0;

        if (bytes < 1024)
                return format_text(ret, "%" PRIu64 "B", bytes);
        for (; value >= 1024 && i < ELEMENTSOF(suffixes) - 1; i++)
                value /= 1024;
        return format_text(ret, "%.1f%c", value, suffixes[i]);
}

int format_cpu_quota(uint64_t usec, char **ret) {
        return format_text(ret, "%g%%", (double) usec * 100 / (double) USEC_PER_SEC);
}

/* How a word stands in a shell's line. */
typedef enum Quoting {
        QUOTING_NONE,
        QUOTING_SINGLE, /* 'a b' */
        QUOTING_ESCAPE, /* $'a\nb' */
} Quoting;

static Quoting word_quoting(const char *word) {
        static const char safe[] =
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./:,@%";

        if (!utf8_is_valid(word) || !text_is_one_line(word) || strchr(word, '\''))
                return QUOTING_ESCAPE;
        return *word && strspn(word, safe) == strlen(word) ? QUOTING_NONE : QUOTING_SINGLE;
}

static void write_escaped(FILE *stream, const char *word) {
        /* Bytes of a character that is shown as it is only if all of the word can be. */
        bool text = utf8_is_valid(word);

        for (; *word; word++) {
                unsigned char c = (unsigned char) *word;

                if (c == '\n')
                        (void) fputs("\\n", stream);
                else if (c == '\t')
                        (void) fputs("\\t", stream);
                else if (c == '\'' || c == '\\')
                        (void) fprintf(stream, "\\%c", c);
                else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !text))
                        (void) fprintf(stream, "\\x%02x", c);
                else if (c == 0xc2 &&
                                (unsigned char) word[1] < 0xa0) /* a C1 control character's first byte */
                        (void) fprintf(stream, "\\x%02x\\x%02x", c, (unsigned char) *++word);
                else
                        (void) fputc(c, stream);
        }
}

static void write_word(FILE *stream, const char *word) {
        switch (word_quoting(word)) {
        case QUOTING_NONE:
                (void) fputs(word, stream);
                break;
        case QUOTING_SINGLE:
                (void) fprintf(stream, "'%s'", word);
                break;
        case QUOTING_ESCAPE:
                (void) fputs("$'", stream);
                write_escaped(stream, word);
                (void) fputc('\'', stream);
                break;
        }
}

int format_command(char *const *argv, char **ret) {
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *stream;
        bool complete;

        stream = open_memstream(&text, &size);
        if (!stream)
                return -ENOMEM;
        for (size_t i = 0; argv && argv[i]; i++) {
                if (i > 0)
                        (void) fputc(' ', stream);
                write_word(stream, argv[i]);
        }
        /* whatever was not written above shows here */
        complete = !ferror(stream);
        if (fclose(stream) != 0 || !complete)
                return -ENOMEM;
        *ret = TAKE_PTR(text);
        return 0;
}

int format_one_line(const char *text, char **ret) {
        char *line = strdup(text);

        if (!line)
                return -ENOMEM;
        for (char *p = line; *p; p++) {
                unsigned char c = (unsigned char) *p;

                if (c == 0xc2 && (unsigned char) p[1] < 0xa0) /* a C1 control character, two bytes */
                        *p = p[1] = '?';
                else if ((c < 0x20 && c != '\t') || c == 0x7f)
                        *p = '?';
        }
        *ret = line;
        return 0;
}

/* Whether the job's own text says "45%" already. */
static bool info_tells_progress(const char *info) {
        size_t n_digits = strspn(info, "0123456789");

        return n_digits > 0 && info[n_digits] == '%';
}

int format_info(const Job *job, char **ret) {
        const char *info = job->info ?: "";

        if (job->progress < 0 || !job_status_is_active(job->status) || info_tells_progress(info))
                return format_text(ret, "%s", info);
        return format_text(ret, "%.0f%%%s%s", job->progress * 100, *info ? " " : "", info);
}

int format_user(const Job *job, uid_t system_uid_max, bool in_short, char **ret) {
        const char *user = job->user ?: "";

        if (!uid_is_system(job->uid, system_uid_max))
                return format_text(ret, "%s", user);
        return format_text(ret, "%s (%s)", user, in_short ? "task" : "command-line task");
}

int format_result(const Job *job, char **ret) {
        const char *name;

        switch (job->result) {
        case JOB_RESULT_EXIT_CODE:
                return format_text(ret, "exit status %i", job->exit_status);
        case JOB_RESULT_SIGNAL:
        case JOB_RESULT_CORE_DUMP:
                name = sigabbrev_np(job->exit_status);
                return format_text(ret, "signal %i%s%s%s", job->exit_status, name ? "/" : "", name ?: "",
                                job->result == JOB_RESULT_CORE_DUMP ? ", core dumped" : "");
        case JOB_RESULT_TIMEOUT:
                return format_text(ret, "it took too long");
        case JOB_RESULT_OOM_KILL:
                return format_text(ret, "out of memory");
        case JOB_RESULT_WATCHDOG:
                return format_text(ret, "its watchdog heard nothing from it");
        case JOB_RESULT_RESOURCES:
                return format_text(ret, "the system had no resources for it");
        case JOB_RESULT_START_FAILED:
                return format_text(ret, "it could not be started");
        case JOB_RESULT_INTERRUPTED:
                return format_text(ret, "the machine went down");
        case JOB_RESULT_LOST:
                return format_text(ret, "nobody knows how it ended");
        default:
                return format_text(ret, "%s", "");
        }
}

int format_progress(double progress, unsigned columns, bool unicode, char **ret) {
        const char *full = unicode ? "█" : "#", *empty = unicode ? "░" : "-";
        unsigned n_full = (unsigned) ((progress > 1 ? 1 : progress) * columns);
        char *text, *end;

        text = malloc(columns * strlen(full) + 1);
        if (!text)
                return -ENOMEM;
        end = text;
        for (unsigned i = 0; i < columns; i++)
                end = stpcpy(end, i < n_full ? full : empty);
        *end = '\0';
        *ret = text;
        return 0;
}
