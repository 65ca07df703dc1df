# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a user of TensorRT derives from; a subclass must call ``__init__`` of its base."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from pycuda import driver
from pycuda import faults


class _Base:
    def __init__(self) -> None:
        self._made = True


class ILogger(_Base):
    class Severity(IntEnum):
        INTERNAL_ERROR = 0
        ERROR = 1
        WARNING = 2
        INFO = 3
        VERBOSE = 4


class Logger(ILogger):
    """
    TensorRT's own, which only the probe of the machine uses.

    The probe makes no context: as CUDA's runtime would, this makes the primary one current.
    """

    ERROR = ILogger.Severity.ERROR

    def __init__(self, min_severity: ILogger.Severity = ILogger.Severity.WARNING) -> None:
        super().__init__()
        driver.init()
        driver.Device(0).retain_primary_context().push()


class IErrorRecorder(_Base):
    pass


class IProgressMonitor(_Base):
    pass


class IInt8EntropyCalibrator2(_Base):
    pass


def made(thing: Any) -> Any:
    """Return an object derived from one of these, if it is whole."""
    if not isinstance(thing, _Base):
        raise TypeError('incompatible function arguments')
    if not getattr(thing, '_made', False):
        raise TypeError('__init__() must be called when overriding __init__')
    return thing


def call(thing: Any, name: str, *arguments: Any) -> Any:
    """Call back into Python; TensorRT cannot pass exceptions on."""
    try:
        return getattr(thing, name)(*arguments)
    except BaseException as error:
        raise faults.SegfaultError(f'{name} raised into native code: {error!r}') from error


def need_context(what: str) -> None:
    """Die as TensorRT does without a driver; be strict about the thread's context."""
    if driver.current_context() is None:
        raise faults.SegfaultError(f'{what} without a context on this thread')


class Checked:
    """Refuses attributes that a release does not have, as compiled classes do."""

    ALLOWED: frozenset[str] = frozenset()

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith('_') and name not in self.ALLOWED:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        super().__setattr__(name, value)
