/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Put before the libraries of jobsd-stream, this tries what a helper that was taken over could try: in place
 * of the first call of its real work, so after it has confined itself. Prints what was possible. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DATABASE "/var/lib/jobsd/jobs.db"
#define TRY(what, call)                                                        \
        do {                                                                   \
                errno = 0;                                                     \
                printf("%s: %s\n", what,                                       \
                                (call) >= 0                       ? "possible" \
                                                : errno == EACCES ? "refused"  \
                                                                  : "failed"); \
        } while (0)

static int spawn_program(void) {
        char *arguments[] = { (char *) "true", NULL };
        int r = posix_spawn(&(pid_t){ 0 }, "/bin/true", NULL, NULL, arguments, environ);

        errno = r;
        return r == 0 ? 0 : -1;
}

static int connect_bus(void) {
        struct sockaddr_un address = { AF_UNIX, "/run/dbus/system_bus_socket" };
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        return fd < 0 ? -1 : connect(fd, (struct sockaddr *) &address, sizeof(address));
}

static void trespass(void) {
        char *arguments[] = { (char *) "true", NULL };

        TRY("read the history", open(DATABASE, O_RDONLY));
        TRY("write the history", open(DATABASE, O_RDWR));
        TRY("append to the history", open(DATABASE, O_WRONLY | O_APPEND));
        TRY("truncate the history", truncate(DATABASE, 0));
        TRY("remove the history", unlink(DATABASE));
        TRY("move the history", rename(DATABASE, DATABASE ".moved"));
        TRY("make a file", open("/tmp/trespassed", O_CREAT | O_RDONLY, 0600));
        TRY("make a folder", mkdir("/tmp/trespassed", 0700));
        TRY("make a link", symlink("/etc/shadow", "/tmp/trespassed"));
        TRY("change a mode", chmod(DATABASE, 0666));
        TRY("open the network", socket(AF_INET, SOCK_STREAM, 0));
        TRY("open the network of IPv6", socket(AF_INET6, SOCK_DGRAM, 0));
        TRY("talk to the kernel", socket(AF_NETLINK, SOCK_RAW, 0));
        TRY("talk to the bus", connect_bus());
        TRY("start a program", spawn_program());
        TRY("become a program", execv("/bin/true", arguments));
        TRY("fork", fork());
        TRY("end another process", kill(1, 0));
        TRY("trace another process", ptrace(PTRACE_SEIZE, 1, 0, 0));
        TRY("become another user", setuid(1001));
        fflush(stdout);
        _exit(0);
}

struct passwd *getpwnam(const char *name) {
        trespass();
        return NULL;
}

struct group *getgrnam(const char *name) {
        trespass();
        return NULL;
}

int sqlite3_open_v2(const char *path, void **db, int flags, const char *vfs) {
        trespass();
        return 1;
}

int sd_journal_open(void **ret, int flags) {
        trespass();
        return -EIO;
}

int sd_journal_open_namespace(void **ret, const char *namespace, int flags) {
        trespass();
        return -EIO;
}
