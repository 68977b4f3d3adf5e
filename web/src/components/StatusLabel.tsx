// SPDX-License-Identifier: LGPL-2.1-or-later

import { Label } from '@patternfly/react-core/dist/esm/components/Label';
import type { LabelProps } from '@patternfly/react-core/dist/esm/components/Label';
import { BanIcon } from '@patternfly/react-icons/dist/esm/icons/ban-icon';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { InProgressIcon } from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import { PendingIcon } from '@patternfly/react-icons/dist/esm/icons/pending-icon';

import type { Status } from '../model/job';
import { statusName } from '../model/words';

const LOOKS: Record<Status, Pick<LabelProps, 'color' | 'status' | 'icon'>> = {
    queued: { color: 'grey', icon: <PendingIcon /> },
    running: { color: 'blue', icon: <InProgressIcon /> },
    completed: { status: 'success', icon: <CheckCircleIcon /> },
    error: { status: 'danger', icon: <ExclamationCircleIcon /> },
    cancelled: { color: 'grey', icon: <BanIcon /> },
};

export function StatusLabel({ status }: { status: Status }) {
    return <Label variant="outline" {...LOOKS[status]}>{statusName(status)}</Label>;
}
