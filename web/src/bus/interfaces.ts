// SPDX-License-Identifier: LGPL-2.1-or-later
// Made from dbus/*.xml by "npm run interfaces".

export interface Variant { t: string; v: unknown }
export type Variants = Record<string, Variant>;

export const BUS_NAME = 'org.jobsd1';
export const MANAGER = 'org.jobsd1.Manager';
export const JOB = 'org.jobsd1.Job';

export interface ManagerMethods {
    RunCommand: { in: [argv: string[], options: Variants, flags: number], out: [id: number, job: string] };
    RunType: { in: [type: string, parameters: Record<string, string>, options: Variants, flags: number], out: [id: number, job: string] };
    ListTypes: { in: [flags: number], out: [types: Variants[]] };
    Reload: { in: [flags: number], out: [mistakes: string[]] };
    ListJobs: { in: [filter: Variants, before: number, limit: number, flags: number], out: [jobs: Variants[], next: number, scope: string] };
    ListSorted: { in: [filter: Variants, key: string, descending: boolean, after: string, limit: number, flags: number], out: [jobs: Variants[], next: string, scope: string] };
    CountJobs: { in: [filter: Variants, before: number, flags: number], out: [count: number, next: number, scope: string] };
    CancelJob: { in: [id: number, flags: number], out: [] };
    RetryJob: { in: [id: number, flags: number], out: [new_id: number, job: string] };
    ClearJobs: { in: [filter: Variants, flags: number], out: [cleared: number, kept: number, tasks: number] };
    OpenOutput: { in: [id: number, options: Variants, flags: number], out: [stream: number, status: number] };
    ListResults: { in: [id: number, flags: number], out: [results: [string, number, number][]] };
    OpenResult: { in: [id: number, name: string, flags: number], out: [file: number, size: number] };
    ExportHistory: { in: [filter: Variants, format: string, flags: number], out: [stream: number, status: number, scope: string] };
    OpenLog: { in: [id: number, options: Variants, flags: number], out: [stream: number, status: number, scope: string] };
    ImportHistory: { in: [file: number, report: number, format: string, flags: number], out: [imported: number, known: number, refused: number] };
    Subscribe: { in: [flags: number], out: [] };
    Unsubscribe: { in: [], out: [] };
}

export const MANAGER_SIGNATURES: Record<keyof ManagerMethods, string> = {
    RunCommand: 'asa{sv}t',
    RunType: 'sa{ss}a{sv}t',
    ListTypes: 't',
    Reload: 't',
    ListJobs: 'a{sv}tut',
    ListSorted: 'a{sv}sbsut',
    CountJobs: 'a{sv}tt',
    CancelJob: 'tt',
    RetryJob: 'tt',
    ClearJobs: 'a{sv}t',
    OpenOutput: 'ta{sv}t',
    ListResults: 'tt',
    OpenResult: 'tst',
    ExportHistory: 'a{sv}st',
    OpenLog: 'ta{sv}t',
    ImportHistory: 'hhst',
    Subscribe: 't',
    Unsubscribe: '',
};

export interface ManagerSignals {
    JobNew: [id: number, job: string];
    JobRemoved: [id: number, job: string, status: string];
    HistoryChanged: [];
    TypesChanged: [];
    SubscriptionEnded: [];
}

export interface ManagerProperties {
    Version: string;
    Queued: number;
    Running: number;
    MaxRunning: number;
    MaxQueuedPerUser: number;
    SystemUIDMax: number;
}

export interface JobProperties {
    Id: number;
    Name: string;
    Type: string;
    User: string;
    UID: number;
    Origin: string;
    Submitted: number;
    Started: number;
    Finished: number;
    Status: string;
    Result: string;
    ExitStatus: number;
    Info: string;
    Progress: number;
    Related: string;
    Unit: string;
    InvocationID: string;
    BootID: string;
    Attempt: number;
    NextTry: number;
    CPUUsageNSec: number;
    MemoryPeak: number;
    ResultFiles: number;
    ResultBytes: number;
    RetryOf: number;
    Imported: number;
    Parameters: string[];
    RunAs: string;
    Retries: number;
    Command: string[];
    WorkingDirectory: string;
    Timeout: number;
    MemoryMax: number;
    CPUQuota: number;
    TasksMax: number;
    OutputMax: number;
    OutputGrace: number;
    Nice: number;
    Umask: number;
}
