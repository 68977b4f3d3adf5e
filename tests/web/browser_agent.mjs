// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Drives a Chromium for browser.py: reads requests from standard input, one a line, and answers each with a line.
// A request names a page and a chain of calls, as [["getByRole", "tab", { "name": "Failed" }], ["click"]], which are
// made on playwright's objects, one after another; what the last one gives is the answer.

import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

// The packages are the page's.
const require = createRequire(`${process.argv[2]}/package.json`);
const { chromium } = require('playwright-core');

// What a test waits for takes far less. Machines may be slow, and run beside others.
const TIMEOUT_MSEC = 60_000;
const ARGUMENTS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
];

const folder = await mkdtemp(path.join(os.tmpdir(), 'jobsd-browser-'));
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell', args: ARGUMENTS, downloadsPath: folder,
});
const pages = new Map();

async function open({ name, options }) {
    const context = await browser.newContext({ acceptDownloads: true, ...options });
    context.setDefaultTimeout(TIMEOUT_MSEC);
    const page = await context.newPage();
    const messages = [];
    page.on('console', message => {
        if (['error', 'warning'].includes(message.type()))
            messages.push(message.text());
    });
    page.on('pageerror', error => messages.push(String(error)));
    page.on('dialog', dialog => {
        messages.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    pages.set(name, { page, messages });
}

async function close({ name }) {
    await pages.get(name).page.context().close();
    pages.delete(name);
}

// An argument { part: CALLS } is what a chain of its own gives.
async function chain({ name, calls }) {
    let value = pages.get(name).page;
    for (const [method, ...args] of calls) {
        // A function comes as its text.
        if (method === 'evaluate')
            args[0] = (0, eval)(args[0]);
        const resolved = args.map(arg => arg?.part ? chain({ name, calls: arg.part }) : arg);
        value = await value[method](...await Promise.all(resolved));
    }
    return value;
}

// Saves what a chain of calls makes the browser download.
async function download({ name, calls, to }) {
    const { page } = pages.get(name);
    const [file] = await Promise.all([page.waitForEvent('download'), chain({ name, calls })]);
    await file.saveAs(to);
    return file.suggestedFilename();
}

// The address of the window that a chain of calls opens.
async function popup({ name, calls }) {
    const { page } = pages.get(name);
    const [other] = await Promise.all([page.waitForEvent('popup'), chain({ name, calls })]);
    const url = other.url();
    await other.close();
    return url;
}

// What axe finds in a frame, when what has appeared has its colours: some come by degrees.
async function axe({ name, frame }) {
    const target = pages.get(name).page.frame(frame);
    await target.evaluate(require('axe-core').source);
    return target.evaluate(async () => {
        const finite = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
        await Promise.allSettled(finite.map(({ finished }) => finished));
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).slice(0, 3).join(' ')}`);
    });
}

function messages({ name }) {
    return pages.get(name).messages.splice(0);
}

const requests = { open, close, chain, download, popup, axe, messages };

for await (const line of createInterface({ input: process.stdin })) {
    const { request, ...rest } = JSON.parse(line);
    let answer;
    try {
        const value = await requests[request](rest);
        // Of playwright's own objects there is nothing to tell.
        const isData = value === null || typeof value !== 'object' || Array.isArray(value) ||
            Object.getPrototypeOf(value) === Object.prototype;
        answer = { value: isData ? value : undefined };
    } catch (error) {
        answer = { error: String(error.message ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}

await browser.close();
await rm(folder, { recursive: true, force: true });
