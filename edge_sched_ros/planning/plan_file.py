# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads planning files; whatever is wrong is one line that names file and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.documents.parsing import checking
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.documents.plain_words import key_word
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.schema import PlanFile

#: type of pydantic's error -> what a user can do about it
_WORDS = {
    'string_pattern_mismatch': 'must be a letter, then letters, digits, _, - and .',
    'too_short': 'must not be empty',
    'union_tag_not_found': 'needs a model: none, pairwise or piecewise',
    'none_required': 'must be a number or null',
}
#: what pydantic calls the branches of a choice, which is no key of the file
_BRANCHES = ('[key]', 'nullable', 'pairwise', 'piecewise', 'none', 'float', 'tuple')


def load_problem(path: Path) -> Problem:
    """
    Read a planning file.

    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    return parse_problem(read_mapping(path), str(path))


def parse_problem(data: Mapping[str, Any], where: str) -> Problem:
    """
    Return what a file says.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    found = parse(data, PlanFile, where, words=_WORDS, key_of=_key)
    with checking(where):
        return problem_of(found)


def _key(error: Mapping[str, Any]) -> str:
    parts = [key_word(part) for part in error['loc']]
    return '.'.join(
        part for part in parts if part not in _BRANCHES and not part.startswith('constrained')
    )
