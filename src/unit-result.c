/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "macro.h"
#include "unit-result.h"

JobResult unit_result_from_string(const char *s) {
        static const struct {
                const char *name;
                JobResult result;
        } table[] = {
                { "success", JOB_RESULT_SUCCESS },
                { "exit-code", JOB_RESULT_EXIT_CODE },
                { "signal", JOB_RESULT_SIGNAL },
                { "core-dump", JOB_RESULT_CORE_DUMP },
                { "timeout", JOB_RESULT_TIMEOUT },
                { "oom-kill", JOB_RESULT_OOM_KILL },
                { "watchdog", JOB_RESULT_WATCHDOG },
                { "resources", JOB_RESULT_RESOURCES },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strcmp(table[i].name, s) == 0)
                        return table[i].result;
        return JOB_RESULT_START_FAILED; /* protocol, start-limit-hit, exec-condition: it never ran */
}
