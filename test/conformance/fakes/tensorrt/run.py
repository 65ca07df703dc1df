# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runtimes, engines and contexts: who frees in the wrong order, or has no context, is dead."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

import numpy as np
import onnx
import onnxruntime
from pycuda import driver
from pycuda import faults
from pycuda import memory

from tensorrt import plan
from tensorrt.build import dla_cores
from tensorrt.build import version
from tensorrt.enums import DataType
from tensorrt.enums import LayerInformationFormat
from tensorrt.enums import NUMPY
from tensorrt.enums import TensorIOMode
from tensorrt.enums import TensorLocation
from tensorrt.graph import Tensor
from tensorrt.interfaces import call
from tensorrt.interfaces import Checked
from tensorrt.interfaces import ILogger
from tensorrt.interfaces import made
from tensorrt.interfaces import need_context

#: documented limit of a DLA core
MAX_LOADABLES = 16
#: parts of engines in use, by DLA core
loadables: Counter[int] = Counter()


class _Owned(Checked):
    """Counts what was made of it and is alive; must outlive that."""

    def __init__(self, owner: _Owned | None) -> None:
        self._count = [0]
        self._owner_count = owner._count if owner is not None else [0]
        self._owner_count[0] += 1

    def __del__(self) -> None:
        if not hasattr(self, '_owner_count'):
            return
        name = type(self).__name__
        self._owner_count[0] -= 1
        if self._count[0]:
            faults.found.append(f'{name} freed before what was made of it')
        if driver.current_context() is None:
            faults.found.append(f'{name} freed without a context on this thread')


class Runtime(_Owned):
    ALLOWED = frozenset({'DLA_core'})

    def __init__(self, logger: Any) -> None:
        need_context('Runtime()')
        super().__init__(None)
        self._logger = made(logger)
        self.DLA_core = -1

    @property
    def num_DLA_cores(self) -> int:
        need_context('num_DLA_cores')
        return dla_cores()

    def deserialize_cuda_engine(self, data: bytes) -> Engine | None:
        need_context('deserialize_cuda_engine()')
        found = plan.unpack(bytes(data))
        problem = 'Serialization assertion magicTag failed' if found is None else ''
        if found is not None:
            problem = self._problem(found[0])
        if problem or found is None:
            call(self._logger, 'log', ILogger.Severity.ERROR, f'[fake] {problem}')
            return None
        return Engine(self, *found)

    def _problem(self, header: dict[str, Any]) -> str:
        if header['version'] != version():
            return 'Version tag does not match'
        if header['device'] != driver.Device(0).name():
            return 'the engine was built for another device'
        if header['dla'] and self.DLA_core not in range(dla_cores()):
            return 'the engine needs a DLA core'
        if header['dla'] and loadables[self.DLA_core] + _parts(header) > MAX_LOADABLES:
            return 'cudla: out of resources'
        return ''


def _parts(header: dict[str, Any]) -> int:
    return sum(layer['LayerType'] == 'DLA' for layer in header['layers'])


class Inspector:
    def __init__(self, layers: list[Any]) -> None:
        self._layers = layers

    def get_engine_information(self, form: Any) -> str:
        assert form == LayerInformationFormat.JSON
        return json.dumps({'Layers': self._layers, 'Bindings': []})


class Engine(_Owned):
    def __init__(self, runtime: Runtime, header: dict[str, Any], model: bytes) -> None:
        super().__init__(runtime)
        graph = onnx.load_model_from_string(model).graph
        self._header, self._model = header, model
        self._tensors = {v.name: Tensor(v) for v in (*graph.input, *graph.output)}
        self._inputs = [value.name for value in graph.input]
        self._core = runtime.DLA_core if header['dla'] else None
        if self._core is not None:
            loadables[self._core] += _parts(header)

    def __del__(self) -> None:
        if getattr(self, '_core', None) is not None:
            loadables[self._core] -= _parts(self._header)  # type: ignore[index]
        super().__del__()

    num_io_tensors = property(lambda self: len(self._tensors))

    def get_tensor_name(self, index: int) -> str:
        return list(self._tensors)[index]

    def get_tensor_mode(self, name: str) -> TensorIOMode:
        return TensorIOMode.INPUT if name in self._inputs else TensorIOMode.OUTPUT

    def get_tensor_location(self, name: str) -> TensorLocation:
        return TensorLocation.DEVICE

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self._tensors[name].shape

    def get_tensor_dtype(self, name: str) -> DataType:
        return self._tensors[name].dtype

    def get_tensor_profile_shape(self, name: str, index: int) -> list[tuple[int, ...]]:
        return [tuple(shape) for shape in self._header['profiles'][name]]

    def create_engine_inspector(self) -> Inspector:
        return Inspector(self._header['layers'])

    def create_execution_context(self) -> Context | None:
        need_context('create_execution_context()')
        return None if os.environ.get('FAKE_FAIL') == 'memory' else Context(self)


class Context(_Owned):
    ALLOWED = frozenset({'error_recorder'})

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._tensors, self._inputs = engine._tensors, engine._inputs
        # the streams that TensorRT makes for itself are of the context that is current
        self._green = driver.current_green()
        self._profiles = engine._header['profiles']
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            engine._model, options, providers=['CPUExecutionProvider']
        )
        self._shapes = {n: self._tensors[n].shape for n in self._inputs}
        self._addresses: dict[str, int] = {}
        self._freed = [False]

    def __del__(self) -> None:
        for address in getattr(self, '_addresses', {}).values():
            if address in memory.allocations:
                memory.allocations[address].users.discard(id(self))
        if hasattr(self, '_freed'):
            self._freed[0] = True
        super().__del__()

    def set_input_shape(self, name: str, shape: Any) -> bool:
        need_context('set_input_shape()')
        declared = self._tensors[name].shape
        if name not in self._profiles:
            return tuple(shape) == declared
        least, _, most = self._profiles[name]
        if not all(low <= size <= high for low, size, high in zip(least, shape, most)):
            return False
        self._shapes[name] = tuple(shape)
        return True

    def infer_shapes(self) -> list[str]:
        return [name for name, shape in self._shapes.items() if -1 in shape]

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        if name in self._shapes:
            return self._shapes[name]
        if not self._profiles:
            return self._tensors[name].shape
        if self.infer_shapes():
            return tuple(-1 for _ in self._tensors[name].shape)
        blank = {n: np.zeros(s, NUMPY[self._tensors[n].dtype]) for n, s in self._shapes.items()}
        return self._session.run([name], blank)[0].shape  # type: ignore[no-any-return]

    def set_tensor_address(self, name: str, address: int) -> bool:
        if name not in self._tensors:
            return False
        memory.at(address).users.add(id(self))
        self._addresses[name] = address
        return True

    def execute_async_v3(self, stream_handle: int) -> bool:
        need_context('execute_async_v3()')
        if stream_handle not in driver.streams:
            raise faults.SegfaultError('the stream is gone, or it is the default one')
        if not self._green == driver.current_green() == driver.streams[stream_handle].green:
            faults.found.append('a run leaves its green context')
        if os.environ.get('FAKE_FAIL') == 'execute' or set(self._addresses) != set(self._tensors):
            self._report('enqueueV3 failed')
            return False
        freed, shapes = self._freed, dict(self._shapes)
        session, tensors, addresses = self._session, self._tensors, dict(self._addresses)
        recorder = getattr(self, 'error_recorder', None)

        def compute() -> None:
            if freed[0]:
                raise faults.SegfaultError('the execution context was freed while it ran')
            feed = {n: _read(addresses[n], s, tensors[n].dtype) for n, s in shapes.items()}
            for name, value in zip(
                (o.name for o in session.get_outputs()), session.run(None, feed)
            ):
                flat = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
                memory.at(addresses[name]).data[: flat.size] = flat
            if os.environ.get('FAKE_FAIL') == 'late' and recorder is not None:
                call(recorder, 'report_error', 3, 'an illegal memory access was encountered')

        driver.streams[stream_handle].queue.append(compute)
        return True

    def _report(self, text: str) -> None:
        recorder = getattr(self, 'error_recorder', None)
        if recorder is not None:
            call(made(recorder), 'report_error', 1, text)


def _read(address: int, shape: tuple[int, ...], kind: DataType) -> np.ndarray:
    dtype = np.dtype(NUMPY[kind])
    size = int(np.prod(shape)) * dtype.itemsize
    return memory.at(address).data[:size].view(dtype).reshape(shape).copy()
