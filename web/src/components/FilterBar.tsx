// SPDX-License-Identifier: LGPL-2.1-or-later

import { Button } from '@patternfly/react-core/dist/esm/components/Button';
import {
    Toolbar, ToolbarContent, ToolbarItem, ToolbarToggleGroup,
} from '@patternfly/react-core/dist/esm/components/Toolbar';
import { FilterIcon } from '@patternfly/react-icons/dist/esm/icons/filter-icon';

import { _ } from '../i18n';
import { NO_FILTERS, isFiltered } from '../model/address';
import type { Filters } from '../model/address';
import type { Sort } from '../model/sort';
import { DayField } from './DayField';
import { SortSelect } from './SortSelect';
import { StatusFilter } from './StatusFilter';
import { TextFilter } from './TextFilter';

interface Props {
    filters: Filters;
    onChange: (filters: Filters) => void;
    sort: Sort;
    onSort: (sort: Sort) => void;
}

export function FilterBar({ filters, onChange, sort, onSort }: Props) {
    const set = (change: Partial<Filters>) => onChange({ ...filters, ...change });
    return (
        <Toolbar id="filters" aria-label={_("Filters")}>
            <ToolbarContent>
                <ToolbarItem>
                    <TextFilter label={_("Job name")} value={filters.name} onChange={name => set({ name })} />
                </ToolbarItem>
                <ToolbarToggleGroup toggleIcon={<FilterIcon />} breakpoint="md">
                    <ToolbarItem>
                        <TextFilter label={_("Job type")} value={filters.type} onChange={type => set({ type })} />
                    </ToolbarItem>
                    <ToolbarItem>
                        <TextFilter label={_("User")} value={filters.user} onChange={user => set({ user })} />
                    </ToolbarItem>
                    <ToolbarItem>
                        <TextFilter label={_("Related record")} value={filters.related}
                                    onChange={related => set({ related })} />
                    </ToolbarItem>
                    {filters.view !== 'failed' &&
                        <ToolbarItem>
                            <StatusFilter view={filters.view} chosen={filters.statuses}
                                          onChange={statuses => set({ statuses })} />
                        </ToolbarItem>}
                    <ToolbarItem>
                        <DayField id="since" label={_("From")} value={filters.since}
                                  onChange={since => set({ since })} />
                    </ToolbarItem>
                    <ToolbarItem>
                        <DayField id="until" label={_("To")} value={filters.until} onChange={until => set({ until })} />
                    </ToolbarItem>
                    <ToolbarItem visibility={{ lg: 'hidden' }}>
                        <SortSelect sort={sort} onSort={onSort} />
                    </ToolbarItem>
                </ToolbarToggleGroup>
                {isFiltered(filters) &&
                    <ToolbarItem>
                        <Button variant="link" onClick={() => onChange({ ...NO_FILTERS, view: filters.view })}>
                            {_("Clear all filters")}
                        </Button>
                    </ToolbarItem>}
            </ToolbarContent>
        </Toolbar>
    );
}
