/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>

#include "macro.h"
#include "parse.h"
#include "stream-main.h"
#include "stream-protocol.h"

/* What getpwnam(3) and getgrnam(3) say of what is not there. */
static int lookup_errno(void) {
        return errno == 0 || errno == ENOENT || errno == ESRCH || errno == EBADF || errno == EPERM ? -ENOENT
                                                                                                   : -errno;
}

int stream_get_uid(const char *name, uid_t *ret) {
        const struct passwd *pw;

        errno = 0;
        pw = getpwnam(name);
        if (!pw)
                return lookup_errno();
        *ret = pw->pw_uid;
        return 0;
}

int stream_user(const char *user) {
        const struct passwd *pw;
        uid_t uid;

        errno = 0;
        pw = parse_uid(user, &uid) >= 0 ? getpwuid(uid) : getpwnam(user);
        if (!pw && lookup_errno() == -ENOENT)
                return STREAM_EXIT_NOT_FOUND;
        if (!pw)
                return stream_error(-errno, "Failed to look the user up");
        printf("%u %s\n", (unsigned) pw->pw_uid, pw->pw_name);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int stream_group(const char *group) {
        const struct group *gr;
        uid_t number; /* those of groups are of the same kind */

        errno = 0;
        gr = parse_uid(group, &number) >= 0 ? getgrgid((gid_t) number) : getgrnam(group);
        if (!gr && lookup_errno() == -ENOENT)
                return STREAM_EXIT_NOT_FOUND;
        if (!gr)
                return stream_error(-errno, "Failed to look the group up");
        printf("%u %s\n", (unsigned) gr->gr_gid, gr->gr_name);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
