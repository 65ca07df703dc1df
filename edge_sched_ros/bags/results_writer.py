# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the results of tasks into a bag, under the node's topic names."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_sched_ros.bags.offers import latched
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs import topics
from edge_sched_ros.pipeline.inputs.camera_infos import map_camera_info
from edge_sched_ros.pipeline.inputs.camera_infos import picture_camera_info
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.result_messages import boxes_topic
from edge_sched_ros.pipeline.result_messages import messages_beside_boxes
from edge_sched_ros.pipeline.result_messages import placed_map
from edge_sched_ros.pipeline.settings.resources import make_folder

_TIMING = '/scheduler/timing'


def check_free(path: Path) -> None:
    """Check that a bag can be written there; :raises ConfigError: when the path exists."""
    if os.path.exists(path):
        raise ConfigError(str(path), 'already exists; results do not overwrite it')


class ResultsWriter:
    """
    An MCAP bag of results; use it with ``with``.

    :param path: the folder to write; it must not exist
    :param outputs: task -> kind of its results
    :param extras: task -> what its detections have beside boxes
    :param network_of: returns the name of a task's network
    :param labels: task -> class names of its results, and their score threshold
    :param info_of: returns the CameraInfo of a frame of a task's camera, or ``None``
    :raises ConfigError: when the folder exists or cannot be created
    """

    def __init__(
        self,
        path: Path,
        *,
        outputs: dict[str, str],
        extras: Mapping[str, tuple[str, ...]],
        network_of: Callable[[str], str],
        labels: Mapping[str, tuple[tuple[str, ...], float]],
        info_of: Callable[[str, Frame | None], FittedInfo | None],
    ) -> None:
        from rosbags.rosbag2 import StoragePlugin
        from rosbags.rosbag2 import Writer

        check_free(path)
        make_folder(path.parent)
        self._path = path
        self._network_of, self._info_of = network_of, info_of
        self._outputs = outputs
        self._writer = Writer(path, version=9, storage_plugin=StoragePlugin.MCAP)
        self._labels = {task: one for task, one in labels.items() if one[0]}
        self._types = {_TIMING: topics.JOB_TIMING}
        self._types |= {f'/{task}/label_info': topics.LABEL_INFO for task in self._labels}
        for task, output in outputs.items():
            for name, kind in topics.result_topics(output, extras.get(task, ())).items():
                self._types[f'/{task}/{name}'] = kind
        self._connections: dict[str, Any] = {}
        #: why writing has stopped; empty while it works
        self._problem = ''

    def __enter__(self) -> ResultsWriter:
        """Open the bag."""
        try:
            self._writer.open()
            self._connect()
        except OSError as error:
            raise ConfigError(str(self._path), f'cannot be created: {_why(error)}') from None
        return self

    def _connect(self) -> None:
        for topic, kind in self._types.items():
            # labels are written once: a player latches them, like the node
            offers = (latched(),) if kind == topics.LABEL_INFO else ()
            self._connections[topic] = self._writer.add_connection(
                topic, kind, typestore=typestore(), offered_qos_profiles=offers
            )

    def __exit__(self, *error: Any) -> None:
        """Close the bag; :raises ConfigError: when it could not be written completely."""
        try:
            self._writer.close()
        except OSError as failed:
            self._problem = self._problem or _why(failed)
            # closing has failed half-way and left the file open
            storage = self._writer.storage
            with suppress(OSError):
                if storage is not None:
                    storage.abort()
        if self._problem and error[0] is None:
            raise ConfigError(str(self._path), f'cannot be written: {self._problem}')

    def write(self, end: JobEnd) -> None:
        """
        Write the end of a job.

        A full disk ends only the writing: it is reported when the bag is closed.
        """
        if self._problem:
            return
        try:
            self._write_end(end)
        except OSError as error:
            self._problem = _why(error)

    def _write_end(self, end: JobEnd) -> None:
        at_ns = end.frame.stamp_ns if end.frame is not None else 0
        source = messages.header(make, end.frame)
        timing = messages.job_timing(make, end, network=self._network_of(end.task))
        self._write(_TIMING, timing, at_ns)
        self._write_labels(end.task, source, at_ns)
        if isinstance(end.result, Detections):
            name = boxes_topic(self._outputs[end.task])
            self._write_known(
                end.task, name, lambda: messages.detections(make, end.result, source), at_ns
            )
        beside = messages_beside_boxes(make, end.result, lambda: source)
        for name, message in beside.items():
            self._write_known(end.task, name, message, at_ns)
        self._write_info(end, source, at_ns)

    def _write_info(self, end: JobEnd, source: Any, at_ns: int) -> None:
        placed = placed_map(end.result)
        if placed is None and not isinstance(end.result, SourceImage):
            return
        info = self._info_of(end.task, end.frame)
        if info is None:
            return
        made = (
            picture_camera_info(make, info, source)
            if placed is None
            else map_camera_info(make, info, placed, source)
        )
        self._write_known(end.task, 'camera_info', lambda: made, at_ns)

    def _write_known(
        self, task: str, name: str, message: Callable[[], Any | None], at_ns: int
    ) -> None:
        """Write a message of a topic that the task's kind of results has."""
        topic = f'/{task}/{name}'
        if topic in self._connections and (made := message()) is not None:
            self._write(topic, made, at_ns)

    def _write_labels(self, task: str, source: Any, at_ns: int) -> None:
        """Write the meaning of class ids once, at the first end of a job."""
        found = self._labels.pop(task, None)
        if found is not None:
            self._write(f'/{task}/label_info', messages.label_info(make, *found, source), at_ns)

    def _write(self, topic: str, message: Any, at_ns: int) -> None:
        data = typestore().serialize_cdr(message, self._types[topic])
        self._writer.write(self._connections[topic], at_ns, data)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
