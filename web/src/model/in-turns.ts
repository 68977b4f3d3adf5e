// SPDX-License-Identifier: LGPL-2.1-or-later

// Works on all ITEMS in their order, on so many AT_ONCE and no more.
export async function inTurns<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>) {
    const rest = items.values();
    const worker = async () => {
        for (const item of rest)
            await work(item);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
}
