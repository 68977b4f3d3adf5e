// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The names and types of the bus interfaces, for TypeScript, out of dbus/*.xml: "npm run interfaces" writes them
// to src/bus/interfaces.ts.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const OUTPUT = path.join(web, 'src/bus/interfaces.ts');

const TYPES = {
    b: 'boolean', i: 'number', u: 'number', x: 'number', t: 'number', d: 'number', h: 'number', s: 'string',
    o: 'string', as: 'string[]', at: 'number[]', 'a{ss}': 'Record<string, string>', 'a{sv}': 'Variants',
    'aa{sv}': 'Variants[]', 'a(stt)': '[string, number, number][]',
};

function type(signature) {
    if (!(signature in TYPES))
        throw new Error(`no type for ${signature}`);
    return TYPES[signature];
}

function attributes(text) {
    return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}

// Elements of one name, which do not stand inside of others of that name: [{ name, …, inner }].
function elements(xml, tag) {
    const found = xml.matchAll(new RegExp(`<${tag}\\b([^>]*?)(?:/>|>(.*?)</${tag}>)`, 'gs'));
    return [...found].map(([, head, inner]) => ({ ...attributes(head), inner: inner ?? '' }));
}

function tuple(args) {
    return `[${args.map(arg => `${arg.name}: ${type(arg.type)}`).join(', ')}]`;
}

function method({ name, inner }) {
    const args = elements(inner, 'arg');
    const [ins, outs] = ['in', 'out'].map(direction => args.filter(arg => arg.direction === direction));
    return `    ${name}: { in: ${tuple(ins)}, out: ${tuple(outs)} };`;
}

function properties(title, { inner }) {
    return [`export interface ${title} {`,
        ...elements(inner, 'property').map(({ name, type: signature }) => `    ${name}: ${type(signature)};`), '}'];
}

export async function generate() {
    const [manager, job] = await Promise.all(['Manager', 'Job'].map(async name => {
        const xml = await readFile(path.join(web, `../dbus/org.jobsd1.${name}.xml`), 'utf8');
        return elements(xml.replaceAll(/<!--.*?-->/gs, ''), 'interface')[0];
    }));
    const signatures = elements(manager.inner, 'method').map(({ name, inner }) => {
        const ins = elements(inner, 'arg').filter(arg => arg.direction === 'in').map(arg => arg.type);
        return `    ${name}: '${ins.join('')}',`;
    });
    return [
        '// SPDX-License-Identifier: LGPL-2.1-or-later',
        '// Made from dbus/*.xml by "npm run interfaces".',
        '',
        'export interface Variant { t: string; v: unknown }',
        'export type Variants = Record<string, Variant>;',
        '',
        "export const BUS_NAME = 'org.jobsd1';",
        `export const MANAGER = '${manager.name}';`,
        `export const JOB = '${job.name}';`,
        '',
        'export interface ManagerMethods {',
        ...elements(manager.inner, 'method').map(method),
        '}',
        '',
        'export const MANAGER_SIGNATURES: Record<keyof ManagerMethods, string> = {',
        ...signatures,
        '};',
        '',
        'export interface ManagerSignals {',
        ...elements(manager.inner, 'signal').map(({ name, inner }) => `    ${name}: ${tuple(elements(inner, 'arg'))};`),
        '}',
        '',
        ...properties('ManagerProperties', manager),
        '',
        ...properties('JobProperties', job),
        '',
    ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
    await writeFile(OUTPUT, await generate());
