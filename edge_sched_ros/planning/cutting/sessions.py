# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sessions of ONNX Runtime as the engine of CPU cores has them, and the graphs they run."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import need

#: ONNX Runtime's own limit, and protobuf's
MOST_BYTES = 2**31 - 1


def open_session(model: bytes | str, where: str, *, own_memory: bool = False) -> Any:
    """
    Return a session on one CPU core.

    :param model: a path, or what a file holds
    :param where: what messages call it
    :param own_memory: give it an arena of its own, which the engine does not
    :raises ConfigError: when ONNX Runtime cannot load it
    """
    runtime = need('onnxruntime')
    return _open(runtime, model, _options(runtime, own_memory=own_memory), where)


def executed_graph(model: Any, where: str) -> Any:
    """
    Return the graph that ONNX Runtime runs: operators fused, data in the order of the file.

    The order in memory that it may choose beyond that depends on the processor; it gives tensors
    other names, and no fusion that matters to a cut but one, of convolutions and additions.

    :param where: what messages call the model
    :raises ConfigError: when ONNX Runtime cannot load it
    """
    runtime, onnx = need('onnxruntime'), need('onnx')
    options = _options(runtime)
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, 'executed.onnx')
        options.optimized_model_filepath = str(out)
        options.add_session_config_entry(
            'session.optimized_model_external_initializers_file_name', 'executed.data'
        )
        _open(runtime, _loadable(onnx, model, Path(folder)), options, where)
        return onnx.load(str(out), load_external_data=False).graph


def _loadable(onnx: Any, model: Any, folder: Path) -> bytes | str:
    """Return what ONNX Runtime takes: a file with weights beside it where it is large."""
    if model.ByteSize() <= MOST_BYTES:
        data: bytes = model.SerializeToString()
        return data
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    path = str(folder / 'whole.onnx')
    onnx.save(copy, path, save_as_external_data=True, location='whole.data')
    return path


def _open(runtime: Any, model: bytes | str, options: Any, where: str) -> Any:
    try:
        return runtime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    except Exception as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(where, f'ONNX Runtime cannot load it: {reason}') from None


@cache
def _share_memory() -> None:
    """Make one arena for all sessions of this process."""
    runtime = need('onnxruntime')
    kind = runtime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = runtime.OrtMemoryInfo('Cpu', kind, 0, runtime.OrtMemType.DEFAULT)
    runtime.create_and_register_allocator(memory, None)


def _options(runtime: Any, *, own_memory: bool = False) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    # what is wrong, an exception says
    options.log_severity_level = 4
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    if not own_memory:
        _share_memory()
        options.add_session_config_entry('session.use_env_allocators', '1')
    return options
