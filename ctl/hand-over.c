/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hand-over.h"
#include "interrupt.h"
#include "protocol.h"
#include "report.h"
#include "save.h"
#include "source.h"
#include "type-list.h"

/* What a copy may take, see RuntimeMaxSec= of jobsd-results@.service, and whoever has to type a password before. */
#define CALL_USEC (300 * UINT64_C(1000000) + JOBSD_CALL_TIMEOUT_USEC)

static bool is_stdin(const char *path) {
        return strcmp(path, "-") == 0;
}

static const char *path_of(const char *operand) {
        return strchr(operand, '=') + 1;
}

/* Whether it is worth asking what the type takes. */
static bool may_be_file(const char *operand) {
        const char *path = path_of(operand);
        struct stat st;

        return is_stdin(path) || (stat(path, &st) >= 0 && S_ISREG(st.st_mode));
}

static bool may_be_files(const Arguments *arguments) {
        for (size_t i = 0; i < arguments->n_operands; i++)
                if (may_be_file(arguments->operands[i]))
                        return true;
        return false;
}

void hand_over_done(HandedFiles *files) {
        for (size_t i = 0; i < files->n; i++) {
                free(files->files[i].key);
                close_fd(files->files[i].fd);
        }
        free(files->files);
}

/* jobsd takes what has a beginning and an end: what comes through a pipe becomes a file without a name. */
static int open_stdin(int *ret) {
        _cleanup_close_ int fd = -EBADF, interrupt_fd = -EBADF;
        const char *folder = getenv("TMPDIR") ?: "/var/tmp";
        int r;

        fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
                return fail(-errno, "Failed to make a file in %s for what comes from standard input", folder);
        r = interrupt_open(&interrupt_fd);
        if (r >= 0)
                r = save_copy(STDIN_FILENO, fd, interrupt_fd);
        if (r < 0)
                return fail(r, "Failed to read from standard input");
        *ret = TAKE_FD(fd);
        return 0;
}

static int open_path(const char *path, int *ret) {
        if (is_stdin(path))
                return open_stdin(ret);
        *ret = open(path, O_RDONLY | O_CLOEXEC);
        return *ret < 0 ? fail(-errno, "Failed to open %s", path) : 0;
}

/* What people see of it. */
static const char *name_of(const char *path, const char *stdin_name) {
        const char *slash = strrchr(path, '/');

        if (is_stdin(path) && stdin_name)
                return stdin_name;
        return slash ? slash + 1 : path;
}

static int add_file(HandedFiles *files, const char *operand, const char *stdin_name) {
        const char *path = path_of(operand);
        HandedFile *grown = reallocarray(files->files, files->n + 1, sizeof(HandedFile)), *file;

        if (!grown)
                return fail_memory();
        files->files = grown;
        file = &grown[files->n];
        *file = (HandedFile){ operand, strndup(operand, (size_t) (path - operand - 1)), name_of(path, stdin_name),
                -EBADF };
        if (!file->key)
                return fail_memory();
        files->n++;
        return open_path(path, &file->fd);
}

static bool parameter_is_file(struct json_object *type, const char *operand) {
        _cleanup_free_ char *key = strndup(operand, strcspn(operand, "="));
        struct json_object *parameter = key ? type_find_parameter(type, key) : NULL;

        return parameter && strcmp(type_get_text(parameter, "type"), "file") == 0;
}

static int open_files(const Context *context, struct json_object *type, HandedFiles *files) {
        const Arguments *arguments = context->arguments;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < arguments->n_operands; i++)
                if (parameter_is_file(type, arguments->operands[i]))
                        r = add_file(files, arguments->operands[i], arguments->stdin_name);
        if (r < 0 || files->n == 0)
                return r;
        r = source_check_transport(context, "run ...");
        if (r < 0)
                return r;
        r = sd_bus_set_method_call_timeout(context->bus, CALL_USEC);
        return r < 0 ? fail_bus(NULL, r, "Failed to set a time limit") : 0;
}

int hand_over_open(const Context *context, HandedFiles *ret) {
        _cleanup_(json_object_putp) struct json_object *types = NULL;
        struct json_object *type;
        int r;

        if (!may_be_files(context->arguments))
                return 0;
        r = type_list_fetch(context, &types);
        if (r < 0)
                return r;
        type = type_list_find(types, context->arguments->type);
        return type ? open_files(context, type, ret) : 0; /* jobsd says that there is none */
}

const HandedFile *hand_over_find(const HandedFiles *files, const char *operand) {
        for (size_t i = 0; i < files->n; i++)
                if (files->files[i].operand == operand)
                        return &files->files[i];
        return NULL;
}

int hand_over_append(const HandedFiles *files, sd_bus_message *call) {
        int r;

        if (files->n == 0)
                return 0;
        r = sd_bus_message_open_container(call, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", "files");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'v', "a{sh}");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'a', "{sh}");
        for (size_t i = 0; r >= 0 && i < files->n; i++)
                r = sd_bus_message_append(call, "{sh}", files->files[i].key, files->files[i].fd);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(call);
        return r;
}
