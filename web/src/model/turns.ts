// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Characters that turn the letters beside them around: a text looks like another with them, and a name as if it were of
// another kind.

const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// They are seen, and do nothing.
export function turnsShown(text: string): string {
    return text.replace(TURNS, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
