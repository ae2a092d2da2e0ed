# `make` lists the targets. Those that need the virtual environment install it first, and again when its files change.
PROFILE ?= demo
FOLDER ?= data/animals10/raw-img
ARGS ?=
# The first Python that TensorFlow has wheels for.
SUITS := import sys; sys.exit(not (3, 11, 4) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
  $$python -c '$(SUITS)' 2>/dev/null && echo $$python && break; done)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/installed

.PHONY: help run notebooks test lint bench bench-gpu kills lock

help:  ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s%s\n", $$1, $$2}'

run: $(READY)  ## run the notebooks of a profile: make run PROFILE=animals10 ARGS="--only 02"
	$(BIN)/python -m auxiliary run $(PROFILE) $(ARGS)

notebooks: $(READY)  ## open JupyterLab; the notebooks are in notebooks/
	$(BIN)/jupyter lab $(ARGS)

test: $(READY)  ## run the tests: make test ARGS="tests/core"
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile \
	  --no-loadscope-reorder $(ARGS)

lint: $(READY)  ## check style, that notebooks hold no output, and that folders import only layers below them
	$(BIN)/ruff check .
	$(BIN)/nbstripout --verify notebooks/*.ipynb
	$(BIN)/lint-imports

bench: $(READY)  ## measure speed against other libraries: make bench FOLDER=animals10-raw-img.zip
	$(BIN)/python -m tests.benchmarks $(FOLDER)

bench-gpu: $(READY)  ## measure a GPU, or a little on the processor: make bench-gpu FOLDER=my-images
	$(BIN)/python -m tests.benchmarks.gpu $(if $(filter file,$(origin FOLDER)),,$(FOLDER))

kills: $(READY)  ## kill runs at random moments and check that nothing is lost: make kills ARGS="--kills 50 --seed 7"
	$(BIN)/python tests/kills/kill_runs.py $(ARGS)

lock:  ## compile requirements.txt from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11.4 --extra test --no-header --no-annotate pyproject.toml -o requirements.txt

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(SUITS)' || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was \
	found: install one, or name its path, as in: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@
