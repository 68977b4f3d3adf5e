/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What jobsd tells its helper to export: unpacked, packed and unpacked it is the same, and a key that is not
 * understood is refused, as a filter that is left out would show too much. */

#include <errno.h>
#include <string.h>

#include "export-query.h"
#include "fuzz.h"

static void pack(const ExportQuery *query, void **ret, size_t *ret_size) {
        CHECK(export_query_pack(query, ret, ret_size) >= 0);
}

static void check_query(const ExportQuery *query) {
        ExportColumn column;

        CHECK((int) query->format >= 0 && query->format < _EXPORT_FORMAT_MAX);
        CHECK(query->filter.status_mask < 1U << _JOB_STATUS_MAX);
        for (char **name = query->columns; name && *name; name++)
                CHECK(export_column_find(*name, &column) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ void *packed = NULL, *packed_again = NULL;
        size_t n_packed, n_packed_again;
        ExportQuery query, again;
        int r = export_query_unpack(data, size, &query);

        CHECK(r == 0 || r == -EBADMSG);
        if (r < 0)
                return 0;
        check_query(&query);
        pack(&query, &packed, &n_packed);
        CHECK(export_query_unpack(packed, n_packed, &again) >= 0);
        pack(&again, &packed_again, &n_packed_again);
        CHECK(n_packed == n_packed_again && memcmp(packed, packed_again, n_packed) == 0);
        export_query_done(&query);
        export_query_done(&again);
        return 0;
}
