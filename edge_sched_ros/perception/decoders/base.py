# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The base class of decoders."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo


class Decoder:
    """
    Makes a result from a network's outputs.

    :param spec: the network
    :param outputs: outputs of the loaded network, which are checked
    :param options: ``decoder_options`` of the network's YAML, which override :attr:`defaults`
    :raises ConfigError: naming the file and key
    """

    #: kind of the results: ``detections``, ``depth`` or ``embeddings``
    output: ClassVar[str] = 'none'
    #: option -> default; the type of the default is the type of the option
    defaults: ClassVar[dict[str, Any]] = {}
    #: option -> (least, greatest) for numbers; each is a parameter of its task in the node
    ranges: ClassVar[dict[str, tuple[float, float]]] = {}
    #: option -> description, with its unit of measure
    meanings: ClassVar[dict[str, str]] = {}

    def __init__(
        self, spec: NetworkSpec, outputs: tuple[TensorInfo, ...], options: dict[str, Any]
    ) -> None:
        self.spec = spec
        self.labels = spec.labels
        #: names of the outputs, in their order
        self.output_names = tuple(info.name for info in outputs)
        self.options = dict(self.defaults)
        for name, value in options.items():
            self.set_option(name, value)
        own = {key: value for key, value in spec.decoder_options.items() if key in self.defaults}
        self._network_options = {**self.defaults, **own}
        self.check_together()
        self.check(outputs)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check the outputs' number and shapes; :raises ConfigError: when they do not match."""

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Any:
        """
        Return the result of one picture.

        :raises InvalidOutputError: when nothing can be concluded from the outputs
        """
        raise NotImplementedError

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
            raise ConfigError(
                f'{self.spec.source}: labels',
                f'has {len(self.labels)} names, {self.spec.file.name} has {classes} classes',
            )

    def misfit(self, expected: str, outputs: tuple[TensorInfo, ...]) -> ConfigError:
        """Return the error that the outputs do not match this decoder."""
        found = ', '.join(f'{info.name} {list(info.shape)}' for info in outputs)
        return ConfigError(
            f'{self.spec.source}: decoder',
            f'{self.spec.decoder} needs {expected}; {self.spec.file.name} has {found}',
        )


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
