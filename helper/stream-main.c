/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "confine.h"
#include "macro.h"
#include "stream-main.h"

int stream_error(int error, const char *what) {
        fprintf(stderr, "%s: %s\n", what, strerror(-error));
        return EXIT_FAILURE;
}

#ifdef __SANITIZE_ADDRESS__
/* Its search for leaks needs a process that traces this one. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
        return "detect_leaks=0";
}
#endif

static int run(char *argv[], int n) {
        if (n == 10 && strcmp(argv[0], "output") == 0)
                return stream_output(argv[1], argv[2], argv[3], argv[4], argv[5], argv[6], argv[7], argv[8],
                                argv[9]);
        if (n == 4 && strcmp(argv[0], "outcome") == 0)
                return stream_outcome(argv[1], argv[2], argv[3]);
        if (n == 2 && strcmp(argv[0], "export") == 0)
                return stream_export(argv[1]);
        if (n == 7 && strcmp(argv[0], "log") == 0)
                return stream_log(argv[1], argv[2], argv[3], argv[4], argv[5], argv[6]);
        if (n == 3 && strcmp(argv[0], "import") == 0)
                return stream_import(argv[1], argv[2]);
        if (n == 2 && strcmp(argv[0], "user") == 0)
                return stream_user(argv[1]);
        if (n == 2 && strcmp(argv[0], "group") == 0)
                return stream_group(argv[1]);
        fputs("jobsd-stream is started by jobsd.\n", stderr);
        return 2;
}

/* To NSS, or to journald. */
static bool may_connect(char *argv[], int n) {
        if (n == 10 && strcmp(argv[0], "output") == 0)
                return stream_output_may_connect(argv[9]);
        return n > 0 && strcmp(argv[0], "export") != 0;
}

int main(int argc, char *argv[]) {
        int r = confine(may_connect(argv + 1, argc - 1));

        if (r < 0)
                return stream_error(r, "Failed to give up privileges");
        return run(argv + 1, argc - 1);
}
