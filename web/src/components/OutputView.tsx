// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { useState } from 'react';

import { _, plural } from '../i18n';
import type { Job } from '../model/job';
import { countMatches } from '../model/search';
import type { Output } from '../state/output';
import { LINES_MAX } from '../state/output';
import { useObservable } from '../state/observable';
import { OutputLines } from './OutputLines';
import { OutputTools } from './OutputTools';

interface Props { job: Job; output: Output; isAdministrator: boolean }

// What a job prints, as it prints it.
export function OutputView({ job, output, isAdministrator }: Props) {
    const { lines, isCut, isOpen, missing, error } = useObservable(output);
    const [isFollowing, setFollowing] = useState(true);
    const [isWrapped, setWrapped] = useState(true);
    const [wanted, setWanted] = useState('');

    return (
        <section aria-label={_("Console output")}>
            <Content component="h2">{_("Console output")}</Content>
            <OutputTools job={job} lines={lines} isAdministrator={isAdministrator}
                         isFollowing={isFollowing} onFollow={setFollowing}
                         isWrapped={isWrapped} onWrap={setWrapped}
                         wanted={wanted} matches={countMatches(lines, wanted)} onSearch={setWanted} />
            {isCut && <Content component="small">
                {plural("The last line. The download has all of them.",
                        "The last $0 lines. The download has all of them.", LINES_MAX)}
            </Content>}
            {missing && <Alert variant="warning" isInline title={_("Some of the output is missing")}>{missing}</Alert>}
            {error && <Alert variant="danger" isInline title={_("The output could not be read")}>{error}</Alert>}
            {lines.length === 0 && !error && !missing
                ? <Content component="p">
                    {isOpen
                        ? _("Nothing has been printed so far.")
                        : _("Nothing was printed, or it is not kept any more.")}
                </Content>
                : <OutputLines lines={lines} wanted={wanted} isWrapped={isWrapped}
                               isFollowing={isFollowing} onFollow={setFollowing} />}
        </section>
    );
}
