// SPDX-License-Identifier: LGPL-2.1-or-later
import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { texts } from '../build/extract.mjs';
import { OUTPUT, generate } from '../build/interfaces.mjs';
import { LANGUAGES, translations } from '../build/messages.mjs';

it('knows the bus as dbus/*.xml has it; else: npm run interfaces', async () => {
    expect(await readFile(OUTPUT, 'utf8')).toBe(await generate());
});

describe.each(LANGUAGES)('in %s', language => {
    it('is every text; else: npm run po, and translate', async () => {
        const known = (await translations(language))[''];
        const missing = (await texts()).filter(([one]) => !known[one] || known[one].msgstr.includes(''));
        expect(missing).toEqual([]);
    });

    it('are no texts that are not in the page', async () => {
        const wanted = new Set((await texts()).map(([one]) => one));
        const known = Object.keys((await translations(language))['']).filter(id => id !== '');
        expect(known.filter(id => !wanted.has(id))).toEqual([]);
    });

    it('is every placeholder of a text', async () => {
        const placeholders = (text: string) => (text.match(/\$\d/g) ?? []).sort().join();
        for (const { msgid, msgid_plural: many, msgstr } of Object.values((await translations(language))['']) as
            { msgid: string; msgid_plural?: string; msgstr: string[] }[]) {
            if (msgid !== '')
                expect(placeholders(msgstr.at(-1)!), msgid).toBe(placeholders(many ?? msgid));
        }
    });
});
