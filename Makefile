# Two commands for newcomers: `make demo` and `make test`. `make` alone lists the others.
DISTRO ?= jazzy
ENV := DISTRO=$(DISTRO) dev/env.sh

.PHONY: help setup demo demo-devices demo-overload docs docs-pictures docs-links test compiled soak test-devices test-kubernetes bench lint lint-containers deb models \
  quantise clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

setup:  ## make the environment in .venv and build the package (DISTRO=jazzy or kilted)
	@dev/setup.sh $(DISTRO)

demo: setup  ## play the demo bag into the real node and show what came of it
	@$(ENV) edge-sched demo

demo-devices: setup  ## run two networks on two devices, kill one, and show who did what
	@$(ENV) edge-sched demo --devices

demo-overload: setup  ## overload the machine: one node per network, then this node (ARGS=--help)
	@$(ENV) python benchmarks/overload_demo $(ARGS)

test: setup lint  ## run the linters and all tests (ARGS='-k name' for some)
	@ROS_PYTHON_CHECK_FIELDS=1 $(ENV) python -m pytest -n auto --dist loadgroup --max-worker-restart 0 \
	  $(ARGS)

soak: setup  ## run the long campaign of faults, then a node under load (80 minutes; ARGS=--help)
	@PYTHONPATH=test/helpers $(ENV) python -m faults $(ARGS)

fuzz: setup  ## read damaged inputs with every reader, guided by coverage (half an hour; ARGS=--help)
	@$(ENV) python -m pip install -q --disable-pip-version-check -r constraints/fuzz.txt
	@PYTHONPATH=test/helpers $(ENV) python -m fuzz $(ARGS)

test-devices: setup  ## try a coordinator and three devices in network namespaces (root; 2 minutes)
	@EDGE_SCHED_TEST_DEVICES=1 ROS_PYTHON_CHECK_FIELDS=1 $(ENV) python -m pytest -n 0 \
	  test/fleet/test_hosts.py $(ARGS)

test-kubernetes: setup  ## show pods placed by a real Kubernetes control plane (KUBE_BIN=FOLDER of a newer one)
	@[ -n "$(KUBE_BIN)" ] || dev/kubernetes/setup.sh || [ $$? = 3 ]
	@KUBE_BIN="$(KUBE_BIN)" EDGE_SCHED_TEST_KUBERNETES=1 ROS_PYTHON_CHECK_FIELDS=1 $(ENV) python -m pytest \
	  test/kubernetes $(ARGS)

compiled: setup  ## compile dispatcher and policies into build/compiled and compare their decisions
	@$(ENV) python dev/compile_core.py --package build/compiled
	@$(ENV) python -m pytest -q test/package/test_compiled_core.py
	@$(ENV) env PYTHONPATH=build/compiled python -m pytest -q \
	  test/core --ignore=test/core/high_level

docs: setup  ## check the pages and make the site in out/site (QUICK=1: run no commands of pages)
	@$(ENV) python dev/docs out/site-sources
	@[ -d .venv-docs ] || python3 -m venv .venv-docs
	@.venv-docs/bin/python -m pip install -q --disable-pip-version-check -r constraints/docs.txt
	@.venv-docs/bin/sphinx-build -q -W --keep-going -b html -c dev/docs -d .cache/docs out/site-sources out/site
	@[ -n "$(QUICK)" ] || $(ENV) python -m pytest -q -n 0 --tb=short test/package/test_pages.py \
	  test/package/test_pictures_of_pages.py
	@echo out/site/index.html

docs-links: docs  ## ask for every link that leads out of the site
	@.venv-docs/bin/sphinx-build -q -b linkcheck -c dev/docs -d .cache/docs out/site-sources out/links || true
	@python3 dev/docs/external_links.py out/links/output.json

docs-pictures: setup  ## make the pictures of the pages by their commands (ARGS='FILE ...' for some)
	@$(ENV) python dev/pictures $(ARGS)

bench: setup  ## measure side by side with a node per network (BENCH=short, REAL=1, ARGS=...)
	@$(ENV) python benchmarks/side_by_side $(if $(filter short,$(BENCH)),--short) \
	  $(if $(REAL),--real) $(ARGS)

lint: setup  ## ruff, mypy, import-linter
	@$(ENV) dev/lint.sh

lint-containers: setup  ## lint Dockerfiles and compose file (hadolint, the schema of Compose)
	@python3 -m venv .venv-containers
	@.venv-containers/bin/pip install -q --disable-pip-version-check -r constraints/containers.txt
	@PATH="$$PATH:$(CURDIR)/.venv-containers/bin" $(ENV) python -m pytest -q -n 0 \
	  test/package/test_containers.py

deb:  ## build a .deb of the ROS-free part, and try it, in chroots of Debian 13 (root, debootstrap; SUITE=)
	@SUITE=$(SUITE) dev/debian/dry_run.sh out/debian

models:  ## train the bundled networks again (PyTorch; about 20 minutes on 2 cores)
	@python3 -m venv .venv-train
	@.venv-train/bin/pip install -r constraints/train.txt
	@.venv-train/bin/python -m dev.train

quantise: setup  ## make the INT8 variants of the bundled networks again
	@$(ENV) python dev/quantise

clean:  ## remove everything that was made here
	rm -rf .venv .venv-* build install log out .cache
