# `make` builds the knowledge graph into dist/; `make test` runs the tests. Both set up what they need first.
PYTHON ?= python3
BIN := .venv/bin

build: .venv/ready
	$(BIN)/lalakg build

test: .venv/ready
	$(BIN)/pytest

test-all: .venv/ready
	$(BIN)/pytest -m ''

lint: .venv/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lalakg format --check
	$(BIN)/lalakg derive --check
	$(BIN)/python docs/generate.py --check

# What is generated and committed: canonical Turtle, the complete graph, the reference pages.
generate: .venv/ready
	$(BIN)/lalakg format
	$(BIN)/lalakg derive
	$(BIN)/python docs/generate.py

clean:
	rm -rf .venv build dist

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

.PHONY: build test test-all lint generate clean
