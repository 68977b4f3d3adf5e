// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Starting a job, as the person who has logged in: with administrative access, too, it would be root's otherwise. Each
// returns the new job's id.

import { variant } from '../bus/bus';
import { argvOf, commandOptions } from '../model/command-form';
import type { CommandFields } from '../model/command-form';
import { isFile } from '../model/job-type';
import type { JobType } from '../model/job-type';
import { givenValues } from '../model/type-form';
import type { Typed } from '../model/type-form';
import type { Connection } from './connection';
import { feed } from './feed';
import type { OnProgress } from './feed';

export async function startCommand(connection: Connection, fields: CommandFields): Promise<number> {
    const [id] = await connection.own!.call('RunCommand', argvOf(fields)!, commandOptions(fields, variant), 0);
    return id;
}

export async function startType(connection: Connection, type: string, values: Record<string, string>): Promise<number> {
    const [id] = await connection.own!.call('RunType', type, values, { origin: variant('s', 'web') }, 0);
    return id;
}

// By way of jobsctl, because Cockpit's bridge carries no descriptors.
export async function startTypeWithFile(type: JobType, typed: Typed, file: File, onProgress: OnProgress,
                                        signal: AbortSignal): Promise<number> {
    const { Name } = type.Parameters.find(isFile)!;
    const values = Object.entries(givenValues(type.Parameters, typed)).map(([name, value]) => `${name}=${value}`);
    const argv = ['jobsctl', 'run', '--json=short', '--quiet', '--no-ask-password', '--origin=web',
                  `--stdin-name=${file.name}`, `--type=${type.Name}`, '--', `${Name}=-`, ...values];
    const { id } = JSON.parse(await feed(argv, file, onProgress, signal)) as { id: number };
    return id;
}
