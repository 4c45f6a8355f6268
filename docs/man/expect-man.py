#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""waylay-expect(5), made from docs/expectations.md: expect-man.py expectations.md > waylay-expect.5

Of the document are taken the language, what a verdict means, and the grammar. What of
Markdown is understood is what is used there: headings, paragraphs, lists, tables, text
that is indented by four spaces, `code`, *stress*, **strong**, [links](to).
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

CHAPTERS = ("The language", "What a verdict means", "The grammar")
HEAD = """.\\" SPDX-License-Identifier: BSD-2-Clause
.\\" Made from docs/expectations.md by docs/man/expect-man.py: edit there.
.TH WAYLAY\\-EXPECT 5 "" "" ""
.SH NAME
waylay\\-expect \\- files of expectations: what captures must show
"""
TAIL = """.SH SEE ALSO
.BR waylay\\-assert (1),
.BR waylay\\-draft (1),
.BR pcap\\-filter (7)
"""


def plain(text: str) -> str:
    """Text as roff takes it literally."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    for char, name in {"…": "...", "µ": "\\(mc", "—": "\\(em"}.items():
        text = text.replace(char, name)
    return "\\&" + text if text.startswith(".") else text


def inline(text: str) -> str:
    """A line of prose: code and what is strong are bold, what is stressed is italic."""
    out = []
    for part in re.split(r"(`[^`]+`|\*\*.+?\*\*|\*[^*\s][^*]*\*|\[[^]]+\]\([^)]+\))", text):
        if part.startswith("`"):
            out.append(f"\\fB{plain(part[1:-1])}\\fR")
        elif part.startswith("**"):
            out.append(f"\\fB{plain(part[2:-2].replace('`', ''))}\\fR")
        elif part.startswith("*") and len(part) > 1:
            out.append(f"\\fI{plain(part[1:-1])}\\fR")
        elif part.startswith("["):
            out.append(plain(part[1 : part.index("]")]))
        else:
            out.append(plain(part))
    return "".join(out)


def row(line: str) -> list[str]:
    """What a table's row tells: the term, and the explanation."""
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    return [".TP", inline(cells[0].replace("\\|", "|")), inline(" ".join(cells[1:]))]


class Page:
    """Lines of roff, while the document is read line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.literal = False
        self.chosen = False
        self.table = 0  # rows of the table at hand

    def end_literal(self) -> None:
        if self.literal:
            while self.lines[-1] == "":
                self.lines.pop()
            self.lines += [".fi", ".RE"]
        self.literal = False

    def code(self, line: str) -> None:
        if not self.literal:
            self.lines += [".PP", ".RS 4", ".nf"]
        self.literal = True
        self.lines.append(plain(line[4:]))

    def heading(self, line: str) -> None:
        level, text = len(line) - len(line.lstrip("#")), line.lstrip("# ")
        if level <= 2:
            self.chosen = text in CHAPTERS
        if self.chosen:
            self.lines.append(f".SH {plain(text).upper()}" if level == 2 else f".SS {plain(text)}")

    def prose(self, line: str) -> None:
        if line.startswith("- "):
            self.lines += [".IP \\(bu 2", inline(line[2:])]
        elif line.startswith("|"):
            self.table += 1
            if self.table > 2:  # behind the names of columns and the rule
                self.lines += row(line)
        else:
            self.lines.append(inline(line.strip()))

    def take(self, line: str) -> None:
        if line.startswith("#"):
            self.end_literal()
            self.heading(line)
        elif not self.chosen:
            return
        elif line.startswith("    "):
            self.code(line)
        elif not line and self.literal:
            self.lines.append("")
        elif not line:
            self.table = 0
            self.lines.append(".PP")
        else:
            if self.literal:
                self.end_literal()
                self.lines.append(".PP")
            self.prose(line)


def tidy(lines: list[str]) -> list[str]:
    """Without paragraphs that are empty, or that what follows begins by itself."""
    out: list[str] = []
    for line in lines:
        if out and out[-1] == ".PP" and line.startswith((".PP", ".SH", ".SS", ".IP", ".TP")):
            out.pop()
        if line == ".PP" and out and out[-1].startswith((".SH", ".SS")):
            continue
        out.append(line)
    return out[:-1] if out and out[-1] == ".PP" else out


def manual(document: str) -> str:
    page = Page()
    for line in document.splitlines():
        page.take(line)
    page.end_literal()
    return HEAD + "\n".join(tidy(page.lines)) + "\n" + TAIL


if __name__ == "__main__":
    sys.stdout.write(manual(Path(sys.argv[1]).read_text(encoding="utf-8")))
