// SPDX-License-Identifier: LGPL-2.1-or-later

// Blanks, '…', "…", a backslash with what it stands before, and the rest.
const PIECES = /([ \t\n]+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^ \t\n'"\\]+)/y;

// The words of a line as a POSIX shell divides and unquotes them; nothing is expanded. undefined: a quotation has no end.
export function splitWords(line: string): string[] | undefined {
    const words: string[] = [];
    let word: string | undefined;
    let end = 0;
    PIECES.lastIndex = 0;
    for (let match; (match = PIECES.exec(line)) !== null; end = PIECES.lastIndex) {
        const [, blanks] = match;
        if (blanks === undefined)
            word = join(word, unquote(match));
        else if (word !== undefined)
            words.push(word);
        if (blanks !== undefined)
            word = undefined;
    }
    if (end < line.length)
        return undefined;
    return word === undefined ? words : [...words, word];
}

// A line break after a backslash is none, and begins no word.
function join(word: string | undefined, text: string | undefined): string | undefined {
    return text === undefined ? word : (word ?? '') + text;
}

function unquote([, , single, double, escaped, plain]: RegExpExecArray): string | undefined {
    if (double !== undefined)
        return double.replace(/\\(?:\n|([$`"\\]))/g, (_all, character: string | undefined) => character ?? '');
    return escaped === '\n' ? undefined : single ?? escaped ?? plain;
}
