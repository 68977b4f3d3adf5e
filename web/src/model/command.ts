// SPDX-License-Identifier: LGPL-2.1-or-later

// Arguments as one would type them in a shell.
export function commandLine(argv: readonly string[]): string {
    return argv.map(quote).join(' ');
}

function quote(argument: string): string {
    if (/^[\w@%+=:,./-]+$/.test(argument))
        return argument;
    return `'${argument.replaceAll("'", "'\\''")}'`;
}
