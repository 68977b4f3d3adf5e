// SPDX-License-Identifier: LGPL-2.1-or-later

import { ActionGroup, Form } from '@patternfly/react-core/dist/esm/components/Form';
import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { useEffect } from 'react';
import type { ReactNode } from 'react';

import { _ } from '../i18n';
import { START } from '../model/address';

interface Props {
    isBusy: boolean;
    error: string | undefined;      // of none of the fields
    wrong: string | undefined;      // the id of the field with a mistake
    onSubmit: () => void;
    children: ReactNode;
}

export function StartForm({ isBusy, error, wrong, onSubmit, children }: Props) {
    useEffect(() => { if (wrong) document.getElementById(wrong)?.focus() }, [wrong, isBusy]);
    return (
        <Form className="start-form" autoComplete="off" noValidate
              onSubmit={event => { event.preventDefault(); if (!isBusy) onSubmit() }}>
            {error && <Alert variant="danger" isInline role="alert" title={_("The job could not be started")}>
                {error}
            </Alert>}
            {children}
            <ActionGroup>
                <Button variant="primary" type="submit" isLoading={isBusy} isDisabled={isBusy}>{_("Start")}</Button>
                <Button variant="link" component="a" href={START}>{_("Cancel")}</Button>
            </ActionGroup>
        </Form>
    );
}
