// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { SearchInput } from '@patternfly/react-core/dist/esm/components/SearchInput';
import { Switch } from '@patternfly/react-core/dist/esm/components/Switch';
import { Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core/dist/esm/components/Toolbar';
import { CopyIcon } from '@patternfly/react-icons/dist/esm/icons/copy-icon';
import { DownloadIcon } from '@patternfly/react-icons/dist/esm/icons/download-icon';

import { downloadOutput } from '../download';
import { _ } from '../i18n';
import type { Job } from '../model/job';
import { lineText } from '../model/search';
import type { Line } from '../state/output';

interface Props {
    job: Job;
    lines: readonly Line[];
    isAdministrator: boolean;
    isFollowing: boolean;
    onFollow: (isFollowing: boolean) => void;
    isWrapped: boolean;
    onWrap: (isWrapped: boolean) => void;
    wanted: string;
    matches: number;
    onSearch: (wanted: string) => void;
}

export function OutputTools({ job, lines, wanted, ...props }: Props) {
    const copy = () => navigator.clipboard.writeText(lines.map(line => `${lineText(line)}\n`).join(''));
    return (
        <Toolbar aria-label={_("Console output")}>
            <ToolbarContent>
                <ToolbarItem>
                    <SearchInput aria-label={_("Search in the output")} placeholder={_("Search in the output")}
                                 value={wanted} resultsCount={wanted === '' ? undefined : props.matches}
                                 onChange={(_event, text) => props.onSearch(text)} onClear={() => props.onSearch('')}
                                 resetButtonLabel={_("Empty this field")} />
                </ToolbarItem>
                <ToolbarItem>
                    <Switch id="follow" label={_("Follow")} hasCheckIcon isChecked={props.isFollowing}
                            onChange={(_event, checked) => props.onFollow(checked)} />
                </ToolbarItem>
                <ToolbarItem>
                    <Switch id="wrap" label={_("Wrap lines")} hasCheckIcon isChecked={props.isWrapped}
                            onChange={(_event, checked) => props.onWrap(checked)} />
                </ToolbarItem>
                <ToolbarItem>
                    {window.isSecureContext &&
                        <Button variant="secondary" icon={<CopyIcon />} onClick={copy}>{_("Copy")}</Button>}
                </ToolbarItem>
                <ToolbarItem>
                    <Button variant="secondary" icon={<DownloadIcon />}
                            onClick={() => downloadOutput(job.Id, props.isAdministrator)}>
                        {_("Download output")}
                    </Button>
                </ToolbarItem>
            </ToolbarContent>
        </Toolbar>
    );
}
