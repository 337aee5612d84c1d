# `make` alone prints this help. Every command makes what it needs first: .venv, packages, the front end.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
HOST ?= 127.0.0.1
# Test processes at a time; the browser tests take a stack of their own.
JOBS ?= 2
PY := .venv/bin/python
PYTEST := $(PY) -m pytest

# Not run in parallel by make itself: each recipe uses the processors on its own.
.NOTPARALLEL:

help: ## this list
	@echo 'Tiếng Làng: two commands do everything:'
	@echo '  make run            build, migrate, load the demo province and serve it (PORT=8000)'
	@echo '  make test           everything that has to hold before a change lands'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / && $$1 != "help" && $$1 != "run" && $$1 != "test" { printf "  make %-15s%s\n", $$1, $$2 }' Makefile

run: ## build, migrate, load the demo province and serve it (PORT=8000)
	@bin/venv run && exec $(PY) -m backend.cli.run --host $(HOST) --port $(PORT)

test: ## everything that has to hold before a change lands
	@bin/system-packages
	@bin/venv test
	@$(MAKE) --no-print-directory lint types frontend-test
	@$(MAKE) --no-print-directory unit faults browser

# ---- parts of `make test`

lint: venv ## style and import rules
	@$(PY) -m ruff check --quiet . && $(PY) -m ruff format --check --quiet . || \
	  { echo '`make format` mends the layout.'; exit 1; }
	@.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports

types: venv ## strict types
	@$(PY) -m mypy

unit: venv ## Python tests on both databases, and the API against its description
	@$(PYTEST) -q -n $(JOBS)

faults: venv ## a short round of killed processes (part of `make test` too)
	@$(PYTEST) -q tests/faults

frontend-test: venv ## the front end: types, style, tests, sizes
	@$(PY) -m backend.cli.frontend
	@$(PY) -m backend.cli.frontend run --silent check
	@$(PY) -m backend.cli.frontend run --silent test
	@$(PY) -m backend.cli.frontend run --silent size

browser: venv ## the story in a real browser
	@bin/system-packages
	@$(PY) -m backend.cli.frontend
	@$(PYTEST) -q tests/e2e

# ---- for those who change the code

format: venv ## lay out the Python code
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

openapi: venv ## write pwa/openapi.json anew from the routes, and the front end's types from it
	@$(PY) -m backend.cli.openapi
	@$(PY) -m backend.cli.frontend run --silent types

docs: venv ## put the table of settings into docs/operations.md
	@$(PY) -m backend.cli.settings_document

lock: venv ## pin requirements*.in anew, with hashes
	@bin/lock

screenshots: venv ## every page at phone and desktop size, light and dark, into screenshots/
	@bin/system-packages
	@$(PY) -m backend.cli.frontend
	@$(PY) -m tests.e2e.screenshots

bench: venv ## measure on this machine: ratios to a constant view, pages by Lighthouse (ARGS=--help)
	@bin/system-packages
	@$(PY) -m backend.cli.frontend
	@$(PY) -m bench $(ARGS)

soak: venv ## kill -9 of web and workers at random points, 60 seeds (SEEDS=)
	@SEEDS=$(or $(SEEDS),60) $(PYTEST) -q tests/faults

# ---- for the operator

migrate: venv-run ## bring the database to the newest migration
	@$(PY) -m backend.cli.database migrate

seed: venv-run ## load the demo province (twice is the same as once)
	@$(PY) -m backend.cli.database migrate demo

backup: venv-run ## copy database, objects and secrets into one file (TO=backup.tar)
	@$(PY) -m backend.cli.backup save $(or $(TO),var/backup.tar)

restore: venv-run ## bring a backup back into an empty installation (FROM=backup.tar)
	@$(PY) -m backend.cli.backup restore $(or $(FROM),var/backup.tar)

clean: ## remove everything that was built; var/ stays
	rm -rf .venv pwa/node_modules pwa/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

venv:
	@bin/venv test

venv-run:
	@bin/venv run

.PHONY: help run test lint types unit faults frontend-test browser format openapi docs lock screenshots bench \
  soak migrate seed backup restore clean venv venv-run
