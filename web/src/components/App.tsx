// SPDX-License-Identifier: LGPL-2.1-or-later

import { Page } from '@patternfly/react-core/dist/esm/components/Page';

import type { Place } from '../model/address';
import type { Model } from '../state/model';
import { useObservable } from '../state/observable';
import { ConnectionAlert } from './ConnectionAlert';
import { DetailsPage } from './DetailsPage';
import { JobsPage } from './JobsPage';
import { StartPage } from './StartPage';

function PageOf({ model, place }: { model: Model; place: Place }) {
    switch (place.kind) {
    case 'list': return <JobsPage model={model} place={place} />;
    case 'job': return <DetailsPage model={model} />;
    default: return <StartPage model={model} place={place} />;
    }
}

export function App({ model }: { model: Model }) {
    const { place } = useObservable(model);
    return (
        <Page className="no-masthead" isContentFilled>
            <ConnectionAlert connection={model.connection} />
            <PageOf model={model} place={place} />
        </Page>
    );
}
