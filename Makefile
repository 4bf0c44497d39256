# What one does with a checkout; `make help` lists it. Everything happens in .venv, which is built when first needed.
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq install
PYTHON ?= python3.12 python3.11 python3
PACKAGES := models corpora eval

.PHONY: help demo test lint style types wheel gold results release-scores bench bench-dump clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@echo "make demo    read the sample abstracts that nanocart ships, print the evidence table, write out/demo/"
	@echo "make test    run the whole test suite"
	@echo "make lint    check style (ruff) and types (mypy)"
	@echo "make wheel   build the package that pip installs, into dist/"
	@echo "make gold    check and describe the gold set, and the agreement of its two blind passes"
	@echo "make results score the systems on dev and on the corpora of others into eval/RESULTS.md; needs NANOCART_DATA"
	@echo "make bench   measure speed, start-up and memory; needs NANOCART_DATA=FOLDER"
	@echo "make bench-dump  measure screening a dump and reading it to the end; needs NANOCART_DATA=FOLDER"
	@echo "make clean   remove what these made: .venv, build/, dist/, out/demo/ and caches"

demo: $(VENV)/base
	@$(VENV)/bin/nanocart extract corpora/data/written.jsonl --all out/demo --print

test: $(VENV)/dev
	@$(PY) -m pytest

lint: style types

style: $(VENV)/dev
	@$(PY) -m ruff check .

# mypy does not follow the mapping of folders to packages in setup.cfg: it gets a tree of links of the same shape.
types: $(VENV)/dev
	@rm -rf build/types/nanocart && mkdir -p build/types/nanocart
	@for one in nlp/*; do case $$one in */__pycache__) ;; *) ln -s "../../../$$one" build/types/nanocart/ ;; esac; done
	@for one in $(PACKAGES); do ln -s "../../../$$one" build/types/nanocart/; done
	@$(PY) -m mypy

# Always from nothing: a build/lib that stays behind would bring deleted modules into the wheel.
wheel: $(VENV)/dev
	@rm -rf build/lib build/bdist.* dist
	@$(PY) -m build --wheel

# With NANOCART_DATA=FOLDER the annotations are joined with their texts, and each text is checked by its hash.
gold: $(VENV)/base
	@$(VENV)/bin/nanocart corpus validate
	@$(VENV)/bin/nanocart corpus stats
	@for split in dev test; do \
	  echo; echo "Agreement of the two blind passes, $$split:"; \
	  $(VENV)/bin/nanocart corpus agreement gold:$$split:pass-a gold:$$split:pass-b --final gold:$$split || exit 1; \
	done

results: $(VENV)/dev
	@$(PY) -m nanocart.eval.results dev
	@$(PY) -m nanocart.eval.results external

# The test split is looked at once per released system: make release-scores SYSTEM=rules. Writes a line of eval/LEDGER.tsv.
release-scores: $(VENV)/dev
	@test -n "$(SYSTEM)" || { echo "name the system that is released: make release-scores SYSTEM=rules" >&2; exit 1; }
	@$(PY) -m nanocart.eval.results test --release $(SYSTEM)

bench: $(VENV)/base
	@test -d "$$NANOCART_DATA" || { echo "make bench needs abstracts: make bench NANOCART_DATA=FOLDER, with FOLDER/abstracts/domain.jsonl.xz" >&2; exit 1; }
	@$(PY) benchmarks/startup.py
	@$(PY) benchmarks/throughput.py
	@$(PY) benchmarks/memory.py

bench-dump: $(VENV)/dev
	@test -d "$$NANOCART_DATA" || { echo "make bench-dump needs records: make bench-dump NANOCART_DATA=FOLDER" >&2; exit 1; }
	@$(PIP) pubmed_parser
	@$(PY) benchmarks/dump.py

clean:
	rm -rf $(VENV) build dist out/demo nanocart.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@rmdir out 2>/dev/null || true
	find nlp $(PACKAGES) tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv that was moved, or whose Python is gone, is built anew.
ifneq ($(shell [ "$$(cat $(VENV)/made 2>/dev/null)" = "$$(pwd -P)" ] && $(PY) -c "" 2>/dev/null && echo fit),fit)
.PHONY: $(VENV)/made
endif

$(VENV)/made:
	@for one in $(PYTHON); do \
	    "$$one" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null || continue; \
	    echo "building $(VENV) with $$("$$one" --version)"; \
	    "$$one" -m venv --clear $(VENV) && pwd -P > $@; exit; \
	done; \
	echo "nanocart needs Python 3.11 or 3.12, and none was found as: $(PYTHON)." >&2; \
	echo "Install one of them, or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
	exit 1

$(VENV)/base: $(VENV)/made setup.cfg pyproject.toml
	@echo "installing nanocart and what it needs into $(VENV); the first time this may take some minutes"
	@$(PIP) --editable .
	@touch $@

$(VENV)/dev: $(VENV)/made setup.cfg pyproject.toml
	@echo "installing nanocart and its development tools into $(VENV); the first time this may take some minutes"
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/base $@
