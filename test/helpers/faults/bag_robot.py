# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags that are replayed without DDS, one for the rounds since the last look."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.bags.replay import Replay
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.settings.config import from_parameters
from faults.log import LOG
from faults.log import Log
from faults.scene import OTHERS
from faults.scene import OTHERS_TOPIC
from faults.scene import parameters
from faults.scene import total
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_IMAGE = 'sensor_msgs/msg/Image'
_SIZE = 16
_BEGIN_NS, _PERIOD_NS = 1_700_000_000 * 10**9, 10**6
_LIMITS = Limits(error_after_ns=10**18, silent_after_ns=10**18)


class BagRobot:
    """
    Three tasks on two topics of bags; a round is one message on each.

    :param more: parameters beside those of the scene
    """

    name = 'bag'

    def __init__(self, more: Mapping[str, Any]) -> None:
        # every frame is answered, and in order
        each = {f'{task}.queue_depth': 1000 for task in (*OTHERS, VICTIM)}
        each |= {f'{task}.max_in_flight': 1 for task in (*OTHERS, VICTIM)}
        self._config = from_parameters(parameters({**each, **more}))
        self._folder = Path(tempfile.mkdtemp(prefix='edge_sched_faults_bag_'))
        self._rounds, self._bags = 0, 0
        self._messages: list[tuple[str, int, bytes]] = []
        self._runs: list[dict[str, Any]] = []
        self._log = Log()
        #: changes the bytes of the victim's messages
        self.spoil: Callable[[bytes], bytes] | None = None
        #: damages a bag before it is played
        self.damage: Callable[[Path], None] | None = None
        #: returns where results are written
        self.results: Callable[[], Path] | None = None
        #: a bag has no services
        self.service_s = 0.0

    def round(self) -> None:
        """Add a message on each topic to the bag that is played next."""
        self._rounds += 1
        at_ns = _BEGIN_NS + self._rounds * _PERIOD_NS
        data = bytes(typestore().serialize_cdr(_image(at_ns), _IMAGE))
        for topic in (VICTIM_TOPIC, OTHERS_TOPIC):
            spoilt = topic == VICTIM_TOPIC and self.spoil is not None
            self._messages.append((topic, at_ns, self.spoil(data) if spoilt else data))

    def answers(self) -> int:
        """Play what is there, and return how often the victim has answered."""
        if self._messages:
            self._play()
        return sum(tasks[VICTIM]['on_time'] for tasks in self._runs)

    def note(self, line: str) -> None:
        """Keep a line as if it were in the log."""
        self._log.note(line)

    def health(self) -> list[Health]:
        """Play what is there; return its diagnostics and what was logged."""
        found = self._play() if self._messages else []
        return [*found, *(Health(LOG, WARN, line, 'log') for line in self._log.take())]

    def _play(self) -> list[Health]:
        self._bags += 1
        bag = self._write(self._folder / f'bag{self._bags}')
        results = None if self.results is None else self.results()
        try:
            replay = Replay(self._config, results=results)
            with replay.opened(bag) as play:
                before = replay._pipeline.status()
                status = play(1.0, lambda _: None)
                self._runs.append(summary(status)['tasks'])
        except EdgeSchedError as error:
            self.note(str(error))
            return []
        return examine(status, rates_between(before, status), _LIMITS)

    def _write(self, bag: Path) -> Path:
        from rosbags.rosbag2 import StoragePlugin
        from rosbags.rosbag2 import Writer

        with Writer(bag, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
            connections = {
                topic: writer.add_connection(f'/{topic}', _IMAGE, typestore=typestore())
                for topic in (VICTIM_TOPIC, OTHERS_TOPIC)
            }
            for topic, at_ns, data in self._messages:
                writer.write(connections[topic], at_ns, data)
        self._messages.clear()
        if self.damage is not None:
            self.damage(bag)
        return bag

    def close(self) -> dict[str, Any]:
        """Play what is left and return the tasks of all bags, as in a summary."""
        try:
            self.health()
        finally:
            self._log.close()
            shutil.rmtree(self._folder, ignore_errors=True)
        return total(self._runs)


def _image(at_ns: int) -> Any:
    stamp = make('builtin_interfaces/msg/Time', sec=at_ns // 10**9, nanosec=at_ns % 10**9)
    header = make('std_msgs/msg/Header', stamp=stamp, frame_id='lens')
    data = np.zeros(3 * _SIZE * _SIZE, np.uint8)
    shape = {'width': _SIZE, 'height': _SIZE, 'encoding': 'bgr8', 'step': 3 * _SIZE}
    return make(_IMAGE, header=header, data=data, **shape)
