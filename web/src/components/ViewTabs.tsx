// SPDX-License-Identifier: LGPL-2.1-or-later

import { Badge } from '@patternfly/react-core/dist/esm/components/Badge';
import { Tab, TabTitleText, Tabs } from '@patternfly/react-core/dist/esm/components/Tabs';

import { _, formatNumber } from '../i18n';
import type { Filters, View } from '../model/address';
import type { Count, JobCountsState } from '../state/job-counts';

interface Props {
    filters: Filters;
    counts: JobCountsState;
    controls: string;       // the id of what has the jobs of the view
    onChoose: (filters: Filters) => void;
}

function CountBadge({ count, view }: { count: Count; view: View }) {
    const text = count.isMore ? _("$0+", formatNumber(count.n)) : formatNumber(count.n);
    return <Badge isRead={view !== 'failed' || count.n === 0}>{text}</Badge>;
}

export function ViewTabs({ filters, counts, controls, onChoose }: Props) {
    const views: [View, string][] = [
        ['all', _("All jobs")], ['active', _("Active jobs")], ['failed', _("Failed jobs")],
    ];
    return (
        <Tabs activeKey={filters.view} aria-label={_("Views")}
              onSelect={(_event, view) => onChoose({ ...filters, view: view as View, statuses: [] })}>
            {views.map(([view, title]) => {
                const count = counts[view];
                return (
                    <Tab key={view} eventKey={view} tabContentId={controls}
                         title={
                             <TabTitleText>
                                 {title} {count && <CountBadge count={count} view={view} />}
                             </TabTitleText>} />
                );
            })}
        </Tabs>
    );
}
