/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attend.h"
#include "pager.h"
#include "stream.h"
#include "verb.h"

int verb_output(Context *context) {
        const Arguments *arguments = context->arguments;
        _cleanup_(pager_finishp) _unused_ pid_t pager = 0;
        int status;

        /* How the job ended is no failure of showing it. */
        if (arguments->follow)
                return attend_sync(context, arguments->ids[0], true, arguments->lines, &status);
        pager = pager_start(arguments, &context->terminal);
        return stream_print(context, arguments->ids[0], arguments->lines);
}
