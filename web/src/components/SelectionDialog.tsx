// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core/dist/esm/components/Modal';

import { _, plural } from '../i18n';
import { ownersOf } from '../model/deed';
import type { Deed } from '../model/deed';
import type { Job } from '../model/job';
import { OwnerList } from './OwnerList';

interface Texts { title: string; body: string; confirm: string; refuse: string }

function texts(deed: Deed, n: number): Texts {
    if (deed === 'clear')
        return {
            title: _("Clear the selected jobs"),
            body: plural("$0 job and its output will be removed for good.",
                         "$0 jobs and their outputs will be removed for good.", n),
            confirm: _("Clear"),
            refuse: _("Keep them"),
        };
    return {
        title: _("Cancel the selected jobs"),
        body: plural("$0 job that waits or runs will end.", "$0 jobs that wait or run will end.", n),
        confirm: _("Cancel jobs"),
        refuse: _("Let them be"),
    };
}

interface Props {
    deed: Deed;
    jobs: readonly Job[];
    user: string;
    systemUidMax: number;
    onConfirm: () => void;
    onClose: () => void;
}

// Says how many jobs it will be done to, and whose they are.
export function SelectionDialog({ deed, jobs, user, systemUidMax, onConfirm, onClose }: Props) {
    const { title, body, confirm, refuse } = texts(deed, jobs.length);
    return (
        <Modal isOpen variant="small" onClose={onClose} aria-labelledby="deed-title" aria-describedby="deed-body">
            <ModalHeader title={title} labelId="deed-title" />
            <ModalBody id="deed-body">
                <Content component="p">{body}</Content>
                <OwnerList owners={ownersOf(jobs, user, systemUidMax)} />
            </ModalBody>
            <ModalFooter>
                <Button variant="danger" isDisabled={jobs.length === 0} onClick={onConfirm}>{confirm}</Button>
                <Button variant="link" onClick={onClose}>{refuse}</Button>
            </ModalFooter>
        </Modal>
    );
}
