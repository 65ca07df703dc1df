# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers, CPU time and use of the GIL of this process."""

from __future__ import annotations

import threading
import time
from typing import Any

from benchmarks.native_path.gil import gil_share


class Account:
    """Answers of a scheduler node in this process, and what they cost."""

    def __init__(self) -> None:
        self._answers, self._inference_ns = 0, 0
        self._lock = threading.Lock()

    def take(self, seconds: float) -> dict[str, float]:
        """Return answers a second, CPU us of each without ONNX Runtime, and the GIL's share."""
        self._answers, self._inference_ns = 0, 0
        cpu_s, began_s = time.process_time(), time.monotonic()
        own_s = time.thread_time()
        shared = gil_share(seconds)
        # sampling is this thread's
        own_s = time.thread_time() - own_s
        cpu_us = (time.process_time() - cpu_s - own_s) * 1e6
        took_s, answers = time.monotonic() - began_s, max(1, self._answers)
        found = {
            'answers_hz': self._answers / took_s,
            'cpu_us': cpu_us / answers,
            'outside_us': (cpu_us - self._inference_ns / 1e3) / answers,
        }
        return found if shared is None else {**found, 'gil_share': shared}

    def watch(self) -> None:
        """Count answers, and the time of threads inside ONNX Runtime, from now on."""
        import onnxruntime

        from edge_sched_ros.nodes.scheduler_node import SchedulerNode

        session, node = onnxruntime.InferenceSession, SchedulerNode
        run, end = session.run_with_iobinding, node._on_end

        def timed(*args: Any) -> None:
            began_ns = time.thread_time_ns()
            run(*args)
            with self._lock:
                self._inference_ns += time.thread_time_ns() - began_ns

        def counted(node: Any, ended: Any) -> None:
            with self._lock:
                self._answers += ended.result is not None
            end(node, ended)

        session.run_with_iobinding, node._on_end = timed, counted  # type: ignore[method-assign]
