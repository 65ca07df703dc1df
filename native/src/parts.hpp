// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// What each file adds to the module: one function per file.

#pragma once

#include <pybind11/pybind11.h>

namespace py = pybind11;

void bind_beam(py::module_ & module);
void bind_messages(py::module_ & module);
void bind_publishing(py::module_ & module);
void bind_intake(py::module_ & module);
void bind_depth(py::module_ & module);
void bind_heads(py::module_ & module);
void bind_pictures(py::module_ & module);
void bind_tracks(py::module_ & module);
