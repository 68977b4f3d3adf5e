// SPDX-License-Identifier: LGPL-2.1-or-later

import { Th } from '@patternfly/react-table/dist/esm/components/Table';

import { isDescending, nextSort, sortKey } from '../model/sort';
import type { Sort, SortKey } from '../model/sort';

interface Props { name: SortKey; title: string; sort: Sort; onSort: (sort: Sort) => void }

export function SortableTitle({ name, title, sort, onSort }: Props) {
    const isSorted = sortKey(sort) === name;
    const sortBy = isSorted ? { index: 0, direction: isDescending(sort) ? 'desc' as const : 'asc' as const } : {};
    return (
        <Th modifier="nowrap" aria-sort={isSorted ? isDescending(sort) ? 'descending' : 'ascending' : 'none'}
            sort={{ columnIndex: 0, sortBy, onSort: () => onSort(nextSort(sort, name)) }}>
            {title}
        </Th>
    );
}
