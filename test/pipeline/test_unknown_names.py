# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names in a shared parameter file: thousands of other nodes' are cheap and few lines."""

from __future__ import annotations

import difflib

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings import unknown_names
from edge_sched_ros.pipeline.settings.parameter_table import table_of
from edge_sched_ros.pipeline.settings.unknown_names import judge
from edge_sched_ros.pipeline.settings.unknown_names import nearest

TABLE = table_of(('detector', 'tracker'), {})


def test_thousands_of_foreign_names_are_few_lines_and_few_comparisons(monkeypatch):
    made = []

    class Counted(difflib.SequenceMatcher):
        def __init__(self, *arguments):
            made.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr(unknown_names.difflib, 'SequenceMatcher', Counted)
    names = [f'other_node_{number}.setting_{number}' for number in range(3000)]
    names += [f'far_away_{number}' for number in range(3000)]
    lines = judge(names, TABLE, 'edf')
    assert len(lines) == 21 and lines[-1] == '5980 more parameters are ignored'
    # the letters tell nearly all apart
    assert len(made) < 100


def test_a_mistyped_name_among_them_is_found():
    with pytest.raises(ConfigError, match=r"did you mean 'detector\.deadline_ms'"):
        judge(['other.x'] * 1000 + ['detectro.deadline_ms'], TABLE, 'edf')
    assert judge(['other.x'], TABLE, 'edf') == [
        'other.x: ignored, not a parameter of the scheduler'
    ]


@pytest.mark.parametrize(
    ('name', 'found'),
    [
        ('polciy', 'policy'),
        ('Policy', 'policy'),
        ('deadlin_ms', 'deadline_ms'),
        ('sum_file', ''),
        ('', ''),
    ],
)
def test_the_nearest_name(name, found):
    assert nearest(name, ['policy', 'summary_file', 'deadline_ms', 'tasks']) == found
