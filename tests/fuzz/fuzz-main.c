/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* In place of libFuzzer: runs a target with each file of a folder once, in the order of their names. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static void run_file(const char *path) {
        _cleanup_free_ uint8_t *data = NULL;
        struct stat st;
        FILE *file = fopen(path, "re");

        CHECK(file && fstat(fileno(file), &st) >= 0);
        data = malloc((size_t) st.st_size); /* of this very size, so that a sanitizer sees what is behind it
                                             */
        CHECK(data || st.st_size == 0);
        CHECK(fread(data, 1, (size_t) st.st_size, file) == (size_t) st.st_size);
        fclose(file);
        LLVMFuzzerTestOneInput(data, (size_t) st.st_size);
}

int main(int argc, char **argv) {
        struct dirent **entries;
        int n;

        if (argc != 2) {
                fprintf(stderr, "%s CORPUS\n", argv[0]);
                return EXIT_FAILURE;
        }
        n = scandir(argv[1], &entries, NULL, alphasort);
        if (n <= 2) {
                fprintf(stderr, "%s: %s\n", argv[1], n < 0 ? strerror(errno) : "no files");
                return EXIT_FAILURE;
        }
        for (int i = 0; i < n; i++) {
                _cleanup_free_ struct dirent *entry = entries[i];
                _cleanup_free_ char *path = NULL;

                if (*entry->d_name == '.')
                        continue;
                fprintf(stderr, "%s\n", entry->d_name); /* the last one is the one that failed */
                CHECK(asprintf(&path, "%s/%s", argv[1], entry->d_name) > 0);
                run_file(path);
        }
        free(entries);
        return EXIT_SUCCESS;
}
