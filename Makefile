# SceneScout: `make run` opens the console with a sandbox, `make test` runs the tests. `make help` lists the rest.

# Set PYTHON to choose the interpreter; otherwise .ci/setup takes the newest suitable one.
export PYTHON
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run test test-unit test-integration lint bench torture screenshots clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' Makefile

# Empty prerequisites would rebuild always; a second run must be immediate.
$(STAMP): pyproject.toml constraints.txt .ci/setup
	@sh .ci/setup
	@touch $(STAMP)

run: ARGS ?= --sandbox
run: $(STAMP) ## Open the console with a sandbox; ARGS="--database events.db" for your own events.
	@$(BIN)/scenescout $(ARGS)

test: $(STAMP) ## Run all tests that need no server; ARGS="tests/store -x" for some.
	$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),.ci/tests)

test-unit: $(STAMP) ## Run the tests of single rooms.
	$(BIN)/python -m pytest -m "not integration and not server and not torture" $(ARGS)

test-integration: $(STAMP) ## Run the tests that put rooms together.
	$(BIN)/python -m pytest -m "integration and not server and not torture" $(ARGS)

lint: $(STAMP) ## Check format, style, types and who imports whom.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP) ## Measure; ARGS=spawner for one of the benchmarks.
	$(BIN)/python -m tests.bench $(ARGS)

torture: $(STAMP) ## Kill, flood and starve it for minutes.
	$(BIN)/python -m pytest -m torture $(ARGS)

screenshots: $(STAMP) ## Draw the pictures of the README again.
	$(BIN)/python -m tests.screenshots $(ARGS)

clean: ## Remove .venv, caches and what was built.
	rm -rf .venv .venv-rivals build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis snapshot_report.html
	find scenescout_tui tests -name __pycache__ -type d -prune -exec rm -rf {} +
