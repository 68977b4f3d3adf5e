// SPDX-License-Identifier: LGPL-2.1-or-later

import { _, plural } from '../i18n';
import { splitWords } from '../model/split-words';
import { turnsShown } from '../model/turns';

// The words that the program will get.
export function WordsPreview({ line }: { line: string }) {
    const words = splitWords(line);
    if (words?.length === 0)
        return null;
    return (
        <div className="words" role="status" aria-label={_("Words of the command")}>
            {words
                ? <>
                    <span>{plural("$0 word:", "$0 words:", words.length)}</span>
                    {words.map((word, i) => <code key={i}><bdi>{turnsShown(word) || '\u00a0'}</bdi></code>)}
                </>
                : _("A quotation has no end.")}
        </div>
    );
}
