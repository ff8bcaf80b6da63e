#!/usr/bin/env python3
"""Write the catalogues as a C file: compile.py FILE... OUT

A language's file has a message a line, NAME = text, and NAME.one, NAME.few and so on where a count changes the
sentence.  states.txt and languages.txt have one name for each of the six languages.  The forms and their order are
those of node/language.h; that none is missing, unused or badly filled in is for tests/node/test_words.c to say."""
import os
import sys

TAGS = ["ar", "zh", "en", "fr", "ru", "es"]
FORMS = ["zero", "one", "two", "few", "many", "other"]


def quote(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def rows(path):
    """Pairs of a name and what stands after its =."""
    seen = set()
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            name, equals, text = line.partition("=")
            name, text = name.strip(), text.strip()
            if not equals or not name or not text:
                sys.exit("%s:%d: NAME = text is wanted" % (path, number))
            if name in seen:
                sys.exit("%s:%d: %s stands here twice" % (path, number, name))
            seen.add(name)
            yield number, name, text


def messages(path):
    texts = {}
    for number, name, text in rows(path):
        name, dot, form = name.partition(".")
        form = form if dot else "other"
        if form not in FORMS:
            sys.exit("%s:%d: %s is none of the forms %s" % (path, number, form, " ".join(FORMS)))
        texts.setdefault(name, {})[form] = text
    return texts


def lists(path, extra):
    """Rows of names for the six languages, after so many other columns."""
    for number, name, text in rows(path):
        columns = [column.strip() for column in text.split("|")]
        if len(columns) != extra + len(TAGS) or not all(columns):
            sys.exit("%s:%d: %d names with | between them are wanted" % (path, number, extra + len(TAGS)))
        yield "    {%s, %s{%s}}," % (quote(name), "".join(quote(c) + ", " for c in columns[:extra]),
                                     ", ".join(quote(c) for c in columns[extra:]))


def main(paths, out):
    by_name = {os.path.basename(path): path for path in paths}
    lines = ['#include "node/words_table.h"', "", "const char *const words_table[LANGUAGES][WORDS][PLURALS] = {"]
    for tag in TAGS:
        lines.append("    [LANGUAGE_%s] = {" % tag.upper())
        for name, forms in messages(by_name[tag + ".txt"]).items():
            lines.append("        [WORD_%s] = {%s}," % (name, ", ".join(
                "[PLURAL_%s] = %s" % (form.upper(), quote(text)) for form, text in forms.items())))
        lines.append("    },")
    lines += ["};", "", "const struct words_state words_states[] = {"]
    lines += list(lists(by_name["states.txt"], 1)) + ["    {0},", "};", ""]
    lines += ["const struct words_tongue words_tongues[] = {"]
    lines += list(lists(by_name["languages.txt"], 0)) + ["    {0},", "};", ""]
    with open(out, "w", encoding="utf-8") as f:
        f.write("\n".join(lines))


main(sys.argv[1:-1], sys.argv[-1])
