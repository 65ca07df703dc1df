# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The inputs, outputs and metadata of an ONNX file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engines.onnxruntime import tensor_info
from edge_sched_ros.execution.external_data import external_files
from edge_sched_ros.execution.foreign_operators import foreign_operators
from edge_sched_ros.execution.foreign_operators import need_of
from edge_sched_ros.execution.foreign_operators import needs_tensorrt
from edge_sched_ros.execution.onnx_graph import onnx_file
from edge_sched_ros.execution.onnx_metadata import metadata_of
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.installation.missing import import_problem

#: ending of a file -> what it is, and how an ONNX file is made of it
_OTHERS = {
    '.engine': 'a TensorRT engine: import the ONNX file that it was built from',
    '.onnx_data': 'the weights of an ONNX file: import the .onnx file beside it',
    '.pb': 'a TensorFlow graph: convert it with tf2onnx',
    '.plan': 'a TensorRT engine: import the ONNX file that it was built from',
    '.pt': 'a PyTorch file: export it first (Ultralytics: yolo export model=FILE format=onnx)',
    '.pth': 'a PyTorch file: export it first (torch.onnx.export)',
    '.safetensors': 'weights without a graph: export them first (optimum-cli export onnx)',
    '.tflite': 'a TensorFlow Lite file: convert it with tf2onnx',
    '.yaml': "the description of a network, which 'edge-sched import' would write",
    '.yml': "the description of a network, which 'edge-sched import' would write",
}


@dataclass(frozen=True, slots=True)
class OnnxGraph:
    """
    What an ONNX file says of itself.

    :param file: the ONNX file
    :param inputs: in their order
    :param outputs: in their order
    :param metadata: what the exporter wrote into ``metadata_props``
    :param producer: program that wrote the file; empty if the file does not say
    :param need: what it needs to run, if ONNX Runtime cannot run it
    """

    file: Path
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    producer: str = ''
    need: str = ''

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs, without the ``:0`` of TensorFlow."""
        return tuple(info.name.removesuffix(':0') for info in self.outputs)


def read_graph(file: Path) -> OnnxGraph:
    """
    Read an ONNX file with ONNX Runtime, without its optimisations.

    A graph with plug-ins of TensorRT, which ONNX Runtime does not read, is read without it.

    :raises ConfigError: when it is no ONNX file, weights are missing, or it cannot be loaded
    """
    other = _OTHERS.get(file.suffix.lower())
    if other is not None:
        raise ConfigError(str(file), f'is {other}')
    _check_file(file)
    try:
        import onnxruntime
    except ImportError as error:
        raise ConfigError(str(file), f'cannot be read: {import_problem(error)}') from None
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            str(file), options, providers=['CPUExecutionProvider']
        )
    except Exception as error:
        return _of_tensorrt(file, _unreadable(error))
    known = session.get_modelmeta()
    return OnnxGraph(
        file,
        tuple(tensor_info(value) for value in session.get_inputs()),
        tuple(tensor_info(value) for value in session.get_outputs()),
        dict(known.custom_metadata_map),
        brief(known.producer_name),
    )


def _unreadable(error: Exception) -> str:
    if 'INVALID_PROTOBUF' in str(error):
        return 'is not an ONNX file, or is cut off'
    return f'ONNX Runtime cannot load it: {brief(error)}'


def _of_tensorrt(file: Path, problem: str) -> OnnxGraph:
    """Return a graph with plug-ins of TensorRT; :raises ConfigError: for all others."""
    operators, need = foreign_operators(file), need_of(file)
    if not needs_tensorrt(operators):
        raise ConfigError(str(file), need or problem)
    with onnx_file(file) as opened:
        inputs, outputs = opened.inputs(), opened.outputs()
    return OnnxGraph(file, inputs, outputs, metadata_of(file), need=need)


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise ConfigError(str(file), 'is a folder, not an ONNX file')
    if not file.is_file():
        raise ConfigError(str(file), 'there is no such file')
    if not file.stat().st_size:
        raise ConfigError(str(file), 'is empty')
    with file.open('rb') as opened:
        begin = opened.read(64)
    if begin.startswith(b'version https://git-lfs'):
        raise ConfigError(str(file), 'is a pointer of Git LFS, not the file: run git lfs pull')
    missing = [weights for weights in external_files(file) if not weights.is_file()]
    if missing:
        names = ', '.join(weights.name for weights in missing[:3])
        more = f' and {len(missing) - 3} more' if len(missing) > 3 else ''
        raise ConfigError(
            str(file), f'its weights are in other files, which are missing: {names}{more}'
        )
