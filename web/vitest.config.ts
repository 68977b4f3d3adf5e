// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineConfig } from 'vitest/config';

export default defineConfig({
    test: {
        include: ['test/*.test.ts'],
        setupFiles: ['test/cockpit.ts'],
        // A zone with summer time, so that a day may have 23 hours.
        env: { TZ: 'Europe/Berlin' },
    },
});
