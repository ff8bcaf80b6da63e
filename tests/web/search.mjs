// Search as you type, in any script, by keyboard alone.
import { members, ok, open, until } from './browser.mjs';

const titles = (page) => page.$$eval('#live .title', (all) => all.map((one) => one.textContent));

const type = async (page, text, wanted) => {
    await page.fill('#search input[type=search]', '');
    await page.type('#search input[type=search]', text);
    const found = await until(async () => (await titles(page)).some((title) => title.includes(wanted)), 10);
    ok(found, `typing ${text} finds ${wanted}`, await titles(page));
};

const as_you_type = async () => {
    const page = await open(members + 'en/');
    await type(page, 'full exam', 'Full Example');
    await type(page, 'مركز النموذج', 'Full Example');
    await type(page, '完整示例', 'Full Example');
    await type(page, 'кени', 'Kenya');
    await type(page, '肯尼亚', 'Kenya');
    await type(page, 'duty@full', 'Full Example');
    ok(page.url().includes('q='), 'the address is that of the question');
    ok(await until(async () => /1 contact found/.test(await page.textContent('#said'))), 'what is found is said aloud');
    await page.selectOption('#search select[name=state]', 'KE');
    ok(await until(async () => (await titles(page)).length === 0), 'a filter narrows the search');
    ok((await page.textContent('#live')).includes('Nothing found'), 'and the page says so when nothing is left');
    await page.context().close();
};

const by_keyboard = async () => {
    const page = await open(members + 'en/');
    const active = () => page.evaluate(() => document.activeElement.className || document.activeElement.name);
    await page.keyboard.press('Tab');
    ok(await active() === 'skip', 'the first stop leads past the navigation');
    await page.keyboard.press('/');
    ok(await active() === 'q', 'a slash leads to the search');
    await page.keyboard.type('full example');
    await until(async () => (await titles(page)).length === 1);
    await page.keyboard.press('ArrowDown');
    ok(await active() === 'title', 'an arrow leads to what is found');
    await page.keyboard.press('ArrowUp');
    ok(await active() === 'q', 'and back');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/contact/FR/*');
    ok((await page.textContent('h1')).includes('Full Example'), 'Enter opens it');
    await page.goBack();
    await page.keyboard.press('Escape');
    ok(await until(async () => (await titles(page)).length > 1), 'Escape begins anew');
    await page.context().close();
};

const reachable = async () => {
    const page = await open(members + 'en/');
    await page.check('#search input[name=open]');
    ok(await until(async () => {
        const found = await titles(page);
        return found.some((one) => one.includes('Full Example')) && page.url().includes('open=now');
    }), 'those who are reachable now are found');
    ok(await page.$$eval('.card', (all) => all.every((one) => one.querySelector('.open'))), 'and only they');
    await page.context().close();
};

const copied = async () => {
    const page = await open(members + 'en/?q=Full+Example', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.click('#live .card .title');
    await page.click('li[data-value="+33199000099"] .copy');
    ok(await until(() => page.evaluate(async () => await navigator.clipboard.readText() === '+33199000099')),
        'a number is copied by its button');
    ok(await page.getByText('Day and night, every day').count() > 0 && await page.locator('.clock').textContent() !== '',
        'hours and local time are shown');
    await page.context().close();
};

export default async () => {
    await as_you_type();
    await by_keyboard();
    await reachable();
    await copied();
};
