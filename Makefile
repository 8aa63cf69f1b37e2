# One command each; every target sets up what it needs. `make test` is the one that must be green.
UV_VERSION := 0.13.9
UV := .tools/bin/uv
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
PYTHON ?= python3
# Behind a network's own certificate authority only the system knows whom to trust.
CERTIFICATES := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),--system-certs)

.PHONY: setup test check soak demo bench docs clean

setup: .venv/.synced

# pip can always install into a folder, also where the system's Python has no venv and refuses anything else.
$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools "uv==$(UV_VERSION)"

.venv/.synced: pyproject.toml uv.lock $(UV)
	$(UV) sync $(CERTIFICATES) --quiet --frozen --compile-bytecode --all-extras --python "$$(command -v $(PYTHON))"
	@touch $@

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/pytest -q tests/rules

test: check
	.venv/bin/python -m tests.run $(ARGS)

# Receiver, worker and supervisor are killed 200 times under load; a quarter of an hour. The seed is printed.
soak: setup
	SOAK_KILLS=200 SOAK_SEED=$$(date +%s) .venv/bin/pytest -q -s tests/acceptance/test_kill_network.py

demo: setup
	.venv/bin/fornix demo

bench: setup
	.venv/bin/python -m benchmarks

# The documents that are made from the code; make check fails when one is stale.
docs: setup
	.venv/bin/python -m tests.permissions.page
	.venv/bin/python -m tests.option_page

clean:
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache
