// SPDX-License-Identifier: LGPL-2.1-or-later

import { Badge } from '@patternfly/react-core/dist/esm/components/Badge';
import { MenuToggle } from '@patternfly/react-core/dist/esm/components/MenuToggle';
import { Select, SelectList, SelectOption } from '@patternfly/react-core/dist/esm/components/Select';
import { useState } from 'react';

import { _ } from '../i18n';
import { statusesOf } from '../model/address';
import type { View } from '../model/address';
import type { Status } from '../model/job';
import { statusName } from '../model/words';

interface Props { view: View; chosen: readonly Status[]; onChange: (statuses: Status[]) => void }

export function StatusFilter({ view, chosen, onChange }: Props) {
    const [isOpen, setOpen] = useState(false);
    const known = statusesOf(view);
    const toggle = (status: Status) =>
        onChange(known.filter(other => chosen.includes(other) !== (other === status)));
    return (
        <Select role="menu" isOpen={isOpen} onOpenChange={setOpen} aria-label={_("Job status")}
                onSelect={(_event, status) => toggle(status as Status)}
                toggle={ref => (
                    <MenuToggle ref={ref} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}
                                badge={chosen.length > 0 ? <Badge isRead>{chosen.length}</Badge> : undefined}>
                        {_("Job status")}
                    </MenuToggle>)}>
            <SelectList>
                {known.map(status => (
                    <SelectOption key={status} value={status} hasCheckbox isSelected={chosen.includes(status)}>
                        {statusName(status)}
                    </SelectOption>))}
            </SelectList>
        </Select>
    );
}
