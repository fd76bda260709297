# Every target works in a fresh clone with only Python >= 3.11 and make; `make install` does nothing when up to date.
SHELL := /bin/sh
.DEFAULT_GOAL := up

VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
HOUSE := tests/house
PLAYS ?= 2000
# The desk and its tests are dozens of processes: without kept bytecode each compiles a thousand modules again.
export PYTHONDONTWRITEBYTECODE :=
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$name; break; }; done)

.PHONY: install up test soak demo check bench down clean

install: $(STAMP)

$(STAMP): requirements.txt
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 以上が必要です。PYTHON=/path/to/python3.11 make install のように指定できます。" >&2; \
		echo "Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3.11 make install." >&2; exit 1; }
	@test -x $(RUN) || "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "この Python には仮想環境を作る ensurepip がありません。Debian・Ubuntu では apt-get install python3-venv を実行してください。" >&2; \
		echo "This Python lacks ensurepip, which makes environments; on Debian and Ubuntu run apt-get install python3-venv." >&2; exit 1; }
	@test -x $(RUN) || "$(PYTHON)" -m venv $(VENV)
	@test -x $(VENV)/bin/uv || $(RUN) -m pip install --quiet --disable-pip-version-check uv
	UV_PYTHON_DOWNLOADS=never $(VENV)/bin/uv pip sync --quiet --compile-bytecode --python $(RUN) --require-hashes requirements.txt
	@touch $(STAMP)

up: install
	@$(RUN) -m infra.dev up

down: install
	@$(RUN) -m infra.dev down

# The house is in order when `make check` says so; here is what the desk does.
test: install
	$(RUN) -m pytest -n auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder --ignore=$(HOUSE)

# The roads played at random, PLAYS times each and never the same; a failure prints how to play it again.
soak: install
	TORITSUGI_SOAK=$(PLAYS) $(RUN) -m pytest -n 3 --timeout=0 -k TestPlayed tests/workflows/test_road.py tests/workflows/test_played_splits.py tests/workflows/test_second_half.py

demo: install
	@$(RUN) -m infra.dev.demo

check: install
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest $(HOUSE)

bench: install
	$(RUN) -m tests.bench

# Needs no installation: it is also the way out of a broken one.
clean:
	@test ! -e $(STAMP) || $(RUN) -m infra.dev down
	rm -rf .toritsugi .bench .artefacts $(VENV)
