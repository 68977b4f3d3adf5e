// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { turnsShown } from '../src/model/turns';

it.each([
    ['report/index.html', 'report/index.html'], ['<i>n.txt', '<i>n.txt'], ['חשבון.txt', 'חשבון.txt'],
    ['bill\u202efdp.exe', 'bill\\u202efdp.exe'], ['\u061c\u2069x', '\\u061c\\u2069x'],
])('shows %j as %j', (text, shown) => {
    expect(turnsShown(text)).toBe(shown);
});
