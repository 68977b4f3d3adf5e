// SPDX-License-Identifier: LGPL-2.1-or-later

import { memo } from 'react';

import { _, formatNumber } from '../i18n';
import { splitMatches } from '../model/search';
import type { Line } from '../state/output';
import { LINE_CHARACTERS_MAX } from '../state/output';

export const OutputLine = memo(function OutputLine({ line, wanted }: { line: Line; wanted: string }) {
    const isCut = line.length > LINE_CHARACTERS_MAX;
    return (
        <div className="line">
            {line.spans.map(({ text, classes }, i) => (
                <span key={i} className={classes || undefined}>
                    {splitMatches(text, wanted).map((part, j) => j % 2 === 1 ? <mark key={j}>{part}</mark> : part)}
                </span>))}
            {isCut &&
                <em> {_("… $0 characters more, see the download",
                        formatNumber(line.length - LINE_CHARACTERS_MAX))}</em>}
        </div>
    );
});
