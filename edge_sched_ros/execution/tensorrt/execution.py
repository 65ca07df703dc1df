# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a TensorRT engine: copies in, computes, copies out, in one stream, and waits once."""

from __future__ import annotations

import math
import threading
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensorrt import loading
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.api import make_recorder
from edge_sched_ros.execution.tensorrt.cuda import Buffer
from edge_sched_ros.execution.tensorrt.cuda import Sessions
from edge_sched_ros.execution.tensorrt.cuda import UnitSession
from edge_sched_ros.execution.tensorrt.held import HeldTensor
from edge_sched_ros.execution.tensors import TensorInfo


class TensorRtError(RuntimeError):
    """A run that TensorRT or CUDA did not do."""

    reason = 'tensorrt_error'


class TensorRtNetwork:
    """
    An engine on one unit.

    Meant for the unit's worker thread; other threads may use it, one at a time.

    :param session: of the unit; already counted for this network
    :param loadables: of the engine, on a DLA core
    :param where: what messages begin with
    """

    def __init__(
        self,
        api: Api,
        sessions: Sessions,
        session: UnitSession,
        plan: bytes,
        *,
        loadables: int,
        where: str,
    ) -> None:
        self._sessions, self._session = sessions, session
        self._loadables, self._where = loadables, where
        self._lock = threading.Lock()
        self._buffers: dict[str, Buffer] = {}
        self._views: dict[str, NDArray[Any]] = {}
        self._engine: Any = None
        self._context: Any = None
        self._shapes: tuple[tuple[int, ...], ...] = ()
        self._closed = False
        self.inputs: tuple[TensorInfo, ...] = ()
        self.outputs: tuple[TensorInfo, ...] = ()
        try:
            with session.active():
                self._prepare(api, plan)
        except BaseException:
            self.close()
            raise

    def _prepare(self, api: Api, plan: bytes) -> None:
        self._runtime = loading.make_runtime(api, self._session.target, self._where)
        self._engine = loading.deserialize(api, self._runtime, plan, self._where)
        with api.logger.reasons.open() as reasons:
            self._context = self._engine.create_execution_context()
        if self._context is None:
            raise ConfigError(self._where, f'no memory to run it: {reasons}')
        self._recorder = make_recorder(api.trt)
        self._context.error_recorder = self._recorder
        found = {True: [], False: []}  # type: dict[bool, list[TensorInfo]]
        for name, is_input in loading.io_names(api, self._engine):
            found[is_input].append(loading.tensor_info(api, self._engine, name, self._where))
        self.inputs, self.outputs = tuple(found[True]), tuple(found[False])
        self._set_shapes(tuple(self._largest(info) for info in self.inputs))
        self._allocate()
        self._set_views()

    def _largest(self, info: TensorInfo) -> tuple[int, ...]:
        if None not in info.shape:
            return tuple(size or 0 for size in info.shape)
        return tuple(self._engine.get_tensor_profile_shape(info.name, 0)[2])

    def _allocate(self) -> None:
        drv = self._session.drv
        flags = drv.event_flags
        # a waiting thread must not spin on a core that others could use
        self._done = drv.Event(int(flags.BLOCKING_SYNC) | int(flags.DISABLE_TIMING))
        for info in (*self.inputs, *self.outputs):
            size = math.prod(self._context.get_tensor_shape(info.name))
            buffer = self._buffers[info.name] = Buffer(drv, size, info.dtype)
            if not self._context.set_tensor_address(info.name, int(buffer.allocation)):
                raise ConfigError(self._where, f"TensorRT takes no memory for '{info.name}'")

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """
        Return the outputs, in order; the caller owns them.

        :raises TensorRtError: when shapes or types do not fit, or the device fails
        """
        return self.run_linked(inputs, ())

    def run_linked(
        self, inputs: Sequence[NDArray[Any] | HeldTensor], hold: Collection[str]
    ) -> list[Any]:
        """
        Return the outputs, in order, some of them as tensors that stay on the device.

        :param inputs: arrays, or what a network on the same device has held
        :param hold: names of the outputs that stay on the device
        :raises TensorRtError: when shapes or types do not fit, or the device fails
        """
        with self._lock:
            if self._closed:
                raise TensorRtError(f'{self._where}: is closed')
            self._check(inputs)
            try:
                with self._session.active():
                    return self._run(inputs, hold)
            except self._session.drv.Error as error:
                reason = ' '.join(str(error).split())
                raise TensorRtError(f'{self._where}: CUDA fails: {reason}') from None

    def _run(
        self, inputs: Sequence[NDArray[Any] | HeldTensor], hold: Collection[str]
    ) -> list[Any]:
        shapes = tuple(array.shape for array in inputs)
        if shapes != self._shapes:
            self._set_shapes(shapes)
            self._set_views()
        stream = self._session.stream
        held = {
            info.name: self._session.held.take(self._views[info.name].shape, info.dtype)
            for info in self.outputs
            if info.name in hold
        }
        try:
            self._enqueue(inputs, held, stream)
        except BaseException:
            # what is under way still reads and writes the buffers
            stream.synchronize()
            raise
        self._done.record(stream)
        self._done.synchronize()
        if problem := self._recorder.take():
            raise TensorRtError(f'{self._where}: {problem}')
        return [
            held[info.name] if info.name in held else self._views[info.name].copy()
            for info in self.outputs
        ]

    def _enqueue(
        self,
        inputs: Sequence[NDArray[Any] | HeldTensor],
        held: Mapping[str, HeldTensor],
        stream: Any,
    ) -> None:
        drv = self._session.drv
        for info, given in zip(self.inputs, inputs):
            own = self._buffers[info.name].allocation
            if isinstance(given, HeldTensor) and self._is_here(given):
                drv.memcpy_dtod_async(own, given.allocation, given.nbytes, stream)
                continue
            array = given if isinstance(given, np.ndarray) else given.numpy()
            view = self._views[info.name]
            np.copyto(view, array)
            drv.memcpy_htod_async(own, view, stream)
        if not self._context.execute_async_v3(stream.handle):
            problem = self._recorder.take() or 'TensorRT refuses to run and gives no reason'
            raise TensorRtError(f'{self._where}: {problem}')
        for info in self.outputs:
            own, kept = self._buffers[info.name].allocation, held.get(info.name)
            if kept is not None:
                drv.memcpy_dtod_async(kept.allocation, own, kept.nbytes, stream)
            else:
                drv.memcpy_dtoh_async(self._views[info.name], own, stream)

    def _is_here(self, given: HeldTensor) -> bool:
        return given.device_index == self._session.target.device_index

    def _check(self, inputs: Sequence[NDArray[Any] | HeldTensor]) -> None:
        if len(inputs) != len(self.inputs):
            raise TensorRtError(f'{self._where}: takes {len(self.inputs)} inputs')
        for info, array in zip(self.inputs, inputs):
            fits = len(array.shape) == len(info.shape) and all(
                want in (None, have) for have, want in zip(array.shape, info.shape)
            )
            if not fits or array.dtype != info.dtype:
                raise TensorRtError(
                    f"{self._where}: input '{info.name}' is {array.dtype}{array.shape}, must be "
                    f'{info.dtype}{info.shape}'
                )

    def _set_shapes(self, shapes: tuple[tuple[int, ...], ...]) -> None:
        """Tell TensorRT the inputs' shapes, where they may vary, and see that it knows all."""
        self._shapes = ()
        for info, shape in zip(self.inputs, shapes):
            if None in info.shape and not self._context.set_input_shape(info.name, shape):
                raise TensorRtError(
                    f"{self._where}: input '{info.name}' cannot be {shape}: "
                    f'{self._recorder.take() or "outside what the engine was built for"}'
                )
        unknown = list(self._context.infer_shapes())
        for info in self.outputs:
            if -1 in tuple(self._context.get_tensor_shape(info.name)):
                unknown.append(info.name)
        if unknown:
            raise ConfigError(
                self._where, f'the shapes of {", ".join(unknown)} depend on data: not supported'
            )
        self._shapes = shapes

    def _set_views(self) -> None:
        """Cut the buffers to what the present shapes need."""
        for info in (*self.inputs, *self.outputs):
            shape = tuple(self._context.get_tensor_shape(info.name))
            host = self._buffers[info.name].host
            assert host is not None
            self._views[info.name] = host[: math.prod(shape)].reshape(shape)

    def close(self) -> None:
        """Free context, engine, runtime and buffers, in this order; with the last, the stream."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            with self._session.active():
                self._context = None
                self._engine = None
                self._runtime = None
                self._done = None
                self._views.clear()
                for buffer in self._buffers.values():
                    buffer.free()
                self._buffers.clear()
            self._sessions.close(self._session, loadables=self._loadables)
