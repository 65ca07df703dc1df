# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The TensorRT module and what this release of it has.

8.6, 10 and 11 differ in what exists. What differs is asked for by name, never by version.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensorrt.reasons import ReasonDesk

_log = logging.getLogger(__name__)

#: how many messages of a device are kept to explain a failure
_KEPT = 20


@dataclass(frozen=True, slots=True)
class Api:
    """
    TensorRT as installed.

    :param trt: the module
    :param logger: one for the process: builders and runtimes must not have different ones
    """

    trt: Any
    logger: Any

    @property
    def version(self) -> str:
        """The release, e.g. ``10.3.0``."""
        return str(self.trt.__version__)

    @property
    def can_build(self) -> bool:
        """Whether it is more than a lean runtime."""
        trt = self.trt
        return hasattr(trt, 'Builder') and hasattr(trt, 'OnnxParser')

    def builder_flag(self, name: str) -> Any | None:
        """Return a flag of the builder, ``None`` where this release has none of that name."""
        return getattr(self.trt.BuilderFlag, name, None)

    def network_flag(self, name: str) -> int:
        """Return the bit of a flag for new networks, 0 where this release has none."""
        flag = getattr(self.trt.NetworkDefinitionCreationFlag, name, None)
        return 0 if flag is None else 1 << int(flag)


def load_api() -> Api:
    """
    Import TensorRT. Nothing of it may be used before :func:`..cuda.load_driver` succeeded.

    :raises ConfigError: when it is not there, saying how to get it
    """
    try:
        trt: Any = importlib.import_module('tensorrt')
    except ImportError as error:
        raise ConfigError('', f'{error} (JetPack has it: python3-libnvinfer; {_VENV})') from None
    # a folder of that name on the path imports, too
    if not hasattr(trt, 'Runtime'):
        raise ConfigError('', f"the module 'tensorrt' is not TensorRT's; {_VENV}")
    logger = getattr(trt, '_edge_sched_ros_logger', None)
    if logger is None:
        logger = trt._edge_sched_ros_logger = make_logger(trt)
    return Api(trt, logger)


_VENV = 'a virtual environment needs --system-site-packages to see it'


def make_logger(trt: Any) -> Any:
    """Return a logger for TensorRT that writes to ours and tells errors to who asks why."""
    severity_of = trt.ILogger.Severity
    levels = {
        severity_of.INTERNAL_ERROR: logging.ERROR,
        severity_of.ERROR: logging.INFO,  # they become an error of ours, in one line
        severity_of.WARNING: logging.INFO,
    }

    class Logger(trt.ILogger):  # type: ignore[misc]
        """Called from native threads: nothing may be raised here."""

        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self.reasons = ReasonDesk()

        def log(self, severity: Any, msg: str) -> None:
            if severity in (severity_of.ERROR, severity_of.INTERNAL_ERROR):
                self.reasons.tell(' '.join(str(msg).split()))
            _log.log(levels.get(severity, logging.DEBUG), '%s', msg)

    return Logger()


def make_recorder(trt: Any) -> Any:
    """Return an error recorder: what goes wrong on the device later is found in it."""

    class Recorder(trt.IErrorRecorder):  # type: ignore[misc]
        """Called from native threads: nothing may be raised here."""

        def __init__(self) -> None:
            trt.IErrorRecorder.__init__(self)
            self.found: list[tuple[Any, str]] = []

        def num_errors(self) -> int:
            return len(self.found)

        def get_error_code(self, index: int) -> Any:
            return self.found[index][0]

        def get_error_desc(self, index: int) -> str:
            return self.found[index][1]

        def has_overflowed(self) -> bool:
            return False

        def clear(self) -> None:
            self.found = []

        def report_error(self, code: Any, desc: str) -> bool:
            self.found = [*self.found, (code, ' '.join(str(desc).split()))][-_KEPT:]
            return True

        def take(self) -> str:
            """Return what was recorded since the last time, and forget it."""
            found, self.found = self.found, []
            return '; '.join(desc for _, desc in found)

    return Recorder()
