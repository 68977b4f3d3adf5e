// SPDX-License-Identifier: LGPL-2.1-or-later

import { FormGroup } from '@patternfly/react-core/dist/esm/components/Form';
import { Switch } from '@patternfly/react-core/dist/esm/components/Switch';
import { TextArea } from '@patternfly/react-core/dist/esm/components/TextArea';
import { useState } from 'react';

import { _ } from '../i18n';
import { NO_COMMAND, mistakesIn } from '../model/command-form';
import type { CommandFields, Mistakes } from '../model/command-form';
import type { Connection } from '../state/connection';
import { startCommand } from '../state/starting';
import { useStart } from '../state/use-start';
import { FieldNotes } from './FieldNotes';
import { StartForm } from './StartForm';
import { TextField } from './TextField';
import { WordsPreview } from './WordsPreview';

function lineNotes(isScript: boolean): string[] {
    return isScript ? [_("As in a script for /bin/sh.")] : [
        _("Blanks divide words and quotes hold them together, as in a shell. Nothing is expanded."),
        _("Variables, patterns, pipes and redirections want a shell."),
        _("The program needs its whole path, as in /usr/bin/tar."),
    ];
}

export function CommandForm({ connection }: { connection: Connection }) {
    const [fields, setFields] = useState<CommandFields>(NO_COMMAND);
    const [mistakes, setMistakes] = useState<Mistakes>({});
    const { isBusy, error, start } = useStart();
    const set = (change: Partial<CommandFields>) => setFields({ ...fields, ...change });
    const submit = () => {
        const found = mistakesIn(fields);
        setMistakes(found);
        if (Object.keys(found).length === 0)
            start(() => startCommand(connection, fields));
    };
    const text = (name: 'name' | 'directory' | 'timeLimit' | 'memoryLimit' | 'related', label: string, note: string) =>
        <TextField id={name} label={label} note={note} value={fields[name]} mistake={mistakes[name]}
                   onChange={value => set({ [name]: value })} />;
    return (
        <StartForm isBusy={isBusy} error={error?.text} wrong={Object.keys(mistakes)[0]} onSubmit={submit}>
            <FormGroup fieldId="line" label={_("Command")} isRequired>
                <TextArea id="line" className="line" resizeOrientation="vertical" spellCheck={false} isRequired
                          value={fields.line} validated={mistakes.line ? 'error' : 'default'}
                          aria-describedby="line-notes" onChange={(_event, line) => set({ line })} />
                <FieldNotes id="line" notes={lineNotes(fields.isScript)} mistake={mistakes.line} />
                {!fields.isScript && <WordsPreview line={fields.line} />}
            </FormGroup>
            <FormGroup>
                <Switch id="script" label={_("Run in a shell")} hasCheckIcon isChecked={fields.isScript}
                        onChange={(_event, isScript) => set({ isScript })} />
            </FormGroup>
            {text('name', _("Name"), _("What the job is called in lists: without one, as its program."))}
            {text('directory', _("Working directory"), _("A whole path, or ~ for your home, which it is without one."))}
            {text('timeLimit', _("Time limit"), _("As in 90s, 30min or 2h: then the job is stopped."))}
            {text('memoryLimit', _("Memory limit"), _("As in 512M or 2G."))}
            {text('related', _("Related record"), _("The URI of what the job is about."))}
            <FormGroup>
                <Switch id="results" label={_("Keep result files")} hasCheckIcon isChecked={fields.keepsResults}
                        aria-describedby="results-notes"
                        onChange={(_event, keepsResults) => set({ keepsResults })} />
                <FieldNotes id="results" mistake={undefined}
                            notes={[_("What the command puts into the folder $0.", '$JOBSD_RESULTS')]} />
            </FormGroup>
        </StartForm>
    );
}
