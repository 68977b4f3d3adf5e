// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Flex, FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { useState } from 'react';

import type { BusError } from '../bus/bus';
import { cockpit } from '../cockpit';
import { _ } from '../i18n';
import { isPossible } from '../model/deed';
import type { Job } from '../model/job';
import { errorText } from '../model/words';
import type { Connection } from '../state/connection';
import { cancel, retry } from '../state/deeds';

interface Props { job: Job; connection: Connection }

export function JobActions({ job, connection }: Props) {
    const [isBusy, setBusy] = useState(false);
    const [error, setError] = useState<BusError>();

    const act = async (action: () => Promise<void>) => {
        setBusy(true);
        setError(undefined);
        try {
            await action();
        } catch (problem) {
            setError(problem as BusError);
        }
        setBusy(false);
    };
    const repeat = async () => cockpit.location.go([String(await retry(connection, job))]);
    return (
        <Flex>
            {error &&
                <FlexItem>
                    <Alert variant="danger" isInline isPlain role="alert"
                           title={errorText(error)} />
                </FlexItem>}
            {isPossible('cancel', job)
                ? <Button variant="danger" isDisabled={isBusy} onClick={() => act(() => cancel(connection, job))}>{_("Cancel job")}</Button>
                : isPossible('retry', job) &&
                    <Button variant="secondary" isDisabled={isBusy} onClick={() => act(repeat)}>{_("Retry")}</Button>}
        </Flex>
    );
}
