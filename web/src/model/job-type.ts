// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A job type as the bus tells of it, and what of it a person sees.

import { plain } from '../bus/bus';
import type { Variants } from '../bus/interfaces';

export type ParameterType = 'string' | 'integer' | 'choice' | 'boolean' | 'path' | 'uri' | 'file';

interface Described { Name: string; Description: string; Descriptions?: Record<string, string> }

export interface Parameter extends Described {
    Type: ParameterType;
    Required: boolean;
    Secret: boolean;
    Default?: string;
    Pattern?: string;
    Min?: number;
    Max?: number;
    Choices?: string[];
    SizeMax?: number;
}

export interface JobType extends Described {
    Mistake: string;
    Allowed: 'yes' | 'auth' | 'no';
    Parameters: Parameter[];
}

export function jobType(row: Variants): JobType {
    const { Parameters, ...type } = plain<Omit<JobType, 'Parameters'> & { Parameters: Variants[] }>(row);
    return { ...type, Parameters: Parameters!.map(parameter => plain<Parameter>(parameter)) } as JobType;
}

// Those that one may run, if need be with an administrator's password.
export function offeredTypes(types: readonly JobType[]): JobType[] {
    return types.filter(({ Mistake, Allowed }) => Mistake === '' && Allowed !== 'no');
}

// The first that there is of de_AT@euro, de_AT, de@euro and de, as "jobsctl types" has it.
export function descriptionOf({ Description, Descriptions = {} }: Described, locale: string): string {
    const [, lang = '', country, modifier] = /^([a-z]+)(?:[-_]([a-z]+))?(?:[^@]*@(.*))?/i.exec(locale) ?? [];
    const language = lang.toLowerCase();
    const inCountry = country && `${language}_${country.toUpperCase()}`;
    const tags = [
        inCountry && modifier && `${inCountry}@${modifier}`, inCountry, modifier && `${language}@${modifier}`, language,
    ];
    const tag = tags.find(tag => tag && Object.hasOwn(Descriptions, tag));
    return (tag && Descriptions[tag]) || Description;
}

// Those with this text in their name or what is said of them.
export function searchTypes(types: readonly JobType[], wanted: string, locale: string): JobType[] {
    const text = wanted.trim().toLowerCase();
    return types.filter(type => `${type.Name} ${descriptionOf(type, locale)}`.toLowerCase().includes(text));
}

// Why it is not started here: a browser's file goes by way of the standard input of jobsctl, so that there is one, and no
// secret can go there, too; and other people see a command line.
export type Obstacle = 'password' | 'several-files' | 'file-and-secret';

export function obstacleOf({ Allowed, Parameters }: JobType): Obstacle | undefined {
    const files = Parameters.filter(isFile).length;
    if (Allowed !== 'yes')
        return 'password';
    if (files > 1)
        return 'several-files';
    return files > 0 && Parameters.some(({ Secret }) => Secret) ? 'file-and-secret' : undefined;
}

export function isFile({ Type }: Parameter): boolean {
    return Type === 'file';
}
