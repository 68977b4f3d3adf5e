// SPDX-License-Identifier: LGPL-2.1-or-later

import { Checkbox } from '@patternfly/react-core/dist/esm/components/Checkbox';
import { Content } from '@patternfly/react-core/dist/esm/components/Content';

import { _, plural } from '../i18n';
import type { ClearGroup } from '../model/clear-group';
import type { Forecast } from '../state/clearing';

function willGo(group: ClearGroup, n: number): string {
    switch (group.kind) {
    case 'own': return plural("$0 job of yours has ended.", "$0 jobs of yours have ended.", n);
    case 'tasks': return plural("$0 command-line task has ended, of root or of a system account.",
                                "$0 command-line tasks have ended, of root and of system accounts.", n);
    case 'person': return plural("$0 job of $1 has ended.", "$0 jobs of $1 have ended.", n, group.user);
    }
}

function willStay(n: number): string | undefined {
    return n > 0 ? plural("$0 that waits or runs stays.", "$0 that wait or run stay.", n) : undefined;
}

interface Props {
    group: ClearGroup;
    expected: Forecast | undefined;
    isOnly: boolean;
    isChosen: boolean;
    onChoose: (isChosen: boolean) => void;
}

// How many jobs of a group will go, and how many stay. Of several groups one chooses.
export function ClearGroupItem({ group, expected, isOnly, isChosen, onChoose }: Props) {
    if (!expected)
        return <Content component="p">{_("Counting…")}</Content>;
    const texts = [willGo(group, expected.ended), willStay(expected.active)];
    if (isOnly)
        return texts.map(text => text && <Content component="p" key={text}>{text}</Content>);
    return (
        <Checkbox id={`clear-${group.kind}`} label={texts[0]} description={texts[1]}
                  isDisabled={expected.ended === 0} isChecked={isChosen && expected.ended > 0}
                  onChange={(_event, checked) => onChoose(checked)} />
    );
}
