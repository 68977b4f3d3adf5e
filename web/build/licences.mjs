// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The notices of the packages that are in a bundle, as their licences demand.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

// The folder of the package that a bundled file belongs to.
function folderOf(file) {
    return file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1];
}

async function notice(folder) {
    const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    const texts = (await readdir(folder)).filter(file => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
    const contents = await Promise.all(texts.map(file => readFile(path.join(folder, file), 'utf8')));
    return [`${name} ${version}: ${license}`, ...contents].join('\n\n');
}

export async function licences(web, files) {
    const folders = [...new Set(files.map(folderOf).filter(Boolean))].sort();
    const notices = await Promise.all(folders.map(folder => notice(path.join(web, folder))));
    return notices.join(`\n\n${'-'.repeat(80)}\n\n`);
}
