# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The picture: four figures over the load, one line per contender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import SCHEDULER

#: title of a panel -> key, factor
_PANELS = {
    'answers on time per second': ('on_time_per_s', 1.0),
    'frames missed, %': ('miss_ratio', 100.0),
    'response of what was answered, p99 ms': ('p99_ms', 1.0),
    'age of the newest answer, mean ms': ('age_mean_ms', 1.0),
}
_COLOURS = {
    SCHEDULER: '#c1121f',
    'processes_free': '#669bbc',
    'processes_one': '#003049',
    'networks_free': '#a7c957',
    'networks_one': '#6a994e',
    'one_process': '#b08968',
    'cpp_networks': '#7b8794',
    'cpp_edf': '#111111',
}
#: those in C++ are told apart without colours, too
_DASHED = ('cpp_networks', 'cpp_edf')


def draw(summary: dict[str, Any], file: Path) -> bool:
    """Draw the picture; return ``False`` where there is no matplotlib or nothing to draw."""
    try:
        import matplotlib
    except ImportError:
        return False
    if not summary.get('loads'):
        return False
    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(9, 8.4), layout='constrained')
    for axis, (title, (key, factor)) in zip(axes.flat, _PANELS.items()):
        _panel(axis, summary['loads'], title, key, factor)
    limit = summary['bare_loop']['answers_per_s']
    axes.flat[0].axhline(limit, color='0.6', linestyle=':', label='bare loop, no ROS')
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=11, ncols=2, loc='outside lower center')
    machine = summary['machine']
    figure.suptitle(
        f'3 cameras, detection + tracking + depth, {machine["cores"]} cores ({machine["cpu"]})',
        fontsize=12,
    )
    figure.savefig(file, dpi=110)
    pyplot.close(figure)
    return True


def _panel(axis: Any, loads: dict[str, Any], title: str, key: str, factor: float) -> None:
    for name, contender in CONTENDERS.items():
        points = []
        for load, found in loads.items():
            own = found['scheduler'] if name == SCHEDULER else found['baselines'].get(name)
            if own is not None and own[key] is not None:
                points.append((float(load), factor * own[key]))
        if points:
            width = 2.5 if name == SCHEDULER else 1.3
            x, y = zip(*points)
            form = 's--' if name in _DASHED else 'o-'
            axis.plot(x, y, form, color=_COLOURS[name], linewidth=width, label=contender.title)
    axis.set_title(title, fontsize=12)
    axis.set_xlabel('load, times what the cores can do', fontsize=11)
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
