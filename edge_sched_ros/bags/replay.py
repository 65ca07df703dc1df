# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plays a bag through a pipeline at its own speed, without DDS."""

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

from edge_sched_ros.bags.debug_pictures import DebugPictures
from edge_sched_ros.bags.pace import Pace
from edge_sched_ros.bags.reader import Bag
from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.results_writer import check_free
from edge_sched_ros.bags.results_writer import ResultsWriter
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.health.rejections import Rejections
from edge_sched_ros.pipeline.health.rejections import UNREADABLE
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.inputs.camera_infos import camera_model
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.info_choice import CameraInfos
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.inputs.topics import CAMERA_INFO
from edge_sched_ros.pipeline.inputs.topics import info_topics
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import topics_of_pictures

_log = logging.getLogger(__name__)
_LONGEST_SLEEP_S = 86_400.0

#: takes the rate and what hears of the progress
Play = Callable[[float, Callable[[float], None]], Status]


class Replay:
    """
    One pass of a bag through a pipeline.

    :param config: the configuration; its topics are matched with the bag's, ignoring a leading /
    :param results: bag to write results to; ``None`` for none
    :param keep_gaps: wait through a bag's long gaps
    :param debug_images: folder for a debug picture of each task; ``None`` for none
    """

    def __init__(
        self,
        config: PipelineConfig,
        *,
        results: Path | None,
        keep_gaps: bool = False,
        debug_images: Path | None = None,
    ) -> None:
        self._keep_gaps = keep_gaps
        self._config = config
        self._results = results
        #: image topic -> the CameraInfos that came for it
        self._infos = {
            topic: CameraInfos(partial(_log.warning, '%s: %s', topic))
            for topic in info_topics(config)
        }
        self._writer: ResultsWriter | None = None
        self._debug_images = debug_images
        self._debug: DebugPictures | None = None
        self._rejections = Rejections(_log.warning)
        self._pipeline = Pipeline(config, on_end=self._on_end)

    def run(
        self, bag_path: Path, *, rate: float = 1.0, progress: Callable[[float], None]
    ) -> Status:
        """
        Play the bag and return the pipeline's last status.

        :param rate: speed relative to real time
        :param progress: called with the share done, 0..1
        :raises ConfigError: for a bag or configuration that cannot be used
        """
        with self.opened(bag_path) as play:
            return play(rate, progress)

    @contextmanager
    def opened(self, bag_path: Path) -> Iterator[Play]:
        """
        Check and load everything; yield a function that plays the bag at a rate with progress.

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
            if self._debug_images is not None:
                tasks = [task.name for task in self._config.tasks]
                self._debug = stack.enter_context(DebugPictures(self._debug_images, tasks))
            yield partial(self._play, bag)
            if bag.damage:
                _log.warning('%s: cannot be read to its end: %s', bag_path, bag.damage)

    def _new_results(self, path: Path) -> ResultsWriter:
        names = [task.name for task in self._config.tasks]
        return ResultsWriter(
            path,
            outputs={name: self._pipeline.output_of(name) for name in names},
            extras={name: self._pipeline.extras_of(name) for name in names},
            network_of=self._pipeline.network_of,
            info_of=self._info_of,
            labels={
                name: (self._pipeline.labels_of(name), self._pipeline.threshold_of(name))
                for name in names
            },
        )

    def _check_topics(self, bag: Bag, path: Path) -> None:
        there: dict[str, set[str]] = {}
        for connection in bag.connections:
            there.setdefault(_plain(connection.topic), set()).add(connection.msgtype)
        for topic, kind in self._config.topic_types().items():
            found = there.get(_plain(topic))
            if found is None:
                known = ', '.join(sorted({c.topic for c in bag.connections})) or 'none'
                raise ConfigError(str(path), f"has no topic '{topic}' (it has: {known})")
            others = ', '.join(sorted(found - {kind}))
            if kind not in found:
                raise ConfigError(f'{path}: {topic}', f'is {others}, the parameters say {kind}')
            if others:
                _log.warning('%s: %s: also holds %s, which is left out', path, topic, others)
            if problem := bag.unlike(kind):
                raise ConfigError(f'{path}: {topic}', problem)

    def _play(self, bag: Bag, rate: float, progress: Callable[[float], None]) -> Status:
        types = self._config.topic_types()
        pictures = topics_of_pictures(self._config)
        inputs = {
            (_plain(topic), kind): Input(
                topic,
                kind,
                pictures=topic in pictures,
                max_pixels=self._config.max_image_pixels,
            )
            for topic, kind in types.items()
        }
        infos: dict[tuple[str, str], list[str]] = {}
        for topic, info in info_topics(self._config).items():
            infos.setdefault((_plain(info), CAMERA_INFO), []).append(topic)
        wanted = [
            connection
            for connection in bag.connections
            if _key(connection) in inputs or _key(connection) in infos
        ]
        total = max(1, sum(connection.msgcount or 0 for connection in wanted))
        pace = Pace(rate, keep_gaps=self._keep_gaps, say=_log.warning)
        self._pipeline.start()
        try:
            started = time.monotonic()
            for count, (connection, at_ns, data) in enumerate(bag.messages(wanted), 1):
                due = started + pace.due_s(at_ns)
                # decoded before it is due, so that decoding does not count as delay of the
                # pipeline
                message = self._read(bag, connection, data)
                _sleep_until(due)
                key = _key(connection)
                for topic in infos.get(key, ()):
                    self._take_info(topic, message)
                if key in inputs:
                    self._feed(inputs[key], message)
                progress(min(1.0, count / total))
            self._wait_until_idle()
        finally:
            self._pipeline.stop()
        return self._pipeline.status()

    @staticmethod
    def _read(bag: Bag, connection: Any, data: bytes) -> Any:
        """Return a message, or the node's reason why it is not valid."""
        kind = connection.msgtype
        try:
            return bag.deserialize(data, kind)
        except Exception as error:
            return FrameError(UNREADABLE, f'not a {kind} ({brief_error(error)})')

    def _take_info(self, topic: str, message: Any) -> None:
        if isinstance(message, FrameError):
            self._rejections.note(f'camera_info of {topic}', message)
        else:
            self._infos[topic].add(message)

    def _feed(self, source: Input, message: Any) -> None:
        try:
            if isinstance(message, FrameError):
                raise message
            arrival = source.accept(message, 0)
        except Exception as error:
            # a message that does not match its type must not end the run
            self._pipeline.reject(source.topic, self._rejections.note(source.topic, error))
            return
        if arrival.restarted:
            self._pipeline.clock_jumped(0)
            if source.topic in self._infos:
                self._infos[source.topic].forget()
        arrival.frame.camera = self._camera_model
        self._pipeline.submit(arrival.frame, age=arrival.age)

    def _camera_model(self, frame: Frame) -> CameraModel | None:
        infos = self._infos.get(frame.stream)
        fitted = None if infos is None else infos.for_frame(frame)
        return camera_model(fitted, frame.stream)

    def _wait_until_idle(self) -> None:
        """Wait for the results of the last frames, but not longer for a hung unit."""
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
        if self._debug is not None:
            self._debug.offer(end)


def _sleep_until(due: float) -> None:
    """Sleep until a monotonic time, which may be further away than the system can sleep."""
    while (left := due - time.monotonic()) > 0:
        time.sleep(min(left, _LONGEST_SLEEP_S))


def _plain(topic: str) -> str:
    return topic.lstrip('/')


def _key(connection: Any) -> tuple[str, str]:
    return _plain(connection.topic), connection.msgtype
