# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Feeds a bag through a pipeline at its own pace, without DDS."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.results_writer import check_free
from edge_sched_ros.bags.results_writer import ResultsWriter
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.camera_window import FittedInfo
from edge_sched_ros.pipeline.config import PipelineConfig
from edge_sched_ros.pipeline.info_choice import CameraInfos
from edge_sched_ros.pipeline.inputs import Input
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.rejections import Rejections
from edge_sched_ros.pipeline.status import Status
from edge_sched_ros.pipeline.topics import info_topics

_log = logging.getLogger(__name__)

#: takes the rate and what hears of the progress
Play = Callable[[float, Callable[[float], None]], Status]


class Replay:
    """
    One pass of a bag through a pipeline.

    :param config: what to run; its topics are matched with the bag's, a leading / apart
    :param results: bag to write results to; ``None`` for none
    """

    def __init__(self, config: PipelineConfig, *, results: Path | None) -> None:
        self._config = config
        self._results = results
        #: image topic -> the CameraInfos that came for it
        self._infos = {
            topic: CameraInfos(partial(_log.warning, '%s: %s', topic))
            for topic in info_topics(config)
        }
        self._writer: ResultsWriter | None = None
        self._rejections = Rejections(_log.warning)
        self._pipeline = Pipeline(config, on_end=self._on_end)

    def run(
        self, bag_path: Path, *, rate: float = 1.0, progress: Callable[[float], None]
    ) -> Status:
        """
        Play the bag and return the pipeline's last status.

        :param rate: times real time
        :param progress: called with the share done, 0..1
        :raises ConfigError: for a bag or configuration that cannot be used
        """
        with self.opened(bag_path) as play:
            return play(rate, progress)

    @contextmanager
    def opened(self, bag_path: Path) -> Iterator[Play]:
        """
        Check and load everything; yield what plays the bag at a rate and tells its progress.

        :raises ConfigError: for a bag, configuration or results folder that cannot be used
        """
        if self._results is not None:
            check_free(self._results)
        with open_bag(bag_path) as bag, ExitStack() as stack:
            self._check_topics(bag, bag_path)
            self._pipeline.load()
            stack.callback(self._pipeline.unload)
            if self._results is not None:
                self._writer = stack.enter_context(self._new_results(self._results))
            yield partial(self._play, bag)

    def _new_results(self, path: Path) -> ResultsWriter:
        names = [task.name for task in self._config.tasks]
        return ResultsWriter(
            path,
            outputs={name: self._pipeline.output_of(name) for name in names},
            network_of=self._pipeline.network_of,
            info_of=self._info_of,
            labels={
                name: (self._pipeline.labels_of(name), self._pipeline.threshold_of(name))
                for name in names
            },
        )

    def _check_topics(self, bag: Any, path: Path) -> None:
        there = {_plain(c.topic): c.msgtype for c in bag.connections}
        for topic, kind in self._config.topic_types().items():
            if _plain(topic) not in there:
                known = ', '.join(sorted(c.topic for c in bag.connections)) or 'none'
                raise ConfigError(str(path), f"has no topic '{topic}' (it has: {known})")
            if there[_plain(topic)] != kind:
                raise ConfigError(
                    f'{path}: {topic}', f'is {there[_plain(topic)]}, the parameters say {kind}'
                )

    def _play(self, bag: Any, rate: float, progress: Callable[[float], None]) -> Status:
        inputs = {_plain(t): Input(t, k) for t, k in self._config.topic_types().items()}
        infos: dict[str, list[str]] = {}
        for topic, info in info_topics(self._config).items():
            infos.setdefault(_plain(info), []).append(topic)
        wanted = [
            c for c in bag.connections if _plain(c.topic) in inputs or _plain(c.topic) in infos
        ]
        span_ns = max(1, bag.end_time - bag.start_time)
        self._pipeline.start()
        try:
            started = time.monotonic()
            for connection, at_ns, data in bag.messages(connections=wanted):
                elapsed_ns = at_ns - bag.start_time
                due = started + elapsed_ns / 1e9 / rate
                # decoded before it is due: that a bag needs it is no delay of the pipeline's
                message = bag.deserialize(data, connection.msgtype)
                time.sleep(max(0.0, due - time.monotonic()))
                name = _plain(connection.topic)
                for topic in infos.get(name, ()):
                    self._infos[topic].add(message)
                if name in inputs:
                    self._feed(inputs[name], message)
                progress(elapsed_ns / span_ns)
            self._wait_until_idle()
        finally:
            self._pipeline.stop()
        return self._pipeline.status()

    def _feed(self, source: Input, message: Any) -> None:
        try:
            arrival = source.accept(message, 0)
        except FrameError as error:
            self._pipeline.reject(source.topic, self._rejections.note(source.topic, error))
            return
        if arrival.restarted:
            self._pipeline.clock_jumped(0)
        self._pipeline.submit(arrival.frame, age=arrival.age)

    def _wait_until_idle(self) -> None:
        """Let the last frames be answered; a hung unit is not waited for longer than that."""
        longest_s = max(task.deadline_ms for task in self._config.tasks) / 1e3 + 1
        deadline = time.monotonic() + longest_s
        while time.monotonic() < deadline:
            if not any(task.in_flight for task in self._pipeline.status().tasks):
                return
            time.sleep(0.01)

    def _info_of(self, task: str, frame: Frame | None) -> FittedInfo | None:
        by_name = {t.name: t for t in self._config.tasks}
        infos = self._infos.get(self._config.source_of(by_name[task]).topic)
        return None if infos is None else infos.for_frame(frame)

    def _on_end(self, end: JobEnd) -> None:
        if self._writer is not None:
            self._writer.write(end)


def _plain(topic: str) -> str:
    return topic.lstrip('/')
