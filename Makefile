# `make` alone prints this list. `make run` and `make test` need nothing but this file.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

# Images often set it; without compiled modules each of the many processes would compile them all.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-cjk setup-dev run test check docs security sbom audit chaos bench bench-extraction lock snapshots screenshots

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.packages: deploy/packages.txt deploy/install-packages.sh
	@bash deploy/install-packages.sh deploy/packages.txt
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || bash deploy/install-packages.sh <(echo python3-venv)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.packages
	@echo "Installing Python packages ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.browser: package-lock.json static/js/editor/codemirror.bundle.js $(VENV)/.runtime
	@echo "Installing browser libraries ..."
	@PATH="$(abspath $(BIN)):$$PATH" npm install --no-save --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@$(BIN)/node node_modules/esbuild-wasm/bin/esbuild static/js/editor/codemirror.bundle.js \
	  --bundle --format=esm --minify --outfile=node_modules/.bundles/codemirror.js --log-level=warning
	@touch $@

$(VENV)/.dev: requirements-dev.txt deploy/packages-dev.txt $(VENV)/.runtime $(VENV)/.browser
	@bash deploy/install-packages.sh deploy/packages-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.runtime $(VENV)/.browser ## Install what running needs (system packages, .venv, node_modules)

setup-cjk: ## Add fonts for Chinese, Japanese and Korean
	@bash deploy/install-packages.sh <(echo fonts-noto-cjk)

setup-dev: $(VENV)/.dev ## Install what developing and testing need

run: setup ## Serve everything on HOST:PORT (127.0.0.1:8000), state in DATA_DIR (./var)
	@exec $(BIN)/python -m portal.run

test: setup-dev ## Run the whole suite
	@$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup-dev ## Lint, types, layers, migrations, generated documents, the documents' links
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run
	@DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py check --fail-level WARNING
	@DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py write_reference --check
	@$(MKDOCS) --strict --quiet --site-dir $$(mktemp -d)

docs: setup-dev ## Make the documents' site in ./site
	@$(MKDOCS) --strict

security: setup-dev ## Knock on every door, also the slow ones, and print what held
	@$(BIN)/python -m pytest tests/security tests/engine/test_jail.py tests/engine/test_template_injection.py \
	  tests/browser/test_hostile_pdf.py tests/unit/core/test_remote.py \
	  -m "not chaos" -p tests.security.table --numprocesses 2 --dist loadfile $(ARGS)

sbom: setup ## Print what the product is made of (CycloneDX, JSON)
	@$(BIN)/python deploy/supply.py sbom

audit: setup-dev ## Look up advisories against what it is made of (3: they could not be looked up)
	@$(BIN)/python deploy/supply.py audit

chaos: setup-dev ## Let everything go wrong while documents are sent (CHAOS_CONVERSIONS, CHAOS_SAVES)
	@$(BIN)/python -m tests.faults

bench: setup-dev ## Measure, print ratios against named baselines, write docs/reference/benchmarks.md
	@$(BIN)/python -m benchmarks --write $(ARGS)

bench-extraction: setup-dev ## Measure how well documents are read, and calibration
	@$(BIN)/python -m benchmarks.extraction $(ARGS)

lock: setup-dev ## Pin requirements*.in with hashes
	@$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --allow-unsafe requirements.in
	@$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --allow-unsafe requirements-dev.in

snapshots: setup-dev ## Accept changes of generated documents (OpenAPI, errors, conformance)
	@DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py write_reference

screenshots: setup-dev ## Take the documentation's pictures
	@$(BIN)/python -m tests.browser.screenshots
