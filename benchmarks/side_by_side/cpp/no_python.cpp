// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// In the wheels, librcl needs the libraries of Python's messages. Nothing here calls them, but
// their data must be somewhere; functions are looked for when they are called. Packages of a ROS
// distro do not need it.

extern "C" {
__attribute__((visibility("default"))) void* PyExc_RuntimeError = nullptr;
__attribute__((visibility("default"))) long _Py_TrueStruct[4] = {};
}
