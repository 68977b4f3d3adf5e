// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert, AlertActionCloseButton } from '@patternfly/react-core/dist/esm/components/Alert';
import { List, ListItem } from '@patternfly/react-core/dist/esm/components/List';

import { _, plural } from '../i18n';
import { errorText } from '../model/words';
import type { Report } from '../state/selection';

function title({ deed, n }: Report): string {
    switch (deed) {
    case 'cancel': return plural("$0 job was cancelled", "$0 jobs were cancelled", n);
    case 'retry': return plural("$0 job was started once more", "$0 jobs were started once more", n);
    case 'clear': return plural("$0 job was cleared", "$0 jobs were cleared", n);
    }
}

// To how many it was done, and to which not.
export function SelectionReport({ report, onClose }: { report: Report; onClose: () => void }) {
    const { n, failures } = report;
    const variant = failures.length === 0 ? 'success' : n === 0 ? 'danger' : 'warning';
    return (
        <Alert variant={variant} isInline role="alert" title={title(report)}
               actionClose={<AlertActionCloseButton aria-label={_("Close")} onClose={onClose} />}>
            {failures.length > 0 && <>
                <p>{plural("$0 was not:", "$0 were not:", failures.length)}</p>
                <List className="failures">
                    {failures.map(({ job, error }) => (
                        <ListItem key={job.Id}>
                            <bdi>{job.Name}</bdi> ({job.Id}): {errorText(error)}
                        </ListItem>))}
                </List>
            </>}
        </Alert>
    );
}
