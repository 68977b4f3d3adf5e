// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { Switch } from '@patternfly/react-core/dist/esm/components/Switch';

import { _ } from '../i18n';
import type { Model } from '../state/model';
import { useObservable } from '../state/observable';

// On: rows change when jobs do. Off: the table stays as it is, for reading.
export function AutoRefresh({ model }: { model: Model }) {
    const { isLive, isStale } = useObservable(model.list);
    return (
        <>
            {!isLive &&
                <FlexItem>
                    <Button variant={isStale ? 'primary' : 'secondary'} onClick={() => model.refresh()}>
                        {_("Refresh")}
                    </Button>
                </FlexItem>}
            <FlexItem>
                <Switch id="auto-refresh" label={_("Auto refresh")} hasCheckIcon isChecked={isLive}
                        onChange={(_event, checked) => model.setLive(checked)} />
            </FlexItem>
        </>
    );
}
