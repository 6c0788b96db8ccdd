# `make` lists the targets.

VENV := .venv/bin
# The first Python on PATH that is new enough; looked for only where a recipe needs it.
FIND_PYTHON = for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done
BOOTSTRAP = python=$$($(FIND_PYTHON)); \
	[ "$$python" ] || { echo "Python 3.11 or newer is needed, and none is on PATH." >&2; exit 1; }; \
	$$python bootstrap.py
LOCK = uv pip compile --quiet --universal --generate-hashes --no-header
PYTEST := $(VENV)/python -m pytest -n auto --dist worksteal
PYTEST_ON_POSTGRESQL := $(VENV)/python -m tests.postgres pytest -n auto --dist worksteal
# Lock files of what a deployment may use beside requirements.txt.
EXTRAS := redis s3 sentry telemetry
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

# What the shell may hold: settings of another project; that no bytecode is kept, so that each of
# the many processes would compile all modules anew.
unexport DJANGO_SETTINGS_MODULE PYTHONDONTWRITEBYTECODE

.PHONY: help run test long lint format examples bench clients faults deployment mutants schema screenshots firefox package audit tags upgrades lock catalogues docs links handbook

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' Makefile | while read -r target text; do \
		printf '  make %-11s %s\n' "$$target" "$$text"; done

run: ## run everything, with demo data, at http://localhost:8000 (PORT=9000 for another port)
	@$(BOOTSTRAP) requirements.txt
	@exec env DEMO=1 $(VENV)/python manage.py run

test: lint ## lint, then run all tests but the long ones, on SQLite and on PostgreSQL
	@$(VENV)/python -m tests.prepare
	$(PYTEST) -m 'not long'
	$(PYTEST_ON_POSTGRESQL) -m 'not long and not once'

long: ## run the long tests: every page in a browser, storms of faults, whole shops, benchmarks
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.prepare
	$(PYTEST) -m long
	$(PYTEST_ON_POSTGRESQL) -m 'long and not once'

lint: ## check code, types, templates, spelling and imports between rooms
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	$(VENV)/python -m ruff check .
	$(VENV)/python -m ruff format --check .
	$(VENV)/python -m mypy
	$(VENV)/lint-imports --no-logo
	$(VENV)/python -m djlint --lint templates
	$(VENV)/codespell

format: ## fix and format the code
	@$(BOOTSTRAP) requirements-dev.txt
	$(VENV)/python -m ruff check --fix-only .
	$(VENV)/python -m ruff format .

examples: ## record the examples of the APIs' description from real answers
	@$(BOOTSTRAP) requirements-dev.txt
	RECORD_EXAMPLES=1 $(VENV)/python -m pytest -q tests/api/test_examples.py

bench: ## measure speed beside its limit, growth to a million orders (BENCH_ORDERS), packing, idling
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	$(VENV)/python -m tests.benchmarks
	$(VENV)/python -m tests.postgres tests.benchmarks

screenshots: ## take pictures of every page in every state, into var/screenshots (ARGS=--help)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	$(VENV)/python -m tests.screenshots $(ARGS)

handbook: ## take the pictures of the handbook for staff anew, into docs/staff/pictures
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	$(VENV)/python -m tests.screenshots --handbook

docs: ## build the documentation's site into docs/_build/html
	@$(BOOTSTRAP) requirements-dev.txt
	$(VENV)/python -m sphinx -q -W --keep-going docs docs/_build/html
	@echo "docs/_build/html/index.html"

links: ## ask the hosts of all external links in the documentation (needs the network)
	@$(BOOTSTRAP) requirements-dev.txt
	$(VENV)/python -m sphinx -q -b linkcheck docs docs/_build/links

firefox: ## order, join and open the portal in Firefox, which the tests do not know (minutes)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.firefox

schema: ## try the running API with twenty times as many requests as the tests do (SCHEMA_TIMES)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@SCHEMA_TIMES=$${SCHEMA_TIMES:-20} $(VENV)/python -m pytest -q -n0 tests/api/test_schema.py

clients: ## generate clients from the API's description, and order with each (Node.js; OUT=dist keeps packages)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.generated_clients $(if $(OUT),--out $(OUT))

package: ## build what a release carries: wheel, source, locked packages and their list (into dist/)
	@$(BOOTSTRAP) requirements-dev.txt
	@rm -rf dist && mkdir -p dist
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(VENV)/python -m hatchling build -d dist
	@cp requirements.txt $(EXTRAS:%=requirements-%.txt) dist
	@for lock in requirements.txt $(EXTRAS:%=requirements-%.txt); do \
		$(VENV)/python -W ignore -m cyclonedx_py requirements --output-reproducible --pyproject pyproject.toml \
			--output-file dist/$${lock%.txt}.cdx.json $$lock || exit 1; done

audit: ## look for known vulnerabilities of the locked packages (needs the network)
	@$(BOOTSTRAP) requirements-dev.txt
	@for lock in requirements*.txt; do echo "$$lock"; \
		$(VENV)/python -m pip_audit --disable-pip --require-hashes --strict --progress-spinner off -r $$lock || failed=1; \
		done; [ -z "$$failed" ]

tags: ## tag each release that has no tag yet: the commits that add a version to CHANGELOG.md
	@$(BOOTSTRAP) requirements-dev.txt
	@$(VENV)/python -m tests.releases

upgrades: ## upgrade a running shop from each earlier release, under load (ARGS="1.7.0 postgres" for one)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.upgrades $(ARGS)

faults: ## kill processes at random while orders come in, for half an hour (FAULTS_SECONDS, FAULTS_SEED)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.prepare
	@$(VENV)/python -m tests.faults

deployment: ## restart each service of a deployment in turn while customers call it (ARGS='"web 1" postgres' for some)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.prepare
	@$(VENV)/python -m tests.deployment $(ARGS)

mutants: ## change the heart's code a little, and count what no test notices (MUTANTS_SEED, MUTANTS_PER_ROOM)
	@$(BOOTSTRAP) requirements-dev.txt
	@$(MAKE) --no-print-directory catalogues
	@$(VENV)/python -m tests.mutants

lock: ## renew the lock files from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "Locking needs uv: https://docs.astral.sh/uv" >&2; exit 1; }
	$(LOCK) --upgrade pyproject.toml -o requirements.txt
	$(LOCK) --upgrade --constraint requirements.txt pyproject.toml --group dev -o requirements-dev.txt
	# Each is installed beside the packages of another one, and must not change their versions.
	$(LOCK) --upgrade --constraint requirements-dev.txt --group postgres -o requirements-postgres.txt
	$(LOCK) --upgrade --constraint requirements.txt --group redis -o requirements-redis.txt
	$(LOCK) --upgrade --constraint requirements.txt --group s3 -o requirements-s3.txt
	$(LOCK) --upgrade --constraint requirements.txt --group sentry -o requirements-sentry.txt
	$(LOCK) --upgrade --constraint requirements.txt --group telemetry -o requirements-telemetry.txt

catalogues: $(CATALOGUES)
	@:

%.mo: %.po
	@$(VENV)/python -m babel.messages.frontend --quiet compile -i $< -o $@
