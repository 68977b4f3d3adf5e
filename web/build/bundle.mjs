// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Makes the Cockpit package in a folder: node bundle.mjs FOLDER. Beside FOLDER, FOLDER.d tells what it was made of,
// for make and ninja.

import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

import { licences } from './licences.mjs';
import { LANGUAGES, catalogue } from './messages.mjs';

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.resolve(process.argv[2]);

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const result = await esbuild.build({
    absWorkingDir: web,
    entryPoints: { index: 'src/index.tsx' },
    outdir: out,
    bundle: true,
    minify: true,
    metafile: true,
    format: 'iife',
    target: ['es2022'],
    define: { 'process.env.NODE_ENV': '"production"' },
    assetNames: 'fonts/[name]',
    loader: { '.woff2': 'file', '.svg': 'dataurl' },
    legalComments: 'none',
    logLevel: 'warning',
});

for (const name of ['index.html', 'manifest.json'])
    await copyFile(path.join(web, 'src', name), path.join(out, name));
for (const language of LANGUAGES)
    await writeFile(path.join(out, `po.${language}.js`), await catalogue(language));
await writeFile(path.join(out, 'LICENSES.txt'), await licences(web, Object.keys(result.metafile.inputs)));

const sources = [
    ...Object.keys(result.metafile.inputs),
    ...['index.html', 'manifest.json'].map(name => `src/${name}`),
    ...LANGUAGES.map(language => `po/${language}.po`),
    'package-lock.json',
];
const escaped = sources.map(source => path.join(web, source).replaceAll(' ', '\\ '));
await writeFile(`${out}.d`, `${path.basename(out)}: ${escaped.join(' ')}\n`);
