// SPDX-License-Identifier: LGPL-2.1-or-later

import '@patternfly/react-core/dist/styles/base.css';
import './page.css';

import { createRoot } from 'react-dom/client';

import { App } from './components/App';
import { cockpit } from './cockpit';
import { followTheme } from './theme';
import { Model } from './state/model';

followTheme();
document.documentElement.lang = cockpit.language.replace('_', '-') || 'en';

const model = new Model();
model.start();
createRoot(document.getElementById('page')!).render(<App model={model} />);
