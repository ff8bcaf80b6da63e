#!/usr/bin/env python3
"""The QR code of a text sheet as a picture (PGM), for a scanner.

usage: qr.py SHEET"""
import sys

SIDE = 6  # pixels of a module
rows = []
for line in open(sys.argv[1], encoding="utf-8").read().split("\n"):
    if len(line) > 20 and set(line) <= set(" ▀▄█"):
        rows.append([c in "▀█" for c in line])
        rows.append([c in "▄█" for c in line])
width = max(map(len, rows))
print(f"P2\n{width * SIDE} {len(rows) * SIDE}\n1")
for row in rows:
    pixels = [("0" if dark else "1") for dark in row + [False] * (width - len(row)) for _ in range(SIDE)]
    print("\n".join([" ".join(pixels)] * SIDE))
