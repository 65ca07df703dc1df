# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cameras and observer for the whole benchmark, and a DDS domain for each contender."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from types import TracebackType

from benchmarks.side_by_side.rig.child import python
from benchmarks.side_by_side.rig.child import STOP_TIMEOUT_S
from benchmarks.side_by_side.rig.place import Place
from benchmarks.side_by_side.rig.talk import TalkingChild

#: neither traffic of other machines nor ours on theirs
_LOCAL = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
#: Linux leaves room for the ports of 0 to 101
_DOMAINS = 100


class Rig:
    """
    Cameras and observer.

    :param folder: logs and files of runs go there
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(os.getpid() * 7)
        self._helpers: list[TalkingChild] = []
        try:
            self.camera = self._start('camera')
            self.observer = self._start('observer')
        except BaseException:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        """The process numbers of cameras and observer."""
        return [helper.pid for helper in self._helpers]

    def place(self, name: str, *, cameras: int, topics: dict[str, str]) -> Place:
        """
        Enter a new DDS domain.

        :param name: of who will be there
        :param topics: result topics, name -> type
        """
        domain = 1 + next(self._numbers) % _DOMAINS
        # a second fence: somebody else may be in this domain
        namespace = f'/bench{os.getpid()}'
        self.camera.ask('open', domain=domain, namespace=namespace, cameras=cameras)
        self.observer.ask('open', domain=domain, namespace=namespace)
        self.observer.ask('listen', domain=domain, topics=topics)
        return Place(
            name=name,
            camera=self.camera,
            observer=self.observer,
            domain=domain,
            namespace=namespace,
            folder=self.folder,
            variables={**_LOCAL, 'ROS_DOMAIN_ID': str(domain)},
        )

    def close(self) -> None:
        """End cameras and observer."""
        for helper in self._helpers:
            assert helper.process.stdin is not None
            try:
                helper.process.stdin.close()
                helper.wait(STOP_TIMEOUT_S)
            finally:
                helper.close()

    def __enter__(self) -> Rig:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End cameras and observer."""
        self.close()

    def _start(self, name: str) -> TalkingChild:
        helper = TalkingChild(
            name,
            python(f'benchmarks.side_by_side.rig.{name}'),
            log=self.folder / f'{name}.log',
            added=_LOCAL,
        )
        self._helpers.append(helper)
        return helper
