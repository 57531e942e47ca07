# The verbs of the project. Needs Python 3.11 or newer with venv, git and make; everything else is installed in .venv.
# `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
# A comma inside the argument of a function.
, := ,

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
READY := $(VENV)/.ready
READERS := $(VENV)/.readers
LANGUAGES := fr nl
APPS := trainings registrations
CATALOGUES := trainings/locale registrations/locale site/demo/locale
TEMPLATES := trainings/templates registrations/templates templates

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## What can be asked
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  demo    PORT=8000                 another port"
	@echo "          DATABASE_URL=…            another database than the SQLite file"
	@echo "  test    ARGS='-k calendar'        more arguments for pytest"
	@echo "          WITHOUT_BROWSER=1         leave out the tests that need Chromium"
	@echo "          WITHOUT_POSTGRESQL=1      run everything on SQLite; what needs PostgreSQL is left out"
	@echo "  lock    UPGRADE=1                 take newer versions; otherwise what still fits is kept"

# --- the environment ---------------------------------------------------------------------------

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is something else. Try: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Installing the locked packages in $(VENV) (a minute or two the first time)…"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

# The reader of calendars that is not Python. Node and npm are among the locked packages.
$(READERS): tests/readers/package.json tests/readers/package-lock.json $(READY)
	@mkdir -p $(VENV)/readers
	@cp $(filter %.json,$^) $(VENV)/readers
	@cd $(VENV)/readers && $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

# Two things a virtual environment cannot hold. Root gets them, others are told how.
# $(1): the command that must exist   $(2): the packages that bring it   $(3): how to go without
define need
	if ! command -v $(1) >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing $(2) with apt-get…"; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
		else \
			echo "$(1) is missing and only root may install it: sudo apt-get install $(2)$(3)" >&2; exit 1; \
		fi; \
	fi
endef

.PHONY: chromium
chromium:
ifneq ($(WITHOUT_BROWSER),1)
	@$(call need,"$${CHROMIUM:-chromium}",chromium fonts-dejavu-core, (or leave the browser out: WITHOUT_BROWSER=1))
endif

.PHONY: gettext
gettext:
	@$(call need,msgmerge,gettext)

# --- seeing it ---------------------------------------------------------------------------------

.PHONY: demo
demo: $(READY) ## Serve the demo site, with a year of trainings in it
	@echo "Preparing the database…"
	@$(BIN)/python manage.py migrate --verbosity 0
	@echo "Collecting static files…"
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@echo "Loading the demo…"
	@$(BIN)/python manage.py load_demo
	@echo "Serving on http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)."
	@trap 'kill $$(jobs -p) 2>/dev/null || true; wait' EXIT; trap 'exit 0' HUP INT TERM; \
		$(BIN)/python manage.py send_emails --loop >/dev/null & \
		$(BIN)/python manage.py tend_places --loop >/dev/null & \
		$(BIN)/gunicorn --pythonpath site --workers 2 --bind 127.0.0.1:$(PORT) --log-level warning demo.wsgi & \
		wait $$!

# --- proving it --------------------------------------------------------------------------------

.PHONY: test test-sqlite test-postgresql
test: $(READERS) chromium ## Run every test, on SQLite, on PostgreSQL or on both
	@echo "Tests on SQLite$(if $(filter 1,$(WITHOUT_POSTGRESQL)),; those that need PostgreSQL are left out: WITHOUT_POSTGRESQL=1.,$(,) and on PostgreSQL at the same time.)"
	@$(if $(filter 1,$(WITHOUT_BROWSER)),echo "Those in a browser are left out: WITHOUT_BROWSER=1.",:)
	@echo "That takes some minutes; each run is shown when it is done."
	@$(MAKE) --jobs=2 --output-sync=target test-sqlite $(if $(filter 1,$(WITHOUT_POSTGRESQL)),,test-postgresql)

# Without pytest's cache: the two runs would write the same one. tests/conftest.py says which test
# is in which run; without PostgreSQL all are in the only one there is.
test-sqlite: $(READERS)
	@TEST_DATABASE=sqlite $(BIN)/python -m pytest -p no:cacheprovider $(if $(filter 1,$(WITHOUT_POSTGRESQL)),,-m "not postgresql") $(ARGS) $(if $(ARGS),|| [ $$? = 5 ] # ARGS may choose none of them)

test-postgresql: $(READERS)
	@TEST_DATABASE=postgresql $(BIN)/python -m pytest -p no:cacheprovider -m "not sqlite" $(ARGS) $(if $(ARGS),|| [ $$? = 5 ] # ARGS may choose none of them)

.PHONY: coverage
coverage: $(READERS) chromium ## Run the tests on SQLite and say what they do not cover
	@TEST_DATABASE=sqlite $(BIN)/python -m pytest --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --fail-under=95
	@echo "The rules of the trade, all of them:"
	@$(BIN)/coverage report --include='*/domain/*' --fail-under=100

.PHONY: lint
lint: $(READY) gettext ## Check style, types, architecture, templates, migrations and catalogues
	@echo "Style…"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@echo "Types…"
	@$(BIN)/mypy
	@echo "Import contracts…"
	@$(BIN)/lint-imports
	@echo "Templates…"
	@$(BIN)/djlint --lint --quiet $(TEMPLATES)
	@$(BIN)/djhtml --check --tabwidth 2 $(TEMPLATES)
	@echo "Migrations…"
	@$(BIN)/django-admin makemigrations --check --dry-run --pythonpath . --settings tests.settings
	@DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	@echo "Catalogues…"
	@copy=$$(mktemp -d); trap 'rm -rf "$$copy"' EXIT; \
		cp -r --parents manage.py $(APPS) site templates "$$copy"; \
		$(call catalogues,$$copy) >/dev/null; \
		for folder in $(CATALOGUES); do \
			diff -ruN $$folder "$$copy/$$folder" || \
				{ echo "$$folder is behind the code: run \`make messages\` and translate what is new." >&2; exit 1; }; \
		done

.PHONY: fmt
fmt: $(READY) ## Put code and templates in shape
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format
	@$(BIN)/djhtml --tabwidth 2 $(TEMPLATES)

.PHONY: bench
bench: $(READY) ## Measure what must stay fast
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: docs
docs: $(READY) ## Write the pages that are drawn from the code
	@$(BIN)/python -m tests.states_page

# --- languages ---------------------------------------------------------------------------------

# Three catalogues: one per app, shipped with it; one for the demo and the top-level templates, which
# the demo's settings name in LOCALE_PATHS ('/?*' leaves out a folder at the top, and only there).
# The date of extraction is dropped: it changes when nothing has.
# $(1): the tree to work in
define catalogues
	( cd "$(1)"; \
		mkdir -p $(CATALOGUES); \
		options="$(addprefix --locale ,$(LANGUAGES)) --add-location file --no-obsolete --verbosity 0"; \
		for app in $(APPS); do ( cd $$app && $(BIN)/django-admin makemessages $$options ); done; \
		$(BIN)/python manage.py makemessages $$options $(foreach folder,$(APPS) tests docs dist,--ignore '$(folder)/?*'); \
		find $(CATALOGUES) -name '*.po' -exec sed -i '/^"POT-Creation-Date:/d' {} +; \
		find $(CATALOGUES) -name '*.po' -exec $(BIN)/python -c \
			'import polib, sys; [polib.pofile(po).save_as_mofile(po[:-2] + "mo") for po in sys.argv[1:]]' {} + \
	)
endef

.PHONY: messages
messages: $(READY) gettext ## Bring the French and Dutch catalogues up to date, and compile them
	@echo "Extracting and compiling messages…"
	@$(call catalogues,.)
	@$(BIN)/python -c 'import polib, sys; [print(f"  {po}: {polib.pofile(po).percent_translated()} % translated") for po in sys.argv[1:]]' \
		$$(find $(CATALOGUES) -name '*.po' | sort)

# --- publishing --------------------------------------------------------------------------------

.PHONY: package
package: $(READY) ## Build the wheel and the source archive in dist/
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist >/dev/null
	@ls -1 dist/*

.PHONY: lock
lock: ## Write requirements.lock again from pyproject.toml
	@echo "Resolving…"
	@tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
		$(PYTHON) -m venv "$$tools"; \
		"$$tools/bin/python" -m pip install --quiet uv; \
		"$$tools/bin/uv" pip compile pyproject.toml --output-file requirements.lock --quiet \
			$(if $(filter 1,$(UPGRADE)),--upgrade) \
			--all-extras --universal --python-version 3.11 --only-binary :all: \
			--generate-hashes --no-emit-index-url --no-header --no-strip-extras; \
		sed -i '1i # Exact versions and hashes of everything: the plugin, its demo, its tools. Written by `make lock`.' requirements.lock
	@grep -c '==' requirements.lock | sed 's/$$/ packages locked./'

.PHONY: clean
clean: ## Remove what can be made again (not the demo's database)
	@rm -rf $(VENV) dist htmlcov .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(APPS) site tests -name __pycache__ -type d -prune -exec rm -rf {} +
