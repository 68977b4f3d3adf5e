// SPDX-License-Identifier: LGPL-2.1-or-later

import { ClipboardCopy } from '@patternfly/react-core/dist/esm/components/ClipboardCopy';
import {
    DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm,
} from '@patternfly/react-core/dist/esm/components/DescriptionList';
import type { ReactNode } from 'react';

import { _ } from '../i18n';
import { formatBytes, formatPercent } from '../model/amount';
import { commandLine } from '../model/command';
import type { Job } from '../model/job';
import { formatDuration, formatTime } from '../model/time';
import { turnsShown } from '../model/turns';
import { resultName } from '../model/words';
import { RelatedLink } from './RelatedLink';

function code(text: string): ReactNode {
    return text && <code><bdi>{turnsShown(text)}</bdi></code>;
}

function jobLink(id: number): ReactNode {
    return id !== 0 && <a href={`#/${id}`}>{id}</a>;
}

function exitStatus(job: Job): string {
    if (job.Finished === 0 || job.Imported !== 0)
        return '';
    return job.Result === 'signal' || job.Result === 'core-dump'
        ? _("Signal $0", job.ExitStatus)
        : String(job.ExitStatus);
}

// What a field has, or nothing if it says nothing about this job.
function fields(job: Job): [string, ReactNode][] {
    return [
        [_("Start date"), formatTime(job.Submitted)],
        [_("Started"), formatTime(job.Started)],
        [_("End date"), formatTime(job.Finished) ?? _("N/A")],
        [_("Duration"), job.Finished !== 0 && job.Started !== 0 && formatDuration(job.Finished - job.Started)],
        [_("Result"), job.Result && resultName(job.Result)],
        [_("Exit status"), exitStatus(job)],
        [_("User"), <bdi>{job.User}</bdi>],
        [_("Runs as"), job.RunAs && <bdi>{job.RunAs}</bdi>],
        [_("Type"), job.Type && <bdi>{job.Type}</bdi>],
        [_("Parameters"), job.Parameters.length > 0 && job.Parameters.map(text => <div key={text}>{code(text)}</div>)],
        [_("Command"), code(commandLine(job.Command))],
        [_("Working directory"), code(job.WorkingDirectory)],
        [_("Related record"), job.Related && <RelatedLink uri={job.Related} isLong />],
        [_("Submitted by way of"), job.Origin],
        [_("Try"), job.Retries > 0 ? _("$0 of $1", job.Attempt, job.Retries + 1) : job.Attempt > 1 && job.Attempt],
        [_("Next try"), formatTime(job.NextTry)],
        [_("Retry of"), jobLink(job.RetryOf)],
        [_("CPU time"), job.CPUUsageNSec !== 0 && formatDuration(job.CPUUsageNSec / 1000)],
        [_("Memory at the peak"), job.MemoryPeak !== 0 && formatBytes(job.MemoryPeak)],
        [_("Time limit"), job.Timeout !== 0 && formatDuration(job.Timeout)],
        [_("Memory limit"), job.MemoryMax !== 0 && formatBytes(job.MemoryMax)],
        [_("CPU limit"), job.CPUQuota !== 0 && formatPercent(job.CPUQuota)],
        [_("Limit of processes and threads"), job.TasksMax !== 0 && job.TasksMax],
        [_("Limit of output"), job.OutputMax !== 0 && formatBytes(job.OutputMax)],
        [_("Wait for output after the end"), job.OutputGrace !== 0 && formatDuration(job.OutputGrace)],
        [_("Nice level"), job.Nice !== 0 && job.Nice],
        [_("umask"), job.Umask !== 0o022 && job.Umask.toString(8).padStart(4, '0')],
        [_("Unit"), code(job.Unit)],
        [_("Invocation"), code(job.InvocationID)],
        [_("Imported"), formatTime(job.Imported)],
        [_("In a terminal"), <ClipboardCopy isReadOnly variant="inline-compact" isCode hoverTip={_("Copy")}
                                            clickTip={_("Copied")}>{`jobsctl status ${job.Id}`}</ClipboardCopy>],
    ];
}

export function JobFields({ job }: { job: Job }) {
    return (
        <DescriptionList columnModifier={{ default: '1Col', md: '2Col', xl: '3Col' }} isCompact>
            {fields(job).filter(([, value]) => value).map(([term, value]) => (
                <DescriptionListGroup key={term}>
                    <DescriptionListTerm>{term}</DescriptionListTerm>
                    <DescriptionListDescription>{value}</DescriptionListDescription>
                </DescriptionListGroup>))}
        </DescriptionList>
    );
}
