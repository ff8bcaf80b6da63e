// Search as you type, and a page that follows the directory.  Everything works without it, but for those two.
(() => {
    'use strict';
    const body = document.body, root = body.dataset.root;
    if (root === undefined)
        return;
    const poll_ms = 700, lost_ms = 3000, typing_ms = 120;
    const link = document.getElementById('link');
    let stamp = body.dataset.stamp, asking = 0;

    const show_link = (up) => {
        link.className = up ? 'link up' : 'link down';
        link.textContent = up ? body.dataset.live : body.dataset.lost;
    };

    const tell_clocks = () => {
        for (const clock of document.querySelectorAll('[data-zone]')) {
            try {
                const now = new Intl.DateTimeFormat('en-GB',
                    { timeZone: clock.dataset.zone, weekday: 'short', hour: '2-digit', minute: '2-digit' });
                clock.textContent = clock.dataset.say.replace('{0}', now.format(new Date()));
            } catch (error) {
                clock.textContent = '';
            }
        }
    };

    // Fetch a page made by the server, and take over the part that changes.
    const refresh = async (address) => {
        const mine = ++asking;
        const reply = await fetch(address, { cache: 'no-store' });
        const text = await reply.text();
        if (mine !== asking)
            return;
        const fresh = new DOMParser().parseFromString(text, 'text/html');
        const from = fresh.getElementById('live'), to = document.getElementById('live');
        if (from && to && from.innerHTML !== to.innerHTML) {
            to.replaceWith(document.adoptNode(from));
            tell_clocks();
        }
    };

    const follow = async () => {
        let wait = poll_ms;
        try {
            if (!document.hidden) {
                const reply = await fetch(root + 'api/v1/status', { cache: 'no-store' });
                if (!reply.ok)
                    throw new Error(String(reply.status));
                const status = await reply.json();
                if (status.stamp !== stamp) {
                    await refresh(location.href);
                    stamp = status.stamp;
                }
                show_link(true);
            }
        } catch (error) {
            show_link(false);
            wait = lost_ms;
        }
        setTimeout(follow, wait);
    };

    const form = document.getElementById('search');
    if (form) {
        let timer = 0;
        const search = () => {
            const wanted = new URLSearchParams();
            for (const [name, value] of new FormData(form))
                if (value !== '')
                    wanted.set(name, value);
            const query = wanted.toString(), address = query === '' ? './' : './?' + query;
            history.replaceState(null, '', address);
            refresh(address).catch(() => show_link(false));
        };
        form.addEventListener('input', () => {
            clearTimeout(timer);
            timer = setTimeout(search, typing_ms);
        });
        form.addEventListener('submit', (event) => {
            event.preventDefault();
            clearTimeout(timer);
            search();
        });
        document.addEventListener('keydown', (event) => {
            const field = form.elements.q;
            if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
                event.preventDefault();
                field.focus();
                field.select();
            }
        });
    }
    tell_clocks();
    setInterval(tell_clocks, 15000);
    follow();
})();
