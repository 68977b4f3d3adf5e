/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "group.h"

#define GROUP_BYTES 400

bool group_find(pid_t pid, char *path, size_t size) {
        char name[40] = "/proc/self/cgroup", line[GROUP_BYTES + 16], group[GROUP_BYTES] = "";
        FILE *file;

        if (pid > 0)
                snprintf(name, sizeof(name), "/proc/%d/cgroup", (int) pid);
        file = fopen(name, "re");
        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "0::%399s", group) == 1)
                        break;
        if (file)
                (void) fclose(file);
        snprintf(path, size, "%s", group);
        return *group != 0;
}

bool group_has(pid_t pid) {
        char own[GROUP_BYTES], other[GROUP_BYTES];
        size_t n;

        if (!group_find(0, own, sizeof(own)) || !group_find(pid, other, sizeof(other)))
                return false;
        n = strlen(own);
        return strncmp(other, own, n) == 0 && (other[n] == 0 || other[n] == '/');
}
