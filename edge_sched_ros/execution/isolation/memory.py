# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Memory that two processes share, in slots of fixed size.

It is a file without a name (memfd), so nothing is left when both processes are killed. Its pages
are taken from the system when they are first written, so a slot costs what its largest frame
needs.
"""

from __future__ import annotations

import mmap
import os

#: size of a slot, bytes: a picture of 4096x2160 pixels in BGR, or its depth, fits
SLOT_BYTES = 64 << 20
#: slots for frames; a program that keeps earlier frames keeps their slots
INPUT_SLOTS = 4
#: number of the slot for answers
OUTPUT_SLOT = INPUT_SLOTS
_BYTES = (INPUT_SLOTS + 1) * SLOT_BYTES


class SharedSlots:
    """
    Slots of shared memory.

    :param fd: file descriptor of the memory, which this object then owns
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._map = mmap.mmap(fd, _BYTES)
        whole = memoryview(self._map)
        self._slots = [
            whole[index * SLOT_BYTES : (index + 1) * SLOT_BYTES]
            for index in range(INPUT_SLOTS + 1)
        ]

    @classmethod
    def create(cls) -> SharedSlots:
        """Return new memory, all zero; :raises OSError: when the system has none."""
        fd = os.memfd_create('edge_sched_isolation', os.MFD_CLOEXEC)
        try:
            os.ftruncate(fd, _BYTES)
            return cls(fd)
        except BaseException:
            os.close(fd)
            raise

    def slot(self, index: int) -> memoryview:
        """Return a slot; :raises IndexError: when there is none of this number."""
        return self._slots[index]

    def close(self) -> None:
        """Leave the memory; arrays that still view it keep it mapped."""
        for slot in self._slots:
            try:
                slot.release()
            except BufferError:
                pass  # an array views it: it is unmapped with the last one
        self._slots = []
        os.close(self.fd)
