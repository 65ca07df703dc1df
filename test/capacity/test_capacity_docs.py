# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What docs/capacity.md says of keys and commands is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_sched_ros.capacity.placement.registry import ALGORITHMS
from edge_sched_ros.capacity.schema_docs import CAPACITY
from edge_sched_ros.capacity.schema_docs import PLACEMENT
from edge_sched_ros.capacity.schema_docs import tables
from edge_sched_ros.cli.commands.place import COMMAND
from edge_sched_ros.pipeline.admission.admission import MODES

TEXT = (Path(__file__).resolve().parents[2] / 'docs' / 'capacity.md').read_text('utf-8')


@pytest.mark.parametrize('models', [CAPACITY, PLACEMENT])
def test_the_tables_are_those_of_the_code(models):
    assert tables(models).rstrip() in TEXT, 'python -m edge_sched_ros.capacity.schema_docs'


def test_every_key_has_a_meaning():
    for model in (*CAPACITY, *PLACEMENT):
        for name, field in model.model_fields.items():
            assert field.description, f'{model.__name__}.{name} needs a description'


def test_every_algorithm_mode_and_option_is_told():
    section = TEXT.partition('## Placement\n')[2].partition('## Keys')[0]
    for name in (*ALGORITHMS, 'optimum'):
        assert f'`{name}`' in section, name
    for option in COMMAND.params:
        if option.name in ('simulate', 'evict', 'time_limit_s'):
            assert option.opts[0] in section, option.opts
    section = TEXT.partition('## Admission\n')[2].partition('\n## ')[0]
    for mode in MODES:
        assert f'| `{mode}` |' in section, mode
