/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "macro.h"
#include "stream-main.h"

int stream_error(int error, const char *what) {
        fprintf(stderr, "%s: %s\n", what, strerror(-error));
        return EXIT_FAILURE;
}

int main(int argc, char *argv[]) {
        if (argc == 5 && strcmp(argv[1], "output") == 0)
                return stream_output(argv[2], argv[3], argv[4]);
        if (argc == 4 && strcmp(argv[1], "outcome") == 0)
                return stream_outcome(argv[2], argv[3]);
        if (argc == 4 && strcmp(argv[1], "start") == 0)
                return stream_start(argv[2], argv[3]);
        if (argc == 3 && strcmp(argv[1], "export") == 0)
                return stream_export(argv[2]);
        if (argc == 3 && strcmp(argv[1], "user") == 0)
                return stream_user(argv[2]);
        fputs("jobsd-stream is started by jobsd.\n", stderr);
        return 2;
}
