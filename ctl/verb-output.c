/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attend.h"
#include "report.h"
#include "stream.h"
#include "verb.h"

int output_check(const Arguments *arguments) {
        if (arguments->since_byte > 0 && arguments->lines < LINES_ALL)
                return fail_usage("--lines= counts from the end, --since-byte= from the beginning: use one.");
        return 0;
}

int verb_output(Context *context) {
        const Arguments *arguments = context->arguments;
        int status;

        /* How the job ended is no failure of showing it. */
        if (arguments->follow)
                return attend_sync(context, arguments->ids[0], true, arguments->lines, &status);
        return stream_print(context, arguments->ids[0], arguments->lines);
}
