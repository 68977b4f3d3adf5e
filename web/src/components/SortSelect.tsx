// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormSelect, FormSelectOption } from '@patternfly/react-core/dist/esm/components/FormSelect';

import { _ } from '../i18n';
import { SORTS, parseSort } from '../model/sort';
import type { Sort } from '../model/sort';

function sortName(sort: Sort): string {
    switch (sort) {
    case '': return _("Newest first");
    case 'start': return _("Earliest start first");
    case '-start': return _("Latest start first");
    case 'end': return _("Earliest end first");
    case '-end': return _("Latest end first");
    }
}

// Where there is no room for a row of titles.
export function SortSelect({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
    return (
        <FormSelect value={sort} aria-label={_("Order")} onChange={(_event, value) => onSort(parseSort(value))}>
            {SORTS.map(each => <FormSelectOption key={each} value={each} label={sortName(each)} />)}
        </FormSelect>
    );
}
