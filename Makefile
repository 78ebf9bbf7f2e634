PRACTICE ?= example-juniper-ridge
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup binder check list docs test torture bench grades clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PRACTICE=<slug> chooses the practice; the default is $(PRACTICE)"

setup: .venv/ready ## make the virtual environment with the locked dependencies

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@git config diff.office.textconv "$(BIN)/binder text" 2>/dev/null || true
	@touch $@

binder: .venv/ready ## build the package of PRACTICE
	@$(BIN)/binder build $(PRACTICE)

check: .venv/ready ## check all practices, the catalogue and the templates
	@$(BIN)/binder check

list: .venv/ready ## list the practices
	@$(BIN)/binder list

test: .venv/ready ## run lint, types and all tests (needs LibreOffice, qpdf, poppler-utils and Chromium)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist worksteal

torture: .venv/ready ## kill the program 200 times, and see whether anything is lost (hours; FAULTS=20 for less)
	$(BIN)/python tests/torture/torture.py --faults $(or $(FAULTS),200) --log build/torture.log

docs: .venv/ready ## write docs/names.md anew, after a change of facts or names
	$(BIN)/python docs/write_names.py

bench: .venv/ready ## measure a cold build, and the same documents through LibreOffice
	$(BIN)/python benchmarks/cold_build.py $(PRACTICE)

grades: .venv/ready ## print the school grade of each policy of PRACTICE
	@$(BIN)/python benchmarks/readability.py $(PRACTICE)

clean: ## take the virtual environment away
	rm -rf .venv
