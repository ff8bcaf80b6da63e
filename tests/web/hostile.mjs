// Data that would be markup, and addresses that would be data: nothing of either comes to life.
import { api, languages, members, ok, open, open_to_all } from './browser.mjs';

const inert = async (page, where) => {
    const alive = await page.evaluate(() => [...document.querySelectorAll('main script, main img, main svg:not(.qr), main [onload], main [onerror], main [onmouseover], main b, main h1')]
        .filter((one) => one.tagName !== 'H1' || document.querySelectorAll('main h1').length !== 1).map((one) => one.outerHTML));
    ok(alive.length === 0 && page.faults.length === 0, `${where}: what would be markup is text`, [...alive, ...page.faults]);
};

export default async () => {
    const { contacts } = await api('contacts?q=onerror');
    const page = await open(members + 'en/');
    for (const language of languages) {
        await page.goto(`${members}${language}/contact/FR/${contacts[0].id}`);
        await page.waitForSelector('#link.up');
        await page.mouse.move(300, 300);
        await inert(page, `a hostile contact in ${language}`);
    }
    for (const query of ['?q=%22%3E%3Cimg+src=x+onerror=alert(1)%3E', '?q=</script><script>alert(1)</script>', '?kind=%22+autofocus+onfocus=%22alert(1)',
        '?q=%E2%80%AEevil&state=FR']) {
        await page.goto(members + 'en/' + query);
        await inert(page, `the question ${query}`);
    }
    await page.goto(members + 'en/?q=onerror');
    await page.click('#live .title');
    await inert(page, 'found by a search');
    await page.context().close();

    const headers = (await fetch(open_to_all)).headers;
    const policy = headers.get('content-security-policy');
    ok(/default-src 'none'/.test(policy) && !/unsafe|\*|https?:/.test(policy), 'the policy lets nothing in from elsewhere, nor inline', policy);
    ok(headers.get('set-cookie') === null && headers.get('vary') === 'Accept-Language', 'no cookie; the language is named to caches');
};
