# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The base class of decoders."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.onnx_metadata import metadata_of
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.fit import check_recognised
from edge_sched_ros.perception.decoders.misfit import MisfitError
from edge_sched_ros.perception.decoders.recognition import recognise
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.sizes import check_sizes
from edge_sched_ros.perception.decoders.sizes import DeclaredShape
from edge_sched_ros.perception.decoders.sizes import is_rows
from edge_sched_ros.perception.decoders.sizes import OutputSizesError
from edge_sched_ros.perception.decoders.values import InvalidOutputError


class Decoder:
    """
    Makes a result from a network's outputs.

    :param spec: the network
    :param outputs: outputs of the loaded network, which are checked
    :param options: ``decoder_options`` of the network's YAML, which override :attr:`defaults`
    :raises ConfigError: naming the file and key
    """

    #: kind of the results: ``detections``, ``depth``, ``segmentation``, ``classification`` or
    #: ``embeddings``
    output: ClassVar[str] = 'none'
    #: what its detections have beside boxes: ``keypoints``, ``masks``
    extras: ClassVar[tuple[str, ...]] = ()
    #: option -> default; the type of the default is the type of the option
    defaults: ClassVar[dict[str, Any]] = {}
    #: option -> (least, greatest) for numbers; each is a parameter of its task in the node
    ranges: ClassVar[dict[str, tuple[float, float]]] = {}
    #: option -> description, with its unit of measure
    meanings: ClassVar[dict[str, str]] = {}

    #: whether its outputs list objects, of which there may be more or fewer than the file declares
    lists_objects: ClassVar[bool] = False

    #: whether it is one of this package, whose ``recognise`` tells what it reads
    is_built_in = False
    #: adds to an error which decoder would fit; set by whoever made this one
    with_fitting: Callable[[MisfitError], ConfigError] | None = None
    #: whether sizes of outputs are not known yet
    _open = False

    def __init__(
        self, spec: NetworkSpec, outputs: tuple[TensorInfo, ...], options: dict[str, Any]
    ) -> None:
        self.spec = spec
        self.labels = spec.labels
        #: names of the outputs, in their order
        self.output_names = tuple(info.name for info in outputs)
        self._outputs = self._declared = outputs
        #: those of the latest picture, which fit
        self._shapes: list[tuple[int, ...]] = []
        self._open = any(None in info.shape for info in outputs)
        self._cause: str | None = None
        self.options = dict(self.defaults)
        for name, value in options.items():
            self.set_option(name, value)
        own = {key: value for key, value in spec.decoder_options.items() if key in self.defaults}
        self._network_options = {**self.defaults, **own}
        self.check_together()
        self.check(outputs)

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """
        Return how far outputs look like those that this decoder reads; ``None`` if they do not.

        :param metadata: ``metadata_props`` of the network's ONNX file
        :param input_size: width and height of its input; ``None`` if they vary
        """
        return None

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check the outputs' number and shapes; :raises ConfigError: when they do not match."""

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Any:
        """
        Return the result of one picture.

        :raises InvalidOutputError: when nothing can be concluded from the outputs
        """
        raise NotImplementedError

    def result(self, outputs: list[NDArray[Any]], transform: Transform) -> Any:
        """
        Return the result of one picture, of outputs whose sizes are checked.

        Sizes that the graph left open are known with the first picture, which a network gets when
        it is loaded.

        :raises ConfigError: when they do not match this decoder
        :raises InvalidOutputError: when nothing can be concluded from the outputs
        """
        shapes = [array.shape for array in outputs]
        if shapes != self._shapes:
            self._check_sizes(shapes)
        try:
            return self.decode(outputs, transform)
        except (ArithmeticError, IndexError, ValueError) as error:
            if all(array.size for array in outputs):
                raise
            empty = next(n for n, array in zip(self.output_names, outputs) if not array.size)
            raise InvalidOutputError(empty, 'empty') from error

    def _check_sizes(self, shapes: list[tuple[int, ...]]) -> None:
        """Check the sizes of outputs against the file's, and against the first picture's."""
        check_sizes(self._declared, shapes, self._may_vary)
        if any(0 in shape for shape in shapes):
            return  # no objects: sizes say nothing
        infos = tuple(replace(info, shape=shape) for info, shape in zip(self._outputs, shapes))
        if self._open:
            self._check_first(infos)
        elif infos != self._outputs:
            self._check_change(infos)
        self._shapes = shapes

    def _may_vary(self, declared: DeclaredShape, axis: int) -> bool:
        return self.lists_objects and is_rows(declared, axis)

    def _check_first(self, infos: tuple[TensorInfo, ...]) -> None:
        """Check sizes that the graph leaves open as those of a graph are."""
        self._outputs = infos
        try:
            self.check(infos)
        except MisfitError as error:
            raise self.with_fitting(error) if self.with_fitting else error from None
        if self.is_built_in:
            check_recognised(self.spec, type(self), infos)
        self._open = False

    def _check_change(self, infos: tuple[TensorInfo, ...]) -> None:
        """Check sizes that may change: more columns would be read as more classes."""
        try:
            self.check(infos)
            fits = self._classes_of(infos) == self._classes_of(self._outputs)
        except ConfigError:
            fits = False
        if not fits:
            was, now = next(two for two in zip(self._outputs, infos) if two[0] != two[1])
            raise OutputSizesError(now.name, now.shape, f'where they were {list(was.shape)}')

    def _classes_of(self, infos: tuple[TensorInfo, ...]) -> int | None:
        seen = self.recognise(infos, self.metadata, self._input_size)
        return None if seen is None else seen.classes

    def set_option(self, name: str, value: Any) -> None:
        """
        Change an option; ``None`` for the value in the network's YAML.

        :raises ConfigError: when the name is unknown, or the value is not possible
        """
        where = f'{self.spec.source}: decoder_options.{name}'
        if name not in self.defaults:
            known = ', '.join(self.defaults) or 'none'
            raise ConfigError(where, f'{self.spec.decoder} has no such option (it has: {known})')
        if value is None:
            value = self._network_options[name]
        default = self.defaults[name]
        wanted: type | tuple[type, ...] = (
            (int, float) if isinstance(default, float) else type(default)
        )
        if not isinstance(value, wanted) or (
            isinstance(value, bool) and not isinstance(default, bool)
        ):
            raise ConfigError(where, f'must be like {default!r}, not {value!r}')
        if name in self.ranges:
            least, greatest = self.ranges[name]
            # in this form NaN fails, too
            if not least <= value <= greatest:
                raise ConfigError(where, f'must be from {least} to {greatest}, not {value!r}')
        self.options = {**self.options, name: value}

    def check_together(self) -> None:
        """Check the options against each other; :raises ConfigError: naming them."""

    def bad_option(self, name: str, problem: str) -> ConfigError:
        """Return the error of an impossible option."""
        return ConfigError(f'{self.spec.source}: decoder_options.{name}', problem)

    def check_labels(self, classes: int | None) -> None:
        """Check that every class has a name; :raises ConfigError: when one does not."""
        if classes is not None and self.labels and len(self.labels) != classes:
            raise MisfitError(
                f'{self.spec.source}: labels',
                f'has {len(self.labels)} names, {self.spec.file.name} has {classes} classes',
                self._outputs,
            )

    @property
    def doubt(self) -> str:
        """What is suspicious about the latest results, for diagnostics; empty if nothing is."""
        return ''

    @property
    def is_native(self) -> bool:
        """Whether the native module does its work, or the longest part of it."""
        return getattr(self, '_native', None) is not None

    def likely_cause(self) -> str:
        """Return what may cause values that cannot be, with the decoder that would fit."""
        if self._cause is None:
            seen = recognise(self._outputs, self.metadata, self._input_size)
            names = [name for name, _ in seen if name != self.spec.decoder]
            other = f' ({" or ".join(names[:2])} may fit)' if names else ''
            self._cause = f'is {self.spec.decoder} the wrong decoder{other}?'
        return self._cause

    @property
    def _input_size(self) -> tuple[int, int]:
        return self.spec.input.width, self.spec.input.height

    @cached_property
    def metadata(self) -> dict[str, str]:
        """The metadata of the network's file, read once: sizes are compared within jobs."""
        return metadata_of(self.spec.file)

    def misfit(self, expected: str, outputs: tuple[TensorInfo, ...]) -> MisfitError:
        """Return the error that the outputs do not match this decoder."""
        found = ', '.join(f'{info.name} {_sizes(info)}' for info in outputs)
        return MisfitError(
            f'{self.spec.source}: decoder',
            f'{self.spec.decoder} needs {expected}; {self.spec.file.name} has {found:.200}',
            outputs,
        )


def _sizes(info: TensorInfo) -> str:
    return f'[{", ".join("?" if size is None else str(size) for size in info.shape)}]'


def one_picture(info: TensorInfo) -> bool:
    """Whether an output can belong to a single picture."""
    return info.shape[:1] in ((1,), (None,))


def sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logistic function, without overflow warnings."""
    return (1 / (1 + np.exp(-np.clip(x, -80, 80)))).astype(np.float32)


def centre_to_corners(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (x0, y0, x1, y1) of Nx4 (centre x, centre y, width, height)."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
