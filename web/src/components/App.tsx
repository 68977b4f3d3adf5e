// SPDX-License-Identifier: LGPL-2.1-or-later

import { Page } from '@patternfly/react-core/dist/esm/components/Page';

import type { Model } from '../state/model';
import { useObservable } from '../state/observable';
import { ConnectionAlert } from './ConnectionAlert';
import { DetailsPage } from './DetailsPage';
import { JobsPage } from './JobsPage';

export function App({ model }: { model: Model }) {
    const { place } = useObservable(model);
    return (
        <Page className="no-masthead" isContentFilled>
            <ConnectionAlert connection={model.connection} />
            {place.kind === 'job' ? <DetailsPage model={model} /> : <JobsPage model={model} place={place} />}
        </Page>
    );
}
