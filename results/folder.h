/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The folder of a job's result files. Its owner does with it what he likes, also while it is read: no link is followed,
 * no other file system entered, and what is not a regular file of his is no result. Root's may be anybody's. */

#include <sys/stat.h>

/* Below folders; -ENOENT if the job has none, or one that is not this account's. */
int folder_open(int folders_fd, const char *id, uid_t uid, int *ret_fd);

/* A return value other than 0 ends the walk. */
typedef int (*folder_file_cb)(const char *name, const struct stat *st, void *userdata);
/* Takes the descriptor. */
int folder_walk(int fd, uid_t uid, folder_file_cb callback, void *userdata);

/* -ENOENT if it is none of the results. */
int folder_open_file(int fd, const char *name, uid_t uid, int *ret_fd, struct stat *ret);
