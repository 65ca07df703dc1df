# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Images of VPI, made once and used again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.formats import read_planes
from edge_sched_ros.execution.preprocess.formats import write_planes
from edge_sched_ros.execution.vpi.capability import Size


class Cache:
    """
    Keeps what is dear to make, the least recently used going first.

    :param most: how many it keeps
    :param before_forgetting: called before one goes; a stream may still be using it
    """

    def __init__(self, most: int, before_forgetting: Callable[[], None]) -> None:
        self._most = most
        self._before_forgetting = before_forgetting
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, made if it is not there."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = make()
        if len(self._kept) >= self._most:
            self._before_forgetting()
            self._kept.popitem(last=False)
        self._kept[key] = made
        return made

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()


class ImagePool:
    """
    One image per role, size and format.

    :param vpi: the module
    :param cache: where they are kept
    """

    def __init__(self, vpi: Any, cache: Cache) -> None:
        self._vpi = vpi
        self._cache = cache

    def image(self, role: Hashable, size: Size, name: str) -> Any:
        """
        Return the image of a role.

        :param role: tells apart images of one size and format that are needed at the same time
        """
        return self._cache.get(
            ('image', role, size, name),
            lambda: self._vpi.Image(size, getattr(self._vpi.Format, name)),
        )


def write_image(image: Any, source: Sequence[NDArray[Any]], source_format: str, name: str) -> None:
    """
    Copy a picture into an image that no stream is using, changing its format on the way.

    :param name: the image's format
    """
    with image.wlock_cpu() as view:
        write_planes(source, source_format, _planes(view), name)


def read_image(image: Any, name: str, target_format: str) -> list[NDArray[Any]]:
    """
    Return a copy of an image's planes in another format; its stream must have been waited for.

    :param name: the image's format
    """
    with image.rlock_cpu() as view:
        return read_planes(_planes(view), name, target_format)


def _planes(view: Any) -> list[Any]:
    """Return the planes of a locked image, which VPI gives as one array where there is one."""
    return list(view) if isinstance(view, (list, tuple)) else [view]
