# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Stands in for NVIDIA's module vpi and enforces its documented rules.

It computes with OpenCV, on the thread that waits for a stream. What the documentation calls
undefined or asynchronous (views used after their lock, buffers read before their stream was
waited for) is made to fail. FAKE_VPI_VERSION and FAKE_VPI_BACKENDS choose what it is.
"""

from vpi._algorithms import optflow_dense
from vpi._algorithms import OpticalFlowPyrLK
from vpi._algorithms import stereodisp
from vpi._algorithms import TemporalNoiseReduction
from vpi._backends import Backend
from vpi._backends import Border
from vpi._backends import Conversion
from vpi._backends import Format
from vpi._backends import Interp
from vpi._backends import OptFlowQuality
from vpi._backends import TNRPreset
from vpi._backends import TNRVersion
from vpi._backends import VERSION_TEXT as __version__
from vpi._images import Image
from vpi._images import WarpGrid
from vpi._images import WarpMap
from vpi._memory import Array
from vpi._memory import asarray
from vpi._memory import clear_cache
from vpi._stream import Stream

__all__ = [
    'Array',
    'asarray',
    'Backend',
    'Border',
    'clear_cache',
    'Conversion',
    'Format',
    'Image',
    'Interp',
    'optflow_dense',
    'OptFlowQuality',
    'OpticalFlowPyrLK',
    'stereodisp',
    'Stream',
    'TemporalNoiseReduction',
    'TNRPreset',
    'TNRVersion',
    '__version__',
    'WarpGrid',
    'WarpMap',
]
