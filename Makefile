# Prerequisites: git, make, and Python 3.11, 3.12 or 3.13 (`make PYTHON=/path/to/python3 ...` names one).
# Everything else goes into .venv and .venv-clients; a second run installs nothing.

.DEFAULT_GOAL := help
export PYTHON
BIN := .venv/bin
DATA ?= $(or $(VESALIUS_DATA),./data)
BENCHES := $(subst _,-,$(patsubst bench/%.py,%,$(shell grep -ls __main__ bench/*.py)))

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "  benchmarks: $(or $(addprefix bench-,$(BENCHES)),none yet)"

.PHONY: demo
demo: ## Install what the archive needs, then serve the demonstration on ports 8000 (public) and 8001 (staff)
	@scripts/install .venv requirements.lock project
	@exec $(BIN)/vesalius serve --demo --data "$(DATA)"

.PHONY: test
test: tools ## Run every test except the soak; installs what the tests need
	@scripts/install .venv-clients requirements-clients.lock
	@scripts/debian-packages test
	@$(BIN)/python -m pytest -m "not soak" -n 3 --dist loadgroup # servers and clients wait much: three on two cores

# Two at a time, each part's output whole, and all parts even when one fails.
.PHONY: check
check: tools ## Lint, types, import floors, migrations, quick tests: under a minute
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target types lint floors migrations quick

# Reading Django's settings makes a data folder: the checks have one of their own.
types migrations: export VESALIUS_DATA := $(CURDIR)/build/check

.PHONY: types lint floors migrations quick
types:
	@$(BIN)/mypy --no-error-summary
lint:
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
floors:
	@$(BIN)/lint-imports --no-logo
migrations:
	@DJANGO_SETTINGS_MODULE=vesalius.settings.django $(BIN)/python -m django makemigrations --check --dry-run
quick:
	@$(BIN)/python -m pytest -m "not slow and not soak" -n 2 --dist loadgroup

.PHONY: soak
soak: tools ## Run the long proofs (200 kills and their like)
	@scripts/debian-packages test
	@$(BIN)/python -m pytest -m soak

bench-%: tools ## Run one benchmark, e.g. make bench-zip; its last line is JSON
	@test -f bench/$(subst -,_,$*).py || { echo "There is no benchmark $*; make help lists them." >&2; exit 1; }
	@scripts/debian-packages test bench
	@$(BIN)/python -m bench.$(subst -,_,$*) $(ARGS)

.PHONY: lock
lock: ## Write the lock files anew from pyproject.toml (needs uv)
	@scripts/lock

.PHONY: clean
clean: ## Remove environments and caches; data/ stays
	rm -rf .venv .venv-clients .venv-peers .venv-index build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: tools
tools:
	@scripts/install .venv requirements-test.lock project
