# Thin on purpose: each target prepares the checkout (scripts/bootstrap.py) and calls one program.
# Only relative paths, so that a checkout may lie below a folder with a space in its name.
ifndef PYTHON
# `python3` is often the system's older one.
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
endif
VENV_PYTHON := .venv/bin/python
PYTEST_ARGS ?=
# Each worker has a PostgreSQL of its own and takes whole files, the longest first. `PYTEST_ARGS=-n0` is one after the other.
SIDE_BY_SIDE := --numprocesses=auto --dist=loadfile --no-loadscope-reorder
BENCH_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run compile test nightly soak check bench format clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: ## install what is missing, build, and serve on http://127.0.0.1:8000
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap run
	@exec $(VENV_PYTHON) -m collab_server.cli serve

compile: ## compile the engine's hot modules to machine code, about twice as fast; needs a C compiler
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap compile

test: check ## run every check and every test; PYTEST_ARGS go to pytest
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap test
	@$(VENV_PYTHON) -m scripts.node web npm test
	@_LECTERN_UNCOMPILED=1 $(VENV_PYTHON) -m pytest tests/unit --quiet --numprocesses=auto --cov --cov-config=tests/unit/coverage.ini
	@$(VENV_PYTHON) -m pytest tests/unit/collab_server --quiet --numprocesses=auto
	@$(VENV_PYTHON) -m pytest --ignore=tests/unit $(SIDE_BY_SIDE) $(PYTEST_ARGS)

nightly: ## the long forms: 100 kills, 5 million mutated inputs, 300 seeds of convergence, 10,000 visits
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap test
	@LECTERN_TEST_LONG=1 $(VENV_PYTHON) -m pytest tests/crash tests/fuzz tests/end_to_end/test_progress_frames.py $(PYTEST_ARGS)

soak: ## three nodes through one fault after the other, for 15 minutes
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap test
	@LECTERN_TEST_SOAK=15 $(VENV_PYTHON) -m pytest tests/cluster/test_together.py -k quarter_of_an_hour -s $(PYTEST_ARGS)

check: ## formatting, lint, types, import contracts, drift of generated files
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap check
	@$(VENV_PYTHON) -m scripts.check

bench: ## measure the engine beside its peers, on this machine; BENCH_ARGS go to python -m benchmarks
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap bench
	@$(VENV_PYTHON) -m benchmarks $(BENCH_ARGS)

format: ## put all sources into their format
	@$(or $(PYTHON),$(error Lectern needs Python 3.11 or later)) -m scripts.bootstrap check
	@$(VENV_PYTHON) -m ruff format .
	@$(VENV_PYTHON) -m ruff check --fix-only --quiet .
	@$(VENV_PYTHON) -m scripts.node web npm run format

clean: ## remove what was installed and built; the data in .data stay
	rm -rf .venv .compiled web/node_modules web/dist tests/stock_clients/node_modules benchmarks/peers/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
