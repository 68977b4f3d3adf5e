// SPDX-License-Identifier: LGPL-2.1-or-later

import { InputGroup, InputGroupItem, InputGroupText } from '@patternfly/react-core/dist/esm/components/InputGroup';
import { TextInput } from '@patternfly/react-core/dist/esm/components/TextInput';

interface Props { id: string; label: string; value: string; onChange: (day: string) => void }

// The browser's own choice of a day: in its language, and made for fingers on a phone.
export function DayField({ id, label, value, onChange }: Props) {
    return (
        <InputGroup>
            <InputGroupText component="label" htmlFor={id}>{label}</InputGroupText>
            <InputGroupItem>
                <TextInput id={id} type="date" value={value} onChange={(_event, day) => onChange(day)} />
            </InputGroupItem>
        </InputGroup>
    );
}
