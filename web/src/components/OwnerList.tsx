// SPDX-License-Identifier: LGPL-2.1-or-later

import { List, ListItem } from '@patternfly/react-core/dist/esm/components/List';

import { _, formatNumber } from '../i18n';
import type { Owners } from '../model/deed';

// Whose jobs something is done to. Of one's own alone there is nothing to say.
export function OwnerList({ owners: { own, tasks, others } }: { owners: Owners }) {
    if (tasks === 0 && others.length === 0)
        return null;
    return (
        <List>
            {own > 0 && <ListItem>{_("Your own: $0", formatNumber(own))}</ListItem>}
            {tasks > 0 &&
                <ListItem>{_("Command-line tasks, of root and of system accounts: $0", formatNumber(tasks))}</ListItem>}
            {others.map(([user, n]) => <ListItem key={user}>{_("Of $0: $1", user, formatNumber(n))}</ListItem>)}
        </List>
    );
}
