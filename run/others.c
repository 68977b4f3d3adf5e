/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "group.h"
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
        char group[400], path[480];

        (void) kill(-command, SIGKILL); /* fails when it is over already */
        if (!group_find(0, group, sizeof(group)))
                return;
        snprintf(path, sizeof(path), "/sys/fs/cgroup%s/cgroup.procs", group);
        for (unsigned i = 0; i < ROUNDS_MAX && kill_round(path); i++)
                (void) usleep(1000);
}
