// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';

import { attachment } from '../src/model/attachment';

it.each([
    ['job-1.log', "filename=\"job-1.log\"; filename*=UTF-8''job-1.log"],
    ['a "b"; x=1.txt', "filename=\"a _b_; x=1.txt\"; filename*=UTF-8''a%20%22b%22%3B%20x%3D1.txt"],
    ["it's (1)*.txt", "filename=\"it's (1)*.txt\"; filename*=UTF-8''it%27s%20%281%29%2A.txt"],
    ['Größe 5%.txt', "filename=\"Gr__e 5_.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%205%25.txt"],
    ['x\r\nSet-Cookie: y', "filename=\"x__Set-Cookie: y\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20y"],
])('names what is saved as %j and nothing else', (name, header) => {
    expect(attachment(name)).toBe(`attachment; ${header}`);
});
