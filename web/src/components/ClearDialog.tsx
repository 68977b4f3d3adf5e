// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core/dist/esm/components/Modal';
import { useEffect, useState } from 'react';

import type { BusError } from '../bus/bus';
import { _ } from '../i18n';
import type { ClearGroup } from '../model/clear-group';
import { errorText } from '../model/words';
import { clear, forecast } from '../state/clearing';
import type { Forecast } from '../state/clearing';
import type { Connection } from '../state/connection';
import { ClearGroupItem } from './ClearGroupItem';

interface Props { connection: Connection; groups: readonly ClearGroup[]; onClose: () => void }

// Says how many jobs will go, whose they are, and which stay, before they do. The groups stay what they were when it was
// opened.
export function ClearDialog({ connection, onClose, ...props }: Props) {
    const [groups] = useState(props.groups);
    const [expected, setExpected] = useState<readonly Forecast[]>();
    const [refused, setRefused] = useState<readonly ClearGroup[]>([]);
    const [error, setError] = useState<BusError>();
    const [isBusy, setBusy] = useState(false);

    useEffect(() => {
        const closing = new AbortController();
        Promise.all(groups.map(group => forecast(connection, group, closing.signal))).then(setExpected, setError);
        return () => closing.abort();
    }, [connection, groups]);

    const chosen = groups.filter((group, i) => !refused.includes(group) && expected?.[i]?.ended);
    const confirm = async () => {
        setBusy(true);
        try {
            for (const group of chosen)
                await clear(connection, group);
            onClose();
        } catch (problem) {
            setError(problem as BusError);
            setBusy(false);
        }
    };
    const isNothing = expected?.every(({ ended }) => ended === 0);
    return (
        <Modal isOpen variant="small" onClose={onClose} aria-labelledby="clear-title" aria-describedby="clear-body">
            <ModalHeader title={_("Clear inactive jobs")} labelId="clear-title" />
            <ModalBody id="clear-body">
                {error && <Alert variant="danger" isInline title={_("The jobs could not be cleared")}>
                    {errorText(error)}
                </Alert>}
                {groups.map((group, i) =>
                    <ClearGroupItem key={group.kind} group={group} expected={expected?.[i]}
                                    isOnly={groups.length === 1} isChosen={!refused.includes(group)}
                                    onChoose={isChosen => setRefused(isChosen
                                        ? refused.filter(other => other !== group)
                                        : [...refused, group])} />)}
                <Content component="p">
                    {isNothing
                        ? _("There is nothing to clear.")
                        : _("What is cleared is removed for good, with its output.")}
                </Content>
            </ModalBody>
            <ModalFooter>
                <Button variant="danger" isLoading={isBusy} onClick={confirm}
                        isDisabled={isBusy || chosen.length === 0}>
                    {_("Clear")}
                </Button>
                <Button variant="link" onClick={onClose}>{_("Keep them")}</Button>
            </ModalFooter>
        </Modal>
    );
}
