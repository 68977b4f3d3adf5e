// SPDX-License-Identifier: LGPL-2.1-or-later

import { HelperText, HelperTextItem } from '@patternfly/react-core/dist/esm/components/HelperText';

import { _ } from '../i18n';
import type { Filters } from '../model/address';

interface Props { scope: 'own' | 'shared' | 'all' | ''; filters: Filters; user: string }

// Says whose jobs are shown, and what would show more.
export function ScopeNote({ scope, filters, user }: Props) {
    if (scope !== 'own' || user === '')
        return null;
    const isAnothers = filters.user !== '' && filters.user !== user;
    return (
        <HelperText>
            <HelperTextItem variant={isAnothers ? 'warning' : 'default'}>
                {isAnothers
                    ? _("Jobs of other people are shown with administrative access.")
                    : _("Your own jobs. With administrative access everybody's are shown.")}
            </HelperTextItem>
        </HelperText>
    );
}
