// SPDX-License-Identifier: LGPL-2.1-or-later

import { SearchInput } from '@patternfly/react-core/dist/esm/components/SearchInput';
import { useEffect, useState } from 'react';

import { _ } from '../i18n';

interface Props { label: string; value: string; onChange: (value: string) => void }

// A text that jobsd looks for as a whole: it counts when it is complete, with Enter or by leaving the field.
export function TextFilter({ label, value, onChange }: Props) {
    const [text, setText] = useState(value);
    useEffect(() => setText(value), [value]);

    const commit = (wanted: string) => {
        if (wanted.trim() !== value)
            onChange(wanted.trim());
    };
    return (
        <SearchInput aria-label={label} placeholder={label} value={text} resetButtonLabel={_("Empty this field")}
                     onChange={(_event, typed) => setText(typed)}
                     onBlur={() => commit(text)}
                     onKeyDown={event => { if (event.key === 'Enter') commit(text) }}
                     onClear={() => { setText(''); commit('') }} />
    );
}
