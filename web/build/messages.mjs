// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The page's texts in other languages: po/LANGUAGE.po, and the po.LANGUAGE.js that Cockpit gives to browsers.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import gettext from 'gettext-parser';

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export const LANGUAGES = ['de'];

// { context: { msgid: { msgid_plural, msgstr, comments } } }
export async function translations(language) {
    const text = await readFile(path.join(web, 'po', `${language}.po`));
    return gettext.po.parse(text).translations;
}

// What cockpit.locale() takes. Which plural is right is a function there: all languages so far have two.
export async function catalogue(language) {
    const messages = {};
    for (const [context, entries] of Object.entries(await translations(language))) {
        for (const [id, { msgid_plural: plural, msgstr }] of Object.entries(entries)) {
            if (id && !msgstr.includes(''))
                messages[context ? `${context}\u0004${id}` : id] = [plural ?? null, ...msgstr];
        }
    }
    const head = `"":{"plural-forms":(n)=>n!==1?1:0,"language":"${language}","language-direction":"ltr"}`;
    return `cockpit.locale({${[head, ...Object.entries(messages).map(([id, texts]) =>
        `${JSON.stringify(id)}:${JSON.stringify(texts)}`)].join(',\n')}});\n`;
}
