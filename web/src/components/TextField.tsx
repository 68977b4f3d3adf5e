// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormGroup } from '@patternfly/react-core/dist/esm/components/Form';
import { TextInput } from '@patternfly/react-core/dist/esm/components/TextInput';

import { FieldNotes } from './FieldNotes';

interface Props {
    id: string;
    label: string;
    note: string;
    value: string;
    mistake: string | undefined;
    onChange: (value: string) => void;
}

export function TextField({ id, label, note, value, mistake, onChange }: Props) {
    return (
        <FormGroup fieldId={id} label={label}>
            <TextInput id={id} value={value} spellCheck={false} dir="auto" validated={mistake ? 'error' : 'default'}
                       aria-describedby={`${id}-notes`} onChange={(_event, text) => onChange(text)} />
            <FieldNotes id={id} notes={[note]} mistake={mistake} />
        </FormGroup>
    );
}
