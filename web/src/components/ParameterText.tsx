// SPDX-License-Identifier: LGPL-2.1-or-later

import { TextInput } from '@patternfly/react-core/dist/esm/components/TextInput';

import type { ParameterProps } from './ParameterField';

type Keyboard = 'numeric' | 'url' | 'text';

function keyboardOf({ Type, Min }: ParameterProps['parameter']): Keyboard {
    if (Type === 'integer')
        return (Min ?? -1) < 0 ? 'text' : 'numeric';       // phones have no minus among the digits
    return Type === 'uri' ? 'url' : 'text';
}

// A number is text, too: a browser's own field for numbers forgets what is none, and jobsd says what is wrong.
export function ParameterText({ id, parameter, value, mistake, onChange }: ParameterProps & { id: string }) {
    const { Required, Secret } = parameter;
    return (
        <TextInput id={id} type={Secret ? 'password' : 'text'} autoComplete={Secret ? 'new-password' : 'off'}
                   inputMode={keyboardOf(parameter)} spellCheck={false} dir="auto" value={value}
                   isRequired={Required} validated={mistake ? 'error' : 'default'} aria-describedby={`${id}-notes`}
                   onChange={(_event, text) => onChange(text)} />
    );
}
