# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Errors a user can mend: one clear line that names the file or topic and the key."""

from __future__ import annotations


class EdgeSchedError(Exception):
    """Base of every error this package raises on purpose."""


class ConfigError(EdgeSchedError, ValueError):
    """
    A setting that cannot be used.

    :param where: the file, topic or parameter the user can look up, e.g. ``detector.deadline_ms``
    :param problem: what is wrong with it and what would be right
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f'{where}: {problem}' if where else problem)
        self.where = where
        self.problem = problem

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        """Let it travel between processes: exceptions are copied by their one message else."""
        return type(self), (self.where, self.problem)


class InvariantError(EdgeSchedError, AssertionError):
    """The dispatcher's own accounts do not add up: a defect in this package, never the user's."""
