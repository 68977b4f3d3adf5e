// SPDX-License-Identifier: LGPL-2.1-or-later

import { Alert } from '@patternfly/react-core/dist/esm/components/Alert';
import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { PageSection } from '@patternfly/react-core/dist/esm/components/Page';
import { Flex } from '@patternfly/react-core/dist/esm/layouts/Flex';
import { Table, Tbody, Th, Thead, Tr } from '@patternfly/react-table/dist/esm/components/Table';

import { _, plural } from '../i18n';
import { errorText } from '../model/words';
import { useObservable } from '../state/observable';
import type { Results } from '../state/results';
import { FILES_MAX } from '../state/results';
import { ResultRow } from './ResultRow';

interface Props { id: number; results: Results; isAdministrator: boolean }

// The files that a job left, or has written so far. Most jobs leave none, and have no section.
export function ResultFiles({ id, results, isAdministrator }: Props) {
    const { files, error } = useObservable(results);

    if (files.length === 0 && !error)
        return null;
    return (
        <PageSection hasBodyWrapper={false}>
            <section aria-label={_("Result files")}>
                <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }}>
                    <Content component="h2">{_("Result files")}</Content>
                    <Button variant="secondary" size="sm" onClick={() => results.load()}>{_("Refresh")}</Button>
                </Flex>
                {error && <Alert variant="danger" isInline title={_("The result files could not be read")}>
                    {errorText(error)}
                </Alert>}
                {files.length >= FILES_MAX && <Content component="small">
                    {plural("The first file. There may be more.",
                            "The first $0 files. There may be more.", FILES_MAX)}
                </Content>}
                {files.length > 0 && <div className="results">
                    <Table variant="compact" aria-label={_("Result files")}>
                        <Thead>
                            <Tr>
                                <Th width={50}>{_("File name")}</Th>
                                <Th modifier="nowrap">{_("Size")}</Th>
                                <Th modifier="nowrap">{_("Modified")}</Th>
                                <Th screenReaderText={_("Download")} />
                            </Tr>
                        </Thead>
                        <Tbody>
                            {files.map(file => <ResultRow key={file.name} id={id} file={file} results={results}
                                                          isAdministrator={isAdministrator} />)}
                        </Tbody>
                    </Table>
                </div>}
            </section>
        </PageSection>
    );
}
