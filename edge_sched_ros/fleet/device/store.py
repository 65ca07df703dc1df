# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tensors that are on a device."""

from __future__ import annotations

from typing import Any
from typing import Union

from edge_sched_ros.fleet.wire.frame_key import FrameKey

#: whose a tensor is: a job's, or a frame's and so of all its jobs
Owner = Union[int, FrameKey]
Key = tuple[Owner, str]


class TensorStore:
    """
    Tensors by owner and name.

    They go with their owner. One whose owner nobody ended (its coordinator died, or ended it
    before the tensor came) goes when it has not been touched for a while.
    """

    def __init__(self) -> None:
        self._tensors: dict[Owner, dict[str, Any]] = {}
        self._touched_ns: dict[Owner, int] = {}

    def __len__(self) -> int:
        """Return how many tensors there are."""
        return sum(map(len, self._tensors.values()))

    def __contains__(self, key: Key) -> bool:
        """Whether a tensor is here."""
        return key[1] in self._tensors.get(key[0], ())

    def get(self, key: Key) -> Any:
        """Return a tensor; :raises KeyError: when it is not here."""
        return self._tensors[key[0]][key[1]]

    def put(self, key: Key, value: Any, now_ns: int) -> None:
        """Keep a tensor; another one of that name is replaced."""
        self._tensors.setdefault(key[0], {})[key[1]] = value
        self._touched_ns[key[0]] = now_ns

    def end(self, owner: Owner) -> None:
        """Let go of all that an owner has."""
        self._tensors.pop(owner, None)
        self._touched_ns.pop(owner, None)

    def end_older(self, than_ns: int, *, but: frozenset[Owner] = frozenset()) -> int:
        """
        Let go of what owners have that were not touched since; return how many owners.

        :param but: owners that are still needed
        """
        old = [o for o, ns in self._touched_ns.items() if ns < than_ns and o not in but]
        for owner in old:
            self.end(owner)
        return len(old)

    def clear(self) -> None:
        """Let go of everything."""
        self._tensors.clear()
        self._touched_ns.clear()
