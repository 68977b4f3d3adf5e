// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The form of a type: what stands in its fields, and what of that goes to jobsd.

import { _ } from '../i18n';
import { formatBytes } from './amount';
import { isFile } from './job-type';
import type { Parameter } from './job-type';

// What was typed, by the names of parameters; what was not touched is not in it.
export type Typed = Readonly<Record<string, string>>;

// As systemd reads booleans.
export function isYes(text: string): boolean {
    return /^(?:1|y|yes|t|true|on)$/i.test(text);
}

export function valueOf({ Name, Type, Default = '' }: Parameter, typed: Typed): string {
    const value = Object.hasOwn(typed, Name) ? typed[Name]! : Default;
    return Type === 'boolean' ? (isYes(value) ? 'yes' : 'no') : value;
}

// An empty field is a parameter that is not given, but where the default would take its place: jobsd says whether it
// may be empty.
export function givenValues(parameters: readonly Parameter[], typed: Typed): Record<string, string> {
    const isGiven = (parameter: Parameter) => valueOf(parameter, typed) !== '' || (parameter.Default ?? '') !== '';
    return Object.fromEntries(parameters
        .filter(parameter => !isFile(parameter) && isGiven(parameter))
        .map(parameter => [parameter.Name, valueOf(parameter, typed)]));
}

const RADIOS_MAX = 4;

// A choice that is always made is one of a few buttons.
export function hasRadios({ Choices = [], Required, Default }: Parameter): boolean {
    return Choices.length <= RADIOS_MAX && (Required || Default !== undefined);
}

// What is no bound of its own is rounded on its way, and beyond what numbers have exactly.
export function boundsOf({ Min, Max }: Parameter): { min: number | undefined; max: number | undefined } {
    const exact = (bound: number | undefined) => Number.isSafeInteger(bound) ? bound : undefined;
    return { min: exact(Min), max: exact(Max) };
}

export function percentSent(sent: number, size: number): number {
    return size === 0 ? 100 : Math.floor(100 * sent / size);
}

// One that is too large is refused before it is sent.
export function fileMistake({ SizeMax = Infinity }: Parameter, size: number): string | undefined {
    return size > SizeMax ? _("This file has $0, which is too much.", formatBytes(size)) : undefined;
}
