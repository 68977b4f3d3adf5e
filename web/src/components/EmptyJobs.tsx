// SPDX-License-Identifier: LGPL-2.1-or-later

import { EmptyState, EmptyStateBody } from '@patternfly/react-core/dist/esm/components/EmptyState';
import { SearchIcon } from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { TaskIcon } from '@patternfly/react-icons/dist/esm/icons/task-icon';

import { _ } from '../i18n';
import type { View } from '../model/address';

function words(isFiltered: boolean, view: View): [string, string] {
    if (isFiltered)
        return [_("No job matches"), _("Other filters may show some.")];
    switch (view) {
    case 'active': return [_("No job waits or runs"), _("Those that have ended are among all jobs.")];
    case 'failed': return [_("No job has failed"), _("Those that do are listed here until they are cleared.")];
    case 'all': return [
        _("There are no jobs to report on"),
        _("\"Start a job\" starts one, or \"jobsctl run\" in a terminal. It appears here by itself."),
    ];
    }
}

export function EmptyJobs({ isFiltered, view }: { isFiltered: boolean; view: View }) {
    const [title, body] = words(isFiltered, view);
    return (
        <EmptyState titleText={title} headingLevel="h2" icon={isFiltered ? SearchIcon : TaskIcon}>
            <EmptyStateBody>{body}</EmptyStateBody>
        </EmptyState>
    );
}
