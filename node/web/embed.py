#!/usr/bin/env python3
"""Write a C file that holds the files given: embed.py FILE... OUT"""
import hashlib
import os
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml; charset=utf-8",
}

FOLDERS = {".yaml": "api/v1/"}


def main(out, paths):
    lines = ['#include "node/asset.h"', ""]
    rows = []
    for i, path in enumerate(sorted(paths)):
        with open(path, "rb") as f:
            data = f.read()
        lines.append("static const uint8_t data%d[] = {" % i)
        for at in range(0, len(data), 24):
            lines.append("    " + " ".join("%d," % b for b in data[at:at + 24]))
        lines.append("};")
        name = FOLDERS.get(os.path.splitext(path)[1], "") + os.path.basename(path)
        etag = hashlib.sha256(data).hexdigest()[:32]
        rows.append('    {"/%s", "%s", "\\"%s\\"", data%d, sizeof data%d},' %
                    (name, TYPES[os.path.splitext(name)[1]], etag, i, i))
    lines += ["", "const struct asset assets[] = {"] + rows + ["    {0},", "};", ""]
    with open(out, "w", encoding="ascii") as f:
        f.write("\n".join(lines))


main(sys.argv[-1], sys.argv[1:-1])
