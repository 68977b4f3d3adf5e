/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command: how it is started, and how it ends. */

#include <signal.h>
#include <sys/types.h>

/* As systemd has it, see "Process Exit Codes" of systemd.exec(5). */
#define EXIT_NOT_EXECUTED 203

#define CHILD_INTERPRETER_BYTES 128

typedef struct Child {
        pid_t pid;
        int pid_fd;
        int error;      /* errno: it could not be executed */
        char interpreter[CHILD_INTERPRETER_BYTES]; /* that a script names, and that is not there; or empty */
        siginfo_t info; /* of its end, see waitid(2) */
} Child;

/* Starts a command with both its outputs going to a descriptor, and everything else as systemd would: in a
 * session of its own, with the signals' defaults, and with its own process id where the environment has the
 * one of the unit's main process. It notifies another socket, "NOTIFY_SOCKET=…", or none if that is
 * empty. From then on signals do not end the caller: he lives as long as the
 * command. When it could not be started, child->error says why. */
void child_start(
                Child *child, char **command, char **environment, const char *notify_socket, int output_fd);
void child_wait(Child *child);

/* "exited 0", see output-entry.h; the text of JOBSD_EXIT=. */
#define CHILD_DESCRIPTION_BYTES (CHILD_INTERPRETER_BYTES + 32)
void child_describe(const Child *child, char *buffer, size_t size);
/* Ends this process as the command ended: PID 1 sees of it what it would have seen of the command, but for
 * the core dump. */
_Noreturn void child_end_alike(const Child *child);
