// SPDX-License-Identifier: LGPL-2.1-or-later

import { Checkbox } from '@patternfly/react-core/dist/esm/components/Checkbox';

import { _ } from '../i18n';
import type { Job } from '../model/job';

interface Props {
    id: string;
    label?: string;
    jobs: readonly Job[];
    selected: ReadonlyMap<number, Job>;
    onSelect: (jobs: readonly Job[], isSelected: boolean) => void;
}

// All jobs of the page at once. null: some of them.
export function SelectPage({ id, label, jobs, selected, onSelect }: Props) {
    const n = jobs.filter(({ Id }) => selected.has(Id)).length;
    return (
        <Checkbox id={id} label={label} aria-label={label ? undefined : _("Select all on this page")}
                  isChecked={n === 0 ? false : n === jobs.length || null}
                  onChange={(_event, checked) => onSelect(jobs, checked)} />
    );
}
