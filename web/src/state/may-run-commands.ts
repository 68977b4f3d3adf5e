// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether polkit lets whoever has logged in run commands. It asks jobsd's question for a process of this session: what
// Cockpit calls a connection's own name is not the same in all of its versions.

import { cockpit } from '../cockpit';
import type { Problem } from '../cockpit';

// pkcheck takes no "=" between an option and its value.
const SCRIPT = 'exec pkcheck --action-id org.jobsd1.run-command --process $$';
const REFUSALS = [1, 2, 3];         // of pkcheck(1); 2 and 3: without a password

// Where polkit cannot be asked, jobsd says it when a command is submitted.
export async function mayRunCommands(): Promise<boolean> {
    try {
        await cockpit.spawn(['/bin/sh', '-c', SCRIPT], { binary: true, err: 'ignore' });
        return true;
    } catch (problem) {
        return !REFUSALS.includes((problem as Problem).exit_status ?? 0);
    }
}
