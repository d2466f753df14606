# `make explain` on a fresh clone needs Python 3.11 or 3.12, a C compiler and make, and nothing else.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help explain test setup lock clean

DOCTOR ?= 99900000003
PYTEST_FLAGS ?= -n auto --dist loadgroup
LOCK_FLAGS ?=
UV := uv==0.13.9

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

help:
	@echo "make explain            explain the decision of an invented doctor (DOCTOR=$(DOCTOR))"
	@echo "make test               check the style, the types and the promises"
	@echo "make setup              only install, in .venv (PYTHON=/path/to/python to choose which)"
	@echo "make lock               write the lock files from pyproject.toml (LOCK_FLAGS=--upgrade for newer versions)"
	@echo "make clean              remove everything that was installed or built"

explain: .venv/.ready
	@$(BIN)/forfait explain $(DOCTOR)

test: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -rs $(PYTEST_FLAGS)

setup: .venv/.ready

# A command that starts is not enough: it must be of the right version and able to make an environment.
find_python = \
	for python in $(PYTHON) python3.12 python3.11 python3 python; do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' \
			>/dev/null 2>&1; then break; fi; python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "No suitable Python found: this needs Python 3.11 or 3.12, with its venv module." >&2; \
		echo "If you have one that is not on the path: make PYTHON=/path/to/python" >&2; exit 1; \
	fi

# durable-rules is published as C source only, hence the look for Python.h before anything is installed.
check_compiler = \
	include=$$("$$python" -c 'import sysconfig; print(sysconfig.get_path("include"))'); \
	if [ ! -f "$$include/Python.h" ]; then \
		echo "Python.h is not in $$include: install the development files of $$python (python3-dev)." >&2; exit 1; \
	fi; \
	cc=$$("$$python" -c 'import os, sysconfig; print((os.environ.get("CC") or sysconfig.get_config_var("CC")).split()[0])'); \
	if ! command -v "$$cc" >/dev/null; then echo "No C compiler found ($$cc): install one." >&2; exit 1; fi

.venv/.locked: requirements-build.lock requirements.lock
	@$(find_python); $(check_compiler); \
	echo "Setting up .venv with $$("$$python" --version): about half a minute, once."; \
	"$$python" -m venv --clear .venv
	@$(PIP) install --require-hashes --requirement requirements-build.lock
	@$(PIP) install --require-hashes --no-build-isolation --requirement requirements.lock
	@touch $@

.venv/.ready: .venv/.locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url $(LOCK_FLAGS)

lock:
	@$(find_python); "$$python" -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip --quiet --disable-pip-version-check install $(UV)
	$(COMPILE) pyproject.toml --group dev --output-file requirements.lock
	$(COMPILE) --group pyproject.toml:build --constraint requirements.lock --output-file requirements-build.lock
	@rm -rf .venv-lock

clean:
	rm -rf .venv .venv-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
