// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Colours of a terminal in what a job has printed, as names of style classes: what it prints is only ever text. The
// sequences are ECMA-48's; all but those of colours and weight are left out.

export interface Span { text: string; classes: string }

interface Style { colour: number | undefined; background: number | undefined; flags: ReadonlySet<string> }

const PLAIN: Style = { colour: undefined, background: undefined, flags: new Set() };

// A control sequence, one of the operating system's (a title, a link), or one of two characters.
const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

const FLAGS: Record<number, string> = { 1: 'bold', 2: 'faint', 3: 'italic', 4: 'underline', 7: 'inverse', 9: 'struck' };
const FLAG_ENDS: Record<number, string[]> = {
    22: ['bold', 'faint'], 23: ['italic'], 24: ['underline'], 27: ['inverse'], 29: ['struck'],
};

export class AnsiReader {
    private style = PLAIN;
    private isAtStart = false;      // after a carriage return

    // The spans of a line. A colour stays for the next line, until it is taken back.
    read(line: string): Span[] {
        const spans: Span[] = [];
        let at = 0;
        for (const match of line.matchAll(SEQUENCE)) {
            this.push(spans, line.slice(at, match.index));
            at = match.index + match[0].length;
            if (match[2] === 'm')
                this.style = restyle(this.style, match[1] ?? '');
        }
        this.push(spans, line.slice(at));
        this.isAtStart = false;
        return spans;
    }

    // What a bar of progress writes over itself is the last of it.
    private push(spans: Span[], text: string) {
        for (const [i, part] of text.split('\r').entries()) {
            this.isAtStart ||= i > 0;
            if (part === '')
                continue;
            if (this.isAtStart)
                spans.length = 0;
            this.isAtStart = false;
            spans.push({ text: visible(part), classes: classesOf(this.style) });
        }
    }
}

// Control characters as the pictures that Unicode has of them.
function visible(text: string): string {
    return text.replace(/[\x00-\x08\x0b-\x1f]/g, character => String.fromCharCode(0x2400 + character.charCodeAt(0)))
        .replace(/\x7f/g, '\u2421');
}

function classesOf({ colour, background, flags }: Style): string {
    return [
        ...colour === undefined ? [] : [`ansi-${colour}`],
        ...background === undefined ? [] : [`ansi-on-${background}`],
        ...[...flags].map(flag => `ansi-${flag}`),
    ].join(' ');
}

// "Select graphic rendition" with these parameters.
function restyle(style: Style, parameters: string): Style {
    const numbers = parameters.split(/[;:]/).map(Number);
    let { colour, background } = style;
    const flags = new Set(style.flags);
    for (let i = 0; i < numbers.length; i++) {
        const n = numbers[i] ?? 0;
        if (n === 0) {
            colour = background = undefined;
            flags.clear();
        } else if (FLAGS[n]) {
            flags.add(FLAGS[n]);
        } else if (FLAG_ENDS[n]) {
            FLAG_ENDS[n].forEach(flag => flags.delete(flag));
        } else if (n === 38 || n === 48) {
            const [chosen, length] = extendedColour(numbers.slice(i + 1));
            if (n === 38)
                colour = chosen;
            else
                background = chosen;
            i += length;
        } else if (n === 39) {
            colour = undefined;
        } else if (n === 49) {
            background = undefined;
        } else {
            colour = basicColour(n, 30, 90) ?? colour;
            background = basicColour(n, 40, 100) ?? background;
        }
    }
    return { colour, background, flags };
}

function basicColour(n: number, dark: number, bright: number): number | undefined {
    if (n >= dark && n < dark + 8)
        return n - dark;
    return n >= bright && n < bright + 8 ? n - bright + 8 : undefined;
}

// Of 256 colours or of all, the nearest of the sixteen, which a theme can make legible; and how many parameters it
// took.
function extendedColour([kind, ...values]: number[]): [number | undefined, number] {
    if (kind === 5)
        return [nearest(indexed(values[0] ?? 0)), 2];
    if (kind === 2)
        return [nearest([values[0] ?? 0, values[1] ?? 0, values[2] ?? 0]), 4];
    return [undefined, 1];
}

type Rgb = [number, number, number];

function indexed(n: number): Rgb | number {
    if (n < 16)
        return n;
    if (n >= 232) {
        const grey = 8 + 10 * (n - 232);
        return [grey, grey, grey];
    }
    const level = (digit: number) => digit === 0 ? 0 : 55 + 40 * digit;
    const cube = n - 16;
    return [level(Math.floor(cube / 36) % 6), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

function nearest(colour: Rgb | number): number {
    if (typeof colour === 'number')
        return colour;
    const brightest = Math.max(...colour);
    const hue = colour.reduce((bits, part, i) => bits | (part > brightest / 2 && part > 40 ? 1 << i : 0), 0);
    if (hue === 0 || hue === 7)
        return brightest < 64 ? 0 : brightest < 160 ? 8 : brightest < 220 ? 7 : 15;
    return brightest > 215 ? hue + 8 : hue;
}
