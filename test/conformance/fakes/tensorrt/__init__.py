# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Stands in for TensorRT, strictly; which release is in the variable FAKE_TENSORRT.

It fails as TensorRT does (None, False) and dies where TensorRT would, and really computes.
"""

from __future__ import annotations

import os

from tensorrt import enums
from tensorrt import interfaces
from tensorrt.build import Builder
from tensorrt.build import OnnxParser
from tensorrt.enums import DataType
from tensorrt.enums import DeviceType
from tensorrt.enums import LayerInformationFormat
from tensorrt.enums import LayerType
from tensorrt.enums import nptype
from tensorrt.enums import ProfilingVerbosity
from tensorrt.enums import TensorIOMode
from tensorrt.enums import TensorLocation
from tensorrt.interfaces import IErrorRecorder
from tensorrt.interfaces import ILogger
from tensorrt.interfaces import Logger
from tensorrt.run import Runtime

_flavour = os.environ.get('FAKE_TENSORRT', '10.3')
__version__ = os.environ.get('FAKE_TENSORRT_VERSION', f'{_flavour}.0')
BuilderFlag, NetworkDefinitionCreationFlag = enums.flags(_flavour)
if _flavour != '8.6':
    IProgressMonitor = interfaces.IProgressMonitor
if _flavour != '11.0':
    IInt8EntropyCalibrator2 = interfaces.IInt8EntropyCalibrator2

__all__ = [
    'Builder',
    'DataType',
    'DeviceType',
    'IErrorRecorder',
    'ILogger',
    'LayerInformationFormat',
    'LayerType',
    'Logger',
    'OnnxParser',
    'ProfilingVerbosity',
    'Runtime',
    'TensorIOMode',
    'TensorLocation',
    'nptype',
]
