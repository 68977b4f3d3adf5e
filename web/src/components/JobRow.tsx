// SPDX-License-Identifier: LGPL-2.1-or-later

import { Checkbox } from '@patternfly/react-core/dist/esm/components/Checkbox';
import { Flex, FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { Td, Tr } from '@patternfly/react-table/dist/esm/components/Table';
import { memo } from 'react';

import { _ } from '../i18n';
import type { Job } from '../model/job';
import { formatTime, formatTimeBriefly } from '../model/time';
import { JobInfo } from './JobInfo';
import { RelatedLink } from './RelatedLink';
import { StatusLabel } from './StatusLabel';

interface Props { job: Job; isSelected: boolean; onSelect: (jobs: readonly Job[], isSelected: boolean) => void }

// Of the rows of a page, the one that has changed is drawn anew.
export const JobRow = memo(function JobRow({ job, isSelected, onSelect }: Props) {
    return (
        <Tr data-job={job.Id} isRowSelected={isSelected}>
            <Td modifier="fitContent">
                <Checkbox id={`select-${job.Id}`} isChecked={isSelected}
                          aria-label={_("Select job $0, $1", job.Id, job.Name)}
                          onChange={(_event, checked) => onSelect([job], checked)} />
            </Td>
            <Td dataLabel={_("Start date")} modifier="nowrap" title={formatTime(job.Submitted)}>
                {formatTimeBriefly(job.Submitted)}
            </Td>
            <Td dataLabel={_("End date")} modifier="nowrap" title={formatTime(job.Finished)}>
                {formatTimeBriefly(job.Finished) ?? _("N/A")}
            </Td>
            <Td dataLabel={_("Job name")} data-column="name" modifier="breakWord">
                <Flex spaceItems={{ default: 'spaceItemsSm' }} flexWrap={{ default: 'nowrap' }}>
                    <FlexItem><bdi>{job.Name}</bdi></FlexItem>
                    {job.Related && <FlexItem><RelatedLink uri={job.Related} /></FlexItem>}
                </Flex>
            </Td>
            <Td dataLabel={_("Job status")}><StatusLabel status={job.Status} /></Td>
            <Td dataLabel={_("Info")} modifier="breakWord"><JobInfo job={job} /></Td>
            <Td dataLabel={_("User")} modifier="nowrap"><bdi>{job.User}</bdi></Td>
            <Td modifier="nowrap">
                <a href={`#/${job.Id}`} aria-label={_("Full report of job $0, $1", job.Id, job.Name)}>
                    {_("Full report")}
                </a>
            </Td>
        </Tr>
    );
});
