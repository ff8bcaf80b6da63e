// A receipt is checked in the browser: genuine ones pass, every tampering is found, and what cannot be checked is said.
import { api, members, ok, open, open_to_all, until } from './browser.mjs';
import { violations } from './pages.mjs';

const drop = async (page, text) => {
    const file = { name: 'receipt.tlog-proof', mimeType: 'text/plain', buffer: Buffer.from(text) };
    await page.setInputFiles('#receipt', []);
    await page.evaluate(() => document.getElementById('verdict').replaceChildren());
    await page.setInputFiles('#receipt', file);
    await until(async () => await page.locator('#verdict h2').count() === 1);
    return page.locator('#verdict h2').textContent();
};

// Change one byte of what a line's base64 says.
const flipped = (text, line, at) => {
    const lines = text.split('\n'), words = lines[line].split(' ');
    const bytes = Buffer.from(words.at(-1), 'base64');
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    lines[line] = [...words.slice(0, -1), bytes.toString('base64')].join(' ');
    return lines.join('\n');
};

const genuine = async (page, receipt) => {
    ok(await drop(page, receipt) === 'The receipt is genuine', 'a genuine receipt is found so', await page.textContent('#verdict'));
    const text = await page.textContent('#verdict');
    ok(text.includes('duty@full.example') && text.includes('مركز النموذج الكامل'), 'and what it says is shown');
    ok(/This node trusts this log as that of the State: .?FR/.test(text), 'and that the node trusts its log', text);
    const found = await violations(page);
    ok(found.length === 0, 'the verdict has no violation of WCAG 2.2 AA', found);
    const { contacts } = await api('contacts?q=full+example', open_to_all);
    const open_one = await (await fetch(`${open_to_all}api/v1/contacts/FR/${contacts[0].id}/receipt`)).text();
    ok(await drop(page, open_one) === 'The receipt is genuine' &&
        (await page.textContent('#verdict')).includes('not in this receipt'), 'so is one without the members’ part, which it says');
};

const tampered = async (page, receipt) => {
    const lines = receipt.split('\n'), blank = lines.indexOf('');
    const signatures = lines.findIndex((line) => line.startsWith('— '));
    const extra = Buffer.from(lines[1].slice(6), 'base64');
    const within = (needle, by = 0) => extra.indexOf(needle) + by;
    const cases = {
        'another index': receipt.replace(/^index (\d+)$/m, (all, n) => `index ${Number(n) - 1}`),
        'a hash of its path': flipped(receipt, 3, 5),
        'a hash left out': lines.filter((_, i) => i !== 3).join('\n'),
        'another root': flipped(receipt, blank + 3, 0),
        'another size': [...lines.slice(0, blank + 2), String(Number(lines[blank + 2]) + 1), ...lines.slice(blank + 3)].join('\n'),
        'the signature': flipped(receipt, signatures, 20),
        'an address in its part': flipped(receipt, 1, within('duty@full.example', 2)),
        'an authority note': flipped(receipt, 1, within('comity-authority/v1', 200)),
        'the entry': flipped(receipt, 1, within('technical', 1)),
    };
    for (const [name, text] of Object.entries(cases)) {
        const verdict = await drop(page, text);
        ok(text !== receipt && verdict === 'The receipt is not genuine', `tampered with, it is not: ${name}`, await page.textContent('#verdict'));
    }
    for (const [name, text] of Object.entries({ nothing: '', 'a text': 'hello\n', 'half of it': receipt.slice(0, 500),
        'its head alone': lines.slice(0, blank + 1).join('\n'), '400 KB': 'x'.repeat(400001) }))
        ok(await drop(page, text) === 'The receipt is not genuine', `nor is ${name}`, await page.textContent('#verdict'));
    ok(page.faults.length === 0, 'without an error in the page', page.faults);
};

const old_browser = async (receipt) => {
    const page = await open('about:blank');
    await page.addInitScript(() => {
        const { importKey } = SubtleCrypto.prototype;
        SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
            return algorithm === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError'))
                : importKey.call(this, format, data, algorithm, ...rest);
        };
    });
    await page.goto(members + 'en/verify');
    ok(await drop(page, receipt) === 'Not everything could be checked' &&
        (await page.textContent('#verdict')).includes('does not know Ed25519'), 'a browser without Ed25519 says so');
    await page.context().close();
};

export default async () => {
    const { contacts } = await api('contacts?q=full+example');
    const receipt = await (await fetch(`${members}api/v1/contacts/FR/${contacts[0].id}/receipt`)).text();
    const page = await open(members + 'en/verify');
    await genuine(page, receipt);
    await tampered(page, receipt);
    await page.context().close();
    await old_browser(receipt);
};
