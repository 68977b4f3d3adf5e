// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormSelect, FormSelectOption } from '@patternfly/react-core/dist/esm/components/FormSelect';

import { _ } from '../i18n';
import type { ParameterProps } from './ParameterField';

// Its first line stands for none, where none is possible or none was chosen yet.
export function ChoiceSelect({ id, parameter, value, mistake, onChange }: ParameterProps & { id: string }) {
    const { Choices = [], Default, Required } = parameter;
    return (
        <FormSelect id={id} value={value} isRequired={Required} validated={mistake ? 'error' : 'default'}
                    aria-describedby={`${id}-notes`} onChange={(_event, choice) => onChange(choice)}>
            {Default === undefined && <FormSelectOption value="" label={Required ? _("Choose one") : _("None")} />}
            {Choices.map(choice => <FormSelectOption key={choice} value={choice} label={choice} />)}
        </FormSelect>
    );
}
