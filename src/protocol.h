/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The names and bounds of the bus interface that the daemon and its clients share. What they mean
 * is documented in dbus/org.jobsd1.*.xml. */

#define JOBSD_BUS_NAME "org.jobsd1"
#define JOBSD_PATH "/org/jobsd1"
#define JOBSD_JOB_PREFIX "/org/jobsd1/job"
#define JOBSD_MANAGER_INTERFACE "org.jobsd1.Manager"
#define JOBSD_JOB_INTERFACE "org.jobsd1.Job"

/* ClearJobs: says what it would do, and does nothing. */
#define JOBSD_CLEAR_DRY_RUN UINT64_C(1)

#define JOBSD_ERROR_NO_SUCH_JOB "org.jobsd1.Error.NoSuchJob"
#define JOBSD_ERROR_NO_SUCH_GROUP "org.jobsd1.Error.NoSuchGroup"
#define JOBSD_ERROR_NO_SUCH_USER "org.jobsd1.Error.NoSuchUser"
#define JOBSD_ERROR_NO_SUCH_TYPE "org.jobsd1.Error.NoSuchType"
#define JOBSD_ERROR_BROKEN_TYPE "org.jobsd1.Error.BrokenType"
#define JOBSD_ERROR_NO_SUCH_RESULT "org.jobsd1.Error.NoSuchResult"
#define JOBSD_ERROR_ACTIVE "org.jobsd1.Error.Active"
#define JOBSD_ERROR_NOT_ACTIVE "org.jobsd1.Error.NotActive"
#define JOBSD_ERROR_STORE_FAILED "org.jobsd1.Error.StoreFailed"

/* The property SystemUIDMax of a jobsd that has none yet. */
#define JOBSD_SYSTEM_UID_MAX_BEFORE 999U

/* The namespace of the journal that job output goes to, see journald@.conf(5). */
#define JOBSD_JOURNAL_NAMESPACE "jobs"

/* Rows of one ListJobs. */
#define JOBSD_LIST_LIMIT_DEFAULT 50U
#define JOBSD_LIST_LIMIT_MAX 500U
#define JOBSD_LIST_IDS_MAX 1000U

/* Arguments: MAX_ARG_STRLEN of execve(2) bounds one of them. PID 1 keeps the command as one line
 * of the transient unit's file and reads lines of at most 1 MiB (LONG_LINE_MAX); escaped, a byte
 * takes up to four. */
#define JOBSD_ARGV_MAX 4096U
#define JOBSD_ARG_BYTES_MAX ((size_t) 128 * 1024 - 1)
#define JOBSD_ARGV_BYTES_MAX ((size_t) 256 * 1024)
#define JOBSD_ENV_MAX 1024U
#define JOBSD_ENV_BYTES_MAX ((size_t) 128 * 1024)
/* Half of what PID 1 takes as credentials of one unit (CREDENTIALS_TOTAL_SIZE_MAX). */
#define JOBSD_SECRETS_BYTES_MAX ((size_t) 512 * 1024)
#define JOBSD_NAME_BYTES_MAX 255U
#define JOBSD_RELATED_BYTES_MAX 2048U

/* For output of what a command leaves behind. */
#define JOBSD_OUTPUT_GRACE_USEC_MIN UINT64_C(1000)
#define JOBSD_OUTPUT_GRACE_USEC_MAX (3600 * UINT64_C(1000000))

/* A password may have to be typed while a call waits, see section "polkit" of org.jobsd1(5). */
/* Of a submission; as much as Gearman has for the same, in all of its versions. */
#define JOBSD_KEY_BYTES_MAX 63U
#define JOBSD_CALL_TIMEOUT_USEC (120 * UINT64_C(1000000))
