# What a newcomer, a developer and the build machine call. `make help` lists it.
# Works from a bare Debian or Ubuntu with make and Python 3.11 or later; everything lands in .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin

# The demo: how many borrowers are drawn and simulated, how many days pass, from which seed, in which language.
ACCOUNTS ?= 3000
DAYS ?= 30
SEED ?= 1
LOCALE ?= mixed
ifeq ($(strip $(PARLEY_HOME)),)
PARLEY_HOME := .demo/$(LOCALE)-accounts-$(ACCOUNTS)-days-$(DAYS)-seed-$(SEED)
endif

.PHONY: help setup demo test torture bench reference lock clean

help: ## list the targets
	@awk -f tools/help.awk $(MAKEFILE_LIST)

setup: ## make the environment in .venv from the locked, hashed requirements
	@tools/setup dev

demo: ## a month of the real pipeline on the sample portfolio (ACCOUNTS= DAYS= SEED= LOCALE=)
	@tools/setup run
	@PARLEY_HOME="$(PARLEY_HOME)" $(BIN)/parley demo \
	  --accounts "$(ACCOUNTS)" --days "$(DAYS)" --seed "$(SEED)" --locale "$(LOCALE)"

test: setup ## lint, format, types and every test: what the build machine runs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src tests tools
	$(BIN)/pytest -q -n 2

torture: setup ## the same tests with properties at full size; takes hours
	PARLEY_TORTURE=1 $(BIN)/pytest -q -n 2

bench: setup ## measure speed and peak memory on this machine
	$(BIN)/python -m tools.bench

reference: setup ## write the pages of commands, settings and states from the code
	$(BIN)/python tools/reference.py

lock: ## recompile requirements/*.lock (needs uv; nothing else does)
	tools/lock

clean: ## remove .venv, .demo and what the tools left behind
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis dist site
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
