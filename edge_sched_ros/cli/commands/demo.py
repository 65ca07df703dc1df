# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched demo``: play the demo bag into the real node and score its results."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from edge_sched_ros.cli.demo_parts import demo_bag
from edge_sched_ros.cli.demo_parts import own_domain
from edge_sched_ros.cli.device_demo import DEVICES_S
from edge_sched_ros.cli.device_demo import run_device_demo
from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.processes import Program
from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.cli.reports import check_report
from edge_sched_ros.cli.reports import REPORT
from edge_sched_ros.cli.reports import tell_report
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.installation.missing import need
from edge_sched_ros.installation.own_module import module_command
from edge_sched_ros.pipeline.settings.resources import make_folder
from edge_sched_ros.pipeline.settings.resources import share_of

_RESULTS = {
    '/detector/detections': 'vision_msgs/msg/Detection2DArray',
    '/tracker/tracks': 'vision_msgs/msg/Detection2DArray',
    '/depth/image': 'sensor_msgs/msg/Image',
    '/depth/camera_info': 'sensor_msgs/msg/CameraInfo',
    '/scheduler/timing': 'edge_sched_ros/msg/JobTiming',
}
_START_TIMEOUT_S = 60.0


@click.command('demo')
@click.option(
    '--out',
    type=NamedPath(path_type=Path),
    default=None,
    help='Folder for bags, logs and summary.json.  [default: out/demo, or out/demo-devices]',
)
@click.option(
    '--seconds',
    type=FiniteRange(2, 600),
    default=None,
    help='Length of the bag.  [default: 20, or 30 with --devices]',
)
@click.option(
    '--policy', default=None, help='Scheduling policy to use instead of the one in demo.yaml.'
)
@click.option(
    '--devices',
    is_flag=True,
    help='Run the networks on two devices of a coordinator, kill one, and start it again.',
)
@REPORT
@click.option('--json', 'as_json', is_flag=True, help='Print summary.json instead of a table.')
def demo(
    out: Path | None,
    seconds: float | None,
    policy: str | None,
    devices: bool,
    report_file: Path | None,
    as_json: bool,
) -> None:
    """Play a bag over DDS into the scheduler node, and score its results by the ground truth."""
    _need_ros()
    if devices:
        if policy is not None:
            raise ConfigError('--policy', 'is of one device: leave it out with --devices')
        if report_file is not None:
            raise ConfigError('--report', 'is of one device: leave it out with --devices')
        run_device_demo(out or Path('out/demo-devices'), seconds or DEVICES_S, as_json)
        return
    out, seconds = out or Path('out/demo'), seconds or 20.0
    # check that scoring works before the run
    for module in ('pycocotools', 'motmetrics'):
        need(module)
    if policy is not None:
        from edge_sched_ros.plugins.policies import make_policy

        make_policy(policy, {})
    share = share_of()
    if share is None:
        raise ConfigError('edge_sched_ros', 'its share folder is not installed')
    out = out.absolute()
    make_folder(out)
    summary_file = out / 'summary.json'
    check_output(summary_file)
    console = Console(stderr=True)
    if report_file is not None:
        check_report(report_file)
    trace = None if report_file is None else out / 'run.trace'
    with terminable():
        bag = demo_bag(out, seconds, console)
        parameters = share / 'config' / 'demo.yaml'
        summary = _run(out, bag, parameters, policy, trace, seconds, console)
    write_whole(summary_file, f'{json.dumps(summary, indent=2)}\n'.encode())
    _show(summary, out, as_json)
    if trace is not None:
        tell_report([trace], report_file, as_json=as_json)


def _need_ros() -> None:
    try:
        import rclpy  # noqa: F401
    except ImportError:
        raise ConfigError(
            'demo', 'ROS 2 is not found: run `make demo`, or source your ROS distro first'
        ) from None


def _run(
    out: Path,
    bag: Path,
    parameters: Path,
    policy: str | None,
    trace: Path | None,
    seconds: float,
    console: Console,
) -> dict[str, Any]:
    from edge_sched_ros.bags.score import score
    from edge_sched_ros.pipeline.health.status import check_account

    results, account = out / 'results', out / 'node.json'
    shutil.rmtree(results, ignore_errors=True)
    account.unlink(missing_ok=True)
    with Programs(logs=out, environment=own_domain()) as programs:
        node = programs.start('scheduler_node', _node_command(parameters, policy, account, trace))
        # the recorder is ready once its publishers exist
        recorder = programs.start('bag_recorder', _recorder_command(results))
        node.wait_for(
            lambda log: 'active: listening' in log,
            what='become active',
            timeout_s=_START_TIMEOUT_S,
        )
        recorder.wait_for(
            lambda log: 'recording' in log, what='found the results', timeout_s=_START_TIMEOUT_S
        )
        player = programs.start(
            'bag_player', module_command('edge_sched_ros.nodes.bag_player', str(bag))
        )
        _watch(player, node, seconds, console)
        for program in (node, recorder):
            if code := program.interrupt():
                raise ConfigError(program.name, f'ended with exit code {code}, see {program.log}')
    summary: dict[str, Any] = json.loads(account.read_text())
    check_account(summary['tasks'])
    console.print('comparing with ground truth ...')
    topics = list(_RESULTS)
    summary['accuracy'] = score(
        results, bag, detections=topics[0], tracks=topics[1], depth=topics[2]
    )
    return summary


def _node_command(
    parameters: Path, policy: str | None, account: Path, trace: Path | None
) -> list[str]:
    command = module_command(
        'edge_sched_ros.nodes.scheduler_node',
        '--ros-args',
        '--params-file',
        str(parameters),
        '-p',
        f'summary_file:={account}',
    )
    command += ['-p', f'policy:={policy}'] if policy else []
    return command + (['-p', f'trace_file:={trace}'] if trace else [])


def _recorder_command(results: Path) -> list[str]:
    topics = [f'{topic}:{kind}' for topic, kind in _RESULTS.items()]
    return module_command('edge_sched_ros.nodes.bag_recorder', str(results), *topics)


def _watch(player: Program, node: Program, seconds: float, console: Console) -> None:
    """Show how far the player is until it ends."""
    with progress_bar(console, 'playing it over DDS', round(seconds * 10)) as advance:

        def tick() -> None:
            if node.exit_code is not None:
                raise ConfigError(node.name, f'ended during the run, see {node.log}')
            played = [
                line.split()[1]
                for line in player.output().splitlines()
                if line.startswith('playing ')
            ]
            if played:
                advance(round(float(played[-1]) * 10))

        code = player.wait(timeout_s=seconds + _START_TIMEOUT_S, tick=tick)
    if code:
        raise ConfigError(player.name, f'ended with exit code {code}, see {player.log}')


def _show(summary: dict[str, Any], out: Path, as_json: bool) -> None:
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.tables import show_summary

    if as_json:
        click.echo(json.dumps(summary, indent=2))
    else:
        console = output_console()
        show_summary(summary, console=console)
        show_line(f'everything is in {out}', console)


COMMAND = demo
