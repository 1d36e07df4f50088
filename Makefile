# The house's few commands. Everything lives in .venv; nothing is installed system-wide but the servers that tests need.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo run test check bench fuzz faults package servers lock clean

demo: .venv/runtime          ## a desk in a temporary folder, real SMTP both ways
	$(BIN)/triaged demo

run: .venv/runtime           ## the daemon on ./triaged.toml
	$(BIN)/triaged run

test: check servers          ## everything that must hold
	$(BIN)/python -m pytest -n auto --dist worksteal

check: .venv/dev             ## style, types and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_house.py

bench: .venv/dev             ## the figures of the README, measured here
	$(BIN)/python -m tests.benchmarks

fuzz: .venv/dev              ## mails steered by coverage, from the corpora on; FUZZ="-max_total_time=600" for longer
	$(BIN)/python -m tests.fuzz $(or $(FUZZ),-max_total_time=60)

faults: .venv/dev servers    ## 10,000 mails and 200 kills on both databases; FAULTS="--mails 3000 --kills 60" for less
	$(BIN)/python -m tests.faults $(FAULTS)

package: .venv/dev servers   ## the wheel and sdist into dist/, installed anew from the locks; the stories and the command line there
	rm -rf dist && $(BIN)/hatchling build -d dist && mkdir dist/away
	$(PYTHON) -m venv dist/env
	dist/env/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	dist/env/bin/python -m pip install --quiet --disable-pip-version-check --no-deps dist/*.whl
	cp -R tests pyproject.toml dist/away
	cd dist/away && ../env/bin/triaged demo && ../env/bin/python -m pytest -n auto tests/journeys

servers:                     ## the real servers that tests start privately
	@tests/servers.sh

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock:                        ## resolve the dependencies anew; the files name no host
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile -q pyproject.toml --group build --universal --generate-hashes -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group build --all-extras --universal --generate-hashes -o requirements-full.lock
	$(BIN)/uv pip compile -q pyproject.toml --group build --group dev --all-extras --universal --generate-hashes -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis artefacts
