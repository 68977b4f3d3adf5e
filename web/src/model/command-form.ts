// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The form of a command, and what of it goes to jobsd.

import type { Variants } from '../bus/interfaces';
import { _ } from '../i18n';
import { parseBytes, parseDuration } from './quantity';
import { splitWords } from './split-words';

export interface CommandFields {
    line: string;
    isScript: boolean;          // for a shell, as it is
    name: string;
    directory: string;
    timeLimit: string;
    memoryLimit: string;
    related: string;
    keepsResults: boolean;
}

export const NO_COMMAND: CommandFields = {
    line: '', isScript: false, name: '', directory: '', timeLimit: '', memoryLimit: '', related: '', keepsResults: false,
};

export type Mistakes = Partial<Record<keyof CommandFields, string>>;

type Make = (type: string, value: unknown) => Variants[string];

// undefined: its words have no end.
export function argvOf({ line, isScript }: CommandFields): string[] | undefined {
    return isScript ? ['/bin/sh', '-c', line] : splitWords(line);
}

function mistakeOfLine(fields: CommandFields): string | undefined {
    const argv = argvOf(fields);
    if (argv === undefined)
        return _("A quotation has no end.");
    const [program] = argv;
    if (fields.line.trim() === '' || program === undefined)
        return _("Something has to be run.");
    return program.startsWith('/') ? undefined : _("The program needs its whole path, as in /usr/bin/tar.");
}

// What jobsd would not understand; it says itself what is wrong with the rest.
export function mistakesIn(fields: CommandFields): Mistakes {
    const { timeLimit, memoryLimit } = fields;
    const mistakes: [keyof CommandFields, string | undefined][] = [
        ['line', mistakeOfLine(fields)],
        ['timeLimit', timeLimit.trim() !== '' && parseDuration(timeLimit) === undefined
            ? _("This is no time, as in 90s, 30min or 2h.") : undefined],
        ['memoryLimit', memoryLimit.trim() !== '' && parseBytes(memoryLimit) === undefined
            ? _("This is no amount of memory, as in 512M or 2G.") : undefined],
    ];
    return Object.fromEntries(mistakes.filter(([, text]) => text !== undefined));
}

// The options of RunCommand.
export function commandOptions(fields: CommandFields, make: Make): Variants {
    const { name, directory, timeLimit, memoryLimit, related, keepsResults } = fields;
    const options: [string, string, unknown][] = [
        ['origin', 's', 'web'],
        ['name', 's', name.trim()],
        ['working-directory', 's', directory.trim()],
        ['timeout', 't', parseDuration(timeLimit)],
        ['memory-max', 't', parseBytes(memoryLimit)],
        ['related', 's', related.trim()],
        ['results', 'b', keepsResults],
    ];
    return Object.fromEntries(options.filter(([, , value]) => value).map(([key, type, value]) => [key, make(type, value)]));
}
