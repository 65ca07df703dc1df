# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on CPU cores."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.bound_runs import bound_runs
from edge_sched_ros.execution.bound_runs import BoundRuns
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_digest import FileState
from edge_sched_ros.execution.network_digest import network_state
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.installation.missing import import_problem

_log = logging.getLogger(__name__)


class OnnxRuntimeNetwork:
    """
    One session for all CPU units and for all tasks with the same file.

    With one intra-op thread a run stays on the calling thread, which is pinned to its core.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self.inputs = tuple(_info(value) for value in session.get_inputs())
        self.outputs = tuple(_info(value) for value in session.get_outputs())
        self._input_names = [info.name for info in self.inputs]
        self._output_names = [info.name for info in self.outputs]
        self._bound: BoundRuns | None = bound_runs(session, self.inputs, self.outputs)

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs, in order; their memory is used again when nobody refers to it."""
        bound = self._bound
        if bound is not None:
            try:
                outputs = bound.run(inputs)
            except Exception as error:
                # either the file declares other sizes than it gives, which the way below takes,
                # or that fails, too, and its error is the one to tell
                _log.info('ONNX Runtime: outputs are copied from now on: %s', brief(error))
                self._bound = outputs = None
            if outputs is not None:
                return outputs
        feed = dict(zip(self._input_names, inputs))
        copied: list[NDArray[Any]] = self._session.run(self._output_names, feed)
        return copied

    def close(self) -> None:
        """Free the session after the last run that uses it."""
        self._session = self._bound = None


def _info(value: Any) -> TensorInfo:
    shape = tuple(size if isinstance(size, int) else None for size in value.shape)
    dtype = value.type.removeprefix('tensor(').removesuffix(')')
    return TensorInfo(
        value.name, shape, {'float': 'float32', 'double': 'float64'}.get(dtype, dtype)
    )


class OnnxRuntimeEngine:
    """Runs ONNX files on CPU cores, one thread per run."""

    name = 'onnxruntime'
    kinds = ('cpu',)

    def __init__(self) -> None:
        #: sessions in use, by the state of their files: tasks with one network share weights and
        #: arena
        self._sessions: WeakValueDictionary[tuple[FileState, ...], Any] = WeakValueDictionary()
        self._lock = threading.Lock()

    def available(self) -> tuple[bool, str]:
        """Return whether ONNX Runtime is installed."""
        try:
            import onnxruntime  # noqa: F401
        except ImportError as error:
            return False, import_problem(error)
        return True, ''

    def load(self, spec: NetworkSpec, unit: Unit | None = None) -> LoadedNetwork:
        """
        Load a network.

        :raises ConfigError: when the file is corrupt or ONNX Runtime does not support it
        """
        try:
            key = network_state(spec.file.resolve())
            with self._lock:
                session = self._sessions.get(key)
                if session is None:
                    session = self._sessions[key] = _open(str(spec.file))
        except Exception as error:
            reason = ' '.join(str(error).split())
            raise ConfigError(spec.where('file'), f'cannot load {spec.file}: {reason}') from None
        return OnnxRuntimeNetwork(session)


@cache
def _shared_arena() -> bool:
    """
    Make one arena for the memory of all sessions, and return whether there is one.

    Networks and segments that run one after the other then use memory that is in the cache
    already. With an arena for each session, every segment writes to memory of its own.
    """
    import onnxruntime

    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo('Cpu', kind, 0, onnxruntime.OrtMemType.DEFAULT)
    try:
        onnxruntime.create_and_register_allocator(memory, None)
    except Exception as error:
        # another part of this process has made one with its own settings
        _log.info('ONNX Runtime: no arena for all networks: %s', error)
        return False
    return True


def _open(file: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    if _shared_arena():
        options.add_session_config_entry('session.use_env_allocators', '1')
    return onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])


ENGINE = OnnxRuntimeEngine
