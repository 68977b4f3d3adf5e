/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "last-words.h"
#include "others.h"

/* Who is killed may just have forked. */
#define ROUNDS_MAX 100

int others_open(void) {
        sigset_t signals;

        sigemptyset(&signals);
        sigaddset(&signals, SIGNAL_LAST_WORDS);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL); /* cannot fail for this set */
        return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* The file with the unit's processes; false where control groups are not those of version 2 alone. */
static bool find_group(char *path, size_t size) {
        char line[512], group[400] = "";
        FILE *file = fopen("/proc/self/cgroup", "re");

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "0::%399s", group) == 1)
                        break;
        if (file)
                (void) fclose(file);
        snprintf(path, size, "/sys/fs/cgroup%s/cgroup.procs", group);
        return *group != 0;
}

/* Whether there was somebody to be killed. */
static bool kill_round(const char *path) {
        FILE *file = fopen(path, "re");
        bool any = false;
        int pid;

        while (file && fscanf(file, "%d", &pid) == 1)
                any |= pid > 0 && pid != getpid() && kill(pid, SIGKILL) >= 0;
        if (file)
                (void) fclose(file);
        return any;
}

void others_kill(pid_t command) {
        char path[480];

        (void) kill(-command, SIGKILL); /* fails when it is over already */
        if (!find_group(path, sizeof(path)))
                return;
        for (unsigned i = 0; i < ROUNDS_MAX && kill_round(path); i++)
                (void) usleep(1000);
}
