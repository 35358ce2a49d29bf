# Downrange. A newcomer needs two words: make demo, make test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= 2023-08-24
WORKERS ?= 2
QUIET := tools/quiet.sh
OURS := src tests tools $(wildcard benchmarks) $(wildcard examples) conftest.py
PROSE := $(OURS) Makefile pyproject.toml .ci $(wildcard *.md) $(wildcard docs)
PAGES := $(wildcard *.md docs/*.md)
EXAMPLES := README.md docs/flight.md docs/fall.md docs/notice.md docs/corridor.md docs/track.md docs/orbit.md docs/coverage.md docs/alert.md

.PHONY: help demo test check docs bench clean services core-venv test-venv bench-venv \
	check-lint check-format check-types check-layers check-units check-docstrings check-spelling check-links

help: ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: core-venv ## replay the launch of 24 August 2023 and write its report into out/
	@$(BIN)/downrange replay $(SCENARIO)

test: services check ## everything that continuous integration runs: the checks, then the tests and the examples in docstrings and pages
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal

check: test-venv ## the fast checks: style, types, layers, units, docstrings, spelling, links
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target \
		check-types check-lint check-format check-layers check-units check-docstrings check-spelling check-links

check-lint:
	@$(QUIET) lint $(BIN)/ruff check $(OURS)
check-format:
	@$(QUIET) format $(BIN)/ruff format --check --diff $(OURS)
check-types:
	@$(QUIET) types $(BIN)/mypy
check-layers:
	@$(QUIET) layers $(BIN)/lint-imports
check-units:
	@$(QUIET) units $(BIN)/python tools/check_units.py $(OURS)
check-docstrings:
	@$(QUIET) docstrings $(BIN)/interrogate --verbose src
check-spelling:
	@$(QUIET) spelling $(BIN)/codespell $(PROSE)
check-links:
	@$(QUIET) links $(BIN)/python tools/check_links.py $(PAGES)

docs: test-venv check-links ## the pages: run the examples in them, look where their links and pictures lead
	@$(BIN)/python -m pytest -q $(EXAMPLES)

bench: bench-venv ## run every benchmark beside its peers, in an environment of their own
	@for file in benchmarks/[a-z]*.py; do \
		[ -f "$$file" ] || { echo "No benchmarks yet."; break; }; \
		.venv-bench/bin/python "$$file"; \
	done

clean: ## remove everything that was made, the environments included
	@rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist out
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

services:
	@tools/services.sh
core-venv:
	@tools/venv.sh $(VENV)
test-venv:
	@tools/venv.sh $(VENV) test
bench-venv:
	@tools/venv.sh .venv-bench bench
