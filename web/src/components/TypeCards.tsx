// SPDX-License-Identifier: LGPL-2.1-or-later

import { Content } from '@patternfly/react-core/dist/esm/components/Content';
import { Gallery } from '@patternfly/react-core/dist/esm/layouts/Gallery';
import { SearchInput } from '@patternfly/react-core/dist/esm/components/SearchInput';
import { useState } from 'react';

import { _, language } from '../i18n';
import { START_COMMAND, startOfType } from '../model/address';
import { descriptionOf, searchTypes } from '../model/job-type';
import type { JobType } from '../model/job-type';
import { StartCard } from './StartCard';

interface Props { types: readonly JobType[]; hasCommands: boolean }

// More of them are searched.
const CARDS_AT_A_GLANCE = 8;

function isAllowed({ Allowed }: JobType): boolean {
    return Allowed === 'yes';
}

function passwordNote(name: string): string {
    return _("It needs administrative access: in a terminal, \"jobsctl run --type=$0\" asks for the password.", name);
}

// The types that one may run, a command if one may run any, and what needs a password.
export function TypeCards({ types, hasCommands }: Props) {
    const [wanted, setWanted] = useState('');
    const found = searchTypes(types, wanted, language());
    return (
        <>
            {types.length > CARDS_AT_A_GLANCE &&
                <SearchInput className="search" aria-label={_("Search job types")} placeholder={_("Search job types")}
                             value={wanted} resetButtonLabel={_("Empty this field")}
                             onChange={(_event, typed) => setWanted(typed)} onClear={() => setWanted('')} />}
            {types.length === 0 &&
                <Content component="p">
                    {_("There are no job types that you may run. An administrator defines them.")}
                </Content>}
            {types.length > 0 && found.length === 0 &&
                <Content component="p" role="status">{_("No job type matches")}</Content>}
            <Gallery hasGutter minWidths={{ default: '100%', sm: '18rem' }} component="ul">
                {found.filter(isAllowed).map(type =>
                    <StartCard key={type.Name} id={`type-${type.Name}`} title={type.Name}
                               text={descriptionOf(type, language())} href={startOfType(type.Name)} />)}
                {hasCommands &&
                    <StartCard id="command" title={_("Run a command")} href={START_COMMAND}
                               text={_("Any program of this machine, with its arguments, or a line for the shell.")} />}
                {found.filter(type => !isAllowed(type)).map(type =>
                    <StartCard key={type.Name} id={`type-${type.Name}`} title={type.Name} href={undefined}
                               text={descriptionOf(type, language())} note={passwordNote(type.Name)} />)}
            </Gallery>
        </>
    );
}
