# The commands: run, test, lint, bench, kills. Each installs first, if what is to be installed changed.
PROFILE ?= demo
FOLDER ?= data/animals10/raw-img
# The first Python that TensorFlow has wheels for.
SUITS := import sys; sys.exit(not (3, 11, 4) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
  $$python -c '$(SUITS)' 2>/dev/null && echo $$python && break; done)
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/installed

.PHONY: run test lint bench kills lock

run: $(READY)  ## run a profile's notebooks: make run PROFILE=animals10 ARGS="--only 02"
	$(BIN)/python -m auxiliary run $(PROFILE) $(ARGS)

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(ARGS)

lint: $(READY)  ## check style, and that notebooks carry no output
	$(BIN)/ruff check .
	$(BIN)/nbstripout --verify notebooks/*.ipynb

bench: $(READY)  ## measure speed against other ways: make bench FOLDER=animals10-raw-img.zip
	$(BIN)/python -m tests.benchmarks $(FOLDER)

kills: $(READY)  ## kill runs at random moments, and see that nothing is lost: make kills ARGS="--kills 50 --seed 7"
	$(BIN)/python tests/kills/kill_runs.py $(ARGS)

lock:  ## write the exact versions anew, from what pyproject.toml asks for
	uv pip compile --universal --python-version 3.11.4 --extra test --no-header --no-annotate pyproject.toml -o requirements.txt

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(SUITS)' || { echo "Python 3.11, 3.12 or 3.13 is needed, and none was \
	found: install one, or say where it is, as in: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@
