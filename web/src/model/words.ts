// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the bus names in one word, for people.

import { _ } from '../i18n';
import type { BusError } from '../bus/bus';
import type { Status } from './job';

export function statusName(status: Status): string {
    switch (status) {
    case 'queued': return _("Queued");
    case 'running': return _("Running");
    case 'completed': return _("Completed");
    case 'error': return _("Error");
    case 'cancelled': return _("Cancelled");
    }
}

// Why something could not be done.
export function errorText(error: BusError): string {
    return error.needsRights ? _("This needs administrative access") : error.message;
}

// Why a job ended. A word of a newer jobsd is shown as it is.
export function resultName(result: string): string {
    switch (result) {
    case 'success': return _("Success");
    case 'exit-code': return _("It exited with a status other than 0");
    case 'signal': return _("It was killed by a signal");
    case 'core-dump': return _("It crashed and left a core dump");
    case 'timeout': return _("It ran longer than it was allowed to");
    case 'oom-kill': return _("It used more memory than it was allowed to");
    case 'watchdog': return _("It did not say that it is alive");
    case 'resources': return _("The system lacked resources");
    case 'start-failed': return _("It could not be started");
    case 'cancelled': return _("It was cancelled");
    case 'interrupted': return _("The machine went down");
    case 'lost': return _("What became of it is not known");
    default: return result;
    }
}
