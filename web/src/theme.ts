// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Dark or light, as is chosen in Cockpit's shell, which tells its pages by an event and by local storage.

const KEY = 'shell:style';

export function followTheme() {
    const dark = window.matchMedia('(prefers-color-scheme: dark)');

    const apply = (style: string) => {
        const isDark = style === 'dark' || (style === 'auto' && dark.matches);
        document.documentElement.classList.toggle('pf-v6-theme-dark', isDark);
    };
    const stored = () => localStorage.getItem(KEY) ?? 'auto';

    window.addEventListener('storage', event => {
        if (event.key === KEY)
            apply(stored());
    });
    window.addEventListener('cockpit-style', event => apply((event as CustomEvent<{ style: string }>).detail.style));
    dark.addEventListener('change', () => apply(stored()));
    apply(stored());
}
