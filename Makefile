# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.ansible/collections
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# The tools keep what Python compiles of them, which pip does not do, also where the machine is told not to.
export PYTHONDONTWRITEBYTECODE :=

TARBALL := .ansible/dist/m365-apps-$(shell sed -n 's/^version: *//p' galaxy.yml).tar.gz
INSTALLED := .ansible/collections/ansible_collections/m365/apps/MANIFEST.json
# Folders too: theirs is the time of a removal. The folder docs is not the target of that name.
PRODUCT := $(patsubst docs,docs/.,$(shell find $(wildcard galaxy.yml README.md CHANGELOG.rst changelogs docs examples extensions meta playbooks \
	plugins roles schemas) -name '__pycache__' -prune -o -print))

# The longest first, so that what is left at the end is short.
SESSIONS := sanity lint emulator-tests runners browser ansible-lint fault-slice docs build-import-check integration unit
ANSIBLE_TEST := units targets
LINT := static yamllint antsibull-nox-config extra-checks
PEER = .ansible/backup-tool/bin
RELEASE = PYTHONPATH=$(CURDIR)/.ansible/tree .venv/bin/python -m ansible_collections.m365.apps.tests.release

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo-setup lock tree build install sbom demo benchmark emulator trace-check coverage faults catalog schema matrix screenshots release fragment test test-all $(SESSIONS) $(ANSIBLE_TEST) format clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo "  make SESSION      One part of make test: $(SESSIONS)"
	@echo "  make SESSION      By ansible-test, targets also by modules: $(ANSIBLE_TEST)"

setup: ## Make .venv with every tool, pinned (PYTHON=... chooses the interpreter)
	@sh tests/tools/setup.sh tests/requirements.txt

demo-setup: ## Make .venv with no more than the demo needs
	@sh tests/tools/setup.sh tests/demo.txt

lock: ## Pin each tests/NAME.in in tests/NAME.txt, with hashes (LOCK_ARGS=--upgrade: newest)
	@sh tests/tools/lock.sh

tree: ## Show the checkout as .ansible/tree/ansible_collections/m365/apps
	@mkdir -p .ansible/tree/ansible_collections/m365
	@ln -sfn ../../../.. .ansible/tree/ansible_collections/m365/apps

build: $(TARBALL) ## Build the tarball in .ansible/dist

install: $(INSTALLED) ## Install that tarball below .ansible/collections

sbom: setup tree build ## Write the bill of materials of that tarball beside it
	@$(RELEASE) --sbom $(TARBALL)

$(TARBALL): $(PRODUCT) | .venv/bin/ansible-galaxy
	@.venv/bin/ansible-galaxy collection build --force --output-path .ansible/dist
	@SOURCE_DATE_EPOCH=$(or $(SOURCE_DATE_EPOCH),$$(git log -1 --format=%ct 2>/dev/null)) .venv/bin/python tests/release/archive.py $@

$(INSTALLED): $(TARBALL)
	@.venv/bin/ansible-galaxy collection install --offline --force -p .ansible/collections $(TARBALL)
	@touch $@

.venv/bin/ansible-galaxy:
	@sh tests/tools/setup.sh tests/requirements.txt

demo: demo-setup install ## Roll out the example policies to a Graph emulator on this machine (SURFACE=settings_catalog: that one alone)
	@.venv/bin/python examples/demo.py $(SURFACE)

benchmark: setup tree install ## Time the collection against the Graph emulator; writes docs/benchmark.md (BENCHMARK_ARGS=--quick: a trial, writes nothing)
	@mkdir -p docs
	@[ -x $(PEER)/IntuneCD-startbackup ] || { .venv/bin/python -m venv $(dir $(PEER)) && \
		$(PEER)/pip install -q --require-hashes -r tests/backup-tool.txt; } || echo "without IntuneCD, which cannot be installed"
	@PYTHONPATH=.ansible/tree:tests/emulator .venv/bin/python -m ansible_collections.m365.apps.tests.benchmark \
		$$([ ! -x $(PEER)/IntuneCD-startbackup ] || echo --peer $(PEER)) \
		$(or $(BENCHMARK_ARGS),--output docs/benchmark.md)

emulator: demo-setup ## Run the Graph emulator (PORT=8443, SEED=state.json, CATALOG=definitions.jsonl) and print what to export; Ctrl-C ends it
	@echo '# To run the collection of this checkout (make install), where none is installed:'
	@echo '# export ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.ansible/collections PATH=$(CURDIR)/.venv/bin:$$PATH'
	@cd tests/emulator && exec $(CURDIR)/.venv/bin/python -m graph_emulator --show exports --port $(or $(PORT),0) \
		$(if $(SEED),--state $(abspath $(SEED))) $(if $(CATALOG),--catalog $(abspath $(CATALOG)))

trace-check: setup tree ## Send the requests of a trace (TRACE=FILE) to the emulator; tell where it answers otherwise (SETTINGS='{}', CATALOG=FILE)
	@cd tests/emulator && PYTHONPATH=$(CURDIR)/.ansible/tree $(CURDIR)/.venv/bin/python -m trace_check $(abspath $(TRACE)) \
		$(if $(SETTINGS),--settings '$(SETTINGS)') $(if $(CATALOG),--catalog $(abspath $(CATALOG)))

coverage: setup tree ## Show which lines of plugins/ all tests run; fails below 95 % (COVERAGE_ARGS=tests/unit: a part of them)
	@.venv/bin/nox --session coverage $(if $(COVERAGE_ARGS),-- $(COVERAGE_ARGS))

faults: setup tree ## Try every fault at every call of every scenario; writes docs/faults.md (FAULTS_ARGS='--scenario create': a part, writes nothing)
	@mkdir -p docs
	@ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.ansible/tree PYTHONPATH=$(CURDIR)/.ansible/tree .venv/bin/python -m \
		ansible_collections.m365.apps.tests.faults $(or $(FAULTS_ARGS),--output docs/faults.md)

catalog: setup tree ## Make the catalog that the collection brings from Graph's documents (DUMP="FILE ...", MADE_FROM="where from, which day")
	@PYTHONPATH=.ansible/tree .venv/bin/python tests/tools/catalog.py $(DUMP) --made-from "$(MADE_FROM)"
	@$(MAKE) -s schema

schema: setup tree ## Make schemas/settings.schema.json from the catalog that the collection brings
	@PYTHONPATH=.ansible/tree .venv/bin/python tests/tools/settings_schema.py

matrix: setup tree install ## Sanity, units and integration with each supported ansible-core; writes docs/matrix.md (ROWS="2.22.0rc1-py3.13": only these)
	@ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.ansible/collections PYTHONPATH=$(CURDIR)/.ansible/tree:tests/emulator \
		.venv/bin/python -m ansible_collections.m365.apps.tests.matrix $(ROWS) $(MATRIX_ARGS) \
		--page $(or $(PAGE),docs/matrix.md)

screenshots: setup tree ## Take the pictures of the report in docs/images, with the browser of make browser
	@ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.ansible/tree PYTHONPATH=$(CURDIR)/.ansible/tree .venv/bin/python -m \
		ansible_collections.m365.apps.tests.browser.screenshots docs/images

release: setup tree ## Release VERSION=x.y.z, signed by SIGNING_KEY=..., after make test-all and make matrix: commits, a tag, files in .ansible/release; pushes nothing
	@$(RELEASE) --may "$(VERSION)" "$(SIGNING_KEY)"
	@$(MAKE) test-all
	@rm -f .ansible/matrix/page.md
	@$(MAKE) matrix PAGE=.ansible/matrix/page.md
	@$(RELEASE) "$(VERSION)" "$(SIGNING_KEY)"

test: setup tree install ## Run every session side by side, without the tests that are marked full
	@.venv/bin/python tests/tools/check.py --lint "$(LINT)" $(SESSIONS) $(MORE_SESSIONS)

test-all: ## The same with all tests, more random examples, and coverage; a release begins with it
	@M365_TESTS=all $(MAKE) test MORE_SESSIONS=coverage

lint: setup tree
	@.venv/bin/nox --session $(LINT)

$(filter-out lint,$(SESSIONS)) $(ANSIBLE_TEST): setup tree
	@.venv/bin/nox --session $@

build-import-check integration browser runners targets: install

fragment: ## Tell whether what changed since BASE=origin/main has a changelog fragment
	@$(or $(PYTHON),python3) tests/tools/fragment.py $(or $(BASE),origin/main)

format: setup ## Format the Python files the way lint wants them, and set the hashes of the report's page
	@.venv/bin/ruff check --fix --exit-zero --quiet .
	@.venv/bin/ruff format .
	@.venv/bin/python tests/tools/csp.py

clean: ## Remove everything made here
	@rm -rf .venv .ansible .nox .ruff_cache .hypothesis tests/output
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
