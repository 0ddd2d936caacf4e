# diglot: `make help` lists what there is to make. Needs python3 (3.11 or later, with venv), make and git; nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DIGLOT := $(BIN)/diglot
URL    ?=
ARGS   ?=

.DEFAULT_GOAL := all
.PHONY: all help setup generate rules check drift pull conform self-test serve test lint format golden fuzz bench clean

all: setup ## the main job: read, normalize, validate, drift, generate, conform; ends with a summary
	@$(DIGLOT) run $(ARGS)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## the virtual environment, made once

$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "setting up $(VENV) (once, takes a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "diglot needs Python 3.11 or later: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

generate: setup ## pages -> contract, overlays, models, clients, reference
	@$(DIGLOT) normalize
	@$(DIGLOT) generate

rules: setup ## the rule reference, RULES.md and RULES.zh.md, from the rule table
	@$(DIGLOT) rules --format markdown --output RULES.md
	@$(DIGLOT) rules --format markdown --lang zh --output RULES.zh.md

check: setup ## exit 1 unless pages, contract and generated code agree and all drift is waived
	@$(DIGLOT) normalize --check
	@$(DIGLOT) validate
	@$(DIGLOT) generate --check
	@$(DIGLOT) drift

drift: setup ## where the pages and their languages disagree
	@$(DIGLOT) drift $(ARGS)

pull: setup ## renew the pages from where they are published; ARGS=--check only says what changed
	@$(DIGLOT) pull $(ARGS)

conform: setup ## test a running server: make conform URL=http://127.0.0.1:8000/v1 ARGS='--dataset ID'
	@test -n '$(URL)' || { echo 'conform: say which server, as in make conform URL=http://127.0.0.1:8000/v1' >&2; exit 2; }
	@$(DIGLOT) conform '$(URL)' $(ARGS)

self-test: setup ## conform tested: the share of some six hundred wrong servers that it finds
	@$(DIGLOT) conform --self-test $(ARGS)

serve: setup ## the reference server with demonstration data, until Ctrl-C
	@$(DIGLOT) serve $(ARGS)

test: setup lint ## the linters and the whole test suite
	@$(BIN)/python -m pytest $(ARGS)

lint: setup ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	@rm -f .lint-imports.log

format: setup ## let ruff put the code in order
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

golden: setup ## write the goldens of the tests anew; look at the diff before you commit it
	@DIGLOT_UPDATE_GOLDENS=1 $(BIN)/python -m pytest $(ARGS)

fuzz: setup ## the nightly setting: 50,000 damaged pages, and every kind of hostile megabyte measured
	@DIGLOT_FUZZ=50000 $(BIN)/python -m pytest tests/test_read_fuzz.py $(ARGS)

bench: setup ## whole-process figures, each beside its peer in the same run
	@$(BIN)/python tests/bench.py

clean: ## remove what was made and is not committed
	@rm -rf $(VENV) .diglot .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
