// Without scripts: reading and searching.
import { members, ok, open } from './browser.mjs';

export default async () => {
    const page = await open(members, { javaScriptEnabled: false, locale: 'fr-FR' });
    await page.fill('#search input[type=search]', 'full example');
    await page.click('#search button');
    ok(await page.locator('#live .title').count() === 1, 'the search is a form');
    await page.click('#live .title');
    ok((await page.textContent('h1')).includes('Centre d’exemple complet'), 'what it finds is a link');
    ok(await page.locator('.clock').textContent() !== '', 'the local time there is told by the node');
    await page.click('.languages a[lang=ru]');
    ok(await page.getAttribute('html', 'lang') === 'ru', 'the language is a link');
    await page.goto(members + 'en/changes');
    ok(await page.locator('#live .card').count() > 0 && await page.locator('noscript a').count() === 1,
        'what has changed is listed, with an address to keep');
    const kept = await page.getAttribute('noscript a', 'href');
    await page.goto(new URL(kept, page.url()).href);
    ok((await page.textContent('#live')).includes('Nothing has changed'), 'which later shows what is new from there on');
    await page.goto(members + 'en/verify');
    ok((await page.textContent('main')).includes('comity verify FILE') && !await page.isVisible('#verify'),
        'where a script is needed, the page says what to do instead');
    await page.context().close();
};
