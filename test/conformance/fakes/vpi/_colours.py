# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Formats to BGR (or one plane of numbers) and back."""

import cv2
import numpy as np

_PLAIN = {
    'U8': np.uint8,
    'S8': np.int8,
    'U16': np.uint16,
    'S16': np.int16,
    'S16_BL': np.int16,
    'F32': np.float32,
    'Y8_ER': np.uint8,
    'Y8_ER_BL': np.uint8,
}
_CHANNELS = {'BGR8': 3, 'RGB8': 3, 'BGRA8': 4, 'RGBA8': 4}
_TO_BGR = {
    'RGB8': cv2.COLOR_RGB2BGR,
    'BGRA8': cv2.COLOR_BGRA2BGR,
    'RGBA8': cv2.COLOR_RGBA2BGR,
}
_FROM_BGR = {
    'RGB8': cv2.COLOR_BGR2RGB,
    'BGRA8': cv2.COLOR_BGR2BGRA,
    'RGBA8': cv2.COLOR_BGR2RGBA,
}


def shapes(name, size):
    """Return shape and type of every plane."""
    width, height = size
    if name == 'NV12_ER':
        return [((height, width), np.uint8), ((height // 2, width // 2, 2), np.uint8)]
    if name == '_2S16_BL':
        return [((height, width, 2), np.int16)]
    if name in _CHANNELS:
        return [((height, width, _CHANNELS[name]), np.uint8)]
    return [((height, width), _PLAIN[name])]


def to_bgr(planes, name):
    """Return BGR, or the numbers of a one-plane format."""
    if name in _PLAIN or name == 'BGR8':
        return planes[0].copy()
    if name in _TO_BGR:
        return cv2.cvtColor(planes[0], _TO_BGR[name])
    luma = planes[0].astype(np.float32)
    chroma = np.kron(planes[1].astype(np.float32) - 128, np.ones((2, 2, 1), np.float32))
    blue, red = chroma[..., 0], chroma[..., 1]
    green = luma - 0.344136 * blue - 0.714136 * red
    bgr = np.dstack([luma + 1.772 * blue, green, luma + 1.402 * red])
    return np.clip(np.rint(bgr), 0, 255).astype(np.uint8)


def from_bgr(bgr, name):
    """Return planes of a format."""
    if name in _PLAIN:
        grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY) if bgr.ndim == 3 else bgr
        return [grey.astype(_PLAIN[name])]
    if bgr.ndim == 2:
        bgr = cv2.cvtColor(bgr.astype(np.uint8), cv2.COLOR_GRAY2BGR)
    if name == 'BGR8':
        return [bgr]
    if name in _FROM_BGR:
        return [cv2.cvtColor(bgr, _FROM_BGR[name])]
    blue, green, red = (bgr[..., i].astype(np.float32) for i in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    height, width = luma.shape
    chroma = np.dstack([(blue - luma) / 1.772 + 128, (red - luma) / 1.402 + 128])
    small = chroma.reshape(height // 2, 2, width // 2, 2, 2).mean(axis=(1, 3))
    return [np.rint(plane).clip(0, 255).astype(np.uint8) for plane in (luma, small)]
