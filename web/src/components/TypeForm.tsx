// SPDX-License-Identifier: LGPL-2.1-or-later

import { Progress } from '@patternfly/react-core/dist/esm/components/Progress';
import { useState } from 'react';

import { _ } from '../i18n';
import { isFile } from '../model/job-type';
import type { JobType, Parameter } from '../model/job-type';
import { fileMistake, givenValues, percentSent, valueOf } from '../model/type-form';
import type { Typed } from '../model/type-form';
import type { Connection } from '../state/connection';
import { startType, startTypeWithFile } from '../state/starting';
import { useStart } from '../state/use-start';
import { FileField } from './FileField';
import { ParameterField } from './ParameterField';
import { StartForm } from './StartForm';

interface Props { type: JobType; connection: Connection }

// A field for each parameter. What was typed stays until the job has been started.
export function TypeForm({ type, connection }: Props) {
    const [typed, setTyped] = useState<Typed>({});
    const [file, setFile] = useState<File>();
    const [sent, setSent] = useState(0);
    const { isBusy, error, start } = useStart();
    const { Name, Parameters } = type;
    const mistakeOf = (parameter: Parameter) =>
        (isFile(parameter) && file && fileMistake(parameter, file.size)) ||
        (error?.parameter === parameter.Name ? error.text : undefined);
    const wrong = Parameters.find(mistakeOf);
    const isAtField = Parameters.some(parameter => parameter.Name === error?.parameter);
    const isTooLarge = file && Parameters.filter(isFile).some(parameter => fileMistake(parameter, file.size));

    const submit = () => {
        setSent(0);
        if (!isTooLarge)
            start(signal => file && Parameters.some(isFile)
                ? startTypeWithFile(type, typed, file, setSent, signal)
                : startType(connection, Name, givenValues(Parameters, typed)));
    };
    return (
        <StartForm isBusy={isBusy} error={isAtField ? undefined : error?.text} onSubmit={submit}
                   wrong={wrong && `parameter-${wrong.Name}`}>
            {Parameters.map(parameter => isFile(parameter)
                ? <FileField key={parameter.Name} parameter={parameter} mistake={mistakeOf(parameter)}
                             onChange={setFile} />
                : <ParameterField key={parameter.Name} parameter={parameter} value={valueOf(parameter, typed)}
                                  mistake={mistakeOf(parameter)}
                                  onChange={value => setTyped({ ...typed, [parameter.Name]: value })} />)}
            {isBusy && file && <Progress value={percentSent(sent, file.size)} title={_("The file is on its way")} />}
        </StartForm>
    );
}
