# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The Markdown pages as a reader has them: blocks, links, headings.

A comment before a block, which a reader does not see, says what the test makes of it:

``<!-- not typed here: REASON -->``
    a block that needs a robot, a GPU, a cluster or a long time
``<!-- file: NAME -->``
    what this file holds; a first line ``# NAME`` says the same to the reader
``<!-- read as: KIND -->``
    the reader that must take the file, where no command of the page reads it
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

CHECKOUT = Path(__file__).resolve().parents[2]
_NOTE = re.compile(r'<!-- (not typed here|file|read as): (.+?) -->', re.S)
_NAMED = re.compile(r'# ([\w./-]+\.(?:yaml|json|py))$')
_ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """
    A code block.

    :param kind: the word after the fence; empty for none
    :param notes: what the comments before it say, by their first words
    """

    page: str
    line: int
    kind: str
    text: str
    notes: dict[str, str]

    @property
    def where(self) -> str:
        """Return page and line."""
        return f'{self.page}:{self.line}'

    @property
    def file(self) -> str:
        """Return the name of the file that this block shows; empty for none."""
        named = _NAMED.match(self.text.partition('\n')[0])
        return self.notes.get('file') or (named[1] if named else '')


def pages() -> list[str]:
    """Return all pages, by their paths in the checkout."""
    found = [*CHECKOUT.glob('*.md'), *CHECKOUT.glob('docs/**/*.md'), CHECKOUT / 'models/README.md']
    found += CHECKOUT.glob('benchmarks/*/README.md')
    return sorted(str(path.relative_to(CHECKOUT)) for path in found)


def blocks(page: str) -> list[Block]:
    """
    Return the code blocks of a page in order.

    :raises ValueError: for a comment that is before no block
    """
    found = []
    notes: dict[str, str] = {}
    for token in _tokens(page):
        if token.type == 'html_block' and (said := dict(_NOTE.findall(token.content))):
            notes |= said
            continue
        if token.type in ('fence', 'code_block'):
            kind = token.info.strip() if token.type == 'fence' else 'indented'
            line = (token.map or [0])[0] + 1
            found.append(Block(page, line, kind, token.content, notes))
        elif notes:
            raise ValueError(f'{page}: a comment is before no block: {notes}')
        notes = {}
    return found


def links(page: str) -> Iterator[str]:
    """Yield where the links and pictures of a page lead."""
    for token in _tokens(page):
        for part in token.children or ():
            target = part.attrs.get('href') or part.attrs.get('src')
            if target:
                yield str(target)


def pictures(page: str) -> Iterator[tuple[str, str]]:
    """Yield what is said of each picture to those who cannot see it, and where it is."""
    for token in _tokens(page):
        for part in token.children or ():
            if part.type == 'image':
                yield part.content, str(part.attrs['src'])


def anchors(page: Path) -> set[str]:
    """Return what a link into a page may name after ``#``."""
    found: set[str] = set()
    tokens = MarkdownIt('commonmark').enable('table').parse(page.read_text('utf-8'))
    for token, after in pairwise(tokens):
        if token.type == 'heading_open':
            text = ''.join(
                part.content for part in after.children or () if part.type != 'html_inline'
            )
            found.add(_slug(text, found))
        found |= set(_ANCHOR.findall(token.content))
    return found


def _slug(text: str, taken: set[str]) -> str:
    """Return the anchor GitHub gives a heading."""
    base = re.sub(r'[^\w\- ]', '', text.strip().lower()).replace(' ', '-')
    slug, count = base, 0
    while slug in taken:
        count += 1
        slug = f'{base}-{count}'
    return slug


def _tokens(page: str) -> list[Token]:
    return MarkdownIt('commonmark').enable('table').parse((CHECKOUT / page).read_text('utf-8'))
