// SPDX-License-Identifier: LGPL-2.1-or-later

import { Progress } from '@patternfly/react-core/dist/esm/components/Progress';

import { _ } from '../i18n';
import { infoBesideBar, isActive, percentage } from '../model/job';
import type { Job } from '../model/job';

// What a job says of itself, with a bar while it says how far it is.
export function JobInfo({ job }: { job: Job }) {
    const percent = percentage(job);
    if (!isActive(job) || percent === undefined)
        return <bdi className="info">{job.Info}</bdi>;
    return (
        <>
            <Progress value={percent} size="sm" measureLocation="outside" aria-label={_("Progress of $0", job.Name)} />
            <bdi className="info">{infoBesideBar(job.Info)}</bdi>
        </>
    );
}
