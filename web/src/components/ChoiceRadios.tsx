// SPDX-License-Identifier: LGPL-2.1-or-later

import { Radio } from '@patternfly/react-core/dist/esm/components/Radio';

import type { ParameterProps } from './ParameterField';

export function ChoiceRadios({ id, parameter, value, onChange }: ParameterProps & { id: string }) {
    return (parameter.Choices ?? []).map((choice, i) => (
        <Radio key={choice} id={i === 0 ? id : `${id}-${i}`} name={id} label={<bdi>{choice}</bdi>}
               isChecked={choice === value} onChange={() => onChange(choice)} />));
}
