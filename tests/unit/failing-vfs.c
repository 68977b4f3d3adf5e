/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>

#include <sqlite3.h>

#include "failing-vfs.h"
#include "fixture.h"

/* Ours, with SQLite's own behind it: https://www.sqlite.org/vfs.html */
typedef struct FailingFile {
        sqlite3_file base;
        sqlite3_file *real;
} FailingFile;

static struct {
        FailingCall call;
        unsigned number, n_calls;
        int code;
        bool for_good, has_failed;
} armed;

void failing_vfs_arm(FailingCall call, unsigned number, int code, bool for_good) {
        armed.call = call;
        armed.number = number;
        armed.n_calls = 0;
        armed.code = code;
        armed.for_good = for_good;
        armed.has_failed = false;
}

void failing_vfs_disarm(void) {
        armed.call = FAILING_NONE;
}

bool failing_vfs_has_failed(void) {
        return armed.has_failed;
}

static bool fails(FailingCall call) {
        if (call != armed.call)
                return false;
        armed.n_calls++;
        if (armed.for_good ? armed.n_calls < armed.number : armed.n_calls != armed.number)
                return false;
        armed.has_failed = true;
        return true;
}

static sqlite3_file *real_of(sqlite3_file *file) {
        return ((FailingFile *) (void *) file)->real;
}

static int on_close(sqlite3_file *file) {
        sqlite3_file *real = real_of(file);
        int r = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;

        sqlite3_free(real);
        return r;
}

static int on_read(sqlite3_file *file, void *buffer, int n, sqlite3_int64 offset) {
        sqlite3_file *real = real_of(file);

        return fails(FAILING_READ) ? armed.code : real->pMethods->xRead(real, buffer, n, offset);
}

/* A disk that is full takes a part of it. */
static int on_write(sqlite3_file *file, const void *buffer, int n, sqlite3_int64 offset) {
        sqlite3_file *real = real_of(file);

        if (!fails(FAILING_WRITE))
                return real->pMethods->xWrite(real, buffer, n, offset);
        (void) real->pMethods->xWrite(real, buffer, n / 2, offset);
        return armed.code;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size) {
        sqlite3_file *real = real_of(file);

        return fails(FAILING_TRUNCATE) ? armed.code : real->pMethods->xTruncate(real, size);
}

/* The kernel keeps what was written while the test runs: no need to wait for a real disk. */
static int on_sync(sqlite3_file *file, int flags) {
        return fails(FAILING_SYNC) ? armed.code : SQLITE_OK;
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *ret) {
        return real_of(file)->pMethods->xFileSize(real_of(file), ret);
}

static int on_lock(sqlite3_file *file, int lock) {
        return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int on_unlock(sqlite3_file *file, int lock) {
        return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int on_check_reserved_lock(sqlite3_file *file, int *ret) {
        return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int on_file_control(sqlite3_file *file, int operation, void *argument) {
        return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int on_sector_size(sqlite3_file *file) {
        return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int on_characteristics(sqlite3_file *file) {
        return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int on_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret) {
        return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int on_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
        return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *file) {
        real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int on_shm_unmap(sqlite3_file *file, int remove) {
        return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
        .iVersion = 2, /* without memory mapping of the database, which the store does not use */
        .xClose = on_close,
        .xRead = on_read,
        .xWrite = on_write,
        .xTruncate = on_truncate,
        .xSync = on_sync,
        .xFileSize = on_file_size,
        .xLock = on_lock,
        .xUnlock = on_unlock,
        .xCheckReservedLock = on_check_reserved_lock,
        .xFileControl = on_file_control,
        .xSectorSize = on_sector_size,
        .xDeviceCharacteristics = on_characteristics,
        .xShmMap = on_shm_map,
        .xShmLock = on_shm_lock,
        .xShmBarrier = on_shm_barrier,
        .xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags) {
        sqlite3_vfs *real_vfs = vfs->pAppData;
        FailingFile *failing = (FailingFile *) (void *) file;
        int r;

        failing->base.pMethods = NULL; /* not to be closed */
        if (fails(FAILING_OPEN))
                return armed.code;
        failing->real = sqlite3_malloc(real_vfs->szOsFile);
        assert_non_null(failing->real);
        r = real_vfs->xOpen(real_vfs, name, failing->real, flags, ret_flags);
        if (r != SQLITE_OK)
                sqlite3_free(failing->real);
        else
                failing->base.pMethods = &methods;
        return r;
}

static sqlite3_vfs failing_vfs;

void failing_vfs_install(void) {
        sqlite3_vfs *real = sqlite3_vfs_find(NULL);

        failing_vfs = *real;
        failing_vfs.zName = "failing";
        failing_vfs.szOsFile = sizeof(FailingFile);
        failing_vfs.pAppData = real;
        failing_vfs.xOpen = on_open;
        assert_int_equal(sqlite3_vfs_register(&failing_vfs, 1), SQLITE_OK);
}

void failing_vfs_remove(void) {
        assert_int_equal(sqlite3_vfs_unregister(&failing_vfs), SQLITE_OK);
}
