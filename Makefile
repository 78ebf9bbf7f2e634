PRACTICE ?= example-juniper-ridge
PYTHON ?= python3
SECONDS ?= 60
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup binder check list docs test properties wheels leaks torture fuzz bench grades wheel pythons clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
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

torture: .venv/ready ## kill the program 200 times, and see whether anything is lost (an hour or two; FAULTS=20 for less)
	$(BIN)/python tests/torture/torture.py --faults $(or $(FAULTS),200) --log build/torture.log

properties: .venv/ready ## try the laws of readers, mergers and round trips with 50 times as many examples (hours)
	EXAMPLES=$(or $(EXAMPLES),50) $(BIN)/python -m pytest -n auto --dist worksteal $$(grep -l "import examples" tests/test_*.py)

docs: .venv/ready ## write docs/names.md and docs/licences.md anew, after a change of facts, names or dependencies
	$(BIN)/python docs/write_names.py
	$(BIN)/python docs/write_licences.py

wheels: .venv/ready ## ask whether there is a wheel of everything for Linux, macOS and Windows (needs a network, and uv)
	$(BIN)/python docs/write_licences.py --wheels

leaks: .venv/ready ## build a portfolio in one process and in many, and search it all for names of other practices
	$(BIN)/python tests/leaks.py --practices 6

bench: .venv/ready ## measure builds beside the ordinary way, and write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/bench.py $(PRACTICE)

fuzz: .venv/ready ## feed every reader damaged files for SECONDS each, guided by coverage (Linux)
	$(BIN)/python tests/fuzz/fuzz.py --seconds $(SECONDS)

grades: .venv/ready ## print the school grade of each policy of PRACTICE
	@$(BIN)/python benchmarks/readability.py $(PRACTICE)

wheel: .venv/ready ## make the two files that a firm installs, in dist
	$(BIN)/python -m hatchling build -t wheel -d dist
	@cp install.lock dist

pythons: .venv/ready ## install the wheel on each Python of the PATH (or of PYTHONS) and compare the packages
	$(BIN)/python tests/pythons.py $(PYTHONS)

clean: ## take the virtual environment away
	rm -rf .venv
