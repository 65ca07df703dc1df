# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A received frame, and a view of its picture without copying."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.chroma_planes import PLANES_HALF
from edge_sched_ros.execution.coded_size import coded_size
from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.execution.compressed import MAGIC_BYTES
from edge_sched_ros.execution.compressed import read_format
from edge_sched_ros.execution.compressed import why_not_decoded
from edge_sched_ros.execution.encodings import Encoding
from edge_sched_ros.execution.encodings import encoding_of
from edge_sched_ros.execution.encodings import ENCODINGS
from edge_sched_ros.execution.encodings import why_no_picture
from edge_sched_ros.execution.jpeg_scans import MOST_SCANS
from edge_sched_ros.execution.jpeg_scans import too_many_scans

#: maximum length of an error text
_MOST_CHARACTERS = 200


class FrameError(EdgeSchedError):
    """
    A frame that cannot be used.

    :param reason: short code, counted: ``unknown_encoding``, ``unknown_format``,
        ``depth_image``, ``compressed_depth``, ``video_stream``, ``short_data``,
        ``zero_size``, ``bad_step``, ``odd_size``, ``corrupt_image``,
        ``image_too_large``, ``too_many_scans``, ``no_image``, ``no_previous_image``,
        ``no_second_image``, ``other_channels``, ``no_camera_info``, ``unequal_sizes``,
        ``no_baseline``, ``too_long``
    :param about: detail of the message, such as an encoding: each is logged once
    """

    def __init__(self, reason: str, message: str, *, about: str = '') -> None:
        # names in the text come from messages, which may be damaged
        super().__init__(brief(message, _MOST_CHARACTERS))
        self.reason = reason
        self.about = brief(about, _MOST_CHARACTERS)


class NoPictureError(FrameError):
    """An image in an unsupported form; own code may be able to use it."""


class SourceImage:
    """
    A picture in its received form.

    It is converted to BGR at most once, by the first task that needs it; the others wait. A failed
    conversion is not repeated.
    """

    def __init__(
        self,
        data: NDArray[np.uint8],
        *,
        encoding: Encoding | None,
        name: str = '',
        mosaic: str = '',
        size: tuple[int, int] | None = None,
        coded_size: tuple[int, int] | None = None,
    ) -> None:
        self._data = data
        self._encoding = encoding
        self._name = name
        #: encoding inside a compressed picture, if it is a mosaic
        self._mosaic = mosaic
        self._size = size
        #: of a compressed picture by its header
        self._coded_size = coded_size
        self._bgr: NDArray[np.uint8] | None = None
        #: why it cannot be converted: reason and text
        self._problem: tuple[str, str] | None = None
        self._once = threading.Lock()

    @classmethod
    def from_raw(
        cls,
        data: Any,
        *,
        width: int,
        height: int,
        encoding: str,
        step: int,
        is_bigendian: bool = False,
        max_pixels: int = MOST_PIXELS,
    ) -> SourceImage:
        """
        View raw pixels as a picture, without copying them.

        :param data: any buffer of bytes (``array.array``, ``bytes``, an array)
        :param step: bytes from one row to the next
        :param max_pixels: a larger picture is refused
        :raises FrameError: when they are not a valid picture
        """
        kind = encoding_of(encoding)
        if kind is None:
            raise NoPictureError(*why_no_picture(encoding), about=encoding)
        if width <= 0 or height <= 0:
            raise FrameError('zero_size', f'the image is {width}x{height} pixels')
        check_pixels(width, height, max_pixels)
        odd = width % kind.width_multiple or height % kind.height_multiple
        if odd or min(width, height) < kind.least_px:
            raise FrameError('odd_size', f'{encoding} cannot be {width}x{height} pixels')
        row_bytes = width * kind.channels * kind.dtype.itemsize
        # adjacent planes are half a step wide
        uneven = kind.chroma is PLANES_HALF and step % 2
        if step < row_bytes or uneven:
            even = ', an even number' if uneven else ''
            raise FrameError(
                'bad_step',
                f'step is {step} bytes, {width} {encoding} pixels need {row_bytes}{even}',
            )
        flat = np.frombuffer(data, np.uint8)
        if kind.chroma is None:
            # the padding of the last row may be missing
            rows, needed = height, step * (height - 1) + row_bytes
        else:
            rows, needed = kind.chroma.rows(height), kind.chroma.bytes_needed(width, height, step)
        if flat.size < needed:
            raise FrameError(
                'short_data',
                f'data has {flat.size} bytes, {encoding} of {width}x{height} pixels with step '
                f'{step} needs {needed}',
            )
        strides = (step, kind.channels * kind.dtype.itemsize, kind.dtype.itemsize)
        dtype = kind.dtype.newbyteorder('>' if is_bigendian else '<')
        view: NDArray[Any] = np.ndarray(
            (rows, width, kind.channels), dtype, flat.data, strides=strides
        )
        return cls(view, encoding=kind, name=encoding, size=(width, height))

    @classmethod
    def from_compressed(
        cls, data: Any, kind: str = '', *, max_pixels: int = MOST_PIXELS
    ) -> SourceImage:
        """
        Keep a JPEG or PNG as received; it is decoded when first needed, outside the ROS thread.

        A picture whose header gives no size is never decoded, because it could take any amount of
        memory.

        :param kind: the ``format`` of a ``sensor_msgs/CompressedImage``
        :param max_pixels: a larger picture is refused
        :raises FrameError: when there are no bytes, they are known not to be a picture, the
            header gives too many pixels, or a JPEG has too many scans
        """
        flat = np.frombuffer(data, np.uint8)
        if not flat.size:
            raise FrameError('short_data', 'the compressed image is empty')
        form = read_format(kind)
        problem = why_not_decoded(form, flat[:MAGIC_BYTES].tobytes())
        if problem is not None:
            raise NoPictureError(*problem, about=kind)
        size = coded_size(flat.data)
        image = cls(flat, encoding=None, mosaic=form.mosaic)
        if size is None:
            image._problem = ('corrupt_image', 'cannot be decoded: its header gives no size')
        else:
            check_pixels(*size, max_pixels)
            image._coded_size = size
            if too_many_scans(flat.data):
                raise FrameError(
                    'too_many_scans',
                    f'the JPEG has more than {MOST_SCANS} scans, each over the whole picture',
                )
        return image

    @classmethod
    def refused(cls, error: NoPictureError, *, size: tuple[int, int] | None = None) -> SourceImage:
        """
        Represent an image that is not a picture; access to its pixels raises the reason.

        :param size: its width and height, if known
        """
        image = cls(np.empty(0, np.uint8), encoding=None, size=size)
        image._problem = (error.reason, str(error))
        return image

    @property
    def has_channels(self) -> bool:
        """Whether :meth:`native` has all channels of a pixel beside each other."""
        return self._encoding is not None and self._encoding.chroma is None

    @property
    def has_colours(self) -> bool:
        """Whether :meth:`bgr` can convert its encoding."""
        return self._encoding is None or self._encoding.has_colours

    @property
    def mosaic(self) -> str:
        """Encoding of the mosaic that a compressed picture holds; empty for any other picture."""
        return self._mosaic

    @property
    def known_size(self) -> tuple[int, int] | None:
        """Width and height, if they are known without decoding the picture."""
        return self._size

    @property
    def coded_size(self) -> tuple[int, int] | None:
        """Width and height of a compressed picture by its header."""
        return self._coded_size

    @property
    def problem(self) -> tuple[str, str] | None:
        """Why the picture cannot be converted, as reason and text; ``None`` as far as known."""
        return self._problem

    @property
    def size(self) -> tuple[int, int]:
        """
        Width and height; this decodes a compressed picture.

        :raises FrameError: when a compressed image is corrupt, or not a picture
        """
        if self._size is None:
            height, width = self.bgr().shape[:2]
            self._size = (width, height)
        return self._size

    def native(self) -> tuple[NDArray[Any], str]:
        """
        Return the picture as received, uncopied, and its encoding; '' for a compressed one.

        Rows x width x channels; if chroma has separate planes (``nv12``), their rows follow those
        of luma.
        """
        return self._data, self._name

    def bgr(self) -> NDArray[np.uint8]:
        """
        Return the picture as HxWx3 BGR; the source itself if it already has this form.

        :raises FrameError: when a compressed image is corrupt, or this is not a picture
        """
        with self._once:
            if self._problem is not None:
                # a new one: an error raised by several threads would share its traceback
                raise FrameError(*self._problem)
            if self._bgr is None:
                try:
                    self._bgr = self._convert()
                except FrameError as error:
                    self._problem = (error.reason, str(error))
                    raise
            return self._bgr

    def _convert(self) -> NDArray[np.uint8]:
        import cv2

        if self._encoding is not None and not self.has_colours:
            told = f"'{self._name}' has {self._encoding.channels} channels and no colours: only "
            raise FrameError('unknown_encoding', f'{told}networks with colour: raw take it')
        if self._encoding is not None:
            return self._encoding.to_bgr(self._data)
        # without EXIF rotation, so that boxes match the picture of the source
        colour = cv2.IMREAD_GRAYSCALE if self._mosaic else cv2.IMREAD_COLOR
        try:
            picture = cv2.imdecode(self._data, colour | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error as error:
            # for example a header with an impossible number of pixels
            raise FrameError('corrupt_image', f'cannot be decoded: {brief(error)}') from None
        if picture is None:
            raise FrameError('corrupt_image', 'the compressed image cannot be decoded')
        if picture.shape[1::-1] != self._coded_size:
            height, width = picture.shape[:2]
            raise FrameError(
                'corrupt_image',
                f'has {width}x{height} pixels, its header gives another size',
            )
        if not self._mosaic:
            return picture  # type: ignore[return-value]
        if min(picture.shape) < ENCODINGS[self._mosaic].least_px:
            raise FrameError('odd_size', f'{self._mosaic} cannot be of {picture.shape} pixels')
        return ENCODINGS[self._mosaic].to_bgr(picture)


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """:raises FrameError: when a picture of this size is larger than what is allowed."""
    if width * height > max_pixels:
        raise FrameError(
            'image_too_large',
            f'the image has {width}x{height} pixels, more than max_image_pixels ({max_pixels})',
        )


@dataclass(frozen=True, slots=True)
class CameraModel:
    """
    The matrices of a camera, in pixels of an image.

    :param matrix: 3x3; of a rectified image (topics ``image_rect...``) from P, else K
    :param projection: P, 3x4
    """

    matrix: NDArray[np.float64]
    projection: NDArray[np.float64]


@dataclass(slots=True)
class Frame:
    """
    One message of an input stream.

    :param stream: the topic
    :param seq: number, unique within the stream
    :param stamp_ns: stamp of its header, on the source's clock, unchanged
    :param frame_id: frame id of its header, unchanged
    :param image: its picture, if any
    :param message: the message itself, for programs that read other types
    :param second: the picture of the task's second topic that belongs to it
    :param second_message: the message of that topic, if it is a depth image and no picture
    :param camera: returns the camera model of a frame's image, or ``None``
    :param second_camera: returns that of its second picture, or ``None``
    """

    stream: str
    seq: int
    stamp_ns: int
    frame_id: str
    image: SourceImage | None = None
    message: Any = None
    second: SourceImage | None = None
    second_message: Any = None
    camera: Callable[[Frame], CameraModel | None] | None = None
    second_camera: Callable[[], CameraModel | None] | None = None

    def camera_model(self) -> CameraModel | None:
        """Return the camera of the image; ``None`` if there is no CameraInfo."""
        return None if self.camera is None else self.camera(self)

    def second_camera_model(self) -> CameraModel | None:
        """Return the camera of the second picture; ``None`` if there is no CameraInfo."""
        return None if self.second_camera is None else self.second_camera()

    def camera_matrix(self) -> NDArray[np.float64] | None:
        """Return the matrix of the camera, 3x3, in pixels of the image; ``None`` if unknown."""
        camera = self.camera_model()
        return None if camera is None else camera.matrix
