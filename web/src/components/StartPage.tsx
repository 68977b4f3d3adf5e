// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Breadcrumb, BreadcrumbItem } from '@patternfly/react-core/dist/esm/components/Breadcrumb';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { PageSection } from '@patternfly/react-core/dist/esm/components/Page';

import { _ } from '../i18n';
import { START } from '../model/address';
import type { Start } from '../model/address';
import { errorText } from '../model/words';
import type { Model } from '../state/model';
import { useObservable } from '../state/observable';
import { CommandForm } from './CommandForm';
import { TypeCards } from './TypeCards';
import { TypeStart } from './TypeStart';

interface Props { model: Model; place: Start }

function titleOf(place: Start): string {
    switch (place.kind) {
    case 'start': return _("Start a job");
    case 'command': return _("Run a command");
    case 'type': return place.name;
    }
}

// What can be started, and the form of what was chosen.
export function StartPage({ model, place }: Props) {
    const { types, hasCommands, isLoaded, error } = useObservable(model.types);
    const title = titleOf(place);
    return (
        <>
            <PageSection hasBodyWrapper={false} type="breadcrumb">
                <Breadcrumb>
                    <BreadcrumbItem to="#/">{_("Jobs")}</BreadcrumbItem>
                    {place.kind !== 'start' && <BreadcrumbItem to={START}>{_("Start a job")}</BreadcrumbItem>}
                    <BreadcrumbItem isActive><bdi>{title}</bdi></BreadcrumbItem>
                </Breadcrumb>
            </PageSection>
            <PageSection hasBodyWrapper={false} isFilled className="start">
                <Content component="h1"><bdi>{title}</bdi></Content>
                {error && place.kind !== 'command' &&
                    <Alert variant="danger" isInline title={_("The job types could not be read")}>
                        {errorText(error)}
                    </Alert>}
                {place.kind === 'start' && isLoaded && <TypeCards types={types} hasCommands={hasCommands} />}
                {place.kind === 'command' && <CommandForm connection={model.connection} />}
                {place.kind === 'type' && isLoaded &&
                    <TypeStart key={place.name} name={place.name} connection={model.connection}
                               type={types.find(({ Name }) => Name === place.name)} />}
            </PageSection>
        </>
    );
}
