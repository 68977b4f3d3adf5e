// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is asked anew whenever something has happened: one question follows the other and no more, however much happens
// meanwhile.

export class Renewal {
    private isDue = false;
    private isBusy = false;

    // ASK fails by itself: nobody else would hear of it.
    constructor(private readonly ask: () => Promise<void>, private readonly restMsec = 0) {}

    async request() {
        this.isDue = true;
        if (this.isBusy)
            return;
        this.isBusy = true;
        while (this.isDue) {
            this.isDue = false;
            await this.ask();
            if (this.isDue && this.restMsec > 0)
                await new Promise(resolve => setTimeout(resolve, this.restMsec));
        }
        this.isBusy = false;
    }
}
