# Hinka: what one can do here. Each line after ## is shown by a bare `make`.
INSTANCE ?= instance
PORT ?= 8000
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder
PY = .venv/bin/python
HINKA = .venv/bin/hinka --instance $(INSTANCE)

.DEFAULT_GOAL := help
.PHONY: help run test setup setup-tests lint format docs bench translations lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: setup ## serve http://127.0.0.1:8000 with sample data (PORT=, INSTANCE= override)
	@[ -e "$(INSTANCE)/customer.toml" ] || $(HINKA) init --sample
	@exec $(HINKA) serve --port $(PORT)

test: setup setup-tests ## run all tests on SQLite, PostgreSQL and in a browser
	@$(PY) -m pytest $(PYTEST_ARGS)

setup: ## install and build what is missing
	@bash tools/setup.sh

setup-tests: setup
	@bash tools/setup-tests.sh

lint: setup ## check style, formatting and directions of import
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports

format: setup ## put imports and lines into shape
	@.venv/bin/ruff check --fix --select I .
	@.venv/bin/ruff format .

docs: setup ## write docs/hooks.md from the hook specifications
	@.venv/bin/hinka docs

bench: setup setup-tests ## measure speed and memory against a floor of the same run
	@$(PY) -m tests.bench

translations: setup ## bring new words into the catalogs and compile them
	@$(PY) tools/translations.py extract
	@$(PY) tools/translations.py compile
	@$(PY) tools/translations.py check

lock: ## resolve pyproject.toml anew into requirements.lock, and package.json into its lock
	@bash tools/lock.sh
