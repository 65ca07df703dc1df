# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Errors that a user can correct: one clear line with the file or topic and the key."""

from __future__ import annotations

import re

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR

#: longer than any name of a file
_LONG_NAME = re.compile(r'\S{257,}')
_SHORTENED = 120


class EdgeSchedError(Exception):
    """Base of all errors that this package raises on purpose."""


class ConfigError(EdgeSchedError, ValueError):
    """
    A setting that cannot be used.

    :param where: the file, topic or parameter, e.g. ``detector.deadline_ms``
    :param problem: what is wrong with it and what would be correct
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(_line(f'{where}: {problem}' if where else problem))
        self.where = where
        self.problem = problem

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        """Allow pickling: by default exceptions are copied only by their message."""
        return type(self), (self.where, self.problem)


def _line(text: str) -> str:
    """
    Return a text as it is if it is a line for people; names in it may come from anywhere.

    Names are shortened first: the reasons of several units may be long together.
    """
    text = _LONG_NAME.sub(lambda found: brief(found[0], _SHORTENED), text)
    short = len(text) <= MOST_OF_AN_ERROR and text.isprintable()
    return text if short else brief(text, MOST_OF_AN_ERROR)


class InvariantError(EdgeSchedError, AssertionError):
    """An internal inconsistency of the dispatcher: an error in this package, never the user's."""
