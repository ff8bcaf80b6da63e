// Checks a receipt (docs/protocol.md, "Receipts") in the browser: the chain of authority notes, the signature of the
// checkpoint, the place of the entry in the tree, the parts that it commits to, and the cosignatures.
(() => {
    'use strict';
    const form = document.getElementById('verify'), verdict = document.getElementById('verdict');
    if (!form)
        return;
    const says = form.dataset, base = document.body.dataset.base;
    const size_max = 400000, text = new TextEncoder(), utf8 = new TextDecoder('utf-8', { fatal: true });

    class Refused extends Error {} // what failed, as a name among the words of the page

    const refuse_unless = (good, why) => {
        if (!good)
            throw new Refused(why);
    };

    // ---- bytes ----

    const bytes_of = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const hex_of = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
    const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
    const joined = (...parts) => {
        const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
        let at = 0;
        for (const part of parts) {
            all.set(part, at);
            at += part.length;
        }
        return all;
    };
    const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));

    // Canonical msgpack as receipts have it: nil, booleans, whole numbers, str, bin, arrays, maps.
    const unpack = (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        let at = 0;
        const take = (len) => {
            refuse_unless(at + len <= bytes.length, 'notForm');
            at += len;
            return at - len;
        };
        const number = (len) => {
            const from = take(len);
            return len === 1 ? view.getUint8(from) : len === 2 ? view.getUint16(from)
                : len === 4 ? view.getUint32(from) : Number(view.getBigUint64(from));
        };
        const slice = (len) => bytes.subarray(take(len), at);
        const list = (len, depth) => Array.from({ length: Math.min(len, bytes.length) }, () => value(depth + 1));
        const map = (len, depth) => new Map(Array.from({ length: Math.min(len, bytes.length) },
            () => [value(depth + 1), value(depth + 1)]));
        const value = (depth) => {
            refuse_unless(depth < 8, 'notForm');
            const type = number(1);
            if (type < 0x80)
                return type;
            if (type < 0x90)
                return map(type & 15, depth);
            if (type < 0xa0)
                return list(type & 15, depth);
            if (type < 0xc0)
                return utf8.decode(slice(type & 31));
            switch (type) {
            case 0xc0: return null;
            case 0xc2: return false;
            case 0xc3: return true;
            case 0xc4: return slice(number(1));
            case 0xc5: return slice(number(2));
            case 0xcc: return number(1);
            case 0xcd: return number(2);
            case 0xce: return number(4);
            case 0xcf: return number(8);
            case 0xd9: return utf8.decode(slice(number(1)));
            case 0xda: return utf8.decode(slice(number(2)));
            case 0xdc: return list(number(2), depth);
            case 0xde: return map(number(2), depth);
            default: throw new Refused('notForm');
            }
        };
        const whole = value(0);
        refuse_unless(at === bytes.length, 'notForm');
        return whole;
    };

    // ---- signatures ----

    const signed_by = async (key, signature, message) => {
        const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
        return crypto.subtle.verify('Ed25519', imported, signature, message);
    };
    const knows_ed25519 = async () => {
        try {
            await crypto.subtle.importKey('raw', bytes_of('2Kb0DZU+VjEyzyL9jQWGjCeYKJwX8JPEZ9qQV2r8Q00='),
                'Ed25519', false, ['verify']);
            return true;
        } catch (error) {
            return error.name !== 'NotSupportedError';
        }
    };
    const key_id = async (name, type, key) => (await sha256(text.encode(name + '\n'), [type], key)).subarray(0, 4);

    // "— name base64(key id || signature)": the payload of the line of this key, or null.
    const line_of = async (note, name, type, key) => {
        const id = await key_id(name, type, key);
        for (const line of note.lines)
            if (line.name === name && same(line.payload.subarray(0, 4), id))
                return line.payload.subarray(4);
        return null;
    };

    // ---- trees (RFC 9162, 2.1.3.2 and 2.1.4.2) ----

    const node_hash = (left, right) => sha256([1], left, right);
    const half = (n) => Math.floor(n / 2); // sizes may pass 32 bits

    const included = async (index, size, leaf, proof, root) => {
        let fn = index, sn = size - 1, r = leaf;
        if (index >= size)
            return false;
        for (const p of proof) {
            if (sn === 0)
                return false;
            if (fn % 2 === 1 || fn === sn) {
                r = await node_hash(p, r);
                while (fn !== 0 && fn % 2 === 0) {
                    fn = half(fn);
                    sn = half(sn);
                }
            } else {
                r = await node_hash(r, p);
            }
            fn = half(fn);
            sn = half(sn);
        }
        return sn === 0 && same(r, root);
    };

    const consistent = async (a, b, root_a, root_b, proof) => {
        if (a === 0 || a >= b)
            return proof.length === 0 && (a === 0 || (a === b && same(root_a, root_b)));
        let fn = a - 1, sn = b - 1, rest = proof;
        while (fn % 2 === 1) {
            fn = half(fn);
            sn = half(sn);
        }
        let fr = root_a;
        if (fn !== 0 || proof.length === 0) {
            if (proof.length === 0)
                return false;
            [fr, ...rest] = proof;
        }
        let sr = fr;
        for (const p of rest) {
            if (sn === 0)
                return false;
            if (fn % 2 === 1 || fn === sn) {
                fr = await node_hash(p, fr);
                sr = await node_hash(p, sr);
                while (fn !== 0 && fn % 2 === 0) {
                    fn = half(fn);
                    sn = half(sn);
                }
            } else {
                sr = await node_hash(sr, p);
            }
            fn = half(fn);
            sn = half(sn);
        }
        return sn === 0 && same(fr, root_a) && same(sr, root_b);
    };

    // ---- the file ----

    const note_of = (file) => {
        const cut = file.lastIndexOf('\n\n');
        refuse_unless(cut > 0, 'notForm');
        const lines = file.slice(cut + 2).split('\n').slice(0, -1).map((line) => {
            const match = /^— (\S+) ([A-Za-z0-9+/=]+)$/.exec(line);
            refuse_unless(match, 'notForm');
            return { name: match[1], payload: bytes_of(match[2]) };
        });
        const body = file.slice(0, cut + 1), [origin, size, root] = body.split('\n');
        refuse_unless(/^(0|[1-9]\d{0,15})$/.test(size), 'notForm');
        return { body, lines, origin, size: Number(size), root: bytes_of(root) };
    };

    const read = (file) => {
        const end = file.indexOf('\n\n'), head = file.slice(0, end).split('\n');
        refuse_unless(end > 0 && head[0] === 'c2sp.org/tlog-proof@v1' && /^extra \S+$/.test(head[1]) &&
            /^index (0|[1-9]\d{0,15})$/.test(head[2]), 'notForm');
        const extra = unpack(bytes_of(head[1].slice(6)));
        refuse_unless(extra instanceof Map && extra.get(1) instanceof Uint8Array, 'notForm');
        return { index: Number(head[2].slice(6)), inclusion: head.slice(3).map(bytes_of), note: note_of(file.slice(end + 2)),
            leaf: extra.get(1), parts: extra.get(2), notes: extra.get(3), anchor: extra.get(4), witnesses: extra.get(5) };
    };

    // ---- the authority notes ----

    const authority_of = (bytes) => {
        const lines = utf8.decode(bytes).split('\n');
        const words = (at, name) => {
            const [first, ...rest] = lines[at].split(' ');
            refuse_unless(first === name, 'notNotes');
            return rest;
        };
        refuse_unless(lines[0] === 'comity-authority/v1' && lines.length === 10 && lines[9] === '', 'notNotes');
        const key = (word) => {
            const typed = bytes_of(word);
            refuse_unless(typed.length === 33 && typed[0] === 1, 'notNotes');
            return typed.subarray(1);
        };
        const [anchor_size, anchor_root] = words(4, 'anchor'), [need, ...roots] = words(6, 'root');
        const [next_need, ...next] = words(7, 'next');
        refuse_unless(Number(need) >= 1 && Number(next_need) >= 1, 'notNotes');
        return { state: lines[1], epoch: Number(words(2, 'epoch')[0]), prev: words(3, 'prev')[0],
            anchor_size: Number(anchor_size), anchor_root: bytes_of(anchor_root), max: Number(words(5, 'max')[0]),
            need: Number(need), roots: roots.map(key), next_need: Number(next_need), next: next.map(bytes_of),
            operators: words(8, 'operator').map(key) };
    };

    // Distinct keys among the signers that this accepts.
    const count_signers = async (bytes, signatures, accepts) => {
        const counted = new Set();
        for (const [key, signature] of signatures)
            if (await accepts(key) && await signed_by(key, signature, bytes))
                counted.add(hex_of(key));
        return counted.size;
    };

    const check_first = async (bytes, signatures, first, origin) => {
        const hash = await sha256(bytes);
        refuse_unless(first.epoch === 0 && first.prev === '-' &&
            origin === `${first.state}/${hex_of(hash).slice(0, 16)}`, 'notNotes');
        const signers = await count_signers(bytes, signatures, (key) => first.roots.some((root) => same(root, key)));
        refuse_unless(signers >= first.need, 'notNotes');
        return hash;
    };

    const check_next = async (bytes, signatures, proof, parent, child, parent_hash) => {
        refuse_unless(child.state === parent.state && child.epoch === parent.epoch + 1 && child.prev !== '-' &&
            same(bytes_of(child.prev), parent_hash) && child.anchor_size > parent.anchor_size &&
            child.anchor_size <= parent.max, 'notNotes');
        refuse_unless(await consistent(parent.anchor_size, child.anchor_size, parent.anchor_root, child.anchor_root,
            proof), 'notNotes');
        const committed = async (key) => {
            const hash = await sha256([1], key);
            return parent.next.some((next) => same(next, hash));
        };
        refuse_unless(await count_signers(bytes, signatures, committed) >= parent.next_need, 'notNotes');
        refuse_unless(await count_signers(bytes, signatures, (key) => child.roots.some((root) => same(root, key))) >=
            child.need, 'notNotes');
    };

    const check_notes = async (receipt) => {
        let parent = null, hash = null, fingerprint = null;
        refuse_unless(Array.isArray(receipt.notes) && receipt.notes.length > 0, 'notNotes');
        for (const [bytes, signatures, proof] of receipt.notes) {
            const note = authority_of(bytes);
            if (parent === null)
                fingerprint = await check_first(bytes, signatures, note, receipt.note.origin);
            else
                await check_next(bytes, signatures, proof, parent, note, hash);
            parent = note;
            hash = await sha256(bytes);
        }
        return { authority: parent, fingerprint };
    };

    // ---- the checkpoint, the entry, its parts, its witnesses ----

    const check_signed = async (receipt, authority) => {
        const { note } = receipt, message = text.encode(note.body);
        refuse_unless(note.size >= authority.anchor_size && note.size <= authority.max, 'notSigned');
        let good = 0;
        for (const key of authority.operators) {
            const signature = await line_of(note, note.origin, 1, key);
            if (signature === null)
                continue;
            refuse_unless(await signed_by(key, signature, message), 'notSigned');
            good++;
        }
        refuse_unless(good > 0, 'notSigned');
    };

    const check_tree = async (receipt, authority) => {
        const { note } = receipt, leaf = await sha256([0], receipt.leaf);
        refuse_unless(await included(receipt.index, note.size, leaf, receipt.inclusion, note.root) &&
            await consistent(authority.anchor_size, note.size, authority.anchor_root, note.root, receipt.anchor),
        'notTree');
    };

    // The public part under 8, that of the members under 9; what is not given is a number or nil.
    const check_parts = async (receipt) => {
        const [, fields] = unpack(receipt.leaf);
        const held = [];
        for (const [i, part] of receipt.parts.entries()) {
            if (!(part instanceof Uint8Array))
                continue;
            const commitment = fields.get(8 + i);
            refuse_unless(commitment && same(await sha256(text.encode('comity/part/v1\0'), [i], part), commitment), 'notPart');
            held.push(unpack(part.subarray(32)));
        }
        return { fields, held, withheld: receipt.parts.includes(2) };
    };

    const count_witnesses = async (receipt) => {
        const { note } = receipt;
        let count = 0;
        for (const [key] of receipt.witnesses) {
            const name = `${note.origin}/w/${hex_of(await sha256(key)).slice(0, 16)}`;
            const payload = await line_of(note, name, 4, key);
            if (payload === null || payload.length !== 72)
                continue;
            const time = new DataView(payload.buffer, payload.byteOffset).getBigUint64(0);
            const message = text.encode(`cosignature/v1\ntime ${time}\n${note.body}`);
            count += await signed_by(key, payload.subarray(8), message);
        }
        return count;
    };

    // Whether this node trusts the log, and as whose.
    const known_as = async (origin) => {
        const reply = await fetch(`${base}api/v1/logs/${origin}`, { cache: 'no-store' });
        const log = reply.ok ? await reply.json() : null;
        return log && log.trust !== 'none' ? log.state : null;
    };

    // ---- telling ----

    const element = (name, className, content) => {
        const one = document.createElement(name);
        if (className)
            one.className = className;
        if (content !== undefined)
            one.textContent = content;
        return one;
    };
    const filled = (name, ...values) => values.reduce((say, value, i) => say.replace(`{${i}}`, `\u2068${value}\u2069`), says[name]);

    // Texts of a value; names by language come as [tag, text].  What is no text says nothing to a reader here.
    const texts_of = (value) => {
        if (typeof value === 'string')
            return value === '' ? [] : [value];
        if (Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string'))
            return texts_of(value[1]);
        return Array.isArray(value) || value instanceof Map ? [...value.values()].flatMap(texts_of) : [];
    };
    const show_fields = (list, part) => {
        for (const [key, value] of part instanceof Map ? part : []) {
            const texts = texts_of(value);
            if (texts.length === 0)
                continue;
            const row = element('div', 'row'), said = element('dd');
            for (const one of texts) {
                const line = element('span', 'line'), data = element('bdi', '', visible(one));
                data.dir = 'auto';
                line.append(data);
                said.append(line);
            }
            row.append(element('dt', '', says[`field${key}`] ?? says.fieldOther), said);
            list.append(row);
        }
    };
    const visible = (value) => value.replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
        (c) => `<U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);

    const show = (heading, kind, steps, found) => {
        const list = element('ul', 'steps');
        for (const [good, say] of steps)
            list.append(element('li', good === null ? 'open' : good ? 'good' : 'wrong', say));
        verdict.replaceChildren(element('h2', kind, heading), list);
        if (!found)
            return;
        const print = element('p', 'total', `${says.fingerprint}: `);
        const digits = element('code', 'fingerprint', hex_of(found.fingerprint.subarray(0, 20)).match(/.{4}/g).join(' '));
        digits.dir = 'ltr';
        print.append(digits);
        const content = element('dl', 'facts');
        for (const part of found.held)
            show_fields(content, part);
        verdict.append(print, element('h3', '', says.content), content);
    };

    const check = async (file) => {
        const steps = [], done = (say) => steps.push([true, say]);
        let receipt = null, found = null;
        try {
            refuse_unless(file.size <= size_max, 'tooLarge');
            receipt = read(utf8.decode(await file.arrayBuffer()));
            done(filled('form', receipt.index, receipt.note.origin));
            const parts = await check_parts(receipt);
            if (!await knows_ed25519()) {
                done(says.part);
                show(says.unsure, 'unsure', [...steps, [null, says.noEd25519]], null);
                return;
            }
            const { authority, fingerprint } = await check_notes(receipt);
            found = { ...parts, fingerprint };
            done(filled('notes', authority.epoch));
            await check_signed(receipt, authority);
            done(filled('signed', authority.epoch));
            await check_tree(receipt, authority);
            done(says.tree);
            done(says.part);
            done(filled('witnessed', await count_witnesses(receipt)));
            if (parts.withheld)
                steps.push([null, says.withheld]);
            const state = await known_as(receipt.note.origin).catch(() => null);
            steps.push(state === null ? [null, says.noLog] : [true, filled('known', state)]);
            show(says.good, 'good', steps, found);
        } catch (error) {
            const why = error instanceof Refused ? error.message : 'notForm';
            show(says.bad, 'wrong', [...steps, [false, says[why]]], null);
        }
    };

    const start = (files) => {
        if (files.length === 0)
            return;
        verdict.replaceChildren(element('p', 'total', says.reading));
        check(files[0]);
    };

    if (!globalThis.crypto?.subtle) {
        verdict.replaceChildren(element('p', 'notice bad', says.noCrypto));
        return;
    }
    const input = document.getElementById('receipt');
    input.addEventListener('change', () => start(input.files));
    for (const kind of ['dragover', 'drop'])
        document.addEventListener(kind, (event) => event.preventDefault());
    document.addEventListener('dragover', () => form.classList.add('over'));
    document.addEventListener('dragleave', () => form.classList.remove('over'));
    document.addEventListener('drop', (event) => {
        form.classList.remove('over');
        start(event.dataTransfer.files);
    });
    form.hidden = false;
})();
