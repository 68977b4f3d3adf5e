// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import {
    EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter,
} from '@patternfly/react-core/dist/esm/components/EmptyState';
import { PageSection } from '@patternfly/react-core/dist/esm/components/Page';
import { SearchIcon } from '@patternfly/react-icons/dist/esm/icons/search-icon';

import { _ } from '../i18n';

// Somebody else's job is indistinguishable from none.
export function NoSuchJob({ id }: { id: number }) {
    return (
        <PageSection hasBodyWrapper={false} isFilled>
            <EmptyState titleText={_("There is no job $0", id)} headingLevel="h1" icon={SearchIcon}>
                <EmptyStateBody>{_("It was cleared, never was, or is none that you may see.")}</EmptyStateBody>
                <EmptyStateFooter>
                    <EmptyStateActions>
                        <Button variant="link" component="a" href="#/">{_("All jobs")}</Button>
                    </EmptyStateActions>
                </EmptyStateFooter>
            </EmptyState>
        </PageSection>
    );
}
