# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure what the death of a device costs, in real processes over DDS.

``python benchmarks/device_death.py`` plays a camera into a coordinator and two devices, each of
which runs one of two networks whole, and kills one of them (kill -9), several times. It prints
how long its task had no answer, and what the other device's task lost in the second after it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from itertools import pairwise
from pathlib import Path

import yaml
from rich.console import Console

from edge_sched_ros.cli.demo_parts import demo_bag
from edge_sched_ros.cli.demo_parts import FPS
from edge_sched_ros.cli.device_demo import play_and_kill
from edge_sched_ros.pipeline.settings.resources import share_of

_SECONDS = 20.0
_KILLED = 'left'
_AGAIN_S = 1.0


def _parameters(folder):
    """Write the demo's parameters with every network on a device of its own; return the file."""
    values = yaml.safe_load((share_of() / 'config' / 'devices.yaml').read_text())
    values['/**']['ros__parameters']['high_level_policy'] = 'whole_network'
    file = folder / 'devices.yaml'
    file.write_text(json.dumps(values))
    return file


def _cost(jobs):
    """Return what a death cost, or ``None`` when the dead device did nothing."""
    jobs = sorted(jobs, key=lambda job: job.stamp_s)
    last = max((job.stamp_s for job in jobs if _KILLED in job.devices), default=None)
    before = [job for job in jobs if last is not None and last - 5 < job.stamp_s <= last]
    own = {job.task for job in before if _KILLED in job.devices}
    if not own:
        return None
    after = [job for job in jobs if job.stamp_s > last]
    answers = [job.stamp_s for job in after if job.task in own and not job.lost]
    gap_s = (answers[0] - last - 1 / FPS) if answers else float('inf')
    near = [job for job in after if job.stamp_s <= last + _AGAIN_S]
    return {
        'own_task': sorted(own),
        'gap_s': round(gap_s, 3),
        'own_lost': sum(job.lost for job in near if job.task in own),
        'others_lost': sum(job.lost for job in near if job.task not in own),
        'others': sum(job.task not in own for job in near),
        'others_reasons': sorted(job.reason for job in near if job.lost and job.task not in own),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    console = Console(stderr=True, quiet=True)
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bag = demo_bag(folder, _SECONDS, console)
        for _ in range(arguments.runs):
            summary, jobs = play_and_kill(folder, bag, _parameters(folder), _SECONDS, console)
            first_life = _first_life(jobs)
            cost = _cost(first_life)
            if cost is None:
                print(f'{_KILLED} ran nothing in this run: it says nothing')
                continue
            noticed = next(c for c in summary['claims'] if 'noticed' in c['promise'])
            found.append({**cost, 'noticed': noticed['found']})
            print(json.dumps(found[-1]), flush=True)
    if arguments.json:
        print(json.dumps(found, indent=2))
    again = all(one['gap_s'] <= _AGAIN_S for one in found)
    nothing = not any(one['others_lost'] for one in found)
    print(f'own task answers again within {_AGAIN_S:.0f} s: {"held" if again else "missed"}')
    print(f'the other task loses nothing: {"held" if nothing else "missed"}')


def _first_life(jobs):
    """Return the jobs until the dead device was used again."""
    jobs = sorted(jobs, key=lambda job: job.stamp_s)
    seen = [job.stamp_s for job in jobs if _KILLED in job.devices]
    for before, after in pairwise(seen):
        if after - before > 2.0:
            return [job for job in jobs if job.stamp_s < after]
    return jobs


if __name__ == '__main__':
    main()
