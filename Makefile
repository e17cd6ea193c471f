# `make audit` and `make test` work on a fresh machine and again at once on the next run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: audit test bench bench-corpus docs eval eval-gate clean
.DEFAULT_GOAL := audit

# CPU torch goes first, so that nothing else pulls a larger build of it.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mtaudit needs Python 3.11 or newer: make PYTHON=python3.11")'
	@echo "Installing into $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

audit: $(INSTALLED)
	@$(BIN)/mtaudit models pull
	@$(BIN)/mtaudit check --fail-on never mtaudit/data/sample.txt

test: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

# Speed of the language model against its limits and its peers, in one run of some ten minutes.
bench: $(INSTALLED)
	@$(BIN)/mtaudit models pull
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m eval.lm_bench eval/results/lm-bench.json docs/lm-bench.md

# Scoring a corpus: rows, sentences and tokens a second, peak memory, the cost of resuming.
ROWS ?= 1000,10000
bench-corpus: $(INSTALLED)
	@$(BIN)/mtaudit models pull
	$(BIN)/python -m eval.corpus_bench --rows $(ROWS)

# Every suite on the annotated data; docs/evaluation.md. The score cache makes a second run quick.
DATA ?= ../shared/bench
eval: $(INSTALLED)
	@$(BIN)/mtaudit models pull
	@$(BIN)/mtaudit eval all --data $(DATA) --out eval/results/eval.json

# A small fixed sample against the floors of eval/baseline.json; skipped without the data.
eval-gate: $(INSTALLED)
	@$(BIN)/mtaudit models pull
	@$(BIN)/python -m eval.harness gate --data $(DATA)

# Pages and files that are generated from the code; a test compares them.
docs: $(INSTALLED)
	$(BIN)/mtaudit checks --markdown > docs/checks.md
	$(BIN)/python -m tests.write_schema

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
