/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "macro.h"
#include "parse.h"
#include "result-folder.h"
#include "result-protocol.h"

int result_folder_state_directory(uint64_t id, char **ret) {
        return asprintf(ret, RESULT_STATE_DIRECTORY "/%" PRIu64, id) < 0 ? -ENOMEM : 0;
}

int result_folder_path(uint64_t id, char **ret) {
        return asprintf(ret, RESULT_FOLDERS "/%" PRIu64, id) < 0 ? -ENOMEM : 0;
}

int result_folder_cleared_name(uint64_t id, char **ret) {
        return asprintf(ret, "%" PRIu64 RESULT_CLEARED, id) < 0 ? -ENOMEM : 0;
}

bool result_folder_remove_empty(uint64_t id) {
        _cleanup_free_ char *path = NULL;

        if (result_folder_path(id, &path) < 0)
                return false;
        return rmdir(path) >= 0 || errno == ENOENT;
}

/* As they end, folders go from the one to the other: the first one is where most are. */
static const char *const places[] = { RESULT_FOLDERS "/" RESULT_KEPT, RESULT_FOLDERS };

static int rename_in(const char *place, uint64_t id, bool aside) {
        _cleanup_free_ char *path = NULL, *cleared = NULL;

        if (asprintf(&path, "%s/%" PRIu64, place, id) < 0 || asprintf(&cleared, "%s" RESULT_CLEARED, path) < 0)
                return -ENOMEM;
        return rename(aside ? path : cleared, aside ? cleared : path) < 0 ? -errno : 0;
}

static int rename_folder(uint64_t id, bool aside) {
        int r = -ENOENT;

        for (size_t i = 0; r == -ENOENT && i < ELEMENTSOF(places); i++)
                r = rename_in(places[i], id, aside);
        return r;
}

bool result_folder_set_aside(uint64_t id) {
        int r = rename_folder(id, true);

        if (r < 0 && r != -ENOENT)
                log_errno(r, "Failed to set aside the files that job %" PRIu64 " left", id);
        return r >= 0;
}

void result_folder_put_back(uint64_t id) {
        int r = rename_folder(id, false);

        if (r < 0)
                log_errno(r, "Failed to put back the files that job %" PRIu64 " left", id);
}

/* "12" or "12.cleared" */
static int parse_name(const char *name, uint64_t *ret_id, bool *ret_set_aside) {
        size_t n = strspn(name, "0123456789");
        char number[24];

        *ret_set_aside = strcmp(name + n, RESULT_CLEARED) == 0;
        if (n >= sizeof(number) || (name[n] && !*ret_set_aside))
                return -EINVAL;
        memcpy(number, name, n);
        number[n] = '\0';
        return parse_id(number, ret_id);
}

static int foreach_in(const char *place, result_folder_cb callback, void *userdata) {
        DIR *folder = opendir(place);
        struct dirent *entry;
        bool is_set_aside;
        uint64_t id;
        int r = 0;

        if (!folder)
                return errno == ENOENT ? 0 : -errno;
        while (r == 0 && (entry = readdir(folder)))
                if (parse_name(entry->d_name, &id, &is_set_aside) >= 0)
                        r = callback(id, is_set_aside, userdata);
        closedir(folder);
        return r;
}

int result_folder_foreach(result_folder_cb callback, void *userdata) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < ELEMENTSOF(places); i++)
                r = foreach_in(places[i], callback, userdata);
        return r;
}

int result_folder_foreach_inputs(result_folder_inputs_cb callback, void *userdata) {
        DIR *folder = opendir(RESULT_FOLDERS "/" RESULT_INPUTS);
        struct dirent *entry;
        sd_id128_t inputs;
        int r = 0;

        if (!folder)
                return errno == ENOENT ? 0 : -errno;
        while (r == 0 && (entry = readdir(folder)))
                if (sd_id128_from_string(entry->d_name, &inputs) >= 0)
                        r = callback(inputs, userdata);
        closedir(folder);
        return r;
}
