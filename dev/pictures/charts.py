# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all charts of the pages have: size, letters that can be read on a phone, colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: colours that people who confuse red and green can tell apart (Okabe and Ito)
COLOURS = ('#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442')
GOOD, BAD, GREY = '#009E73', '#D55E00', '#888888'
_WIDTH_IN, _DPI = 8.0, 110


def chart(height_in: float) -> tuple[Any, Any]:
    """Return a new figure and its axes."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    pyplot.rcParams.update({'font.size': 13, 'svg.hashsalt': 'edge_sched_ros'})
    figure, axes = pyplot.subplots(figsize=(_WIDTH_IN, height_in), layout='constrained')
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)
    return figure, axes


def save(figure: Any, target: Path) -> None:
    """Write a figure as PNG and close it."""
    from matplotlib import pyplot

    figure.savefig(target, dpi=_DPI, metadata={'Software': None})
    pyplot.close(figure)
