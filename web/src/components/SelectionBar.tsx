// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core/dist/esm/components/Toolbar';
import { useState } from 'react';

import { _, formatNumber, plural } from '../i18n';
import { DEEDS } from '../model/deed';
import type { Deed } from '../model/deed';
import type { Job } from '../model/job';
import { useObservable } from '../state/observable';
import type { Selection } from '../state/selection';
import { SelectPage } from './SelectPage';
import { SelectionDialog } from './SelectionDialog';
import { SelectionReport } from './SelectionReport';

function deedName(deed: Deed, n: number): string {
    switch (deed) {
    case 'cancel': return plural("Cancel $0 job", "Cancel $0 jobs", n);
    case 'retry': return plural("Retry $0 job", "Retry $0 jobs", n);
    case 'clear': return plural("Clear $0 job", "Clear $0 jobs", n);
    }
}

interface Props { jobs: readonly Job[]; selection: Selection; user: string; systemUidMax: number }

// What can be done to the selected jobs, and what came of it. It stands at the lower edge of the window, so that no row
// moves away from the pointer when the first one is selected.
export function SelectionBar({ jobs, selection, user, systemUidMax }: Props) {
    const { jobs: selected, work, report } = useObservable(selection);
    const [asked, setAsked] = useState<Deed>();

    if (selected.size === 0 && !report && !work)
        return null;
    const start = (deed: Deed) => deed === 'retry' ? selection.run(deed) : setAsked(deed);
    return (
        <section className="selection" aria-label={_("Selected jobs")}>
            {report && <SelectionReport report={report} onClose={() => selection.forgetReport()} />}
            {selected.size > 0 && <Toolbar>
                <ToolbarContent alignItems="center">
                    <ToolbarItem>
                        <SelectPage id="select-page-below" label={_("All on this page")} jobs={jobs}
                                    selected={selected} onSelect={selection.set} />
                    </ToolbarItem>
                    <ToolbarItem role="status">
                        {work
                            ? _("$0 of $1 done", formatNumber(work.n), formatNumber(work.of))
                            : _("$0 selected", formatNumber(selected.size))}
                    </ToolbarItem>
                    {DEEDS.map(deed => [deed, selection.possible(deed).length] as const)
                        .filter(([, n]) => n > 0)
                        .map(([deed, n]) => (
                            <ToolbarItem key={deed}>
                                <Button variant={deed === 'retry' ? 'secondary' : 'danger'} isDisabled={!!work}
                                        onClick={() => start(deed)}>
                                    {deedName(deed, n)}
                                </Button>
                            </ToolbarItem>))}
                    <ToolbarItem>
                        <Button variant="link" isDisabled={!!work} onClick={() => selection.empty()}>
                            {_("Select none")}
                        </Button>
                    </ToolbarItem>
                </ToolbarContent>
            </Toolbar>}
            {asked && <SelectionDialog deed={asked} jobs={selection.possible(asked)} user={user}
                                       systemUidMax={systemUidMax}
                                       onConfirm={() => { setAsked(undefined); selection.run(asked) }}
                                       onClose={() => setAsked(undefined)} />}
        </section>
    );
}
