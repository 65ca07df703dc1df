# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every picture of the pages: the page that shows it, its commands there, and what draws it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from pathlib import Path

from dev.pictures.animation import film
from dev.pictures.bars import advice_bars
from dev.pictures.bars import policy_bars
from dev.pictures.copying import copied
from dev.pictures.demo import draw as demo
from dev.pictures.plan import draw as plan
from dev.pictures.scene import draw as scene
from dev.pictures.screenshot import shot
from dev.pictures.timeline import draw as timeline

FOLDER = 'docs/pictures'


@dataclass(frozen=True, kw_only=True)
class Picture:
    """
    A picture in ``docs/pictures``.

    :param page: the page that shows it and has its commands
    :param draw: takes the path to write, in the folder in which the commands ran; ``None`` where
        the last command writes the picture itself
    :param takes_long: whether it is made only when it is named: it takes minutes, and a machine
        that does nothing else
    """

    file: str
    page: str
    commands: tuple[str, ...]
    draw: Callable[[Path], None] | None = None
    takes_long: bool = False
    #: files that the page shows and the commands read, by name
    files: Mapping[str, str] = field(default_factory=dict)


_RUN = 'edge-sched simulate --workload robot_drone --platform orin_nx --load 1.3 --seconds 5'
_DEBUG = (
    'edge-sched replay out/demo/bags/scene7_300_frames_* --params config/demo.yaml'
    ' --debug-images docs/pictures/debug'
)
_COMPARED = 'edge-sched compare --suite robot --only "drone on orin_nx x1.3" --seeds 2 --seconds 4'

PICTURES = (
    Picture(file='demo.webp', page='README.md', commands=('edge-sched demo',), draw=film),
    Picture(file='demo.jpg', page='docs/start.md', commands=('edge-sched demo',), draw=demo),
    *(
        Picture(
            file=f'debug/{task}.jpg', page='docs/views.md', commands=('edge-sched demo', _DEBUG)
        )
        for task in ('detector', 'tracker', 'depth')
    ),
    Picture(
        file='scene.jpg',
        page='docs/tutorials/own_network.md',
        commands=('edge-sched demo',),
        draw=scene,
    ),
    Picture(
        file='own_network.jpg',
        page='docs/tutorials/own_network.md',
        commands=(
            'edge-sched import models/demo_detector.onnx --name my_detector --labels labels.json'
            ' --try docs/pictures/scene.jpg',
        ),
        files={'labels.json': '["crate", "ball", "barrel"]\n'},
        draw=partial(copied, Path('my_detector.try.png')),
    ),
    Picture(
        file='top.svg',
        page='docs/views.md',
        commands=(
            'mkdir -p out',
            'edge-sched simulate robot_cpu four_cpus --load 1.2 --json > out/run.json',
            'edge-sched top out/run.json --svg out/top.svg',
        ),
        draw=partial(copied, Path('out/top.svg')),
    ),
    Picture(
        file='timeline.png',
        page='docs/trace.md',
        commands=(f'{_RUN} --trace run.trace', 'edge-sched trace run.trace -o run.json'),
        draw=partial(timeline, Path('run.json')),
    ),
    Picture(
        file='report.jpg',
        page='docs/tutorials/reading_a_report.md',
        commands=(
            f'{_RUN} --trace greedy.trace',
            f'{_RUN} --policy dream --trace dream.trace',
            'edge-sched report greedy.trace dream.trace -o report.html',
        ),
        draw=partial(shot, Path('report.html')),
    ),
    Picture(
        file='plan.png',
        page='docs/planning.md',
        commands=(
            'edge-sched plan config/plans/googlenet_alexnet_orin_contention.yaml --json'
            ' > plan.json',
        ),
        draw=partial(plan, Path('plan.json')),
    ),
    Picture(
        file='policies.png',
        page='docs/tuning.md',
        commands=(
            f'{_COMPARED} --policies fcfs,edf,edf+drop,dream+drop,horizon --json > compared.json',
        ),
        draw=partial(policy_bars, Path('compared.json')),
    ),
    Picture(
        file='advice.png',
        page='docs/tutorials/board.md',
        commands=('edge-sched advise robot_drone --json > advice.json',),
        draw=partial(advice_bars, Path('advice.json')),
    ),
    Picture(
        file='overload.jpg',
        page='docs/report.md',
        commands=('make demo-overload',),
        draw=partial(shot, Path('out/overload/report.html')),
        takes_long=True,
    ),
    Picture(
        file='side_by_side.png',
        page='README.md',
        commands=(
            'dev/env.sh python benchmarks/side_by_side --only loads --loads 0.8 1.0 1.3 '
            '--repetitions 3 --contenders scheduler networks_one cpp_networks cpp_edf',
        ),
        draw=partial(copied, Path('out/bench/side_by_side.png')),
        takes_long=True,
    ),
)
