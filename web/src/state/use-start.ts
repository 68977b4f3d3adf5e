// SPDX-License-Identifier: LGPL-2.1-or-later

import { useEffect, useRef, useState } from 'react';

import type { BusError } from '../bus/bus';
import { cockpit } from '../cockpit';
import { fieldError } from '../model/field-error';
import type { FieldError } from '../model/field-error';
import { errorText } from '../model/words';

// What a form that starts a job needs: after that the job is shown. Who leaves meanwhile breaks off what can be.
export function useStart() {
    const [isBusy, setBusy] = useState(false);
    const [error, setError] = useState<FieldError>();
    const leaving = useRef<AbortController>();
    useEffect(() => () => leaving.current?.abort(), []);

    const start = async (submit: (signal: AbortSignal) => Promise<number>) => {
        const { signal } = leaving.current = new AbortController();
        setBusy(true);
        setError(undefined);
        try {
            const id = await submit(signal);
            if (!signal.aborted)
                cockpit.location.go([String(id)]);
        } catch (problem) {
            setError(fieldError(errorText(problem as BusError)));
            setBusy(false);
        }
    };
    return { isBusy, error, start };
}
