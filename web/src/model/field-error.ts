// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Which field an error is about: those of jobsd that are about a parameter begin with Parameter "NAME".

export interface FieldError { parameter: string | undefined; text: string }

export function fieldError(text: string): FieldError {
    // jobsctl says first what it was about to do.
    const sentence = text.trim().replace(/^Failed to submit the job: /, '');
    return { parameter: /^Parameter "([^"]*)"/.exec(sentence)?.[1], text: sentence };
}
