# make demo    set everything up, then write verified modules and score the starter suite
# make test    set everything up, then lint, type-check and test
# make setup   set everything up: system packages, .venv
# make wheel   build the wheel, install it in a fresh environment, import every module
# make verilator   install Verilator (optional) and compile its runtime once
# make cuda    install what CUDA kernels need (optional, 5 GB): torch, triton, nvcc
# make chisel  install Chisel (optional): Java, Maven, its jars, firtool
# make clean   remove what the above made

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip
export PYTHON

.PHONY: demo test check unit setup setup-dev wheel verilator cuda chisel clean system

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo

test: check unit

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup-dev
	$(BIN)/python -P -m pytest -q -n 2 --dist loadfile

setup: system $(VENV)/.base
setup-dev: setup $(VENV)/.dev

system:
	@scripts/system-packages

$(VENV)/.base: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Gatewright into $(VENV) (about a minute the first time)" >&2
	@$(PIP) install -q --use-pep517 -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@$(PIP) install -q --use-pep517 -c constraints.txt -e '.[dev]'
	@touch $@

verilator: setup
	@$(BIN)/gatewright doctor --install verilator

cuda: setup
	@scripts/system-packages g++
	@$(BIN)/gatewright doctor --install cuda

chisel: setup
	@scripts/system-packages java mvn
	@$(BIN)/gatewright doctor --install chisel

wheel: setup-dev
	scripts/wheel-check

clean:
	rm -rf $(VENV) build dist *.egg-info .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
