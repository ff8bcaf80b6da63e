// Data that would be markup, and addresses that would be data: nothing of either comes to life.
import { api, languages, members, ok, open, open_to_all } from './browser.mjs';

const inert = async (page, where) => {
    const alive = await page.evaluate(() => [...document.querySelectorAll('main script, main img, main svg:not(.qr), main [onload], main [onerror], main [onmouseover], main b, main h1')]
        .filter((one) => one.tagName !== 'H1' || document.querySelectorAll('main h1').length !== 1).map((one) => one.outerHTML));
    ok(alive.length === 0 && page.faults.length === 0, `${where}: what would be markup is text`, [...alive, ...page.faults]);
};

// A name of somebody else's that leads here, and a page of another origin that asks for members' data.
const elsewhere = async () => {
    const here = new URL(members), page = await open(open_to_all);
    const reply = await page.goto(`http://rebound.example:${here.port}${here.pathname}`);
    ok(reply.status() === 421 && !(await reply.text()).includes('FR'), 'under a foreign name the node gives nothing', reply.status());
    await page.goto(open_to_all);
    const got = await page.evaluate((address) => fetch(address).then((answer) => answer.text(), () => 'refused'), members + 'api/v1/states');
    ok(got === 'refused', 'a page of another origin cannot read the members’ view', got.slice(0, 100));
    await page.setContent(`<iframe src="${members}"></iframe>`);
    await page.waitForTimeout(300);
    ok(page.frames().every((frame) => !frame.url().startsWith(members) || frame.url().startsWith('chrome-error')), 'nor frame it',
        page.frames().map((frame) => frame.url()));
    await page.context().close();
};

// Everything that the public view leads to, and none of it is of the members.
const nothing_of_members = async () => {
    const secrets = ['duty@full.example', '+33199000099', 'ليلى مثال', 'Layla Mithal', 'portal.full.example', 'NV 2026/17', 'a@hostile.example'];
    const seen = new Set(['']), queue = [''];
    const found = [];
    while (queue.length > 0 && seen.size < 400) {
        const reply = await fetch(open_to_all + queue.shift());
        const text = await reply.text() + JSON.stringify([...reply.headers]);
        found.push(...secrets.filter((secret) => text.includes(secret)).map((secret) => `${reply.url}: ${secret}`));
        for (const [, link] of (reply.headers.get('content-type') ?? '').includes('html') ? text.matchAll(/href="([^"#]*)/g) : []) {
            const to = new URL(link.replaceAll('&amp;', '&'), reply.url).href;
            const path = to.startsWith(open_to_all) ? to.slice(open_to_all.length) : null;
            if (path !== null && !seen.has(path) && !/^(ar|zh|fr|ru|es)\//.test(path)) {
                seen.add(path);
                queue.push(path);
            }
        }
    }
    ok(seen.size > 80 && found.length === 0, `of ${seen.size} addresses of the public view none holds a member's value`, found);
};

export default async () => {
    await nothing_of_members();
    await elsewhere();
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
