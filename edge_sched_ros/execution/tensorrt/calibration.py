# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""INT8 ranges: from a table that was measured before, or measured now from inputs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError

#: what messages about measuring begin with
WHERE = '--calibrate'


class Feed:
    """
    Inputs of a network in the device's memory, one batch at a time.

    Only to be used with the context current.

    :param inputs: each a batch of 1
    :param shape: of a batch, as the network takes it
    :param dtype: of the network's input
    """

    def __init__(
        self, drv: Any, inputs: Iterable[NDArray[Any]], shape: tuple[int, ...], dtype: Any
    ) -> None:
        self._drv = drv
        self._inputs = iter(inputs)
        self.shape = shape
        self._dtype = np.dtype(dtype)
        self._allocation: Any = None
        #: batches that were given
        self.taken = 0

    def next(self, names: list[str]) -> list[int] | None:
        """
        Return the address of the next batch, ``None`` when there is no whole one any more.

        :param names: of the network's inputs, which are one
        :raises ConfigError: when there is not a single whole batch, or inputs are of another form
        """
        if len(names) != 1:
            raise ConfigError(WHERE, f'the network has {len(names)} inputs, must have one')
        items = list(islice(self._inputs, self.shape[0]))
        if len(items) < self.shape[0]:
            if not self.taken:
                raise ConfigError(
                    WHERE, f'there are {len(items)} pictures, a batch is {self.shape[0]}'
                )
            return None
        batch = np.ascontiguousarray(np.concatenate(items))
        if batch.shape != self.shape or batch.dtype != self._dtype:
            raise ConfigError(
                WHERE,
                f'pictures become {batch.dtype}{list(batch.shape)}, the network takes '
                f'{self._dtype}{list(self.shape)}: correct its YAML',
            )
        if self._allocation is None:
            self._allocation = self._drv.mem_alloc(batch.nbytes)
        # returns when it is there, so that one place for all batches is enough
        self._drv.memcpy_htod(self._allocation, batch)
        self.taken += 1
        return [int(self._allocation)]

    def free(self) -> None:
        """Free the memory; what uses it must have ended."""
        if self._allocation is not None:
            self._allocation.free()
            self._allocation = None


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
            return 1 if feed is None else feed.shape[0]

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
