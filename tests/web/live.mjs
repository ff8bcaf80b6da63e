// A change is on the page soon after the node has it, without a reload, by one request that waits.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { api, members, ok, open, until } from './browser.mjs';

const run = promisify(execFile);
const comity = (...words) => run(`${process.env.BIN}/comity`, [...words, '--data', `${process.env.DIR}/fr`, '--yes',
    '--passphrase-file', process.env.PASS]);

const shows = async () => {
    const page = await open(members + 'en/?q=novelty');
    let waiting = 0, most = 0, loads = 0;
    const counts = (request) => /api\/v1\/changes/.test(request.url());
    page.on('request', (request) => { most = Math.max(most, waiting += counts(request)); });
    for (const end of ['requestfinished', 'requestfailed'])
        page.on(end, (request) => { waiting -= counts(request); });
    page.on('load', () => loads++);
    await page.waitForSelector('#link.up');
    await comity('contact', 'add', '--kind', 'technical', '--organisation', 'en=Novelty Desk', '--email', 'desk@novelty.example');
    await comity('publish');
    const has = await until(async () => (await api('contacts?q=novelty')).total === 1);
    const from = Date.now();
    const came = await until(async () => await page.locator('#live .title', { hasText: 'Novelty Desk' }).count() === 1);
    ok(has && came && loads === 0, `a new contact is on the page ${Date.now() - from} ms after the node has it, without a reload`);
    ok(most <= 1, 'never did more than one request wait', most);
    await page.context().close();
};

// What a reader does is not disturbed: focus, and what has been opened.
const undisturbed = async () => {
    const { contacts } = await api('contacts?q=full+example');
    const page = await open(`${members}en/contact/FR/${contacts[0].id}`);
    await page.waitForSelector('#link.up');
    await page.click('summary');
    await page.focus('.crumb + .heading ~ section a.reach');
    const focused = await page.evaluate(() => document.activeElement.getAttribute('href'));
    const found = (await api(`contacts/FR/${contacts[0].id}`));
    await comity('contact', 'edit', found.id, '--title', 'en=Head of desk');
    await comity('publish');
    ok(await until(async () => await page.getByText('Head of desk').count() > 0), 'an edit is on the open page');
    ok(await page.evaluate(() => document.querySelector('#live details').open), 'what was opened stays open');
    ok(await page.evaluate(() => document.activeElement.getAttribute('href')) === focused, 'and the focus where it was');
    await page.context().close();
};

const lost = async () => {
    const page = await open(members + 'en/');
    await page.waitForSelector('#link.up');
    await page.context().setOffline(true);
    ok(await until(async () => (await page.getAttribute('#link', 'class')) === 'link down'), 'a lost connection is told');
    await page.context().setOffline(false);
    ok(await until(async () => (await page.getAttribute('#link', 'class')) === 'link up'), 'and so is its return');
    await page.context().close();
};

export default async () => {
    await shows();
    await undisturbed();
    await lost();
};
