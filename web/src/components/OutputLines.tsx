// SPDX-License-Identifier: LGPL-2.1-or-later

import { useLayoutEffect, useRef } from 'react';

import { _ } from '../i18n';
import type { Line } from '../state/output';
import { OutputLine } from './OutputLine';

interface Props {
    lines: readonly Line[];
    wanted: string;
    isWrapped: boolean;
    isFollowing: boolean;
    onFollow: (isFollowing: boolean) => void;
}

// Scrolling up stops following, and scrolling to the end goes on with it.
export function OutputLines({ lines, wanted, isWrapped, isFollowing, onFollow }: Props) {
    const box = useRef<HTMLDivElement>(null);

    useLayoutEffect(() => {
        if (isFollowing && box.current)
            box.current.scrollTop = box.current.scrollHeight;
    }, [lines, isFollowing]);

    const scrolled = () => {
        const { scrollTop, scrollHeight, clientHeight } = box.current!;
        const isAtEnd = scrollHeight - scrollTop - clientHeight < 4;
        if (isAtEnd !== isFollowing)
            onFollow(isAtEnd);
    };
    return (
        <div ref={box} className={`output ${isWrapped ? 'wrapped' : ''}`} role="log" aria-live="off" tabIndex={0}
             aria-label={_("Console output")} onScroll={scrolled}>
            {lines.map(line => <OutputLine key={line.number} line={line} wanted={wanted} />)}
        </div>
    );
}
