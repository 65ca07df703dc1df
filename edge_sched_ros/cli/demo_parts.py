# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demos have in common: the camera's bag, and a DDS domain of their own."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from edge_sched_ros.cli.progress import progress_bar

_SEED = 7
FPS = 15.0


def demo_bag(out: Path, seconds: float, console: Console) -> Path:
    """Return the demo bag; render it if it does not exist."""
    from edge_sched_ros.bags.scene_bag import LAYOUT
    from edge_sched_ros.bags.scene_bag import write_scene_bag
    from edge_sched_ros.scenes.scene import RENDERER
    from edge_sched_ros.scenes.scene import Scene

    frames = round(seconds * FPS)
    bag = out / 'bags' / f'scene{_SEED}_{frames}_frames_v{RENDERER}_{LAYOUT}'
    if not bag.exists():
        with progress_bar(console, 'rendering the demo bag', frames) as advance:
            write_scene_bag(bag, Scene(seed=_SEED, fps=FPS), frames=frames, progress=advance)
    return bag


def own_domain() -> dict[str, str]:
    """Return a separate DDS domain, so that no robot nearby is disturbed."""
    domain = os.environ.get('ROS_DOMAIN_ID') or str(50 + os.getpid() % 50)
    local = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    return {'ROS_DOMAIN_ID': domain, **local}
