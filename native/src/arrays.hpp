// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Arrays of numpy as the kernels take them.

#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;

// An array without gaps; another one is copied, with its numbers converted.
template<typename Number>
using Dense = py::array_t<Number, py::array::c_style | py::array::forcecast>;

// Whether it is an array of this type without gaps, of so many dimensions: no copy is needed.
template<typename Number>
bool is_dense(const py::array & values, py::ssize_t dimensions)
{
  return values.ndim() == dimensions &&
         py::isinstance<py::array_t<Number, py::array::c_style>>(values);
}
