// Runs the browser's tests one after the other; names as arguments choose among them.
import { browser, ok, wrongs } from './browser.mjs';

const names = ['pages', 'languages', 'search', 'live', 'changes', 'verify', 'hostile', 'plain'];
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : names) {
    const from = Date.now();
    try {
        const { default: run } = await import(`./${name}.mjs`);
        await run();
    } catch (error) {
        ok(false, `${name} ends before its end`, error.stack);
    }
    console.log(`# ${name}: ${((Date.now() - from) / 1000).toFixed(1)} s`);
}
await browser.close();
process.exit(wrongs() === 0 ? 0 : 1);
