// SPDX-License-Identifier: LGPL-2.1-or-later

import { Table, Tbody, Th, Thead, Tr } from '@patternfly/react-table/dist/esm/components/Table';

import { _ } from '../i18n';
import type { Job } from '../model/job';
import type { Sort } from '../model/sort';
import { useObservable } from '../state/observable';
import type { Selection } from '../state/selection';
import { JobRow } from './JobRow';
import { SelectPage } from './SelectPage';
import { SortableTitle } from './SortableTitle';

interface Props { jobs: readonly Job[]; selection: Selection; sort: Sort; onSort: (sort: Sort) => void }

export function JobsTable({ jobs, selection, sort, onSort }: Props) {
    const selected = useObservable(selection).jobs;
    return (
        <Table variant="compact" aria-label={_("Jobs")} gridBreakPoint="grid-lg" className="jobs">
            <Thead>
                <Tr>
                    <Th modifier="fitContent" aria-label={_("Selected")}>
                        <SelectPage id="select-page" jobs={jobs} selected={selected} onSelect={selection.set} />
                    </Th>
                    <SortableTitle name="start" title={_("Start date")} sort={sort} onSort={onSort} />
                    <SortableTitle name="end" title={_("End date")} sort={sort} onSort={onSort} />
                    <Th width={20}>{_("Job name")}</Th>
                    <Th modifier="nowrap">{_("Job status")}</Th>
                    <Th width={30}>{_("Info")}</Th>
                    <Th modifier="nowrap">{_("User")}</Th>
                    <Th screenReaderText={_("Details")} />
                </Tr>
            </Thead>
            <Tbody>
                {jobs.map(job => <JobRow key={job.Id} job={job} isSelected={selected.has(job.Id)}
                                         onSelect={selection.set} />)}
            </Tbody>
        </Table>
    );
}
