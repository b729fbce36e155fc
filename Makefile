# Two commands matter: `make run` shows the gateway at work, `make test` proves it.
.DEFAULT_GOAL := help
.PHONY: help build run test format clean

help:
	@echo 'make run     build, start collector, proxy and a mock upstream, send two requests, stay up'
	@echo '             (ONCE=1: end there; UPSTREAM_OPENAI_API_KEY=sk-...: the real provider, MODEL=...)'
	@echo 'make test    every check and every test'
	@echo 'make build   release binaries in build/release/bin'
	@echo 'make format  let clang-format rewrite the sources'
	@echo 'make clean   remove build/'

build:
	@tools/install_deps build
	@tools/check build release

run:
	@tools/install_deps build
	@tools/run

test:
	@tools/install_deps build test
	@tools/check all

format:
	@tools/install_deps test
	@tools/check reformat

clean:
	rm -rf build
