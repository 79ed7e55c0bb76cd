# Every target installs what it needs. PYTHON picks the interpreter (3.11 or newer); VENV the environment's folder.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Without it each of the suite's processes compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types walls coverage bench lock golden docs clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

$(READY): requirements/dev.txt pyproject.toml native/govern_native.c
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "govern needs Python 3.11 or newer: set PYTHON=python3.12, say")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation ./native || echo "native/ was not built (is there a C compiler and Python's headers?): govern does without"
	@$(BIN)/python -m pip check --disable-pip-version-check >/dev/null || { $(BIN)/python -m pip check; exit 1; }
	@touch $@

demo: $(READY) ## check the hospital example, draft its contract, verify its log; files in out/
	@BIN=$(BIN) sh examples/demo.sh

test coverage: export PYTEST_DEBUG_TEMPROOT ?= $(shell sh tests/services.sh folder)

test: $(READY) ## the whole test suite, each test once; the quick tests of the core last, with coverage
	@sh tests/services.sh
	@status=0; $(BIN)/python -m pytest -n auto --dist worksteal -m 'not core' || status=$$?; \
		$(BIN)/python -m pytest -n auto --dist worksteal -m core --cov || status=$$?; exit $$status

check: lint types walls coverage docs ## everything that CI does but the slow tests

lint: $(READY) ## ruff, format and rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

walls: $(READY) ## import-linter: who may import whom
	@$(BIN)/lint-imports

coverage: $(READY) ## the quick tests of the core with branch coverage; it must be at 100 %
	@sh tests/services.sh
	@$(BIN)/python -m pytest -n auto --dist worksteal -m core --cov

bench: $(READY) ## print the figures of the benchmarks
	@for b in benchmarks/bench_*.py; do $(BIN)/python $$b || exit 1; done

golden: $(READY) ## write the golden files anew (look at the difference before you commit it)
	@GOVERN_GOLDEN=write $(BIN)/python -m pytest -n auto -q -m golden

docs: $(READY) ## build the documentation into site/
	@$(BIN)/mkdocs build --quiet --strict

lock: ## lock the dependencies anew: names, versions and hashes, without addresses
	@sh requirements/lock.sh

clean: ## remove what was made
	@rm -rf out dist build site .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
