// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormHelperText } from '@patternfly/react-core/dist/esm/components/Form';
import { HelperText, HelperTextItem } from '@patternfly/react-core/dist/esm/components/HelperText';

interface Props { id: string; notes: readonly string[]; mistake: string | undefined }

// What is said below a field, which has it as its description.
export function FieldNotes({ id, notes, mistake }: Props) {
    return (
        <FormHelperText>
            <HelperText id={`${id}-notes`} isLiveRegion>
                {mistake && <HelperTextItem variant="error"><bdi>{mistake}</bdi></HelperTextItem>}
                {notes.map(note => <HelperTextItem key={note}><bdi>{note}</bdi></HelperTextItem>)}
            </HelperText>
        </FormHelperText>
    );
}
