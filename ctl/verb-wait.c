/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attend.h"
#include "verb.h"

int verb_wait(Context *context) {
        return attend_all_sync(context, context->arguments->ids, context->arguments->n_ids);
}
