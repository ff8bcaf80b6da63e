// What has changed since the last visit: kept in the browser alone.
import { api, members, ok, open, until } from './browser.mjs';

export default async () => {
    const page = await open(members + 'en/changes');
    ok(await until(async () => (await page.textContent('#visit')).includes('this browser remembers')),
        'the first visit says that the browser remembers');
    const kept = await page.evaluate(() => Object.keys(localStorage).map((name) => [name, localStorage.getItem(name)]));
    ok(kept.length === 1 && !JSON.stringify(kept).includes(new URL(members).pathname.split('/')[2]),
        'it keeps the sizes of logs, and not the address that lets it in', kept);

    // As if one had looked two entries of a State ago.
    const log = (await api('logs')).logs.find((one) => one.state === 'FR');
    await page.evaluate(([origin, size]) => {
        const seen = JSON.parse(localStorage.getItem('comity-seen-members'));
        seen.sizes[origin][1] = size;
        localStorage.setItem('comity-seen-members', JSON.stringify(seen));
    }, [log.origin, log.size - 2]);
    await page.reload();
    ok(await until(async () => await page.locator('#visit .card').count() === 2), 'later, exactly what is new is shown');
    ok(/Since you last looked/.test(await page.textContent('#visit h2')), 'with the time of the last visit');
    await page.click('#visit button');
    await page.reload();
    ok(await until(async () => (await page.textContent('#visit')).includes('Nothing has changed')), 'seen is seen');
    ok(page.faults.length === 0, 'without an error', page.faults);
    await page.context().close();
};
