/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>

#include "macro.h"
#include "parse.h"
#include "stream-main.h"
#include "stream-protocol.h"

int stream_user(const char *user) {
        const struct passwd *pw;
        uid_t uid;

        errno = 0;
        pw = parse_uid(user, &uid) >= 0 ? getpwuid(uid) : getpwnam(user);
        if (!pw) {
                /* what getpwnam(3) says of a user that is not there */
                if (errno == 0 || errno == ENOENT || errno == ESRCH || errno == EBADF || errno == EPERM)
                        return STREAM_EXIT_NOT_FOUND;
                return stream_error(-errno, "Failed to look the user up");
        }
        printf("%u %s\n", (unsigned) pw->pw_uid, pw->pw_name);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
