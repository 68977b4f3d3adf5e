// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormGroup } from '@patternfly/react-core/dist/esm/components/Form';
import { Switch } from '@patternfly/react-core/dist/esm/components/Switch';

import { language } from '../i18n';
import { descriptionOf } from '../model/job-type';
import type { Parameter } from '../model/job-type';
import { parameterNotes } from '../model/parameter-notes';
import { hasRadios } from '../model/type-form';
import { ChoiceRadios } from './ChoiceRadios';
import { ChoiceSelect } from './ChoiceSelect';
import { FieldNotes } from './FieldNotes';
import { ParameterText } from './ParameterText';

export interface ParameterProps {
    parameter: Parameter;
    value: string;
    mistake: string | undefined;
    onChange: (value: string) => void;
}

// The field of a parameter that is no file.
export function ParameterField(props: ParameterProps) {
    const { parameter, value, mistake, onChange } = props;
    const { Name, Type, Required } = parameter;
    const id = `parameter-${Name}`;
    const title = <bdi>{descriptionOf(parameter, language()) || Name}</bdi>;
    const notes = <FieldNotes id={id} notes={parameterNotes(parameter)} mistake={mistake} />;
    if (Type === 'boolean')
        return (
            <FormGroup>
                <Switch id={id} label={title} hasCheckIcon isChecked={value === 'yes'}
                        aria-describedby={`${id}-notes`}
                        onChange={(_event, checked) => onChange(checked ? 'yes' : 'no')} />
                {notes}
            </FormGroup>);
    if (Type === 'choice' && hasRadios(parameter))
        return (
            <FormGroup role="radiogroup" fieldId={id} label={title} isRequired={Required} isStack>
                <ChoiceRadios {...props} id={id} />
                {notes}
            </FormGroup>);
    return (
        <FormGroup fieldId={id} label={title} isRequired={Required}>
            {Type === 'choice' ? <ChoiceSelect {...props} id={id} /> : <ParameterText {...props} id={id} />}
            {notes}
        </FormGroup>
    );
}
