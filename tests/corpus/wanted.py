"""What has to be said to each row of cases.py: the exit status and the whole text, or the status of HTTP.

`programs.py BIN --print` shows what is said now."""

WANTED = {
    ('85', 'an empty file'):
        '1: comity trust add: DIR/invitation holds no invitation: `comity invite` on the other node '
        'writes one',
    ('86', 'no invitation'):
        '1: comity trust add: DIR/invitation holds no invitation: `comity invite` on the other node '
        'writes one',
    ('86', 'another mark in it'):
        '1: comity trust add: DIR/invitation: made by another version of the program. Do not trust '
        'it; ask the sender over another channel',
    ('88', 'a count larger than the file'):
        '1: comity trust add: DIR/invitation: more items than allowed, or than bytes are left. Do '
        'not trust it; ask the sender over another channel',
    ('89', 'a value that ends past the file'):
        '1: comity trust add: DIR/invitation: ends in the middle of a value. It was cut or '
        'altered on its way: ask for it again, as an attachment',
    ('92', 'cut in its middle'):
        '1: comity trust add: DIR/invitation: ends in the middle of a value. It was cut or '
        'altered on its way: ask for it again, as an attachment',
    ('92', 'cut at its last line'):
        '1: comity trust add: DIR/invitation: ends in the middle of a value. It was cut or '
        'altered on its way: ask for it again, as an attachment',
    ('94', "the own State's"): "comity trust add: this is the invitation of this node's own State",
    ('96', "an observer's, where a State's is wanted"):
        "comity trust add: this is an observer's invitation: comity observer accredit takes it",
    ('87', 'a directory'):
        '1: comity trust add: DIR/directory is no plain file: name the file of the invitation, or - for '
        'standard input',
    ('87', 'a FIFO'):
        '1: comity trust add: DIR/fifo is no plain file: name the file of the invitation, or - for '
        'standard input',
    ('87', '/dev/zero'):
        '1: comity trust add: /dev/zero is no plain file: name the file of the invitation, or - for '
        'standard input',
    ('87', 'a file that is not there'): '1: comity trust add: DIR/nothing: not there',
    ('90', '2 GiB of nothing'): '1: comity trust add: DIR/sparse is longer than 256 KiB, so it is no invitation',
    ('85', 'an empty bundle'):
        '1: comity bundle import: DIR/bundle is no bundle: `comity bundle export` on another node writes one',
    ('85', 'nothing behind the first line'):
        '1: comity bundle import: DIR/bundle is cut: it ends in record 1 at byte 17. What came before is '
        'kept; copy it again, or ask for a new one',
    ('85', 'nothing behind the header'):
        '1: comity bundle import: DIR/bundle is cut: it ends in record 2 at byte 89. What came before is '
        'kept; copy it again, or ask for a new one',
    ('86', 'no bundle'): '1: comity bundle import: DIR/bundle is no bundle: `comity bundle export` on another node writes one',
    ('86', 'a bundle of another version'):
        '1: comity bundle import: DIR/bundle is a bundle of another version: use a newer comity, or ask for '
        'one of v1',
    ('86', 'an invitation'):
        '1: comity bundle import: DIR/bundle is no bundle: `comity bundle export` on another node writes one',
    ('88', 'a length beyond any record'):
        '1: comity bundle import: DIR/bundle: record 2 at byte 89: longer than its limit. What came before is'
        ' kept; copy it again, or ask for a new one',
    ('88', 'a length one beyond its bound'):
        '1: comity bundle import: DIR/bundle: record 3 at byte 165: longer than its limit. What came before '
        'is kept; copy it again, or ask for a new one',
    ('88', 'counts at the end that are not so'):
        '1: comity bundle import: DIR/bundle: its sum does not fit: it was altered on its way. What was taken'
        ' has passed the same gate as ever, and is kept; something may be missing: copy it again, or ask for '
        'a new one',
    ('89', 'a record that ends past the file'):
        '1: comity bundle import: DIR/bundle is cut: it ends in record 3 at byte 165. What came before is '
        'kept; copy it again, or ask for a new one',
    ('89', 'an entry that ends past its record'):
        '1: comity bundle import: DIR/bundle is cut: it ends in record 4 at byte 1032. What came before is '
        'kept; copy it again, or ask for a new one',
    ('92', 'a bundle cut in its package'):
        '1: comity bundle import: DIR/bundle is cut: it ends in record 3 at byte 165. What came before is '
        'kept; copy it again, or ask for a new one',
    ('92', 'a bundle without its last byte'):
        '1: comity bundle import: DIR/bundle is cut: it ends in record 4 at byte 1032. What came before is '
        'kept; copy it again, or ask for a new one',
    ('93', 'a package before its log'):
        '1: comity bundle import: DIR/bundle: record 2 at byte 89: a record out of order: the header comes '
        'first and once, a package behind the record that begins its log. What came before is kept; copy it '
        'again, or ask for a new one',
    ('93', 'a second header'):
        '1: comity bundle import: DIR/bundle: record 2 at byte 89: a record out of order: the header comes '
        'first and once, a package behind the record that begins its log. What came before is kept; copy it '
        'again, or ask for a new one',
    ('93', 'something behind the end'):
        '1: comity bundle import: DIR/bundle: record 4 at byte 1074: something follows the end record. What '
        'came before is kept; copy it again, or ask for a new one',
    ('97', 'a log by the name of a path'):
        '1: comity bundle import: DIR/bundle: record 2 at byte 89: a name does not follow its rule. What came'
        ' before is kept; copy it again, or ask for a new one',
    ('97', 'a log with a name that is too long'):
        '1: comity bundle import: DIR/bundle: record 2 at byte 89: longer than its limit. What came before is'
        ' kept; copy it again, or ask for a new one',
    ('97', 'a maker by the name of a path'):
        '1: comity bundle import: DIR/bundle: record 1 at byte 17: a name does not follow its rule. What came'
        ' before is kept; copy it again, or ask for a new one',
    ('87', 'a directory as a bundle'):
        '1: comity bundle import: DIR/directory is no plain file: name the file of the bundle, or - for '
        'standard input',
    ('87', 'a FIFO as a bundle'):
        '1: comity bundle import: DIR/fifo is no plain file: name the file of the bundle, or - for standard '
        'input',
    ('87', '/dev/zero as a bundle'):
        '1: comity bundle import: /dev/zero is no plain file: name the file of the bundle, or - for standard '
        'input',
    ('87', 'a symbolic link'): '1: comity bundle import: DIR/link is a symbolic link: name the file that it leads to',
    ('87', 'a bundle that is not there'): '1: comity bundle import: DIR/nothing: No such file or directory',
    ('90', '2 GiB of nothing as a bundle'):
        '1: comity bundle import: DIR/sparse is no bundle: `comity bundle export` on another node writes one',
    ('90', '2 GiB of nothing behind a header'):
        '1: comity bundle import: DIR/hollow: record 2 at byte 89: no kind of record that a bundle has. What '
        'came before is kept; copy it again, or ask for a new one',
    ('96', "members' parts for an observer"):
        "1: comity bundle import: DIR/ke.bundle holds members' parts, which an observer's node never takes; "
        'nothing of it was taken. Ask for one made with --public, and have this one destroyed',
    ('96', 'a whole log that nobody here follows'):
        '0: comity bundle import: 1 log of States that this node does not follow: left alone. `comity trust '
        'add` with their invitations, then import this again',
    ('98', "--limit '-1'"): "64: comity contact list: --limit: a number from 1 to 500 is wanted, found '-1'",
    ('98', "--limit '1e3'"): "64: comity contact list: --limit: a number from 1 to 500 is wanted, found '1e3'",
    ('98', "--limit '0x10'"): "64: comity contact list: --limit: a number from 1 to 500 is wanted, found '0x10'",
    ('98', "--limit '18446744073709551616'"):
        '64: comity contact list: --limit: a number from 1 to 500 is wanted, found '
        "'18446744073709551616'",
    ('98', "--limit ''"): "64: comity contact list: --limit: a number from 1 to 500 is wanted, found ''",
    ('98', "--limit '0'"): "64: comity contact list: --limit: a number from 1 to 500 is wanted, found '0'",
    ('98', "--limit '501'"): "64: comity contact list: --limit: a number from 1 to 500 is wanted, found '501'",
    ('99', 'an option that is no option'):
        '64: comity contact list: no option --jsn; --json perhaps? See comity help contact list',
    ('99', 'a command that is none'): '64: comity: no command contakt; contact list perhaps? comity help lists them',
    ('98', 'an argument too many'): '64: comity status: too many arguments, 1: comity status',
    ('98', 'options end at --'): '64: comity contact show: too many arguments, 5: comity contact show STATE/ID',
    ('98', 'nothing'): '64: comity: no command ; comity help lists them',
    ('98', 'a mebibyte'): '64: comity: argument 3 is longer than 4096 bytes',
    ('98', 'not UTF-8'): '64: comity: argument 3 is not UTF-8 text without control characters: <FF><FE>',
    ('98', 'a seat at the terminal'): '64: comity: argument 3 is not UTF-8 text without control characters: FR/<U+001B>[2J',
    ('102', 'a peer without tcp://'): "1: comity peer add: 'http://x:1' is not tcp://HOST:PORT",
    ('102', 'a peer that is no key'):
        "1: comity peer add: node: '0000000000000000000000000000000000000000000000000000000000000000' "
        'is no node id: 64 hex digits of an Ed25519 public key are wanted',
    ('99', 'a setting that is none'):
        "1: comity: DIR/fr/comity.conf:13: no setting 'netwrok' in section [node]; perhaps node.network "
        'is meant: `comity help config` shows them all',
    ('100', 'a setting twice'): '1: comity: DIR/fr/comity.conf:6: network is set a second time, first in line 2: remove one',
    ('101', 'an include, which there is not'):
        "1: comity: DIR/fr/comity.conf:1: no setting 'include' in section []: `comity help config` "
        'shows them all',
    ('103', "the members' page to the world"):
        "1: <3>the page on 0.0.0.0:7680: the members' view is served on this machine's loopback alone: "
        'listen on 127.0.0.1, or set view = public; see [web] in DIR/fr/comity.conf',
    ('107', 'a number too large'):
        "1: comity: DIR/fr/comity.conf:8: endorsements = '1000000000000' is not good: a number from 0 "
        'to 99',
    ('108', 'NUL at its end'):
        '1: comity: DIR/fr/comity.conf: holds a NUL, so it is no text: write it anew (`comity help '
        'config`)',
    ('108', 'NUL in a line'):
        '1: comity: DIR/fr/comity.conf: holds a NUL, so it is no text: write it anew (`comity help '
        'config`)',
    ('108', 'carriage returns alone'):
        '1: comity: DIR/fr/comity.conf:1: a carriage return in the middle of a line: end lines with '
        'a newline',
    ('104', 'a gigabyte of a line'):
        '1: comity: DIR/fr/comity.conf: longer than its limit: no configuration is so long (`comity '
        'help config`)',
    ('105', 'others can read it'):
        '1: comity publish: DIR/fr/operator.key has mode 0644, so others can read or write it: chmod '
        '600 DIR/fr/operator.key',
    ('105', 'a byte more'): '1: comity publish: DIR/fr/operator.key: bytes after the end of the value',
    ('105', 'cut short'): '1: comity publish: DIR/fr/operator.key: a field does not follow its rule',
    ('105', 'something else'):
        '1: comity publish: DIR/fr/operator.key: made by another version of the program. It is not '
        'a key file',
    ('105', 'empty'):
        '1: comity publish: DIR/fr/operator.key: made by another version of the program. It is not '
        'a key file',
    ('105', 'a symbolic link'):
        '1: comity publish: DIR/fr/operator.key is not a regular file (symbolic links are not '
        'followed): put the file itself there',
    ('v1', 'an empty table'): '3: comity import: DIR/t.csv: is empty: its first row names the columns',
    ('v1', 'a head alone'): '3: comity import: DIR/t.csv: no row could be imported',
    ('v1', 'no head'):
        '3: comity import: DIR/t.csv: no column is named email, phone or channel; the first is named '
        '"technical": name them so, or give --map COLUMN=email; --propose prints a mapping, --header '
        'LINE says where they stand',
    ('v1', 'a column twice'):
        '3: comity import: DIR/t.csv: the header names two columns for "kind": rename one, or leave it '
        'out with --map COLUMN=-',
    ('v1', 'a quote left open'):
        '3: line 2: has a quotation mark that is never closed: close or double it\ncomity import: '
        'DIR/t.csv: no row could be imported',
    ('v1', 'two quotes at the end'):
        '3: line 2: emails: no way to reach this contact: add an e-mail address, a phone number or '
        'another channel\ncomity import: DIR/t.csv: no row could be imported',
    ('v1', 'a million columns'): '3: comity import: DIR/t.csv: line 1, the header, has more than 1024 cells',
    ('v1', 'a cell of 16 MiB'):
        '3: line 2: has a cell of more than 32 KiB: shorten it\ncomity import: DIR/t.csv: no row could '
        'be imported',
    ('v1', 'half of UTF-16'):
        '3: comity import: DIR/t.csv: line 1: byte 3 cannot be read as UTF-16LE: name another --encoding',
    ('v1', 'no text'):
        '3: comity import: DIR/t.csv: line 3: byte 115 (80) is not UTF-8: save it as "CSV UTF-8", or '
        'say what it is: --encoding windows-1252 would read "" there, windows-1251 '
        '"vwxyz{|}~<U+007F>ЂЃ‚ѓ„…†‡€‰"; --encoding utf-8 refuses such rows alone',
    ('v2', 'a formula for an address'):
        '3: line 2: emails[0].address: not an e-mail address (RFC 5321, 6531): found "=cmd": write it '
        'as name@example.org\ncomity import: DIR/t.csv: no row could be imported',
    ('v3', 'no end'):
        '3: line 1: END:VCARD is missing: add it where the card ends\ncomity import: DIR/c.vcf: no row '
        'could be imported',
    ('v3', 'cards in cards'):
        '3: line 1: END:VCARD is missing: add it where the card ends\ncomity import: DIR/c.vcf: no row '
        'could be imported',
    ('v3', 'a line that names another'):
        '3: line 1: emails: no way to reach this contact: add an e-mail address, a phone number or '
        'another channel\nEMAIL: not an e-mail address (RFC 5321, 6531): left out (1 time; line 4: '
        '"evil@x")\ncomity import: DIR/c.vcf: no row could be imported',
    ('v3', 'a million semicolons'):
        '3: line 1: organisation: is missing, and so is name: say who is reached\ncomity import: '
        'DIR/c.vcf: no row could be imported',
    ('v3', 'a file of this machine'):
        '3: line 1: emails: no way to reach this contact: add an e-mail address, a phone number or '
        'another channel\nphotograph: personal: a directory of offices does not keep it: left out (1 '
        'time; line 4: "...")\ncomity import: DIR/c.vcf: no row could be imported',
    ('109', 'no Host'): 'HTTP/1.1 400 Bad Request',
    ('109', 'two Hosts'): 'HTTP/1.1 421 Misdirected Request',
    ('109', 'another Host'): 'HTTP/1.1 421 Misdirected Request',
    ('109', 'a Host that only begins like it'): 'HTTP/1.1 421 Misdirected Request',
    ('109', 'another port'): 'HTTP/1.1 421 Misdirected Request',
    ('109', 'a zone'): 'HTTP/1.1 421 Misdirected Request',
    ('110', 'POST'): 'HTTP/1.1 405 Method Not Allowed',
    ('110', 'PUT'): 'HTTP/1.1 405 Method Not Allowed',
    ('110', 'DELETE'): 'HTTP/1.1 405 Method Not Allowed',
    ('110', 'TRACE'): 'HTTP/1.1 405 Method Not Allowed',
    ('110', 'CONNECT'): 'HTTP/1.1 405 Method Not Allowed',
    ('110', 'OPTIONS'): 'HTTP/1.1 405 Method Not Allowed',
    ('111', "another site's script"): 'HTTP/1.1 403 Forbidden',
    ('111', "another site's frame"): 'HTTP/1.1 403 Forbidden',
    ('112', 'length and encoding'): 'HTTP/1.1 400 Bad Request',
    ('112', 'two lengths'): 'HTTP/1.1 400 Bad Request',
    ('112', 'in chunks'): 'HTTP/1.1 400 Bad Request',
    ('113', 'a line that goes on'): 'HTTP/1.1 200 OK',
    ('113', 'NUL in a header'): 'HTTP/1.1 200 OK',
    ('113', 'a space before the colon'): 'HTTP/1.1 400 Bad Request',
    ('114', 'a header of 64 KiB'): 'too long: refused, or cut off',
    ('114', 'a thousand headers'): 'HTTP/1.1 431 Request Header Fields Too Large',
    ('114', 'an address of 8 KiB'): 'HTTP/1.1 414 URI Too Long',
    ('116', '/../../etc/passwd'): 'HTTP/1.1 404 Not Found',
    ('116', '/%2e%2e/%2e%2e/etc/passwd'): 'HTTP/1.1 404 Not Found',
    ('116', '/%00'): 'HTTP/1.1 404 Not Found',
    ('116', '//'): 'HTTP/1.1 404 Not Found',
    ('116', '/\\'): 'HTTP/1.1 404 Not Found',
    ('116', '/%252e%252e/'): 'HTTP/1.1 404 Not Found',
    ('118', 'HTTP/2'): 'HTTP/1.1 505 HTTP Version Not Supported',
    ('118', 'TLS'): 'closed',
    ('118', 'a limit below zero'): 'HTTP/1.1 400 Bad Request',
    ('118', 'a limit of a thousand million'): 'HTTP/1.1 400 Bad Request',
    ('118', 'If-None-Match of 64 KiB'): 'too long: refused, or cut off',
    ('118', 'a hundred in a row'): '100',
    ('c2', 'a frame of no bytes first'): 'closed',
    ('c2', 'a frame of 4 GiB'): 'closed',
    ('c2', 'a frame of 2 MiB'): 'closed',
    ('c3', 'half a request'): 'closed',
    ('c2', 'a CALL and no HELLO'): 'closed',
    ('c1', 'nothing at all'): 'closed',
    ('c4', 'a second one while one runs'): 'True',
    ('c5', 'three descriptors with it'): 'kept none',
}
