# `make run` and `make test` need nothing but Python 3.11 or newer and make: everything else is installed here.
SHELL := /bin/bash
export VIRTUAL_ENV := $(CURDIR)/.venv
export PATH := $(VIRTUAL_ENV)/bin:$(PATH)
unexport PYTHONDONTWRITEBYTECODE # several processes run the same code: the first compiles it for the others
UV := 0.13.8
TEMPLATES := $(shell find templates -name '*.html' -o -name '*.txt')
# Settings of the right kind for what only reads the code. No server is asked.
CHECKED := SECRET_KEY=only-for-checks-only-for-checks-only-for-checks-only-for-checks \
	PUBLIC_BASE_URL=https://surgeries.example.gov.uk DATABASE_URL=postgresql:///not-asked \
	ALLOWED_EMAIL_DOMAINS=example.gov.uk EMAIL_URL=smtp://127.0.0.1 EMAIL_FROM=surgeries@example.gov.uk

.PHONY: run test test-full check bench lighthouse pictures install assets lock format clean

run: assets ## serve the demonstration on http://127.0.0.1:8000 (PORT chooses another port) until Ctrl-C
	@exec python -m runner

test: check ## every check and every test
	pytest --numprocesses 2

test-full: check ## the same, at the full size of each test under load
	FULL_SIZE=1 pytest --numprocesses 2

check: assets ## everything that can be said without running a test
	ruff format --check .
	ruff check .
	@echo djade --check templates; djade --target-version 5.2 --check $(TEMPLATES)
	lint-imports
	@echo mypy .; $(CHECKED) mypy .

bench: assets ## throughput beside a bare Django floor on the same machine
	python -m bench

lighthouse: assets bench/lighthouse/node_modules/.installed.json ## what Lighthouse says of four pages, which has to be 100
	python -m bench.lighthouse

pictures: assets ## renew what the tests make in docs/: pictures of pages, and the table of what is held about people
	RENEW=1 pytest tests/docs

format: install ## write Python and templates in the one format
	ruff check --fix .
	ruff format .
	@djade --target-version 5.2 $(TEMPLATES)

lock: install ## renew both locks after a change to pyproject.toml
	uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --output-file requirements.lock
	uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --group dev \
		--constraint requirements.lock --output-file requirements-dev.lock

install: .venv/installed.lock
assets: static/built/.stamp

# The content decides, not the time: a fresh clone, or a change of branch, installs nothing twice.
.venv/installed.lock: requirements-dev.lock
	@[ -x .venv/bin/uv ] || { echo "Installing Python packages"; python3 -m venv .venv && pip install --quiet uv==$(UV); }
	@cmp --silent $< $@ || uv pip sync --quiet --require-hashes $<
	@cp $< $@

node_modules/.installed.json: package-lock.json .venv/installed.lock
	@cmp --silent $< $@ || { echo "Installing the asset build"; npm ci --no-audit --no-fund --loglevel=error; }
	@cp $< $@

bench/lighthouse/node_modules/.installed.json: bench/lighthouse/package-lock.json .venv/installed.lock
	@cmp --silent $< $@ || { echo "Installing Lighthouse"; npm --prefix bench/lighthouse ci --loglevel=error; }
	@cp $< $@

static/built/.stamp: node_modules/.installed.json package.json $(shell find static/scss static/js -type f)
	@echo "Building styles and scripts"
	@npm run --silent build
	@touch $@
