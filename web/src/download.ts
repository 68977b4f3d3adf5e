// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Files for the browser's downloads, straight from a program of the machine: of any size, nothing of them is in the
// page.

import { cockpit } from './cockpit';
import type { Filters } from './model/address';
import { attachment } from './model/attachment';
import { exportOptions } from './model/query';
import { savedAs } from './model/result-file';

// btoa() takes bytes.
function base64(text: string): string {
    return window.btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function download(name: string, type: string, argv: string[], isAdministrator: boolean) {
    const channel = {
        payload: 'stream',
        binary: 'raw',
        spawn: argv,
        err: 'ignore',
        ...isAdministrator && { superuser: 'require' },
        external: { 'content-type': type, 'content-disposition': attachment(name) },
    };
    // It is a web socket's address, of which the path is the same for HTTP.
    const { pathname } = new URL(cockpit.transport.uri(`channel/${cockpit.transport.csrf_token}`));
    const link = document.createElement('a');
    link.href = `${pathname}?${base64(JSON.stringify(channel))}`;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
}

// A file's name may have the day in it, as people sort them.
function today(): string {
    return new Date().toLocaleDateString('sv');
}

export function downloadHistory(filters: Filters, isAdministrator: boolean) {
    download(`jobs-history-${today()}.csv`, 'text/csv; charset=utf-8',
             ['jobsctl', 'export', '--quiet', '--output=-', ...exportOptions(filters)], isAdministrator);
}

export function downloadOutput(id: number, isAdministrator: boolean) {
    download(`job-${id}.log`, 'text/plain; charset=utf-8',
             ['jobsctl', 'output', '--quiet', String(id)], isAdministrator);
}

// Whatever is in it, it is for the disk: a job's HTML would run as this page does.
export function downloadResult(id: number, name: string, isAdministrator: boolean) {
    download(savedAs(name), 'application/octet-stream',
             ['jobsctl', 'results', '--', String(id), name], isAdministrator);
}
