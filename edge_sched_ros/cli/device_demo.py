# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched demo --devices``: a camera, two devices in processes of their own, and a death."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from edge_sched_ros.cli.demo_parts import demo_bag
from edge_sched_ros.cli.demo_parts import FPS
from edge_sched_ros.cli.demo_parts import own_domain
from edge_sched_ros.cli.device_claims import Claim
from edge_sched_ros.cli.device_claims import Job
from edge_sched_ros.cli.device_claims import judge
from edge_sched_ros.cli.device_claims import who_did_what
from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.processes import Program
from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.own_module import module_command
from edge_sched_ros.pipeline.settings.resources import make_folder
from edge_sched_ros.pipeline.settings.resources import share_of

#: length of the bag, where nobody says
DEVICES_S = 30.0
#: a device needs some seconds to start
_LEAST_S = 20.0
_DEVICES = ('left', 'right')
_KILLED = 'left'
_NETWORKS = ('detector', 'depth')
_TIMING = '/coordinator/timing'
_OUTCOMES = ('on_time', 'late', 'dropped', 'failed')
_START_TIMEOUT_S = 120.0
#: when, of the length of the bag
_KILL_AT, _RESTART_AT = 0.3, 0.5


def run_device_demo(out: Path, seconds: float, as_json: bool) -> None:
    """
    Run two networks on two devices, kill one of them, and start it again.

    Coordinator and devices are processes of their own that talk over DDS. Ends the command with
    exit code 1 when a claim does not hold.
    """
    if seconds < _LEAST_S:
        raise ConfigError('--seconds', f'must be at least {_LEAST_S:.0f} with --devices')
    share = share_of()
    if share is None:
        raise ConfigError('edge_sched_ros', 'its share folder is not installed')
    out = out.absolute()
    make_folder(out)
    console = Console(stderr=True)
    with terminable():
        bag = demo_bag(out, seconds, console)
        summary, _ = play_and_kill(out, bag, share / 'config' / 'devices.yaml', seconds, console)
    (out / 'summary.json').write_text(json.dumps(summary, indent=2) + '\n')
    _show(summary, out, as_json)
    if not all(claim['held'] for claim in summary['claims']):
        sys.exit(1)


def play_and_kill(
    out: Path, bag: Path, parameters: Path, seconds: float, console: Console
) -> tuple[dict[str, Any], list[Job]]:
    """
    Play a bag into a coordinator of two devices, kill one and start it again.

    :param parameters: of the coordinator
    :param seconds: length of the bag
    :returns: the account of the run with its claims, and every job
    :raises ProcessFailedError: when a program does not do its part
    """
    results, account = out / 'results', out / 'coordinator.json'
    shutil.rmtree(results, ignore_errors=True)
    account.unlink(missing_ok=True)
    with Programs(logs=out, environment=own_domain()) as programs:
        devices = {name: programs.start(name, _device(name)) for name in _DEVICES}
        node = programs.start('coordinator', _coordinator(parameters, account))
        recorder = programs.start(
            'bag_recorder',
            module_command(
                'edge_sched_ros.nodes.bag_recorder',
                str(results),
                f'{_TIMING}:edge_sched_ros/msg/JobTiming',
            ),
        )
        console.print(f'starting a coordinator and the devices {" and ".join(_DEVICES)} ...')
        for name in _DEVICES:
            joined = f'the device {name} has joined'
            node.wait_for(partial(_says, joined), what=f'found {name}', timeout_s=_START_TIMEOUT_S)
        recorder.wait_for(
            lambda log: 'recording' in log, what='found the results', timeout_s=_START_TIMEOUT_S
        )
        player = programs.start(
            'bag_player', module_command('edge_sched_ros.nodes.bag_player', str(bag))
        )
        killed_at = _play(player, node, devices, programs, seconds, console)
        for program in (node, recorder):
            if code := program.interrupt():
                raise ConfigError(program.name, f'ended with exit code {code}, see {program.log}')
        noticed_s = _noticed(node.output(), killed_at)
        for name in _DEVICES:
            devices[name].interrupt()
    summary: dict[str, Any] = json.loads(account.read_text())
    jobs = _jobs(results)
    claims = judge(jobs, summary['tasks'], killed=_KILLED, noticed_s=noticed_s, period_s=1 / FPS)
    answers = who_did_what(jobs)
    summary['who_did_what'] = {
        name: {task: answers.get((name, task), 0) for task in _NETWORKS} for name in _DEVICES
    }
    summary['claims'] = [
        {'promise': one.promise, 'held': one.held, 'found': one.found} for one in claims
    ]
    return summary, jobs


def _says(text: str, log: str) -> bool:
    return text in log


def _device(name: str) -> list[str]:
    networks = ', '.join(f"'package://edge_sched_ros/models/{one}.yaml'" for one in _NETWORKS)
    return module_command(
        'edge_sched_ros.nodes.device_node',
        '--ros-args',
        '-p',
        f'device:={name}',
        '-p',
        f'networks:=[{networks}]',
    )


def _coordinator(parameters: Path, account: Path) -> list[str]:
    return module_command(
        'edge_sched_ros.nodes.coordinator_node',
        '--ros-args',
        '--params-file',
        str(parameters),
        '-p',
        'use_sim_time:=true',
        '-p',
        f'summary_file:={account}',
    )


def _play(
    player: Program,
    node: Program,
    devices: dict[str, Program],
    programs: Programs,
    seconds: float,
    console: Console,
) -> float:
    """Play the bag, kill a device and start it again; return when it died (wall clock)."""
    died_at = 0.0
    restarted = False
    with progress_bar(console, 'playing a camera over DDS', round(seconds * 10)) as advance:

        def tick() -> None:
            nonlocal died_at, restarted
            if node.exit_code is not None:
                raise ConfigError(node.name, f'ended during the run, see {node.log}')
            lines = [one for one in player.output().splitlines() if one.startswith('playing ')]
            played_s = float(lines[-1].split()[1]) if lines else 0.0
            advance(round(played_s * 10))
            if not died_at and played_s >= seconds * _KILL_AT:
                os.kill(devices[_KILLED].pid, signal.SIGKILL)
                died_at = time.time()
                console.print(f'{played_s:4.0f} s: killed {_KILLED} (kill -9)')
            if not restarted and played_s >= seconds * _RESTART_AT:
                restarted = True
                devices[_KILLED] = programs.start(f'{_KILLED}_again', _device(_KILLED))
                console.print(f'{played_s:4.0f} s: started {_KILLED} again')

        code = player.wait(timeout_s=seconds + _START_TIMEOUT_S, tick=tick)
    if code:
        raise ConfigError(player.name, f'ended with exit code {code}, see {player.log}')
    return died_at


def _noticed(log: str, died_at: float) -> float | None:
    """Return how long after a death the coordinator has logged it."""
    lost = re.findall(rf'\[(\d+\.\d+)\] \[[^]]*\]: the device {_KILLED} is lost', log)
    return min((at - died_at for at in map(float, lost) if at >= died_at), default=None)


def _jobs(results: Path) -> list[Job]:
    """Return the ends of all jobs that were recorded."""
    from edge_sched_ros.bags.reader import open_bag

    jobs = []
    with open_bag(results) as bag:
        wanted = [one for one in bag.connections if one.topic == _TIMING]
        for connection, _, data in bag.messages(wanted):
            message = bag.deserialize(data, connection.msgtype)
            stamp = message.header.stamp
            jobs.append(
                Job(
                    message.task,
                    stamp.sec + stamp.nanosec / 1e9,
                    _OUTCOMES[message.outcome],
                    message.reason,
                    frozenset(stage.unit.partition('/')[0] for stage in message.stages),
                )
            )
    return jobs


def _show(summary: dict[str, Any], out: Path, as_json: bool) -> None:
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.layout import show_table

    if as_json:
        click.echo(json.dumps(summary, indent=2))
        return
    console = output_console()
    rows = []
    for name, done in summary['who_did_what'].items():
        device = summary['devices'].get(name, {})
        offset = f'{device.get("offset_ms", 0):.2f} +- {device.get("offset_error_ms", 0):.2f}'
        counts = [str(done[task]) for task in _NETWORKS]
        rows.append((name, *counts, str(device.get('times_lost', 0)), offset))
    show_table(
        ('device', *(f'answers of {task}' for task in _NETWORKS), 'lost', 'clock offset ms'),
        rows,
        console,
        title='who did what',
    )
    claims = [Claim(**one) for one in summary['claims']]
    show_table(
        ('claim', 'held', 'found'),
        [(one.promise, 'yes' if one.held else 'NO', one.found) for one in claims],
        console,
        left=3,
        title='claims',
    )
    show_line(f'everything is in {out}', console)
