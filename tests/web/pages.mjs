// Every page in every language: accessible, quiet, as small as promised, and no wider than its window.
import { readFile, stat } from 'node:fs/promises';
import { api, axe_source, languages, members, ok, open, open_to_all } from './browser.mjs';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const widths = (process.env.WIDTHS ?? '320,1280').split(',').map(Number);

const paths = async (base) => {
    const contacts = (await api('contacts?limit=500', base)).contacts;
    const find = (text) => contacts.find((one) => JSON.stringify(one).includes(text));
    const full = find('Full Example'), hostile = find('onerror');
    return {
        directory: '', search: '?q=example', states: 'states', state: 'state/FR',
        contact: `contact/FR/${full.id}`, hostile: `contact/FR/${hostile.id}`,
        changes: 'changes?since=2020-01-01', network: 'network', verify: 'verify', about: 'about', missing: 'nowhere',
    };
};

export const violations = async (page) => {
    await page.evaluate(axe_source);
    const found = await page.evaluate((only) => axe.run(document, { runOnly: only, resultTypes: ['violations'] }), tags);
    return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
};

const too_wide = (page) => page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    return document.documentElement.scrollWidth <= room ? '' : [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > room + 1 || one.getBoundingClientRect().left < -1)
        .slice(0, 3).map((one) => one.outerHTML.slice(0, 150)).join(' | ') || 'something';
});

// A page that is not there says so with 404, and a browser repeats it; that is no fault.
const faults = (page) => page.faults.splice(0).filter((one) => !one.includes('404'));

const look = async (page, { view, base, judged, drawn }, language, name, path) => {
    await page.goto(`${base}${language}/${path}`);
    await page.waitForSelector('#link.up');
    for (const width of drawn) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await too_wide(page);
        ok(wide === '', `${view} ${name} ${language} fits ${width} pixels`, wide);
        await page.screenshot({ path: `${process.env.WORK}/shots/${view}-${name}-${language}-${width}.png`, fullPage: true });
    }
    const found = judged.includes(language) ? await violations(page) : [];
    if (judged.includes(language))
        ok(found.length === 0, `${view} ${name} ${language} has no violation of WCAG 2.2 AA`, found);
    const wrong = faults(page);
    ok(wrong.length === 0, `${view} ${name} ${language} makes no error and calls nobody else`, wrong);
};

// Languages of one direction differ in nothing but their texts: one of each is judged.
const all_in = async (what, wanted, options) => {
    const { base } = what, pages = await paths(base);
    for (const language of wanted) {
        const page = await open(`${base}${language}/`, { viewport: { width: 1280, height: 900 }, ...options });
        for (const [name, path] of Object.entries(pages))
            await look(page, what, language, name, path);
        await page.context().close();
    }
};

const sizes = async () => {
    const page = await open(members + 'en/'), { contact } = await paths(members);
    let sum = 0;
    for (const path of ['', 'style.css', 'app.js', 'verify.js', 'favicon.svg', contact])
        sum += (await (await page.request.get(members + path)).body()).length;
    ok(sum < 150 * 1024, `styles, scripts and two pages are ${sum} bytes, below 150 KB`);
    await page.context().close();
};

const zoomed = async () => {
    const page = await open(members + 'en/', { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
    ok(await too_wide(page) === '', 'the directory fits a window of 1280 pixels at 200 %');
    await page.emulateMedia({ media: 'print' });
    const hidden = await page.evaluate(() => [...document.querySelectorAll('nav, #search, .strip')]
        .every((one) => one.checkVisibility() === false));
    ok(hidden, 'what is of no use on paper is not printed');
    const pdf = await page.pdf({ path: `${process.env.WORK}/shots/directory.pdf` });
    ok((await stat(`${process.env.WORK}/shots/directory.pdf`)).size === pdf.length && (await readFile(
        `${process.env.WORK}/shots/directory.pdf`)).subarray(0, 5).toString() === '%PDF-', 'it can be printed');
    await page.context().close();
};

export default async () => {
    await all_in({ view: 'members', base: members, judged: ['ar', 'en'], drawn: widths }, languages, {});
    await all_in({ view: 'public', base: open_to_all, judged: ['en'], drawn: [1280] }, ['en'], {});
    await all_in({ view: 'dark', base: members, judged: ['en'], drawn: [] }, ['en'], { colorScheme: 'dark' });
    await sizes();
    await zoomed();
};
