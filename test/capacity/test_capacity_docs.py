# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What docs/capacity.md says of commands is so."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.capacity.placement.registry import ALGORITHMS
from edge_sched_ros.cli.commands.place import COMMAND
from edge_sched_ros.pipeline.admission.admission import MODES

TEXT = (Path(__file__).resolve().parents[2] / 'docs' / 'capacity.md').read_text('utf-8')


def test_every_algorithm_mode_and_option_is_told():
    section = TEXT.partition('## Placement\n')[2].partition('\n## ')[0]
    for name in (*ALGORITHMS, 'optimum'):
        assert f'`{name}`' in section, name
    for option in COMMAND.params:
        if option.name in ('simulate', 'evict', 'time_limit_s'):
            assert option.opts[0] in section, option.opts
    section = TEXT.partition('## Admission\n')[2].partition('\n## ')[0]
    for mode in MODES:
        assert f'| `{mode}` |' in section, mode
