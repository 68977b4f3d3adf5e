// SPDX-License-Identifier: LGPL-2.1-or-later

// The Content-Disposition of what is saved under this name (RFC 6266): whatever is in it, it stays a name. Who does
// not know the second form takes the first.
export function attachment(name: string): string {
    const plain = name.replace(/[^ -~]|["%\\]/g, '_');
    const encoded = encodeURIComponent(name).replace(/['()*]/g, escape);
    return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function escape(character: string): string {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
