# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What one unit's worker thread has of VPI: a stream and what is kept between calls."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vpi.buffers import Cache
from edge_sched_ros.execution.vpi.buffers import ImagePool
from edge_sched_ros.execution.vpi.buffers import read_image
from edge_sched_ros.execution.vpi.buffers import write_image
from edge_sched_ros.execution.vpi.capability import Size

#: images, maps and payloads a unit keeps; a camera needs about six
_MOST_KEPT = 48


class Session:
    """
    A stream and its buffers; used by one thread.

    Work is enqueued and runs by itself. Whoever reads waits for the stream first, and nothing
    that is read is a view of VPI's memory.

    :param vpi: the module
    :param backends: the stream may use; fewer need less memory
    """

    def __init__(self, vpi: Any, backends: Iterable[str]) -> None:
        self.vpi = vpi
        together = None
        for name in backends:
            backend = self.backend(name)
            together = backend if together is None else together | backend
        self.stream: Any = vpi.Stream(together)
        self._cache = Cache(_MOST_KEPT, self.sync)
        self._images = ImagePool(vpi, self._cache)

    def backend(self, name: str) -> Any:
        """Return a backend by name."""
        return getattr(self.vpi.Backend, name)

    def sync(self) -> None:
        """Wait for everything that was enqueued."""
        self.stream.sync()

    def image(self, role: Hashable, size: Size, name: str) -> Any:
        """Return the image of a role, made once."""
        return self._images.image(role, size, name)

    def kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, made if it is not there."""
        return self._cache.get(key, make)

    def upload(
        self,
        role: Hashable,
        size: Size,
        source: Sequence[NDArray[Any]],
        source_format: str,
        name: str,
    ) -> Any:
        """
        Copy a picture into the image of a role; what was enqueued on it must be done.

        :param name: format the picture is changed into on the way
        """
        image = self.image(role, size, name)
        write_image(image, source, source_format, name)
        return image

    def download(self, image: Any, name: str, target_format: str) -> list[NDArray[Any]]:
        """
        Wait for an image and return a copy.

        :param name: the image's format
        """
        self.sync()
        return read_image(image, name, target_format)

    def points(self, points: NDArray[np.float32], most: int) -> Any:
        """Return an array of VPI that holds points, Nx2; the same memory each time."""
        array, _ = self.kept(('points', most), lambda: self._make_points(most))
        array.size = len(points)
        with array.wlock_cpu() as view:
            view[: len(points)] = points
        return array

    def _make_points(self, most: int) -> tuple[Any, NDArray[np.float32]]:
        memory = np.zeros((most, 2), np.float32)
        # the array is a view of that memory, which must live as long
        return self.vpi.asarray(memory), memory

    def read_array(self, array: Any) -> NDArray[Any]:
        """Wait for an array and return a copy of its elements."""
        self.sync()
        with array.rlock_cpu() as view:
            return np.array(view, copy=True)

    def clear_cache(self) -> None:
        """Free what VPI keeps of wrapped memory and of earlier calls, where it lets us."""
        clear = getattr(self.vpi, 'clear_cache', None)
        if clear is not None:
            clear()

    def close(self) -> None:
        """Wait, and free everything; nothing may be enqueued any more."""
        if self.stream is None:
            return
        self.sync()
        self._cache.clear()
        self.stream = None
        self.clear_cache()
