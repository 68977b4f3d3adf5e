/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attend.h"
#include "stream.h"
#include "verb.h"

int verb_output(Context *context) {
        const Arguments *arguments = context->arguments;
        int status;

        /* How the job ended is no failure of showing it. */
        if (arguments->follow)
                return attend_sync(context, arguments->ids[0], true, arguments->lines, &status);
        return stream_print(context, arguments->ids[0], arguments->lines);
}
