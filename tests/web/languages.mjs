// Languages: by the browser's wish, by hand, remembered; and plurals and numbers as Unicode CLDR in the browser has them.
import { readFile } from 'node:fs/promises';
import { languages, members, ok, open } from './browser.mjs';

const shown = (page) => page.evaluate(() => `${document.documentElement.lang} ${document.documentElement.dir}`);

const by_wish = async () => {
    for (const [locale, want] of [['ar-EG', 'ar rtl'], ['zh-CN', 'zh ltr'], ['ru-RU', 'ru ltr'], ['es-MX', 'es ltr'],
        ['fr-CH', 'fr ltr'], ['de-DE', 'en ltr']]) {
        const page = await open(members, { locale });
        const got = await shown(page);
        ok(got === want, `a browser of ${locale} gets ${want}`, got);
        await page.context().close();
    }
};

const by_hand = async () => {
    const page = await open(members + 'state/FR', { locale: 'fr-FR' });
    await page.click('.languages a[lang=ar]');
    ok(await shown(page) === 'ar rtl', 'a language is chosen at the top of the page');
    ok(await page.textContent('h1') !== '' && page.url().endsWith('/ar/state/FR'), 'and the page stays the same one');
    await page.click('nav.pages a >> nth=1');
    ok(await shown(page) === 'ar rtl' && page.url().endsWith('/ar/states'), 'links keep it');
    await page.goto(members);
    await page.waitForURL('**/ar/');
    ok(await shown(page) === 'ar rtl', 'and the browser remembers it');
    await page.context().close();
};

const directions = async () => {
    const page = await open(members + 'ar/?q=Full+Example');
    const [right, mail] = await page.evaluate(() => [
        getComputedStyle(document.querySelector('.card')).direction,
        getComputedStyle([...document.querySelectorAll('.channel bdi')].find((one) => one.textContent.includes('@'))).direction]);
    ok(right === 'rtl' && mail === 'ltr', 'in a page from right to left, an address still runs from left to right');
    await page.goto(members + 'en/?q=Full+Example');
    const name = await page.evaluate(() => getComputedStyle(document.querySelector('.person bdi')).direction);
    ok(name === 'rtl', 'and a name in Arabic from right to left in one from left to right');
    await page.context().close();
};

// counts.tsv is what the program says of each number: language, number, form, written.
const counted = async () => {
    const lines = (await readFile(process.env.DIR + '/counts.tsv', 'utf8')).trim().split('\n').map((line) => line.split('\t'));
    const page = await open(members + 'en/');
    const differing = await page.evaluate((rows) => {
        const rules = {}, numbers = {};
        return rows.filter(([language, number, form, written]) => {
            rules[language] ??= new Intl.PluralRules(language);
            numbers[language] ??= new Intl.NumberFormat(language + '-u-nu-latn');
            return rules[language].select(Number(number)) !== form || numbers[language].format(Number(number)) !== written;
        });
    }, lines);
    ok(lines.length > 6000 && differing.length === 0,
        `forms and digits of ${lines.length} numbers are those of the browser`, differing.slice(0, 5));
    await page.context().close();
};

// Months and their order, by the browser's own calendar; Arabic has the double names of United Nations documents.
const dated = async () => {
    for (const language of languages.filter((one) => one !== 'ar')) {
        const page = await open(`${members}${language}/changes?since=2026-03-09T05:07:00Z`);
        const want = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date('2026-03-09'));
        const text = await page.textContent('.since');
        const same = language === 'en' ? text.includes('9 March 2026') : text.includes(want);
        ok(same && text.includes('05:07'), `a date in ${language} is as it is written there`, `${text} / ${want}`);
        await page.context().close();
    }
};

export default async () => {
    await by_wish();
    await by_hand();
    await directions();
    await counted();
    await dated();
};
