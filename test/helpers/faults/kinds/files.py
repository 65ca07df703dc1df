# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are damaged, made to hurt, or cannot be written."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from random import Random
from typing import Any

from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from faults import small_disk
from faults.engines import folder
from faults.fault import Fault
from faults.log import LOG
from faults.scene import parameters
from faults.scene import VICTIM

_GROUP = 'files'
_NETWORK = 'file: n.onnx\ninput: {width: 320, height: 240}\ndecoder: yolox\n'
_ALIASES = ''.join(f'  k{n}: &a{n + 1} [{", ".join([f"*a{n}"] * 10)}]\n' for n in range(9))
#: files of networks that are made to hurt
_HOSTILE = (
    f'{_NETWORK}decoder_options:\n  k: &a0 [{", ".join(["x"] * 10)}]\n{_ALIASES}',
    _NETWORK.replace('320', '9' * 100_000),
    _NETWORK.replace('320', '2024-01-01'),
    _NETWORK.replace('320', '.nan'),
    f'{_NETWORK}labels: {"[" * 100_000}',
    f'{"k" * 100_000}: 1\n{_NETWORK}',
    f'{_NETWORK}labels: !!python/object/apply:os.system [ls]\n',
)


def _nothing(*_: Any) -> None:
    """Do nothing: it is over already."""


def _refused(name: str, attempt: Callable[[Random], Any], says: str) -> Fault:
    """Return the fault that somebody reads in the process of the robot what cannot be used."""

    def begin(robot: Any, random: Random) -> None:
        try:
            attempt(random)
        except EdgeSchedError as error:
            line = str(error)
            assert line.isprintable() and len(line) < 500, line[:600]
            robot.note(line)

    return Fault(name, _GROUP, begin, _nothing, LOG, says)


def _network(random: Random) -> None:
    (folder() / 'n.onnx').write_bytes(b'x')
    file = folder() / 'hostile.yaml'
    file.write_text(random.choice(_HOSTILE))
    load_network(file)


def _long_name(random: Random) -> None:
    read_parameters(folder() / ('p' * random.randint(256, 5000)))


def _no_plug_in(_: Random) -> None:
    config = from_parameters(parameters({f'{VICTIM}.program': 'no_such_module:Program'}))
    Pipeline(config, on_end=lambda _: None).load()


def _full(robot: Any, _: Random) -> None:
    small_disk.fill()


def _room(robot: Any) -> None:
    small_disk.free()


def _full_at_the_end(robot: Any, _: Random) -> None:
    """Let the node be stopped while the disk is full, and start again."""
    small_disk.fill()
    robot.node.trigger_deactivate()
    robot.node.trigger_activate()


def _killed() -> str:
    """Return the state file of a node that was killed."""
    file = folder() / 'killed.json'
    counts = {'released': 9, 'on_time': 5, 'late': 0, 'dropped': 0, 'failed': 0}
    state = {'format': 1, 'process': [1, 2], 'written_s': 1.7e9, 'ended': False}
    file.write_text(json.dumps(state | {'tasks': {VICTIM: counts}}))
    return str(file)


def _damaged() -> str:
    file = folder() / 'damaged.json'
    file.write_bytes(b'{"format": 1, "process": [1')
    return str(file)


def _node(name: str, state_file: Callable[[], str], says: str, **more: Any) -> Fault:
    """Return a fault of the state file of a node."""
    options = {'begin': _nothing, 'end': _nothing, 'line': 'last run', 'clears': False, **more}
    file = {'state_file': state_file}
    return Fault(name, _GROUP, says=says, parameters=file, scenes=('node',), **options)


_NO_SPACE = os.strerror(errno.ENOSPC)
FAULTS = (
    _refused('a file of a network that is made to hurt', _network, 'hostile.yaml'),
    _refused(
        'a parameter file with a name of over 255 characters', _long_name, 'File name too long'
    ),
    _refused('a plug-in that is not there', _no_plug_in, r'victim\.program: .*no_such_module'),
    _node('the run before was killed', _killed, '4 frames in flight'),
    _node('the state of the run before is damaged', _damaged, 'cannot be read'),
    _node(
        'state file on a full disk',
        lambda: str(small_disk.disk() / 'state.json'),
        _NO_SPACE,
        begin=_full,
        end=_room,
        line='state file',
        clears=True,
        why_not=small_disk.why_no_disk,
    ),
    Fault(
        'summary on a full disk',
        _GROUP,
        _full_at_the_end,
        _room,
        LOG,
        f'summary_file: .*{_NO_SPACE}',
        parameters={'summary_file': lambda: str(small_disk.disk() / 'summary.json')},
        scenes=('node',),
        why_not=small_disk.why_no_disk,
    ),
)
