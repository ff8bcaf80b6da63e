// What the pages do beyond being read: search as you type, follow the directory, tell clocks, copy, remember.
// Everything can be read and searched without it.
(() => {
    'use strict';
    const body = document.body, data = body.dataset;
    if (data.root === undefined)
        return;
    const patience_s = 50, hurry_ms = 300, lost_ms = 1000, lost_max_ms = 15000, typing_ms = 100;
    const language = document.documentElement.lang;
    const link = document.getElementById('link'), said = document.getElementById('said');

    // A browser may refuse to remember anything.
    const remembered = (name) => {
        try {
            return localStorage.getItem('comity-' + name);
        } catch (error) {
            return null;
        }
    };
    const remember = (name, value) => {
        try {
            localStorage.setItem('comity-' + name, value);
        } catch (error) {
            // It is only for comfort.
        }
    };

    // ---- the language chosen by hand ----

    const wanted = remembered('language');
    const unnamed = data.root === data.base;
    if (unnamed && wanted && wanted !== language && document.querySelector(`.languages a[hreflang="${CSS.escape(wanted)}"]`)) {
        location.replace(data.base + wanted + data.path + location.search + location.hash);
        return;
    }
    for (const choice of document.querySelectorAll('.languages a'))
        choice.addEventListener('click', () => remember('language', choice.hreflang));

    // ---- what is put on a page when it comes, and again when it changes ----

    const locale = language + '-u-nu-latn';
    const tell_clocks = () => {
        for (const clock of document.querySelectorAll('[data-zone]')) {
            try {
                const text = new Intl.DateTimeFormat(locale, {
                    timeZone: clock.dataset.zone, weekday: 'long', hour: '2-digit', minute: '2-digit',
                    hourCycle: 'h23' }).format(new Date());
                if (clock.textContent !== text)
                    clock.textContent = text;
            } catch (error) {
                // A zone that this browser does not know: what the node said stays.
            }
        }
    };

    const copy = async (button, text) => {
        await navigator.clipboard.writeText(text);
        button.textContent = data.copied;
        said.textContent = data.copied;
        setTimeout(() => { button.textContent = data.copy; }, 2000);
    };

    const dress = () => {
        tell_clocks();
        for (const row of navigator.clipboard ? document.querySelectorAll('li[data-value]') : []) {
            const button = document.createElement('button');
            button.type = 'button';
            button.className = 'copy';
            button.textContent = data.copy;
            button.setAttribute('aria-label', `${data.copy}: ${row.dataset.value}`);
            button.addEventListener('click', () => copy(button, row.dataset.value).catch(() => button.remove()));
            row.append(button);
        }
    };

    // ---- fetching a page made by the server, and taking over the part that changes ----

    let asking = null;
    const fetch_page = async (address) => {
        asking?.abort();
        const mine = asking = new AbortController();
        const reply = await fetch(address, { cache: 'no-store', signal: mine.signal });
        return new DOMParser().parseFromString(await reply.text(), 'text/html');
    };

    const take_over = (fresh) => {
        const from = fresh.getElementById('live'), to = document.getElementById('live');
        if (!from || !to)
            return;
        const plain = to.cloneNode(true);
        for (const extra of plain.querySelectorAll('.copy'))
            extra.remove();
        for (const clock of plain.querySelectorAll('[data-zone]'))
            clock.textContent = '';
        const now = from.cloneNode(true);
        for (const clock of now.querySelectorAll('[data-zone]'))
            clock.textContent = '';
        if (plain.innerHTML === now.innerHTML)
            return;
        const focused = to.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
        const open = [...to.querySelectorAll('details')].map((one) => one.open);
        to.replaceWith(document.adoptNode(from));
        from.querySelectorAll('details').forEach((one, i) => { one.open = Boolean(open[i]); });
        dress();
        if (focused)
            from.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    };

    const show_link = (up) => {
        const text = up ? data.live : data.lost;
        link.className = up ? 'link up' : 'link down';
        if (link.textContent !== text)
            link.textContent = text;
    };

    // ---- live: one request waits at the node until something changes there ----

    let cursor = data.cursor, stamp = data.stamp, lost = 0, wait_s = 0; // at first only to see that there is a link
    let waiting = new AbortController(), next = 0;
    const ask = async () => {
        const since = cursor === '' ? '' : `since=${encodeURIComponent(cursor)}&wait=${wait_s}`;
        waiting = new AbortController();
        const deadline = setTimeout(() => waiting.abort(), (wait_s + 15) * 1000); // the network may swallow it
        try {
            const reply = await fetch(`${data.base}api/v1/changes?${since}`, { cache: 'no-store', signal: waiting.signal });
            if (!reply.ok)
                throw new Error(String(reply.status));
            return await reply.json();
        } finally {
            clearTimeout(deadline);
        }
    };
    const refresh = async () => {
        try {
            take_over(await fetch_page(location.href));
        } catch (error) {
            if (error.name !== 'AbortError') // a search has taken its place, and is as new
                throw error;
        }
    };
    const follow = async () => {
        let pause = hurry_ms;
        next = 0;
        try {
            const answer = await ask();
            show_link(true);
            if (answer.stamp !== stamp)
                await refresh();
            cursor = answer.cursor;
            stamp = answer.stamp;
            lost = 0;
            wait_s = patience_s;
        } catch (error) {
            show_link(false);
            pause = Math.min(lost_ms * 2 ** lost++, lost_max_ms) * (0.5 + Math.random());
            wait_s = 0;
        }
        next = setTimeout(follow, pause);
    };
    addEventListener('offline', () => waiting.abort());
    addEventListener('online', () => {
        lost = 0;
        if (next !== 0) {
            clearTimeout(next);
            follow();
        }
    });

    // ---- search as you type, and keys ----

    const form = document.getElementById('search');
    const results = () => [...document.querySelectorAll('#live .title')];
    const search = async () => {
        const asked = new URLSearchParams();
        for (const [name, value] of new FormData(form))
            if (value !== '')
                asked.set(name, value);
        const query = asked.toString(), address = query === '' ? data.root : `${data.root}?${query}`;
        history.replaceState(null, '', address);
        try {
            take_over(await fetch_page(address));
            said.textContent = document.querySelector('#live .total span')?.textContent ?? '';
        } catch (error) {
            if (error.name !== 'AbortError')
                show_link(false);
        }
    };

    const step = (by) => {
        const list = results(), at = list.indexOf(document.activeElement);
        if (at < 0 && document.activeElement !== form.elements.q)
            return false;
        const next = at + by;
        if (next < 0)
            form.elements.q.focus();
        else
            list[Math.min(next, list.length - 1)]?.focus();
        return true;
    };

    const on_key = (event) => {
        const field = form.elements.q, typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
        if (event.ctrlKey || event.metaKey || event.altKey)
            return;
        if (event.key === '/' && !typing) {
            field.focus();
            field.select();
        } else if (event.key === 'Escape' && (document.activeElement === field || !typing)) {
            field.value = '';
            field.focus();
            search();
        } else if (!(event.key === 'ArrowDown' && step(1)) && !(event.key === 'ArrowUp' && step(-1))) {
            return;
        }
        event.preventDefault();
    };

    if (form) {
        let timer = 0;
        form.addEventListener('input', () => {
            clearTimeout(timer);
            timer = setTimeout(search, typing_ms);
        });
        form.addEventListener('submit', (event) => {
            event.preventDefault();
            clearTimeout(timer);
            search();
        });
        document.addEventListener('keydown', on_key);
    }

    // ---- what is new since the last visit: sizes of logs, kept here and nowhere else ----

    const visit = document.getElementById('visit');
    const seen_name = 'seen-' + data.view;
    const current = async () => {
        const reply = await fetch(data.base + 'api/v1/logs', { cache: 'no-store' });
        const sizes = {};
        for (const log of (await reply.json()).logs)
            if (log.trust !== 'none')
                sizes[log.origin] = [log.state, log.size];
        return { time: new Date().toISOString().slice(0, 19) + 'Z', sizes };
    };
    const show_new = async (before, now) => {
        const list = visit.querySelector('div'), total = visit.querySelector('p');
        const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' });
        visit.querySelector('h2').textContent = visit.dataset.visit.replace('{0}', date.format(new Date(before.time)));
        for (const [origin, [state, size]] of Object.entries(now.sizes)) {
            const from = before.sizes[origin]?.[1] ?? 0;
            if (size <= from)
                continue;
            const query = new URLSearchParams({ state, from });
            const reply = await fetch(`${data.root}changes?${query}`, { cache: 'no-store' });
            const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
            for (const section of fresh.querySelectorAll('#live section'))
                list.append(document.adoptNode(section));
        }
        total.textContent = list.childElementCount === 0 ? visit.dataset.none : '';
    };
    const start_visit = async () => {
        const before = JSON.parse(remembered(seen_name) ?? 'null'), now = await current();
        const button = visit.querySelector('button');
        const first = () => {
            remember(seen_name, JSON.stringify(now));
            visit.querySelector('div').replaceChildren();
            visit.querySelector('h2').textContent = '';
            visit.querySelector('p').textContent = visit.dataset.first;
            button.hidden = true;
        };
        if (before === null)
            first();
        else
            await show_new(before, now);
        button.addEventListener('click', first);
        visit.hidden = false;
    };
    if (visit && !location.search.includes('state='))
        start_visit().catch(() => show_link(false));

    dress();
    setInterval(tell_clocks, 1000);
    follow();
})();
