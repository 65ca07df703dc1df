# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Short, printable forms of arbitrary texts, for logs, messages and terminals.

The text of an exception may repeat its cause: a whole image, a name of a megabyte, control
characters. Messages for people use its brief form.
"""

from __future__ import annotations

import traceback

#: maximum length of a text in a log or a message
LIMIT = 240
#: maximum length of an error that ends a command, which may list files and allowed values
MOST_OF_AN_ERROR = 1000
_GAP = ' ... '
#: maximum number of lines of a traceback; the last ones are kept
_MOST_LINES = 40


def brief(text: object, limit: int = LIMIT) -> str:
    """
    Return a text as one printable line of at most ``limit`` characters.

    The middle of a longer text is left out; white space becomes single blanks, and unprintable
    characters become ``?``.

    :param text: a text, or any object
    """
    whole = _text_of(text)
    if len(whole) > 4 * limit:
        # enough for both ends, without processing megabytes
        whole = f'{whole[: 2 * limit]}{_GAP}{whole[-2 * limit :]}'
    line = printable(' '.join(whole.split()))
    if len(line) <= limit:
        return line
    tail = (limit - len(_GAP)) // 3
    head = line[: limit - len(_GAP) - tail]
    return f'{head.rstrip()}{_GAP}{line[len(line) - tail :].lstrip()}'


def printable(text: str) -> str:
    """
    Return a text of any length with ``?`` for what is not printable.

    This is the one place that makes texts from outside harmless: names and texts in messages,
    bags and files may contain line breaks, escape sequences of terminals, and characters that
    change the direction of writing.
    """
    return text if text.isprintable() else ''.join(c if c.isprintable() else '?' for c in text)


def brief_error(error: BaseException, limit: int = LIMIT) -> str:
    """
    Return an error as one line, kind first: ``IndexError: index out of range``.

    Not its ``repr``, which contains all of its arguments.
    """
    text = brief(error, limit)
    kind = _kind_of(error)
    return brief(f'{kind}: {text}' if text else kind, limit)


def brief_traceback(error: BaseException) -> str:
    """Return the traceback of an error as lines, with brief texts of errors."""
    try:
        chunks = traceback.format_exception(type(error), error, error.__traceback__)
    except BaseException:
        # attributes of a user's own error may raise anything
        return brief_error(error)
    lines = [line for chunk in chunks for line in _lines(chunk)]
    if len(lines) > _MOST_LINES:
        lines = [lines[0], _GAP.strip(), *lines[-_MOST_LINES:]]
    return '\n'.join(lines)


def _lines(chunk: str) -> list[str]:
    """Return the lines of a part of a traceback: a place and its code, or the text of an error."""
    if not chunk.startswith(' '):
        return [brief(chunk)]
    lines = chunk[: 8 * LIMIT].splitlines()
    return [' ' * (len(line) - len(line.lstrip())) + brief(line) for line in lines]


def _text_of(value: object) -> str:
    try:
        text = value if isinstance(value, str) else str(value)
        # exactly a str: methods of a subclass may raise
        return str.__getitem__(text, slice(None))
    except BaseException:
        # attributes of a user's own error may raise anything
        return _kind_of(value)


def _kind_of(value: object) -> str:
    try:
        return str.__getitem__(type(value).__name__, slice(None))
    except BaseException:
        # attributes of a user's own error may raise anything
        return 'object'
