# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""INT8 ranges: from a table that was measured before, or measured now from inputs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError

#: a tensor for every input of a network
Sample = tuple[NDArray[Any], ...]
#: what messages about measuring begin with
WHERE = '--calibrate'


@dataclass(frozen=True, slots=True)
class FedInput:
    """
    An input that samples have a tensor for.

    :param shape: of a batch, as the network takes it
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Feed:
    """
    Inputs of a network in the device's memory, one batch at a time.

    Only to be used with the context current.

    :param samples: each a tensor for every input
    :param inputs: what they are for, in the order of the samples' tensors
    :param count: samples that make a batch
    """

    def __init__(
        self,
        drv: Any,
        samples: Iterable[Sample],
        inputs: Sequence[FedInput],
        count: int,
    ) -> None:
        self._drv = drv
        self._samples = iter(samples)
        self._inputs = tuple(inputs)
        self._count = count
        #: input -> memory for a batch of it
        self._allocations: dict[str, Any] = {}
        #: batches that were given
        self.taken = 0

    @property
    def batch(self) -> int:
        """Items in a batch."""
        return self._inputs[0].shape[0] if self._inputs[0].shape else 1

    def next(self, names: list[str]) -> list[int] | None:
        """
        Return the addresses of the next batch, ``None`` when there is no whole one any more.

        :param names: of the network's inputs
        :raises ConfigError: when there is not a single whole batch, or inputs are of another form
        """
        if sorted(names) != sorted(one.name for one in self._inputs):
            raise ConfigError(
                WHERE, f'the network has {len(names)} inputs, must have {len(self._inputs)}'
            )
        samples = list(islice(self._samples, self._count))
        if len(samples) < self._count:
            if not self.taken:
                raise ConfigError(
                    WHERE, f'there are {len(samples)} pictures, a batch is {self._count}'
                )
            return None
        for one, tensors in zip(self._inputs, zip(*samples)):
            self._bring(one, np.ascontiguousarray(np.concatenate(tensors)))
        self.taken += 1
        return [int(self._allocations[name]) for name in names]

    def _bring(self, one: FedInput, batch: NDArray[Any]) -> None:
        if batch.shape != one.shape or batch.dtype != one.dtype:
            raise ConfigError(
                WHERE,
                f'pictures become {batch.dtype}{list(batch.shape)}, the network takes '
                f'{one.dtype}{list(one.shape)}: correct its YAML',
            )
        if one.name not in self._allocations:
            self._allocations[one.name] = self._drv.mem_alloc(batch.nbytes)
        # returns when it is there, so that one place for all batches is enough
        self._drv.memcpy_htod(self._allocations[one.name], batch)

    def free(self) -> None:
        """Free the memory; what uses it must have ended."""
        while self._allocations:
            self._allocations.popitem()[1].free()


def make_calibrator(trt: Any, *, table: bytes = b'', feed: Feed | None = None) -> Any | None:
    """
    Return a calibrator; ``None`` where this release has none (11).

    It must live as long as the build. What went wrong is in ``raised``, since nothing may pass
    TensorRT, and the table that was used or measured in ``table``.

    :param table: ranges that are known; not used where there is a feed
    :param feed: what to measure ranges from
    """
    if not hasattr(trt, 'IInt8EntropyCalibrator2'):
        return None

    class Calibrator(trt.IInt8EntropyCalibrator2):  # type: ignore[misc]
        """Called by the builder; nothing may be raised here."""

        def __init__(self) -> None:
            trt.IInt8EntropyCalibrator2.__init__(self)
            self.table = table
            self.raised: BaseException | None = None

        def get_batch_size(self) -> int:
            return 1 if feed is None else feed.batch

        def get_batch(self, names: list[str]) -> list[int] | None:
            if feed is None or self.raised is not None:
                return None  # what is not in the table is not known
            try:
                return feed.next(names)
            except BaseException as error:
                self.raised = error
                return None

        def read_calibration_cache(self) -> bytes | None:
            return table if feed is None else None

        def write_calibration_cache(self, cache: Any) -> None:
            # the memory is TensorRT's and gone after this call
            self.table = bytes(cache)

    return Calibrator()
