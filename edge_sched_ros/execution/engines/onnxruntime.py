# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on CPU cores, and on what its other execution providers serve."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
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
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.foreign_operators import need_of
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_digest import FileState
from edge_sched_ros.execution.network_digest import network_state
from edge_sched_ros.execution.onnx_graph import size_of
from edge_sched_ros.execution.precisions import FP16
from edge_sched_ros.execution.precisions import FP32
from edge_sched_ros.execution.precisions import STRONG
from edge_sched_ros.execution.providers.choice import Place
from edge_sched_ros.execution.providers.choice import place_for
from edge_sched_ros.execution.providers.choice import places
from edge_sched_ros.execution.providers.choice import reason_of
from edge_sched_ros.execution.providers.network import CoresNetwork
from edge_sched_ros.execution.providers.sessions import open_session
from edge_sched_ros.execution.providers.table import DEFAULT
from edge_sched_ros.execution.seats import Seats
from edge_sched_ros.execution.tensorrt.cache import default_folder
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.installation.missing import import_problem

_log = logging.getLogger(__name__)


class OpenSession:
    """
    A session, and what it is bound to: the same for all networks that share it.

    :param session: of ONNX Runtime
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self.inputs = tuple(tensor_info(value) for value in session.get_inputs())
        self.outputs = tuple(tensor_info(value) for value in session.get_outputs())
        #: ``None`` where sizes are open
        self.bound: BoundRuns | None = bound_runs(session, self.inputs, self.outputs)
        #: ``None`` where sizes are open, and with inputs beside the picture
        self.seats: Seats | None = None
        if self.bound is not None and len(self.inputs) == 1:
            self.seats = Seats(session, self.inputs, self.outputs)


class OnnxRuntimeNetwork:
    """
    One session for all CPU units and for all tasks with the same file.

    With one intra-op thread a run stays on the calling thread, which is pinned to its core.

    :param opened: the session
    """

    def __init__(self, opened: OpenSession) -> None:
        self._opened: OpenSession | None = opened
        self._session = opened.session
        self.inputs, self.outputs = opened.inputs, opened.outputs
        self._input_names = [info.name for info in self.inputs]
        self._output_names = [info.name for info in self.outputs]
        self._bound = opened.bound

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

    @property
    def seats(self) -> Seats | None:
        """Where pictures are prepared in place and run without a copy; ``None`` for nowhere."""
        return None if self._opened is None or self._bound is None else self._opened.seats

    def close(self) -> None:
        """Free the session after the last run that uses it."""
        self._opened = self._session = self._bound = None


def tensor_info(value: Any) -> TensorInfo:
    """Return what a session says of an input or output."""
    shape = tuple(size if isinstance(size, int) else size_of(size or '') for size in value.shape)
    dtype = value.type.removeprefix('tensor(').removesuffix(')')
    return TensorInfo(
        value.name, shape, {'float': 'float32', 'double': 'float64'}.get(dtype, dtype)
    )


class OnnxRuntimeEngine:
    """
    Runs ONNX files on CPU cores, one thread per run, and on devices of execution providers.

    A CPU core has ONNX Runtime's own provider unless the network names another. What that one
    refuses runs with the own one, after a line in the log.
    """

    name = 'onnxruntime'

    def __init__(self) -> None:
        #: sessions in use, by the state of their files: tasks with one network share weights and
        #: arena
        self._sessions: WeakValueDictionary[tuple[FileState, ...], OpenSession] = (
            WeakValueDictionary()
        )
        self._lock = threading.Lock()

    @property
    def kinds(self) -> tuple[str, ...]:
        """CPU cores, and the kinds of the devices that providers see here."""
        served = {unit.rstrip('0123456789') for unit in _places()}
        return ('cpu', *sorted(served - {'cpu'}))

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

        :raises ConfigError: when the file is corrupt, or neither ONNX Runtime nor, on other units
            than CPU cores, the unit's provider supports it
        """
        wanted = spec.engine_options.provider or ''
        if unit is not None and unit.kind != 'cpu':
            return self.on_device(spec, unit, wanted)
        if wanted not in ('', DEFAULT):
            try:
                return self.on_device(spec, unit or Unit('cpu'), wanted)
            except ConfigError as error:
                _log.warning('%s; CPU cores run it with the default provider', error)
        return self._on_cores(spec)

    def on_device(self, spec: NetworkSpec, unit: Unit, wanted: str) -> LoadedNetwork:
        """
        Load a network for a device of a provider.

        :param wanted: name of the provider; empty for the first of the unit
        :raises ConfigError: when the provider is not here, or refuses the model
        """
        where = spec.where('engine_options.provider')
        if wanted == DEFAULT:
            raise ConfigError(where, f'the default provider serves CPU cores, not {unit.name}')
        place = place_for(_places(), unit, wanted)
        if place is None:
            reason = reason_of(probes.probe_machine().providers, wanted) if wanted else ''
            raise ConfigError(
                where,
                f"'{wanted}' does not serve {unit.name}: {reason or 'it has no such device'}",
            )
        precision = spec.engine_options.precision
        exact = precision != FP16 if unit.kind == 'cpu' else precision in (FP32, STRONG)
        count = len(os.sched_getaffinity(0)) if unit.kind == 'cpu' else 1
        try:
            networks = [
                OnnxRuntimeNetwork(_open_at(str(spec.file), place, unit.kind, exact=exact))
                for _ in range(count)
            ]
        except Exception as error:
            # of any kind: the provider's library raises it
            raise ConfigError(
                where, f"'{place.provider}' refuses {spec.file.name}: {brief(error)}"
            ) from None
        return CoresNetwork(networks) if count > 1 else networks[0]

    def _on_cores(self, spec: NetworkSpec) -> LoadedNetwork:
        """Load a network for CPU cores; :raises ConfigError: when it cannot be."""
        try:
            key = network_state(spec.file.resolve())
            with self._lock:
                opened = self._sessions.get(key)
                if opened is None:
                    opened = self._sessions[key] = OpenSession(_open(str(spec.file)))
        except Exception as error:
            reason = need_of(spec.file) or ' '.join(str(error).split())
            raise ConfigError(spec.where('file'), f'cannot load {spec.file}: {reason}') from None
        return OnnxRuntimeNetwork(opened)


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


def _places() -> Mapping[str, tuple[Place, ...]]:
    """Return unit -> devices of providers on this machine."""
    found = probes.probe_machine()
    cuda = found.cuda.facts.get('devices', []) if found.cuda.ok else []
    return places(found.providers, len(cuda))


def _open_at(file: str, place: Place, kind: str, *, exact: bool) -> OpenSession:
    import onnxruntime

    release = f'{place.provider}-{onnxruntime.__version__}'
    cache = default_folder().parent / 'providers' / release
    session = open_session(
        file, place.provider, kind, place.index, cache=cache, exact=exact, options=_options()
    )
    return OpenSession(session)


def _options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    return options


def _open(file: str) -> Any:
    import onnxruntime

    options = _options()
    if _shared_arena():
        options.add_session_config_entry('session.use_env_allocators', '1')
    return onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])


ENGINE = OnnxRuntimeEngine
