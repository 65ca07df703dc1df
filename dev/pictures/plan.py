# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``plan --json`` printed: which unit runs the groups of each network."""

from __future__ import annotations

import json
from pathlib import Path

from dev.pictures.charts import chart
from dev.pictures.charts import COLOURS
from dev.pictures.charts import save


def draw(printed: Path, target: Path) -> None:
    """Draw a row for each network and a box for each of its groups, coloured by unit."""
    plan = json.loads(printed.read_text())
    units = list(dict.fromkeys(unit for row in plan['mapping'].values() for unit in row))
    figure, axes = chart(1.0 + 0.7 * len(plan['mapping']))
    for row, (network, mapping) in enumerate(plan['mapping'].items()):
        for group, unit in enumerate(mapping):
            colour = COLOURS[units.index(unit)]
            axes.barh(row, 1, left=group, color=colour, edgecolor='white', height=0.7)
            axes.text(group + 0.5, row, unit, ha='center', va='center', color='white')
        latency_ms = plan['latency_ms'][network]
        axes.text(len(mapping) + 0.15, row, f'{latency_ms:.2f} ms', va='center')
    axes.set_yticks(range(len(plan['mapping'])), list(plan['mapping']))
    axes.set_xlim(0, max(map(len, plan['mapping'].values())) + 1.4)
    axes.set_xlabel('layer group')
    axes.invert_yaxis()
    save(figure, target)
