// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { Flex, FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { PageSection } from '@patternfly/react-core/dist/esm/components/Page';

import { _ } from '../i18n';
import { START, isFiltered } from '../model/address';
import type { Place } from '../model/address';
import { groupsToClear } from '../model/clear-group';
import type { Sort } from '../model/sort';
import type { Model } from '../state/model';
import { useObservable } from '../state/observable';
import { AutoRefresh } from './AutoRefresh';
import { ClearButton } from './ClearButton';
import { EmptyJobs } from './EmptyJobs';
import { ExportButton } from './ExportButton';
import { FilterBar } from './FilterBar';
import { JobsTable } from './JobsTable';
import { PageControls } from './PageControls';
import { ScopeNote } from './ScopeNote';
import { SelectionBar } from './SelectionBar';
import { ViewTabs } from './ViewTabs';

interface Props { model: Model; place: Extract<Place, { kind: 'list' }> }

// Manage jobs: the table, and what chooses its rows.
export function JobsPage({ model, place }: Props) {
    const { jobs, isLoaded, error, ...list } = useObservable(model.list);
    const { user, uid, systemUidMax, isAdministrator } = useObservable(model.connection);
    const counts = useObservable(model.counts);
    const { filters, sort } = place;
    const viewer = { user, uid, systemUidMax, seesAll: list.scope === 'all' };
    const reorder = (sort: Sort) => model.goTo({ ...place, sort, from: '' });

    return (
        <>
            <PageSection hasBodyWrapper={false}>
                <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }}>
                    <Content component="h1">{_("Manage jobs")}</Content>
                    <FlexItem>
                        <Flex>
                            <AutoRefresh model={model} />
                            <ExportButton filters={filters} isAdministrator={isAdministrator} />
                            <ClearButton connection={model.connection}
                                         groups={groupsToClear(viewer, filters.user)} />
                            <FlexItem>
                                <Button variant="primary" component="a" href={START}>{_("Start a job")}</Button>
                            </FlexItem>
                        </Flex>
                    </FlexItem>
                </Flex>
            </PageSection>
            <PageSection hasBodyWrapper={false} className="tabs">
                <ViewTabs filters={filters} counts={counts} controls="view"
                          onChoose={filters => model.goTo({ ...place, filters, from: '' })} />
            </PageSection>
            <PageSection hasBodyWrapper={false} isFilled id="view" role="tabpanel" className="jobs-list"
                         aria-label={_("Jobs")}>
                <FilterBar filters={filters} onChange={filters => model.replaceFilters(filters)}
                           sort={sort} onSort={reorder} />
                {error && <Alert variant="danger" isInline title={_("The jobs could not be read")}>
                    {error.message}
                </Alert>}
                <ScopeNote scope={list.scope} filters={filters} user={user} />
                {jobs.length > 0 && <JobsTable jobs={jobs} selection={model.selection} sort={sort} onSort={reorder} />}
                {jobs.length === 0 && isLoaded && <EmptyJobs isFiltered={isFiltered(filters)} view={filters.view} />}
                <PageControls page={place} next={list.next} isLoaded={isLoaded} onGo={page => model.goTo(page)} />
                <SelectionBar jobs={jobs} selection={model.selection} user={user} systemUidMax={systemUidMax} />
            </PageSection>
        </>
    );
}
