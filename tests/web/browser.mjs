// One browser for all tests, and pages in it that notice what a page should not do.
import { createRequire } from 'node:module';

const need = createRequire(process.env.WORK + '/');
const { chromium } = need('playwright-core');
export const axe_source = need('axe-core').source;
export const members = process.env.MEMBERS, open_to_all = process.env.PUBLIC;
export const languages = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];

export const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP rebound.example 127.0.0.1'],
});

let wrong = 0;
export const ok = (good, sentence, found) => {
    console.log(`${good ? 'ok' : 'not ok'} - ${sentence}`);
    if (!good) {
        wrong++;
        if (found !== undefined)
            console.log('    ' + (typeof found === 'string' ? found : JSON.stringify(found)));
    }
    return good;
};
export const wrongs = () => wrong;

// A page in a context of its own; page.faults collects dialogs, errors and requests to elsewhere.
export const open = async (address, options = {}) => {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    watch(page);
    await page.goto(address);
    return page;
};

export const watch = (page) => {
    const home = new URL(members).hostname;
    page.faults = [];
    page.on('dialog', (dialog) => {
        page.faults.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    page.on('pageerror', (error) => page.faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
        if (message.type() === 'error')
            page.faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
        if (new URL(request.url()).hostname !== home)
            page.faults.push(`request to ${request.url()}`);
    });
};

// Try until it is true, for so long that only what never comes true fails.
export const until = async (condition, seconds = 30) => {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
        if (await condition())
            return true;
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
};

export const api = async (path, base = members) => (await fetch(base + 'api/v1/' + path)).json();
