// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Breadcrumb, BreadcrumbItem } from '@patternfly/react-core/dist/esm/components/Breadcrumb';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { Flex, FlexItem } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { PageSection } from '@patternfly/react-core/dist/esm/components/Page';

import { _ } from '../i18n';
import type { Model } from '../state/model';
import { useObservable } from '../state/observable';
import { JobActions } from './JobActions';
import { JobFields } from './JobFields';
import { JobInfo } from './JobInfo';
import { NoSuchJob } from './NoSuchJob';
import { OutputView } from './OutputView';
import { ResultFiles } from './ResultFiles';
import { StatusLabel } from './StatusLabel';

// One job: all that is known of it, what it left, and what it prints.
export function DetailsPage({ model }: { model: Model }) {
    const { id, job, isGone, error } = useObservable(model.details);
    const { isAdministrator } = useObservable(model.connection);

    if (isGone && !job)
        return <NoSuchJob id={id} />;
    return (
        <>
            <PageSection hasBodyWrapper={false} type="breadcrumb">
                <Breadcrumb>
                    <BreadcrumbItem to="#/">{_("Jobs")}</BreadcrumbItem>
                    <BreadcrumbItem isActive>{_("Job $0", id)}</BreadcrumbItem>
                </Breadcrumb>
            </PageSection>
            {error && <PageSection hasBodyWrapper={false}>
                <Alert variant="danger" isInline title={_("The job could not be read")}>{error.message}</Alert>
            </PageSection>}
            {isGone && <PageSection hasBodyWrapper={false}>
                <Alert variant="info" isInline title={_("This job was cleared")}>
                    {_("What is shown is from before. Nothing of it is kept.")}
                </Alert>
            </PageSection>}
            {job && <>
                <PageSection hasBodyWrapper={false}>
                    <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }}>
                        <Flex alignItems={{ default: 'alignItemsCenter' }} gap={{ default: 'gapMd' }}>
                            <Content component="h1"><bdi>{job.Name}</bdi></Content>
                            <StatusLabel status={job.Status} />
                        </Flex>
                        <FlexItem>
                            {!isGone && <JobActions key={job.Id} job={job} connection={model.connection} />}
                        </FlexItem>
                    </Flex>
                    <JobInfo job={job} />
                </PageSection>
                <PageSection hasBodyWrapper={false}>
                    <JobFields job={job} />
                </PageSection>
                {!isGone && <ResultFiles key={job.Id} id={job.Id} results={model.details.results}
                                         isAdministrator={isAdministrator} />}
                {job.Imported === 0 && <PageSection hasBodyWrapper={false} isFilled>
                    <OutputView key={job.Id} job={job} output={model.details.output}
                                isAdministrator={isAdministrator} />
                </PageSection>}
            </>}
        </>
    );
}
