# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Lighter variants under overload: ``dev/env.sh python benchmarks/variants_overload.py``.

The demo's tasks and networks on one core; a scene's bag is played faster and faster. Each policy
is run free to choose, and with all tasks pinned to the networks' own files (``TASK.variant:
base``) or to the lighter ones (``int8``), which shows what the variants add. Counted: answers in
time, and how many of a task's answers a lighter variant gave.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edge_sched_ros.bags.replay import Replay
from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.plugins.policies import policy_parameters
from edge_sched_ros.scenes.scene import Scene

_BASE, _LIGHTER = 'base', 'int8'
#: not among the scenes the networks were trained on
_SEED = 20


def configured(policy: str, variant: str) -> PipelineConfig:
    """Return the demo on one core with a policy, every task's variant pinned unless empty."""
    share = share_of()
    assert share is not None, 'the package is not installed'
    config = from_file(share / 'config' / 'demo.yaml')
    return replace(
        config,
        policy=policy,
        policy_parameters={one.name: one.default for one in policy_parameters(policy)},
        units=('cpu0',),
        tasks=tuple(replace(task, variant=variant) for task in config.tasks),
    )


def measure(bag: Path, policy: str, variant: str, rate: float) -> dict[str, Any]:
    """Return what became of the frames of a bag."""
    config = configured(policy, variant)
    status = Replay(config, results=None).run(bag, rate=rate, progress=lambda done: None)
    answered = {task.name: task.on_time + task.late for task in status.tasks}
    lighter = {
        task.name: sum(n for name, n in task.variants.items() if name != _BASE)
        for task in status.tasks
    }
    return {
        'policy': policy,
        'variants': variant or 'free',
        'rate': rate,
        'on_time': {task.name: task.on_time / task.released for task in status.tasks},
        'all_on_time': sum(t.on_time for t in status.tasks)
        / sum(t.released for t in status.tasks),
        'lighter': {name: n / max(1, answered[name]) for name, n in lighter.items()},
    }


def main() -> None:
    """Measure every policy at every rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--policies', nargs='+', default=['edf+drop', 'dream', 'horizon'])
    parser.add_argument('--rates', type=float, nargs='+', default=[2.0, 4.0, 6.0])
    parser.add_argument('--frames', type=int, default=900)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    found = []
    with TemporaryDirectory() as folder:
        bag = Path(folder, 'bag')
        write_scene_bag(bag, Scene(seed=_SEED), frames=arguments.frames)
        for rate in arguments.rates:
            for policy in arguments.policies:
                for variant in (_BASE, _LIGHTER, ''):
                    found.append(measure(bag, policy, variant, rate))
                    if not arguments.json:
                        _show(found[-1])
    if arguments.json:
        print(json.dumps(found, indent=2))


def _show(run: dict[str, Any]) -> None:
    tasks = '  '.join(
        f'{name} {share:6.1%} (lighter {run["lighter"][name]:4.0%})'
        for name, share in run['on_time'].items()
    )
    print(
        f'x{run["rate"]:<4g} {run["policy"]:10} {run["variants"]:5} on time '
        f'{run["all_on_time"]:6.1%}: {tasks}',
        flush=True,
    )


if __name__ == '__main__':
    main()
