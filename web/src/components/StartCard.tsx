// SPDX-License-Identifier: LGPL-2.1-or-later

import { Card, CardBody, CardFooter, CardHeader, CardTitle } from '@patternfly/react-core/dist/esm/components/Card';

interface Props { id: string; title: string; text: string; note?: string | undefined; href: string | undefined }

// Something to start: the whole card leads there. Without an address it only says why not.
export function StartCard({ id, title, text, note, href }: Props) {
    const action = href !== undefined && { to: href, selectableActionAriaLabelledby: `${id}-title` };
    return (
        <li>
            <Card id={id} isFullHeight isClickable={href !== undefined} className="start-card">
                <CardHeader {...action && { selectableActions: action }}>
                    <CardTitle component="h2" id={`${id}-title`}><bdi>{title}</bdi></CardTitle>
                </CardHeader>
                {text && <CardBody><bdi>{text}</bdi></CardBody>}
                {note && <CardFooter>{note}</CardFooter>}
            </Card>
        </li>
    );
}
