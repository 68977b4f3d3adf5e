/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A Gearman server hands a job out again when the worker that had it goes before it has said that it is done. So that
 * such a job is not submitted to jobsd twice, there is a file for each that was taken, from before it is submitted until
 * the server knows: with the key that it is submitted under, see the option "key" of RunType(). */

#include <stdint.h>

#include <systemd/sd-id128.h>

#define RECEIPT_NAME_MAX 65 /* of hexadecimal digits, with the NUL */

/* One that is older is of something else, to which the server gave the same name: then there is a new key. */
#define RECEIPT_VALID_SEC UINT64_C(3600)

/* In $STATE_DIRECTORY: the key of this job, which is on the disk when this returns. */
int receipt_take(const char *name, uint64_t now_sec, sd_id128_t *ret);
void receipt_drop(const char *name);
/* Those that are too old. */
void receipts_tidy(uint64_t now_sec);
