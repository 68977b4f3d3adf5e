// SPDX-License-Identifier: LGPL-2.1-or-later

import { _, formatNumber } from '../i18n';
import { formatBytes } from './amount';
import type { Parameter } from './job-type';
import { boundsOf } from './type-form';

function boundsNote(parameter: Parameter): string {
    const { min, max } = boundsOf(parameter);
    if (min !== undefined && max !== undefined)
        return _("A whole number from $0 to $1.", formatNumber(min), formatNumber(max));
    if (min !== undefined)
        return _("A whole number from $0 on.", formatNumber(min));
    return max === undefined ? _("A whole number.") : _("A whole number up to $0.", formatNumber(max));
}

function kindNote(parameter: Parameter): string {
    switch (parameter.Type) {
    case 'integer': return boundsNote(parameter);
    case 'path': return _("A path on the machine where the job runs, as in /srv/data.");
    case 'uri': return _("A URI, as in https://example.org/record/12.");
    case 'file': return _("A file of yours, of which the job gets a copy.");
    default: return parameter.Secret ? _("It is shown to nobody.") : '';
    }
}

// What is said of a parameter below its field.
export function parameterNotes(parameter: Parameter): string[] {
    const { Pattern, SizeMax } = parameter;
    return [
        kindNote(parameter),
        SizeMax === undefined ? '' : _("It has at most $0.", formatBytes(SizeMax)),
        Pattern === undefined ? '' : _("It has to match $0", Pattern),
    ].filter(note => note !== '');
}
