// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormGroup } from '@patternfly/react-core/dist/esm/components/Form';

import { language } from '../i18n';
import { descriptionOf } from '../model/job-type';
import type { Parameter } from '../model/job-type';
import { parameterNotes } from '../model/parameter-notes';
import { FieldNotes } from './FieldNotes';

interface Props {
    parameter: Parameter;
    mistake: string | undefined;
    onChange: (file: File | undefined) => void;
}

// The browser's own field for a file of the person's.
export function FileField({ parameter, mistake, onChange }: Props) {
    const { Name, Required } = parameter;
    const id = `parameter-${Name}`;
    return (
        <FormGroup fieldId={id} label={<bdi>{descriptionOf(parameter, language()) || Name}</bdi>} isRequired={Required}>
            <input id={id} type="file" className="file" required={Required} aria-describedby={`${id}-notes`}
                   aria-invalid={Boolean(mistake)}
                   onChange={event => onChange(event.target.files?.[0])} />
            <FieldNotes id={id} notes={parameterNotes(parameter)} mistake={mistake} />
        </FormGroup>
    );
}
