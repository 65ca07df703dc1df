# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks as every contender runs them: this package's own pre- and postprocessing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.side_by_side.baseline.free_threads import FreeThreadsEngine
from benchmarks.side_by_side.contenders.baselines import FREE
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.programs.build import build_program


def load(network: str, threads: str) -> Program:
    """
    Load a network.

    :param network: its YAML file
    :param threads: ``one``, or ``free`` for what ONNX Runtime and OpenCV do by themselves
    """
    import cv2

    preprocessor = OpenCvPreprocessor()
    usable, why = preprocessor.available()
    assert usable, why
    # available() has set one thread; below zero means as many as OpenCV likes
    cv2.setNumThreads(-1 if threads == FREE else 1)
    engine = FreeThreadsEngine() if threads == FREE else OnnxRuntimeEngine()
    return build_program(load_network(Path(network)), engine, preprocessor, options={})


def programs_of(workload: Workload, tasks: list[Task], threads: str) -> dict[str, Program]:
    """Return the program of every task; cameras share a network that remembers nothing."""
    shared: dict[str, Program] = {}
    found = {}
    for task in tasks:
        kind = task.kind.name
        program = shared.get(kind) or load(workload.networks[kind], threads)
        if not program.stateful:
            shared[kind] = program
        found[task.name] = program
    return found


def answer(program: Program, frame: Frame, parent: Any = None) -> Any:
    """
    Run all stages on a frame and return what was found.

    :param parent: the boxes to work on, of a network that comes after another
    """
    context = JobContext(0, '', frame, parent=parent)
    for stage in program.stages:
        program.run(stage, context)
    return context.result
