// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Flex } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { AngleDoubleLeftIcon } from '@patternfly/react-icons/dist/esm/icons/angle-double-left-icon';
import { AngleRightIcon } from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';

import { _ } from '../i18n';
import type { Page } from '../model/address';

interface Props { page: Page; next: string; isLoaded: boolean; onGo: (page: Page) => void }

// jobsd gives the history page by page, each from where the one before ended: the way back is the browser's.
export function PageControls({ page, next, isLoaded, onGo }: Props) {
    if (page.from === '' && next === '')
        return null;
    const isSorted = page.sort !== '';
    return (
        <Flex component="nav" aria-label={_("Pages")} justifyContent={{ default: 'justifyContentFlexEnd' }}>
            <Button variant="plain" icon={<AngleDoubleLeftIcon />} aria-label={isSorted ? _("First page") : _("Newest jobs")}
                    isDisabled={page.from === ''} onClick={() => onGo({ ...page, from: '' })} />
            <Button variant="secondary" icon={<AngleRightIcon />} iconPosition="end"
                    isDisabled={next === '' || !isLoaded} onClick={() => onGo({ ...page, from: next })}>
                {isSorted ? _("Next page") : _("Older jobs")}
            </Button>
        </Flex>
    );
}
