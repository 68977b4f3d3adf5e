/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The files of the history: who may touch them, and how a history that was rebuilt takes the place of a
 * damaged one. Made beside it, it has its place from the moment that it is called as history_rebuilt_path()
 * says: whoever comes next, jobsd or another "jobsd --rebuild", does what is left to do. Until then all is
 * as it was. */

/* One process at a time: its, until *ret_fd is closed. -EAGAIN when another has it. */
int history_lock(const char *path, int *ret_fd);

/* Where it is made, and what it is called when it is whole. */
int history_unfinished_path(const char *path, char **ret);
int history_rebuilt_path(const char *path, char **ret);

/* Removes a database with the files that SQLite has beside it. */
int history_remove(const char *path);
/* The database at from is whole, closed, and on the disk: it is called so, durably. */
int history_rename(const char *from, const char *to);
/* If there is a history that was rebuilt, moves the one that has its place aside, and puts it there.
 * *ret_moved is what the old one is called now, NULL where none was. Returns whether there was anything to
 * do. */
int history_replace(const char *path, char **ret_moved);
