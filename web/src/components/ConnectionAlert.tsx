// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { PageSection } from '@patternfly/react-core/dist/esm/components/Page';

import { _ } from '../i18n';
import type { Connection, Link } from '../state/connection';
import { useObservable } from '../state/observable';

function title(link: Link): string {
    switch (link) {
    case 'down': return _("jobsd is not running");
    case 'missing': return _("jobsd cannot be reached");
    default: return _("You may not see jobs here");
    }
}

function advice(link: Link): string {
    switch (link) {
    case 'down': return _("The page goes on by itself when jobsd is back: \"systemctl start jobsd\" starts it.");
    case 'missing': return _("It is not installed, or does not start: \"systemctl status jobsd\" says why.");
    default: return _("An administrator decides so, in polkit's rules.");
    }
}

// Says when there is no jobsd to talk to.
export function ConnectionAlert({ connection }: { connection: Connection }) {
    const { link, error } = useObservable(connection);
    if (link === 'up' || link === 'connecting')
        return null;
    return (
        <PageSection hasBodyWrapper={false}>
            <Alert variant={link === 'down' ? 'warning' : 'danger'} isInline title={title(link)} role="status">
                <p>{advice(link)}</p>
                {error && link !== 'down' && <p>{error.message}</p>}
            </Alert>
        </PageSection>
    );
}
