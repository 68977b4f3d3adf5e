// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { useState } from 'react';

import { _, language } from '../i18n';
import { descriptionOf, obstacleOf } from '../model/job-type';
import type { JobType, Obstacle } from '../model/job-type';
import type { Connection } from '../state/connection';
import { TypeForm } from './TypeForm';

interface Props { name: string; type: JobType | undefined; connection: Connection }

function reason(obstacle: Obstacle): string {
    switch (obstacle) {
    case 'password': return _("It needs administrative access, and a terminal is where the password is asked for.");
    case 'several-files': return _("It takes several files, and the browser hands over one.");
    case 'file-and-secret': return _("It takes a file and a secret, which the browser cannot hand over together.");
    }
}

// A type's form. It stays when jobsd says that the type is gone, for who has filled it in.
export function TypeStart({ name, connection, ...props }: Props) {
    const [first] = useState(props.type);
    const type = props.type ?? first;
    if (!type)
        return (
            <Alert variant="warning" isInline title={_("There is no job type $0 that you may run", name)}>
                {_("It was removed, never was, has a mistake in its file, or is for others.")}
            </Alert>);
    const obstacle = obstacleOf(type);
    const description = descriptionOf(type, language());
    return (
        <>
            {description && <Content component="p"><bdi>{description}</bdi></Content>}
            {obstacle
                ? <Alert variant="info" isInline title={_("This is started in a terminal: jobsctl run --type=$0", name)}>
                    {reason(obstacle)}
                </Alert>
                : <TypeForm type={type} connection={connection} />}
        </>
    );
}
