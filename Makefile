# Gongdan. `make` lists what there is. Needs Python >= 3.11 (with venv and pip), make, and a package index; nothing else.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
UP ?=
PYTEST ?= -n 3 --dist loadfile --no-loadscope-reorder

# What the environment was made from is copied beside it; it is installed again only when the copy differs.
# A moved checkout counts as different: the scripts of a venv name its old place.
CHECKOUT := pwd; cat pyproject.toml hatch_build.py frontend/*
# Trust what the machine trusts, as pip does: a company's network may end TLS itself.
export DENO_TLS_CA_STORE ?= system,mozilla
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.PHONY: help
help: ## List the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

.PHONY: run
run: venv ## Set up and serve everything on this machine; prints a URL and, the first time, a password
	@$(call install,requirements.txt)
	@exec $(BIN)/gongdan up $(UP)

.PHONY: test
test: dev browser check ## Set up, check the style, run every test (PYTEST="-k return" passes arguments)
	$(BIN)/python -m pytest $(PYTEST)

.PHONY: check
check: dev ## Style, types and rooms: ruff, mypy, pyright, import-linter, deno
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/deno fmt --check --quiet --permit-no-files
	$(BIN)/deno lint --quiet --permit-no-files

.PHONY: dev
dev: venv ## Install what the tests need
	@$(call install,requirements-dev.txt)
	@.ci/editor $(VENV)

.PHONY: venv
venv:
	@if [ -z "$(PYTHON)" ]; then echo "make: no Python >= 3.11 with venv and pip was found; name one: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@if [ -e $(VENV)/.made-in ] && [ "$$(cat $(VENV)/.made-in)" != "$$(pwd)" ]; then rm -rf $(VENV); fi
	@if ! [ -e $(VENV)/.made-in ]; then \
		echo "make: creating $(VENV)"; $(PYTHON) -m venv $(VENV); pwd > $(VENV)/.made-in; fi

# install LOCK: the locked packages, then this checkout, each only if what it is made from has changed.
# requirements-dev.txt holds all of requirements.txt, so what satisfies tests satisfies `make run` too.
define install
if ! cmp -s $(1) $(VENV)/.installed-$(1); then \
	if [ $(1) = requirements.txt ] && cmp -s requirements-dev.txt $(VENV)/.installed-requirements-dev.txt; then :; else \
	echo "make: installing $(1)"; $(PIP) install --quiet --require-hashes -r $(1); fi; \
	cp $(1) $(VENV)/.installed-$(1); fi; \
if ! ($(CHECKOUT)) | cmp -s - $(VENV)/.installed-checkout; then \
	echo "make: installing this checkout"; \
	$(PIP) install --quiet --no-build-isolation --no-deps --no-index --editable .; \
	($(CHECKOUT)) > $(VENV)/.installed-checkout; fi
endef

.PHONY: browser
browser:
	@.ci/chromium || echo "make: no Chromium: the browser tests will be skipped" >&2

.PHONY: lock
lock: dev ## Pin every dependency anew, with hashes and without naming any package index
	$(LOCK) --group build -o requirements.txt
	$(LOCK) --group build --group dev -c requirements.txt -o requirements-dev.txt

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links pyproject.toml

.PHONY: clean
clean: ## Remove what make made; your tickets (var/) stay
	rm -rf $(VENV) api/static/vendor build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
