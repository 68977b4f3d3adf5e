// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { DownloadIcon } from '@patternfly/react-icons/dist/esm/icons/download-icon';

import { downloadHistory } from '../download';
import { _ } from '../i18n';
import type { Filters } from '../model/address';

export function ExportButton({ filters, isAdministrator }: { filters: Filters; isAdministrator: boolean }) {
    return (
        <FlexItem>
            <Button variant="secondary" icon={<DownloadIcon />}
                    onClick={() => downloadHistory(filters, isAdministrator)}>
                {_("Export history CSV")}
            </Button>
        </FlexItem>
    );
}
