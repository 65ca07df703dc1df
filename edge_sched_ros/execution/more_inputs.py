# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a network takes beside its picture: the key ``inputs`` of its YAML file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.execution.input_spec import InputSpec

#: the picture again, converted in another way
IMAGE = 'image'
#: the picture of an earlier frame that the task worked on
PREVIOUS_IMAGE = 'previous_image'
#: the picture of the task's ``second_topic``
SECOND_IMAGE = 'second_image'
#: the depth image of the task's ``second_topic``, in metres
DEPTH_IMAGE = 'depth_image'
#: pictures one after the other as channels
STACK = 'stack'
#: width and height of a picture
IMAGE_SIZE = 'image_size'
#: pixels of the resized picture per source pixel
SCALE_FACTOR = 'scale_factor'
#: the camera's matrix K, for the network's input
CAMERA_INFO = 'camera_info'
#: an output of the last run
STATE = 'state'
#: the same numbers for every frame
CONSTANT = 'constant'

PICTURES = (IMAGE, PREVIOUS_IMAGE, SECOND_IMAGE, DEPTH_IMAGE)
#: a picture before and after it was resized, and with its padding
SIZES_OF = ('source', 'resized', 'network')
ORDERS = ('hw', 'wh')


@dataclass(frozen=True, slots=True)
class MoreInput:
    """
    An input of a network beside its picture.

    :param name: of the input in the graph
    :param source: where its values come from, one of the keys of this module
    :param picture: of a picture, its conversion
    :param of: of ``image_size``: which picture's size, one of :data:`SIZES_OF`
    :param order: of ``image_size`` and ``scale_factor``: height first, or width first
    :param output: of ``state``: name of the output that is the input of the next run
    :param value: of ``constant``, its values; of ``state``, those of the first run
    :param back: of ``previous_image``: how many frames before this one
    :param parts: of ``stack``: its pictures, all of the size, layout and type of the network's own
    """

    name: str
    source: str
    picture: InputSpec | None = None
    of: str = 'source'
    order: str = 'hw'
    output: str = ''
    value: Any = field(default=0.0, hash=False)
    back: int = 1
    parts: tuple[MoreInput, ...] = ()

    @property
    def each(self) -> tuple[MoreInput, ...]:
        """Its pictures if it is a stack, else itself."""
        return self.parts or (self,)

    @property
    def keeps_state(self) -> bool:
        """Whether its values depend on earlier frames."""
        return any(one.source in (PREVIOUS_IMAGE, STATE) for one in self.each)

    @property
    def shape(self) -> tuple[int, int, int] | None:
        """The shape of one item in the network's layout; ``None`` if it is no picture."""
        pictures = [one.picture for one in self.each if one.picture is not None]
        if not pictures:
            return None
        channels = sum(one.channels for one in pictures)
        height, width = pictures[0].height, pictures[0].width
        nchw = pictures[0].layout == 'nchw'
        return (channels, height, width) if nchw else (height, width, channels)

    @property
    def dtype(self) -> str:
        """The type of its values; empty if it is no picture."""
        first = self.each[0].picture
        return '' if first is None else first.dtype


def sources_of(inputs: Iterable[MoreInput]) -> frozenset[str]:
    """Return where the values of inputs come from, those of stacks included."""
    return frozenset(one.source for many in inputs for one in many.each)


def stacked_picture(inputs: Iterable[MoreInput]) -> MoreInput | None:
    """Return the first stack with the picture itself; it may take the place of ``input``."""
    return next((one for one in inputs if any(p.source == IMAGE for p in one.parts)), None)
