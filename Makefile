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
# Afterwards: the port of the console; 0 serves nothing.
PORT ?= 8017
SERVE ?= 1
ifeq ($(strip $(PARLEY_HOME)),)
PARLEY_HOME := .demo/$(LOCALE)-accounts-$(ACCOUNTS)-days-$(DAYS)-seed-$(SEED)
endif

# Torture of the send ledger: processes killed in all, and how many of them by a real SIGKILL at any moment.
KILLS ?= 10000
REAL ?= 300
# And over SMPP, with the client before the centre.
SMPP_KILLS ?= 1000
# ONLY=ledger tortures nothing else.
ONLY ?=

.PHONY: help setup demo test torture bench train reference pictures lock clean

help: ## list the targets
	@awk -f tools/help.awk $(MAKEFILE_LIST)

setup: ## make the environment in .venv from the locked, hashed requirements
	@tools/setup dev

demo: export PARLEY_HOME := $(PARLEY_HOME)
demo: ## a month of the real pipeline on the sample portfolio (ACCOUNTS= DAYS= SEED= LOCALE=), then the console (PORT=, SERVE=0: without)
	@tools/setup run
	@$(BIN)/parley demo --accounts "$(ACCOUNTS)" --days "$(DAYS)" --seed "$(SEED)" --locale "$(LOCALE)"
	@[ "$(SERVE)" = 0 ] || $(BIN)/parley user add guide --role lead --one-time --again
	@[ "$(SERVE)" = 0 ] || exec $(BIN)/parley serve --port "$(PORT)"

# Empty is unset: the processes that tests start, and the next run, need not compile every file anew.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup ## lint, format, types and every test: what the build machine runs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict -n 2 src tests tools
	$(BIN)/pytest -q -n 2 --dist worksteal

torture: setup ## the same tests with properties at full size, and KILLS= deaths over the send ledger; takes hours (ONLY=ledger: those)
ifneq ($(ONLY),ledger)
	PARLEY_TORTURE=1 $(BIN)/pytest -q -n 2
endif
	$(BIN)/python -m tools.kills --flaw
	$(BIN)/python -m tools.kills --kills "$(KILLS)" --real "$(REAL)"
	$(BIN)/python -m tools.kills --smpp --kills "$(SMPP_KILLS)" --real 100

bench: setup ## measure speed and peak memory on this machine
	$(BIN)/python -m tools.bench

train: setup ## train the reader of replies anew from tools/training; the same phrases give the same bytes
	$(BIN)/python -m tools.training

reference: setup ## write the pages of commands, settings and states from the code
	$(BIN)/python tools/reference.py

pictures: setup ## take the pictures of the documents anew (needs chromium)
	$(BIN)/python tools/pictures.py

lock: ## recompile requirements/*.lock (needs uv; nothing else does)
	tools/lock

clean: ## remove .venv, .demo and what the tools left behind
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis dist site
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
