# `make` builds the knowledge graph into dist/; `make test` runs the tests. Both set up what they need first.
PYTHON ?= python3
BIN := .venv/bin

build: .venv/ready
	$(BIN)/lalakg build

test: .venv/ready
	$(BIN)/pytest -n auto --dist loadfile

# The slow tests, too: reasoners, pySHACL, real triple stores (each started once, by `loadfile`), a wheel, a browser.
test-all: .venv/ready owl stores web clients w3c
	$(BIN)/pytest -m '' -n 2 --dist loadfile

# What the slow tests need besides Python: Java's OWL API, from Maven Central.
owl:
	tests/owl/fetch

# The triple stores that slow tests start: Fuseki, RDF4J, Virtuoso; Oxigraph comes with the development tools.
stores: .venv/ready
	tests/support/stores/fetch

# The W3C's tests of SHACL, which slow tests run: with pySHACL's source, from PyPI.
w3c: .venv/ready
	tests/w3c/fetch

# Clients of other people that slow tests let ask the server: Comunica, from npm. Nothing of it is in the package.
clients: tests/clients/node_modules/.package-lock.json

tests/clients/node_modules/.package-lock.json: tests/clients/package-lock.json
	npm --prefix tests/clients ci --ignore-scripts --no-audit --no-fund

# What runs in the pages: bundled from npm's packages into src/lalakg/_web/.
web: src/lalakg/_web/query.js

src/lalakg/_web/query.js: web/node_modules/.package-lock.json $(wildcard web/src/* web/*.mjs web/*.json web/*.txt)
	npm --prefix web run build

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --ignore-scripts --no-audit --no-fund

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
	rm -rf .venv build dist web/node_modules tests/clients/node_modules src/lalakg/_web

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

.PHONY: build test test-all stores owl web clients w3c lint generate clean
