# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The service ``~/save_system``: writes what the node runs and has learned, at any time."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from std_srvs.srv import Trigger

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.pipeline.pipeline import Pipeline

PARAMETER = 'system_file'


class SaveService:
    """
    Serves ``~/save_system`` as long as the node exists.

    :param pipeline: returns the loaded pipeline; ``None`` while the node is not configured
    :param file: returns the path to write
    """

    def __init__(
        self, node: Node, *, pipeline: Callable[[], Pipeline | None], file: Callable[[], str]
    ) -> None:
        self._node = node
        self._pipeline = pipeline
        self._file = file
        self._service = node.create_service(Trigger, '~/save_system', self._save)

    def _save(self, _request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        try:
            response.message = self._write()
            response.success = True
            self._node.get_logger().info(f'saved: {response.message}')
        except EdgeSchedError as error:
            response.message = brief(error, MOST_OF_AN_ERROR)
        return response

    def _write(self) -> str:
        """Write the file and return its path; :raises ConfigError: when it cannot be written."""
        name, pipeline = self._file(), self._pipeline()
        if not name:
            raise ConfigError(PARAMETER, 'is empty: set it to the path of the file')
        if pipeline is None:
            raise ConfigError(PARAMETER, 'the node is not configured, so there is nothing to save')
        pipeline.write_system(name)
        return name
