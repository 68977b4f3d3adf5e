// SPDX-License-Identifier: LGPL-2.1-or-later

import { Icon } from '@patternfly/react-core/dist/esm/components/Icon';
import { ExternalLinkAltIcon } from '@patternfly/react-icons/dist/esm/icons/external-link-alt-icon';

import { _ } from '../i18n';
import { safeLink } from '../model/job';

// The record that a job is about. Where its URI is none that may be opened, it is shown as a text.
export function RelatedLink({ uri, isLong = false }: { uri: string; isLong?: boolean }) {
    const href = safeLink(uri);
    if (href === undefined)
        return isLong ? <bdi>{uri}</bdi> : null;
    return (
        <a href={href} target="_blank" rel="noopener noreferrer" title={uri}
           aria-label={isLong ? undefined : _("Related record: $0", uri)}>
            {isLong && <bdi>{uri} </bdi>}
            <Icon size="sm"><ExternalLinkAltIcon /></Icon>
        </a>
    );
}
