# The verbs of this repository. `make demo` and `make test` need Python 3.11 or newer and nothing else:
# uv, which reads uv.lock, is taken from the PATH or installed into .uv/ by the Python that is there.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
UV     ?= $(shell command -v uv || echo .uv/bin/uv)
BIN    := .venv/bin
JOBS   ?= 2

# Never fetch an interpreter behind the user's back; the lock is law.
export UV_PYTHON_DOWNLOADS := never
SYNC = test -d .venv || echo "Setting up .venv from uv.lock (once) ..."; $(UV) sync --frozen --quiet --python "$(PYTHON)"

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench docs clean distclean

help:  ## Show these verbs
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: $(UV) | python  ## Import, calculate and explain the sample company's year
	@$(SYNC) --no-default-groups --inexact --extra production --extra hall --extra disclosure
	@$(BIN)/qinglian demo $(ARGS)

test: lint  ## All checks, then all tests (ARGS="-k name" to choose)
	@$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: $(UV) | python  ## Style, types and the import contract
	@$(SYNC) --inexact
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(UV) | python  ## Put the code in order
	@$(SYNC) --inexact
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: $(UV) | python  ## Run the benchmarks side by side with their peers; prints ratios
	@$(SYNC) --inexact --group bench
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(UV) | python  ## Build the documentation into docs/_build/html
	@$(SYNC) --inexact --group docs
	$(BIN)/sphinx-build --fail-on-warning --quiet -b html docs docs/_build/html

clean:  ## Remove what tests and builds leave behind
	rm -rf build dist docs/_build docs/reference/generated .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## … and the environment itself
	rm -rf .venv .uv

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is older than Python 3.11. Name a newer one: make PYTHON=/path/to/python3.11" >&2; exit 1; }

.uv/bin/uv: | python
	@echo "Installing uv into .uv/ (once) ..."
	@"$(PYTHON)" -m venv .uv || { \
	  echo "This Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv" >&2; \
	  rm -rf .uv; exit 1; }
	@.uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8' || { \
	  echo "uv could not be installed from the package index. Check the network or pip's proxy and index settings," >&2; \
	  echo "or install uv by other means and put it on the PATH." >&2; rm -rf .uv; exit 1; }
