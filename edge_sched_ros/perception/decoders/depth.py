# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The base of all depth decoders: shape, range, position in the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.native.loading import extension
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.doubts import Unknowns
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.misfit import MisfitError
from edge_sched_ros.perception.decoders.planes import has_proportions
from edge_sched_ros.perception.decoders.planes import window_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_plane
from edge_sched_ros.perception.decoders.values import only_whole_numbers
from edge_sched_ros.perception.results import DepthMap

#: in names of outputs with depth
_WORDS = ('depth', 'disp')
_MEANING = 'The graph does not tell whether its values are metres, inverse depth or disparity.'


class DepthDecoder(Decoder):
    """
    Reads one plane, 1x1xHxW, 1xHxW or 1xHxWx1; values out of range become NaN.

    Padding of a letterboxed input is cut off.
    """

    output = 'depth'
    #: of a recognition: the graph does not tell metres from relative depth
    _certainty: ClassVar[int] = POSSIBLE
    #: whether it reads the task ``depth`` of Ultralytics
    _of_ultralytics: ClassVar[bool] = False
    #: whether a map may consist of whole numbers
    _whole: ClassVar[bool] = False
    #: what the native form calls the values, of the class that defines :meth:`metres`
    native_kind: ClassVar[str] = ''
    #: index of the output with the depth
    _plane = 0
    defaults: ClassVar[dict[str, Any]] = {'min_m': 0.1, 'max_m': 100.0, 'scale': 1.0, 'shift': 0.0}
    ranges: ClassVar[dict[str, tuple[float, float]]] = {
        'min_m': (0.0, 1e6),
        'max_m': (0.0, 1e6),
        'scale': (-1e6, 1e6),
        'shift': (-1e6, 1e6),
    }
    meanings: ClassVar[dict[str, str]] = {
        'min_m': 'Minimum depth, in metres; nearer points are unknown (NaN)',
        'max_m': 'Maximum depth, in metres; farther points are unknown (NaN)',
        'scale': 'Factor for the output values of the network',
        'shift': 'Offset added to the values after scale',
    }

    def __init__(
        self, spec: NetworkSpec, outputs: tuple[TensorInfo, ...], options: dict[str, Any]
    ) -> None:
        self.unknowns = Unknowns()
        #: the last window, and the shape and transform that it is of
        self._last_window: tuple[Any, Any, Any] = (None, None, None)
        # the class that defines metres says how the native form reads values: others have none
        owner = next(one for one in type(self).__mro__ if 'metres' in vars(one))
        self._kind: str = vars(owner).get('native_kind', '')
        self._native = extension() if self._kind else None
        super().__init__(spec, outputs, options)

    @property
    def doubt(self) -> str:
        """What is suspicious about the latest maps; empty if nothing is."""
        return self.unknowns.doubt

    def set_option(self, name: str, value: Any) -> None:
        """Change an option; :raises ConfigError: also for a scale of zero."""
        before = self.options
        super().set_option(name, value)
        if name == 'scale' and not self.options[name]:
            self.options = before
            raise self.bad_option(name, 'must not be 0: all pixels would have the same depth')

    def check_together(self) -> None:
        """Check that the range is not empty; :raises ConfigError: when it is."""
        least, most = self.options['min_m'], self.options['max_m']
        if not least < most:
            raise self.bad_option('min_m', f'must be below max_m ({most:g}), not {least:g}')

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise a picture of floating-point numbers of the proportions of the input."""
        task = task_of(metadata)
        if cls is DepthDecoder or len(outputs) != 1 or task not in ('', 'depth'):
            return None
        plane = _plane(outputs[0].shape)
        if plane is None or 'float' not in outputs[0].dtype:
            return None
        if task:
            return Recognition(CERTAIN) if cls._of_ultralytics else None
        height, width = plane
        if input_size is None or height is None or width is None:
            return Recognition(POSSIBLE, doubts=(_MEANING,))
        # networks that reduce the size round it
        unlike = abs(width * input_size[1] - height * input_size[0])
        if min(height, width) < 2 or unlike > 0.1 * height * input_size[0]:
            return None
        large = 4 * height >= input_size[1]
        return Recognition(cls._certainty if large else POSSIBLE, doubts=(_MEANING,))

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that one output is a plane with the proportions of the input."""
        planes = [
            info
            for info in outputs
            if (plane := _plane(info.shape)) is not None
            and has_proportions(*plane, self._input_size)
        ]
        named = [info for info in planes if any(word in info.name.lower() for word in _WORDS)]
        if not planes:
            size = f'{self.spec.input.height}x{self.spec.input.width}'
            raise self.misfit(f'one output 1x1xHxW, a picture of its input ({size})', outputs)
        if len(planes) > 1 and len(named) != 1:
            names = ', '.join(info.name for info in planes)
            raise self.bad_option(
                'output', f'must name the output with the depth: {names:.200} have its shape'
            )
        chosen = planes[0] if len(planes) == 1 else named[0]
        self._plane = outputs.index(chosen)
        if not self._whole and 'int' in chosen.dtype and self.options['scale'] == 1.0:
            raise MisfitError(
                f'{self.spec.source}: decoder',
                f'{self.spec.decoder} needs real numbers; {chosen} holds whole ones, as class ids '
                'are (millimetres need scale: 0.001)',
                outputs,
            )

    def metres(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return depth in metres from the network's (scaled and shifted) values."""
        raise NotImplementedError

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> DepthMap:
        """Return the depth of one picture."""
        raw, name = outputs[self._plane], self.output_names[self._plane]
        quick = self._natively(raw)
        if quick is not None:
            return self._in_source(quick, transform)
        check_plane(raw, name)
        plane = raw.reshape([size for size in raw.shape if size != 1]).astype(np.float32)
        plane = plane * np.float32(self.options['scale']) + np.float32(self.options['shift'])
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = self.metres(plane)
            good = (depth >= self.options['min_m']) & (depth <= self.options['max_m'])
        whole = not self._whole and self.options['scale'] == 1.0 and only_whole_numbers(raw)
        self.unknowns = self.unknowns.after(plane, good, whole=whole)
        return self._in_source(np.where(good, depth, np.nan).astype(np.float32), transform)

    def _natively(self, raw: NDArray[Any]) -> NDArray[np.float32] | None:
        """Return the depth of the whole output; ``None`` where the form in Python must say it."""
        sizes = [size for size in raw.shape if size != 1]
        if self._native is None or len(sizes) != 2:
            return None
        options = self.options
        scale = options['scale']
        values = scale, options['shift'], options['min_m'], options['max_m'], self._product()
        made = self._native.decode_depth(raw.reshape(sizes), self._kind, values)
        if made is None:
            return None
        depth: NDArray[np.float32]
        depth, good, least, greatest, whole = made
        whole = whole and not self._whole and scale == 1.0
        known = good / max(1, depth.size)
        self.unknowns = self.unknowns.counted(known, lambda: (least, greatest), whole=whole)
        return depth

    def _product(self) -> float:
        """Return focal length times baseline, of disparity."""
        return 0.0

    def _in_source(self, depth: NDArray[np.float32], transform: Transform) -> DepthMap:
        """Remove the padding, and return the rest with its position in the source."""
        shape, way, part = self._last_window
        if way is not transform or shape != depth.shape:
            part = window_of((depth.shape[1], depth.shape[0]), self._input_size, transform)
            self._last_window = depth.shape, transform, part
        return DepthMap(depth[part.y0 : part.y1, part.x0 : part.x1], *part.place)


def _plane(shape: tuple[int | None, ...]) -> tuple[int | None, int | None] | None:
    """Return height and width of the only plane, or ``None`` if there is not exactly one."""
    if len(shape) == 2 and None not in shape:
        return shape[0], shape[1]
    if shape[:1] not in ((1,), (None,)):
        return None
    if len(shape) == 3:
        return shape[1], shape[2]
    if len(shape) == 4 and shape[3] == 1 and shape[1] != 1:
        return shape[1], shape[2]
    if len(shape) == 4 and shape[1] in (1, None):
        return shape[2], shape[3]
    return None
