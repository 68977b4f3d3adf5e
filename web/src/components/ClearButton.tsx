// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { useState } from 'react';

import { _ } from '../i18n';
import type { ClearGroup } from '../model/clear-group';
import type { Connection } from '../state/connection';
import { ClearDialog } from './ClearDialog';

interface Props { connection: Connection; groups: readonly ClearGroup[] }

export function ClearButton({ connection, groups }: Props) {
    const [isOpen, setOpen] = useState(false);
    return (
        <FlexItem>
            <Button variant="secondary" onClick={() => setOpen(true)}>{_("Clear inactive jobs")}</Button>
            {isOpen && <ClearDialog connection={connection} groups={groups} onClose={() => setOpen(false)} />}
        </FlexItem>
    );
}
