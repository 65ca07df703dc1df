# Two commands for newcomers: `make demo` and `make test`. `make` alone lists the others.
DISTRO ?= jazzy
ENV := DISTRO=$(DISTRO) dev/env.sh

.PHONY: help setup demo demo-devices test soak test-devices test-kubernetes bench lint models quantise clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

setup:  ## make the environment in .venv and build the package (DISTRO=jazzy or kilted)
	@dev/setup.sh $(DISTRO)

demo: setup  ## play the demo bag into the real node and show what came of it
	@$(ENV) edge-sched demo

demo-devices: setup  ## run two networks on two devices, kill one, and show who did what
	@$(ENV) edge-sched demo --devices

test: setup lint  ## run the linters and all tests (ARGS='-k name' for some)
	@ROS_PYTHON_CHECK_FIELDS=1 $(ENV) python -m pytest -n auto --dist loadgroup $(ARGS)

soak: setup  ## run the long campaign of faults, then a node under load (80 minutes; ARGS=--help)
	@PYTHONPATH=test/helpers $(ENV) python -m faults $(ARGS)

fuzz: setup  ## read damaged inputs with every reader, guided by coverage (half an hour; ARGS=--help)
	@$(ENV) python -m pip install -q --disable-pip-version-check -r constraints/fuzz.txt
	@PYTHONPATH=test/helpers $(ENV) python -m fuzz $(ARGS)

test-devices: setup  ## try a coordinator and three devices in network namespaces (root; 2 minutes)
	@EDGE_SCHED_TEST_DEVICES=1 ROS_PYTHON_CHECK_FIELDS=1 $(ENV) python -m pytest -n 0 \
	  test/fleet/test_hosts.py $(ARGS)

test-kubernetes: setup  ## show pods placed by a real Kubernetes control plane (4 minutes to build, once)
	@dev/kubernetes/setup.sh || [ $$? = 3 ]
	@EDGE_SCHED_TEST_KUBERNETES=1 ROS_PYTHON_CHECK_FIELDS=1 $(ENV) python -m pytest \
	  test/kubernetes $(ARGS)

bench: setup  ## measure side by side with a node per network (BENCH=short, REAL=1, ARGS=...)
	@$(ENV) python benchmarks/side_by_side $(if $(filter short,$(BENCH)),--short) \
	  $(if $(REAL),--real) $(ARGS)

lint: setup  ## ruff, mypy, import-linter
	@$(ENV) dev/lint.sh

models:  ## train the bundled networks again (PyTorch; about 20 minutes on 2 cores)
	@python3 -m venv .venv-train
	@.venv-train/bin/pip install -r constraints/train.txt
	@.venv-train/bin/python -m dev.train

quantise: setup  ## make the INT8 variants of the bundled networks again
	@$(ENV) python dev/quantise

clean:  ## remove everything that was made here
	rm -rf .venv .venv-* build install log out .cache
