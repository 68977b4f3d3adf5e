/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <seccomp.h>

#include "confine.h"
#include "macro.h"

/* Not kill(2): what is root's, as jobsd is, it could end. Nor devices: see allow_reading(). */
static const char *const calls[] = {
        /* memory */
        "brk",
        "madvise",
        "mmap",
        "mprotect",
        "mremap",
        "munmap",
        /* what is open, and what is there to be read */
        "access",
        "close",
        "dup",
        "dup2",
        "dup3",
        "epoll_create1",
        "epoll_ctl",
        "epoll_pwait",
        "epoll_wait",
        "eventfd2",
        "faccessat",
        "faccessat2",
        "fadvise64",
        "fcntl",
        "fcntl64",
        "flock",
        "fstat",
        "fstat64",
        "fstatat64",
        "fstatfs",
        "fstatfs64",
        "getcwd",
        "getdents",
        "getdents64",
        "inotify_add_watch",
        "inotify_init1",
        "inotify_rm_watch",
        "_llseek",
        "lseek",
        "lstat",
        "name_to_handle_at",
        "newfstatat",
        "pipe2",
        "poll",
        "ppoll",
        "pread64",
        "preadv",
        "pselect6",
        "read",
        "readlink",
        "readlinkat",
        "readv",
        "select",
        "stat",
        "statfs",
        "statfs64",
        "statx",
        "timerfd_create",
        "timerfd_settime",
        "write",
        "writev",
        /* itself */
        "clock_getres",
        "clock_gettime",
        "clock_nanosleep",
        "exit",
        "exit_group",
        "futex",
        "getegid",
        "geteuid",
        "getgid",
        "getpid",
        "getppid",
        "getrandom",
        "getrlimit",
        "gettid",
        "gettimeofday",
        "getuid",
        "membarrier",
        "nanosleep",
        "prctl",
        "restart_syscall",
        "rseq",
        "rt_sigaction",
        "rt_sigprocmask",
        "rt_sigreturn",
        "sched_getaffinity",
        "sched_yield",
        "seccomp",
        "set_robust_list",
        "sigaltstack",
        "sysinfo",
        "time",
        "ugetrlimit",
        "uname",
};

/* With a socket of its own; the first one is told apart by its family. */
static const char *const socket_calls[] = {
        "connect",
        "getpeername",
        "getsockname",
        "getsockopt",
        "recvfrom",
        "recvmsg",
        "sendmsg",
        "sendto",
        "setsockopt",
        "shutdown",
};

/* What an architecture does not have is nothing to be allowed. */
static int allow(
                scmp_filter_ctx filter, const char *call, unsigned n, const struct scmp_arg_cmp *arguments) {
        int number = seccomp_syscall_resolve_name(call);

        return number == __NR_SCMP_ERROR
                        ? 0
                        : seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, n, arguments);
}

static int allow_all(scmp_filter_ctx filter, const char *const *names, size_t n) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = allow(filter, names[i], 0, NULL);
        return r;
}

static int allow_reading(scmp_filter_ctx filter) {
        const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
        int r;

        r = allow(filter, "open", 1, &SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
        if (r >= 0)
                r = allow(filter, "openat", 1, &SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
        /* of ioctl(2) only what tells how much of a socket is unread */
        return r < 0 ? r : allow(filter, "ioctl", 1, &SCMP_A1(SCMP_CMP_EQ, SIOCOUTQ));
}

static int allow_local_sockets(scmp_filter_ctx filter) {
        int r = allow(filter, "socket", 1, &SCMP_A0(SCMP_CMP_EQ, AF_UNIX));

        return r < 0 ? r : allow_all(filter, socket_calls, ELEMENTSOF(socket_calls));
}

int confine(bool may_connect) {
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EACCES));
        int r;

        if (!filter)
                return -ENOMEM;
        r = allow_all(filter, calls, ELEMENTSOF(calls));
        if (r >= 0)
                r = allow_reading(filter);
        if (r >= 0 && may_connect)
                r = allow_local_sockets(filter);
        if (r >= 0)
                r = seccomp_load(filter); /* sets PR_SET_NO_NEW_PRIVS, too */
        seccomp_release(filter);
        return r;
}
