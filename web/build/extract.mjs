// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Finds the texts of the page that want a translation: _("text") and plural("one", "many", n). "npm run po" adds them
// to po/LANGUAGE.po, where the translations stay, and takes away what is no more.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import gettext from 'gettext-parser';
import ts from 'typescript';

import { LANGUAGES, translations } from './messages.mjs';

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

function textsOf(file, source) {
    const found = [];
    const visit = node => {
        if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
            const count = { _: 1, plural: 2 }[node.expression.text] ?? 0;
            const texts = node.arguments.slice(0, count);
            if (count > 0) {
                if (!texts.every(ts.isStringLiteral))
                    throw new Error(`${file}: a text to translate has to be a literal: ${node.getText()}`);
                found.push(texts.map(({ text }) => text));
            }
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
    return found;
}

// [[one, many]]: many is undefined for what has no number in it.
export async function texts() {
    const folder = path.join(web, 'src');
    const files = (await readdir(folder, { recursive: true })).filter(name => /\.tsx?$/.test(name)).sort();
    const found = new Map();
    for (const file of files.filter(name => name !== 'i18n.ts')) {
        for (const [one, many] of textsOf(file, await readFile(path.join(folder, file), 'utf8')))
            found.set(one, many);
    }
    return [...found];
}

async function update(language) {
    const known = (await translations(language))[''];
    const entries = (await texts()).map(([one, many]) => [one, {
        msgid: one,
        ...many && { msgid_plural: many },
        msgstr: known[one]?.msgstr ?? (many ? ['', ''] : ['']),
    }]);
    const header = {
        'content-type': 'text/plain; charset=UTF-8', language, 'plural-forms': 'nplurals=2; plural=n != 1;',
    };
    const text = gettext.po.compile(
        { charset: 'utf-8', headers: header, translations: { '': Object.fromEntries(entries) } }, { foldLength: 116 });
    await writeFile(path.join(web, 'po', `${language}.po`), `${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
    await Promise.all(LANGUAGES.map(update));
