// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { DownloadIcon } from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { Td, Tr } from '@patternfly/react-table/dist/esm/components/Table';
import { useState } from 'react';

import type { BusError } from '../bus/bus';
import { downloadResult } from '../download';
import { _ } from '../i18n';
import { formatBytes } from '../model/amount';
import type { ResultFile } from '../model/result-file';
import { formatTime } from '../model/time';
import { errorText } from '../model/words';
import type { Results } from '../state/results';

interface Props { id: number; file: ResultFile; results: Results; isAdministrator: boolean }

export function ResultRow({ id, file, results, isAdministrator }: Props) {
    const [isBusy, setBusy] = useState(false);
    const [failure, setFailure] = useState('');
    const { name } = file;

    const download = async () => {
        setBusy(true);
        setFailure('');
        try {
            if (await results.has(file))
                downloadResult(id, file.name, isAdministrator);
            else
                setFailure(_("This file is no longer there"));
        } catch (error) {
            setFailure(errorText(error as BusError));
        }
        setBusy(false);
    };
    return (
        <Tr>
            <Td dataLabel={_("File name")} modifier="breakWord">
                <bdi>{name}</bdi>
                {failure && <Alert variant="danger" isInline isPlain role="alert" title={failure} />}
            </Td>
            <Td dataLabel={_("Size")} modifier="nowrap">{formatBytes(file.size)}</Td>
            <Td dataLabel={_("Modified")} modifier="nowrap">{formatTime(file.modified)}</Td>
            <Td modifier="nowrap">
                {/* It keeps the focus while it looks. */}
                <Button variant="link" isInline icon={<DownloadIcon />} isAriaDisabled={isBusy} onClick={download}
                        aria-label={_("Download $0", name)}>
                    {_("Download")}
                </Button>
            </Td>
        </Tr>
    );
}
