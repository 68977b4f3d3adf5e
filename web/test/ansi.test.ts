// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';

import { AnsiReader } from '../src/model/ansi';

function read(line: string) {
    return new AnsiReader().read(line).map(({ text, classes }) => [text, classes]);
}

describe('what a job has printed', () => {
    it.each<[string, string[][]]>([
        ['plain', [['plain', '']]],
        ['', []],
        ['\x1b[31mred\x1b[0m not', [['red', 'ansi-1'], [' not', '']]],
        ['\x1b[1;92mboth\x1b[22mone', [['both', 'ansi-10 ansi-bold'], ['one', 'ansi-10']]],
        ['\x1b[44mback\x1b[49m', [['back', 'ansi-on-4']]],
        ['\x1b[m\x1b[39mplain', [['plain', '']]],
        ['\x1b[38;5;196mone of 256', [['one of 256', 'ansi-9']]],
        ['\x1b[38;2;0;128;0mone of all', [['one of all', 'ansi-2']]],
        ['\x1b[38;5;1;4mthen underlined', [['then underlined', 'ansi-1 ansi-underline']]],
    ])('has its colours: %j', (line, spans) => {
        expect(read(line)).toEqual(spans);
    });

    it.each([
        ['the cursor goes', 'a\x1b[2Kb\x1b[10;10Hc', 'abc'],
        ['a title', 'a\x1b]0;title\x07b', 'ab'],
        ['a link', '\x1b]8;;javascript:alert(1)\x1b\\text\x1b]8;;\x1b\\', 'text'],
        ['a sequence without its end', 'a\x1b]0;title', 'a'],
        ['a character set', 'a\x1b(Bb', 'ab'],
    ])('has nothing else of a terminal: %s', (_what, line, text) => {
        expect(read(line).map(([part]) => part).join('')).toBe(text);
    });

    it('stays text, whatever is in it', () => {
        expect(read('<img src=x onerror=alert(1)>')).toEqual([['<img src=x onerror=alert(1)>', '']]);
        expect(read('\x1b[31"onclick="x\x1b[0m').every(([, classes]) => /^[a-z0-9 -]*$/.test(classes!))).toBe(true);
    });

    it('shows control characters as their pictures, but for tabs', () => {
        expect(read('a\0b\x08c\td\x7f')).toEqual([['a␀b␈c\td␡', '']]);
    });

    it('is the last of what a line wrote over itself', () => {
        expect(read('10%\r20%\r30%')).toEqual([['30%', '']]);
        expect(read('\x1b[32m10%\r\x1b[33m30%\r')).toEqual([['30%', 'ansi-3']]);
        expect(read('end of a line\r')).toEqual([['end of a line', '']]);
    });

    it('keeps a colour until it is taken back', () => {
        const reader = new AnsiReader();
        reader.read('\x1b[31mred');
        expect(reader.read('still')).toEqual([{ text: 'still', classes: 'ansi-1' }]);
    });
});
