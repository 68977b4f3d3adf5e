/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Small helpers that every file uses: automatic cleanup and ownership transfer. */

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((__cleanup__(f)))
#define _unused_ __attribute__((__unused__))
#define _printf_(a, b) __attribute__((__format__(__printf__, a, b)))

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))

/* The object that this member is part of. */
#define CONTAINER_OF(p, type, member) ((type *) (void *) ((char *) (p) -offsetof(type, member)))

/* Hands a pointer over: the variable is NULL afterwards, so that its cleanup does nothing. */
#define TAKE_PTR(p)                        \
        ({                                 \
                __typeof__(p) *_pp = &(p); \
                __typeof__(p) _p = *_pp;   \
                *_pp = NULL;               \
                _p;                        \
        })

#define TAKE_FD(fd)               \
        ({                        \
                int *_fp = &(fd); \
                int _f = *_fp;    \
                *_fp = -EBADF;    \
                _f;               \
        })

/* Defines a cleanup function for variables of type (T*) that calls f, which takes NULL. */
#define DEFINE_CLEANUP(T, f)             \
        static inline void f##p(T **p) { \
                f(*p);                   \
        }                                \
        struct f##_needs_semicolon

static inline void freep(void *p) {
        free(*(void **) p);
}

static inline void close_fd(int fd) {
        if (fd >= 0)
                (void) close(fd); /* nothing to be done about an error, and Linux closes all the same */
}

static inline void close_fdp(int *fd) {
        close_fd(*fd);
}

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(close_fdp)

#define USEC_PER_SEC UINT64_C(1000000)
#define USEC_PER_MSEC UINT64_C(1000)
#define NSEC_PER_USEC UINT64_C(1000)
