// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';

import { NO_COMMAND, argvOf, commandOptions, mistakesIn } from '../src/model/command-form';
import { fieldError } from '../src/model/field-error';
import { descriptionOf, jobType, obstacleOf, offeredTypes, searchTypes } from '../src/model/job-type';
import type { JobType, Parameter } from '../src/model/job-type';
import { parameterNotes } from '../src/model/parameter-notes';
import { parseBytes, parseDuration } from '../src/model/quantity';
import { splitWords } from '../src/model/split-words';
import { fileMistake, givenValues, hasRadios, percentSent, valueOf } from '../src/model/type-form';

const parameter = (more: Partial<Parameter>): Parameter =>
    ({ Name: 'p', Description: '', Type: 'string', Required: false, Secret: false, ...more });
const type = (more: Partial<JobType>): JobType =>
    ({ Name: 't', Description: '', Mistake: '', Allowed: 'yes', Parameters: [], ...more });
const make = (t: string, v: unknown) => ({ t, v });

describe('a line is divided into words', () => {
    it.each<[string, string[]]>([
        ['', []],
        ['  \t\n ', []],
        ['/bin/ls -l', ['/bin/ls', '-l']],
        ['  a   b  ', ['a', 'b']],
        ['a "b c" \'d e\'', ['a', 'b c', 'd e']],
        ['a"b c"\'d e\'f', ['ab cd ef']],
        ['""', ['']],
        ["a '' b", ['a', '', 'b']],
        ['a\\ b', ['a b']],
        ['\\"a\\\'', ['"a\'']],
        ['"a\\"b\\\\c\\$d\\`e\\n"', ['a"b\\c$d`e\\n']],
        ["'a\\b'", ['a\\b']],
        ['a\\\nb', ['ab']],
        ['a \\\n b', ['a', 'b']],
        ['"a\\\nb"', ['ab']],
        ['$HOME *.c ~ | > x # y', ['$HOME', '*.c', '~', '|', '>', 'x', '#', 'y']],
        ["it\\'s 'it'\\''s'", ["it's", "it's"]],
        ['grün 木', ['grün', '木']],
        ['a\u00a0b', ['a\u00a0b']],
    ])('%j', (line, words) => {
        expect(splitWords(line)).toEqual(words);
    });

    it.each(["'", 'a "b', "a 'b\" c", 'a\\', '"a\\"'])('but not where a quotation has no end: %j', line => {
        expect(splitWords(line)).toBeUndefined();
    });
});

describe('a description', () => {
    const described = (...tags: string[]) =>
        ({ Name: 't', Description: 'plain', Descriptions: Object.fromEntries(tags.map(tag => [tag, tag])) });

    it.each([
        ['de', ['de', 'de_AT'], 'de'],
        ['de-AT', ['de', 'de_AT'], 'de_AT'],
        ['pt-br', ['pt', 'pt_BR'], 'pt_BR'],
        ['de_AT@euro', ['de', 'de@euro', 'de_AT', 'de_AT@euro'], 'de_AT@euro'],
        ['de_AT@euro', ['de', 'de@euro', 'de_AT'], 'de_AT'],
        ['de_AT@euro', ['de', 'de@euro'], 'de@euro'],
        ['de_AT.UTF-8@euro', ['de_AT@euro'], 'de_AT@euro'],
        ['de_AT@euro', ['de'], 'de'],
        ['de', ['de_AT', 'de@euro', 'fr'], 'plain'],
        ['', ['de'], 'plain'],
        ['constructor', [], 'plain'],
    ])('for who reads %s, of %j', (language, tags, wanted) => {
        expect(descriptionOf(described(...tags), language)).toBe(wanted);
    });

    it('is the one of before where there is no other, also of a jobsd without languages', () => {
        expect(descriptionOf({ Name: 't', Description: 'plain' }, 'de')).toBe('plain');
    });
});

describe('a type', () => {
    it('is read with its parameters', () => {
        const row = { Name: make('s', 'import'), Parameters: make('aa{sv}', [{ Name: make('s', 'file'), Required: make('b', true) }]) };
        expect(jobType(row)).toEqual({ Name: 'import', Parameters: [{ Name: 'file', Required: true }] });
    });

    it('is offered if it can be run', () => {
        const types = [type({ Name: 'a' }), type({ Name: 'b', Allowed: 'auth' }), type({ Name: 'c', Allowed: 'no' }),
                       type({ Name: 'd', Mistake: 'line 1' })];
        expect(offeredTypes(types).map(({ Name }) => Name)).toEqual(['a', 'b']);
    });

    it('is found by its name and by what is said of it in the language of the page', () => {
        const types = [type({ Name: 'import', Descriptions: { de: 'Übernehmen' } }), type({ Name: 'export' })];
        expect(searchTypes(types, ' ÜBER', 'de').map(({ Name }) => Name)).toEqual(['import']);
        expect(searchTypes(types, 'über', 'fr')).toEqual([]);
        expect(searchTypes(types, 'PORT', 'de').length).toBe(2);
    });

    it.each<[string, Partial<JobType>, string | undefined]>([
        ['that one may run', { Parameters: [parameter({ Type: 'file' }), parameter({})] }, undefined],
        ['with a secret', { Parameters: [parameter({ Secret: true })] }, undefined],
        ['that wants a password', { Allowed: 'auth' }, 'password'],
        ['with two files', { Parameters: [parameter({ Type: 'file' }), parameter({ Type: 'file' })] }, 'several-files'],
        ['with a file and a secret', { Parameters: [parameter({ Type: 'file' }), parameter({ Secret: true })] },
            'file-and-secret'],
    ])('%s is started here or not', (_what, more, obstacle) => {
        expect(obstacleOf(type(more))).toBe(obstacle);
    });
});

describe('the form of a type', () => {
    const parameters = [
        parameter({ Name: 'text' }),
        parameter({ Name: 'mode', Type: 'choice', Choices: ['a', 'b'], Default: 'a' }),
        parameter({ Name: 'force', Type: 'boolean' }),
        parameter({ Name: 'check', Type: 'boolean', Default: 'on' }),
        parameter({ Name: 'file', Type: 'file' }),
        parameter({ Name: 'constructor' }),
    ];

    it('has defaults in it, and gives what stands there', () => {
        expect(parameters.map(each => valueOf(each, {}))).toEqual(['', 'a', 'no', 'yes', '', '']);
        expect(givenValues(parameters, {})).toEqual({ mode: 'a', force: 'no', check: 'yes' });
    });

    it('gives what was typed as it is', () => {
        expect(givenValues(parameters, { text: ' x\u00a0', mode: 'b', force: 'yes', check: 'no' }))
            .toEqual({ text: ' x\u00a0', mode: 'b', force: 'yes', check: 'no' });
    });

    it('gives an empty value where there is a default that was taken away', () => {
        expect(givenValues(parameters, { mode: '', text: '' })).toEqual({ mode: '', force: 'no', check: 'yes' });
    });

    it('has buttons for few choices of which one is made', () => {
        const choices = (n: number) => Array.from({ length: n }, (_, i) => `${i}`);
        expect(hasRadios(parameter({ Choices: choices(4), Required: true }))).toBe(true);
        expect(hasRadios(parameter({ Choices: choices(5), Required: true }))).toBe(false);
        expect(hasRadios(parameter({ Choices: choices(2) }))).toBe(false);
        expect(hasRadios(parameter({ Choices: choices(2), Default: '1' }))).toBe(true);
    });

    it.each<[Partial<Parameter>, string[]]>([
        [{}, []],
        [{ Secret: true }, ['It is shown to nobody.']],
        [{ Type: 'integer', Min: 1, Max: 1000 }, ['A whole number from 1 to 1,000.']],
        [{ Type: 'integer', Min: 1, Max: 2 ** 63 }, ['A whole number from 1 on.']],
        [{ Type: 'integer', Min: -(2 ** 63), Max: 5 }, ['A whole number up to 5.']],
        [{ Type: 'integer', Min: -(2 ** 63), Max: 2 ** 63 }, ['A whole number.']],
        [{ Type: 'file', SizeMax: 1024, Pattern: '.*[.]csv' },
            ['A file of yours, of which the job gets a copy.', 'It has at most 1 KiB.', 'It has to match .*[.]csv']],
    ])('says of %j', (more, notes) => {
        expect(parameterNotes(parameter(more))).toEqual(notes);
    });

    it('refuses a file that is too large, and says how far one is', () => {
        expect(fileMistake(parameter({ SizeMax: 10 }), 10)).toBeUndefined();
        expect(fileMistake(parameter({ SizeMax: 10 }), 11)).toBe('This file has 11 B, which is too much.');
        expect(fileMistake(parameter({}), 2 ** 40)).toBeUndefined();
        expect([percentSent(0, 3), percentSent(2, 3), percentSent(3, 3), percentSent(0, 0)]).toEqual([0, 66, 100, 100]);
    });
});

it.each([
    ['Parameter "mode" takes one of a, b, not "c".', 'mode'],
    ['Parameter "a-b_1": its file was handed over', 'a-b_1'],
    ['Failed to submit the job: Parameter "file" takes a file of at most 3 bytes.\n', 'file'],
    ['The queue of alice is full: 10 jobs wait.', undefined],
    ['Type "x" has no Parameter "y".', undefined],
])('%j is about the field %j', (text, name) => {
    const error = fieldError(text);
    expect(error.parameter).toBe(name);
    expect(error.text).not.toMatch(/^Failed|\n/);
});

it.each([
    ['90', 90], ['90s', 90], ['30min', 1800], ['2h', 7200], ['1h 30min', 5400], ['1d', 86400], ['1.5 h', 5400],
    ['', undefined], ['0', undefined], ['x', undefined], ['2 weeks', undefined], ['-1', undefined],
    ['99999999999999d', undefined],
])('%j is a time of %s s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds === undefined ? undefined : seconds * 1e6);
});

it.each([
    ['1', 1], ['512M', 512 * 2 ** 20], ['2 GiB', 2 * 2 ** 30], ['1.5k', 1536], ['1T', 2 ** 40],
    ['', undefined], ['0', undefined], ['2X', undefined], ['-1', undefined], ['99999999T', undefined],
])('%j are %s bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
});

describe('the form of a command', () => {
    it('gives nothing that was not said', () => {
        expect(commandOptions(NO_COMMAND, make)).toEqual({ origin: make('s', 'web') });
    });

    it('gives all that was said', () => {
        const fields = { ...NO_COMMAND, name: ' a b ', directory: '~', timeLimit: '1min', memoryLimit: '1K',
                         related: 'https://example.org/1', keepsResults: true };
        expect(commandOptions(fields, make)).toEqual({
            'origin': make('s', 'web'), 'name': make('s', 'a b'), 'working-directory': make('s', '~'),
            'timeout': make('t', 60e6), 'memory-max': make('t', 1024), 'related': make('s', 'https://example.org/1'),
            'results': make('b', true),
        });
    });

    it('is words, or a script as it is', () => {
        expect(argvOf({ ...NO_COMMAND, line: "/bin/echo 'a b'" })).toEqual(['/bin/echo', 'a b']);
        expect(argvOf({ ...NO_COMMAND, line: "echo 'a", isScript: true })).toEqual(['/bin/sh', '-c', "echo 'a"]);
    });

    it.each([
        [{ line: ' ' }, ['line']],
        [{ line: 'ls' }, ['line']],
        [{ line: "/bin/ls '" }, ['line']],
        [{ line: "''" }, ['line']],
        [{ line: '\\\n' }, ['line']],
        [{ line: 'ls', isScript: true }, []],
        [{ line: '/bin/ls', timeLimit: 'soon', memoryLimit: 'much' }, ['timeLimit', 'memoryLimit']],
        [{ line: '/bin/ls', timeLimit: ' ', memoryLimit: '' }, []],
    ])('says what is wrong with %j', (more, names) => {
        expect(Object.keys(mistakesIn({ ...NO_COMMAND, ...more }))).toEqual(names);
    });
});
