/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "macro.h"
#include "protocol.h"
#include "store-filter.h"
#include "store-statement.h"

/* How names are looked for. The index is SQLite's full text search with the tokenizer "trigram": for each three
 * characters in a row, the ids of the jobs that have them in their names. A name that is wanted is then one of those
 * that have all of its own, and name_matches() says which. Both are told in small letters, as fnmatch(3) compares
 * them: what SQLite takes for the same letter besides does not matter then. */

/* So many are asked for at most; more find hardly fewer. */
#define TRIGRAMS_MAX 24U
#define TRIGRAM 3U

/* Each byte with a backslash before it, two asterisks and the end. */
#define PATTERN_BYTES (2 * JOBSD_NAME_BYTES_MAX + 3)

/* Of a name, with its end. */
#define CHARACTERS_MAX (JOBSD_NAME_BYTES_MAX + 1)

/* Where characters are more than a byte. */
static locale_t use_utf8(void) {
        static locale_t utf8;

        if (!utf8)
                utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
        return uselocale(utf8); /* as it is, if there is none */
}

/* ---- one name ---- */

/* "*text*", in which nothing of the text is special. */
static void make_pattern(const char *text, char pattern[static PATTERN_BYTES]) {
        *pattern++ = '*';
        for (; *text; text++) {
                if (strchr("[\\", *text))
                        *pattern++ = '\\';
                *pattern++ = *text;
        }
        strcpy(pattern, "*");
}

/* By characters, and not by bytes. */
static bool matches_pattern(const char *name, const char *pattern) {
        locale_t before = use_utf8();
        bool matches = fnmatch(pattern, name, FNM_CASEFOLD) == 0;

        (void) uselocale(before);
        return matches;
}

static bool is_ascii(const char *text) {
        for (; *text; text++)
                if ((unsigned char) *text >= 0x80)
                        return false;
        return true;
}

static bool is_pattern(const char *wanted) {
        return strpbrk(wanted, "*?");
}

bool name_matches(const char *name, const char *wanted) {
        char pattern[PATTERN_BYTES];

        if (strlen(wanted) > JOBSD_NAME_BYTES_MAX) /* no name is */
                return false;
        if (is_pattern(wanted))
                return matches_pattern(name, wanted);
        if (is_ascii(wanted)) /* most are, and this is much quicker */
                return strcasestr(name, wanted);
        make_pattern(wanted, pattern);
        return matches_pattern(name, pattern);
}

/* ---- the index ---- */

/* Returns how many characters there are; none where the text is not UTF-8, or longer than a name. */
static size_t to_small(const char *text, wchar_t small[static CHARACTERS_MAX]) {
        locale_t before = use_utf8();
        mbstate_t state = {};
        size_t n = mbsrtowcs(small, &text, CHARACTERS_MAX, &state);

        if (n >= CHARACTERS_MAX)
                n = 0;
        for (size_t i = 0; i < n; i++)
                small[i] = (wchar_t) towlower((wint_t) small[i]);
        (void) uselocale(before);
        return n;
}

static void put_character(wchar_t character, FILE *text) {
        locale_t before = use_utf8();
        mbstate_t state = {};
        char bytes[MB_LEN_MAX];
        size_t n = wcrtomb(bytes, character, &state);

        if (n != (size_t) -1)
                (void) fwrite(bytes, 1, n, text);
        (void) uselocale(before);
}

/* As a string of SQLite's query language. */
static void put_trigram(const wchar_t *characters, FILE *query) {
        fputc('"', query);
        for (size_t i = 0; i < TRIGRAM; i++) {
                put_character(characters[i], query);
                if (characters[i] == L'"')
                        fputc('"', query);
        }
        fputc('"', query);
}

/* Of a pattern, those that stand for themselves, up to what may be a set. */
static size_t put_trigrams(const wchar_t *wanted, size_t n, bool in_pattern, FILE *query) {
        size_t n_trigrams = 0, n_in_row = 0;

        for (size_t i = 0; i < n && n_trigrams < TRIGRAMS_MAX; i++) {
                if (in_pattern && wanted[i] == L'[')
                        break;
                n_in_row = in_pattern && wcschr(L"*?\\", wanted[i]) ? 0 : n_in_row + 1;
                if (n_in_row < TRIGRAM)
                        continue;
                if (n_trigrams++ > 0)
                        fputs(" AND ", query);
                put_trigram(wanted + i + 1 - TRIGRAM, query);
        }
        return n_trigrams;
}

char *names_query(const char *wanted) {
        wchar_t small[CHARACTERS_MAX];
        char *query = NULL;
        size_t size, n;
        FILE *text = open_memstream(&query, &size);

        if (!text)
                return NULL;
        n = put_trigrams(small, to_small(wanted, small), is_pattern(wanted), text);
        if (fclose(text) < 0 || n == 0) {
                free(query);
                return NULL;
        }
        return query;
}

static int put_name(Store *store, uint64_t id, const char *name) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NAMES_PUT];
        _cleanup_free_ char *small_name = NULL;
        wchar_t small[CHARACTERS_MAX];
        size_t size, n = to_small(name, small);
        FILE *text = open_memstream(&small_name, &size);

        if (!text)
                return -errno;
        for (size_t i = 0; i < n; i++)
                put_character(small[i], text);
        if (fclose(text) < 0)
                return -ENOMEM;
        bind_uint64(statement, 1, id);
        bind_text(statement, 2, n > 0 ? small_name : name);
        return statement_step(statement);
}

static int get_indexed(Store *store, uint64_t *ret_upto, uint64_t *ret_n) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NAMES_INDEXED];
        int r = statement_step(statement);

        if (r <= 0)
                return r < 0 ? r : -EBADMSG;
        *ret_upto = column_uint64(statement, 0);
        *ret_n = column_uint64(statement, 1);
        return 0;
}

static int set_indexed(Store *store, uint64_t upto, uint64_t n) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NAMES_SET_INDEXED];

        bind_uint64(statement, 1, upto);
        bind_uint64(statement, 2, n);
        return statement_change(store, statement);
}

int store_index_names(Store *store, unsigned limit, unsigned *ret_n) {
        _cleanup_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NAMES_NEXT];
        uint64_t upto, n;
        int r;

        *ret_n = 0;
        r = get_indexed(store, &upto, &n);
        if (r < 0)
                return r;
        bind_uint64(statement, 1, upto);
        while (*ret_n < limit && (r = statement_step(statement)) > 0) {
                upto = column_uint64(statement, 0);
                r = put_name(store, upto, (const char *) sqlite3_column_text(statement, 1) ?: "");
                if (r < 0)
                        return r;
                (*ret_n)++;
        }
        if (r < 0 || *ret_n == 0)
                return r;
        r = statement_run(store, STATEMENT_NAMES_MERGE);
        return r < 0 ? r : set_indexed(store, upto, n + *ret_n);
}

int names_indexed_upto(Store *store, uint64_t *ret) {
        uint64_t n;

        return get_indexed(store, ret, &n);
}

int store_count_indexed_names(Store *store, uint64_t *ret) {
        uint64_t upto;

        return get_indexed(store, &upto, ret);
}

int store_forget_names(Store *store) {
        int r = statement_run(store, STATEMENT_NAMES_FORGET);

        return r < 0 ? r : set_indexed(store, 0, 0);
}
