# Everything that is checked in this repository, by name; `make help` lists it. Each target works
# on a clean clone with Go and make; integration installs the servers it needs (Debian, as root).

GO       ?= go
BIN      := $(CURDIR)/.bin
FUZZTIME ?= 10s
BENCH    ?= .
# Packages whose statements must be covered by more than COVERAGE per cent.
COVERED  := ./sigv4 ./identity ./identity/clouds ./internal/rest ./internal/xmlscan ./internal/transport ./internal/multipart ./internal/schedule ./internal/checkpoint ./internal/download ./internal/ranged ./internal/scripted ./s3/s3test ./s3/transfer ./s3/transfer/glob ./swift ./swift/swifttest ./swift/transfer
COVERAGE := 90

# The linter is built from source into .bin, about two minutes on two cores; its version is part
# of the name, so that a new one here is built anew.
LINT_VERSION := v2.15.0
LINT         := $(BIN)/golangci-lint-$(LINT_VERSION)

# Tools that tell what a release is made of, built into .bin by the same rule.
APIDIFF_VERSION  := v0.0.0-20261014143641-f0251eb4aa3e
APIDIFF          := $(BIN)/apidiff-$(APIDIFF_VERSION)
LICENSES_VERSION := v1.6.0
LICENSES         := $(BIN)/go-licenses-$(LICENSES_VERSION)
# Licences that users of the library may be handed on.
ALLOWED_LICENSES := Apache-2.0,MIT,BSD-2-Clause,BSD-3-Clause,ISC
# The least Go that the library takes: go.mod's. Tests run with a later patch of that release, since
# testing/synctest crashes in the first ones (golang/go#75285).
GO_LEAST       := go$(shell awk '$$1 == "go" { print $$2 }' go.mod)
GO_LEAST_TESTS := go1.25.14
PLATFORMS ?= linux/amd64 linux/arm64 linux/386 darwin/arm64 windows/amd64
# The stripped program that uploads one file, in MB and modules, may not grow beyond this.
SIZE_LIMIT    ?= 8.1
MODULES_LIMIT ?= 6

# The scanner for known vulnerabilities, built in the same way.
VULN_VERSION := v1.8.0
VULN_DB      ?= https://vuln.go.dev
VULN         := $(BIN)/govulncheck-$(VULN_VERSION)

# The public Signature V4 test vectors are another project's data and not in this repository:
# SIGV4_SUITE names a folder that has them.
SIGV4_SUITE ?= $(abspath $(wildcard ../shared/facts/sigv4-suite))
ifneq ($(SIGV4_SUITE),)
export SIGV4_SUITE
endif

# Modules of their own beside the library.
MODULES := $(patsubst %/go.mod,%,$(wildcard examples/go.mod internal/*/go.mod otel/go.mod bridge/*/go.mod))

.DEFAULT_GOAL := help
.PHONY: help test lint fmt race fuzz peers integration conformance browser interop faults large kills soak bench microbench size api least cross licenses vulncheck cover tidy-check

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: ## unit tests of the library
	$(GO) test ./...

race: ## unit tests under the race detector, in random order
	$(GO) test -race -shuffle=on ./...

lint: $(LINT) ## gofumpt, vet, staticcheck, errorlint, bodyclose, import directions; every module
	$(LINT) run ./...
	@set -e; for m in $(MODULES); do echo "$(notdir $(LINT)) in $$m"; (cd $$m && GOWORK=off $(LINT) run ./...); done

fmt: $(LINT) ## rewrite the code as gofumpt has it
	$(LINT) fmt ./...

# $(call build,PACKAGE,VERSION,TARGET) installs a program under a name with its version.
define build
@mkdir -p $(BIN)/new
cd $(BIN)/new && GOWORK=off GOBIN=$(BIN)/new $(GO) install $(1)@$(2)
@mv $(BIN)/new/$(notdir $(1)) $(3) && rm -rf $(BIN)/new
endef

$(LINT):
	$(call build,github.com/golangci/golangci-lint/v2/cmd/golangci-lint,$(LINT_VERSION),$@)

$(APIDIFF):
	$(call build,golang.org/x/exp/cmd/apidiff,$(APIDIFF_VERSION),$@)

$(LICENSES):
	$(call build,github.com/google/go-licenses,$(LICENSES_VERSION),$@)

vulncheck: $(VULN) ## known vulnerabilities that the code of any module can reach, by VULN_DB (https://vuln.go.dev)
	$(VULN) -db $(VULN_DB) ./...
	@set -e; for m in $(MODULES); do echo "$(notdir $(VULN)) in $$m"; (cd $$m && GOWORK=off $(VULN) -db $(VULN_DB) ./...); done

$(VULN):
	$(call build,golang.org/x/vuln/cmd/govulncheck,$(VULN_VERSION),$@)

fuzz: ## every fuzz target for FUZZTIME (10s)
	@set -e; for d in $$(grep -rl --include='*_test.go' '^func Fuzz' . | grep -v -e '^./internal/peers/' -e '^./internal/faults/' -e '^./examples/' -e '^./bridge/' -e '^./otel/' | xargs -r dirname | sort -u); do \
	  for f in $$(grep -h '^func Fuzz' $$d/*_test.go | sed 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/'); do \
	    echo "$$d $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$d; \
	  done; \
	done

peers: ## differential tests against other SDKs: all operations of S3 and STS beside aws-sdk-go-v2, and others against s3test
	cd internal/peers && GOWORK=off $(GO) test -count=1 -timeout 60s ./s3wire/... ./stswire/... ./testserver/...

# All operations come last: among them is SelectObjectContent, after which Ceph RGW 16 now and then
# can't read JSON any more (see testdata/backends/ceph/up.sh).
SUITE = $(GO) test -tags integration -count=1 -timeout 40m ./internal/integration/...
integration: ## the behaviour suite on OpenStack Swift, Ceph RGW, MinIO, versitygw and Alluxio; starts and stops them
	testdata/backends/with.sh sh -c '$(SUITE) -skip "^TestOperations$$" && $(SUITE) -run "^TestOperations$$"'
	BACKENDS=minio-tls testdata/backends/with.sh $(GO) test -tags integration -count=1 -timeout 5m -run TestCustomerKeys ./internal/integration/

# The report is written to SOAK_REPORT, and nowhere but to the output where that is empty. The
# servers of BACKENDS, minio unless it is set.
SOAK_MINUTES ?= 30
SOAK_REPORT  ?= $(CURDIR)/docs/soak.md
soak: ## 64 goroutines for SOAK_MINUTES (30) on MinIO behind failing proxies; writes docs/soak.md
	BACKENDS="$${BACKENDS:-minio}" testdata/backends/with.sh sh -c 'cd internal/faults && GOWORK=off $(GO) run ./soak -minutes $(SOAK_MINUTES) -report "$(SOAK_REPORT)"'

faults: ## every operation under faults of networks, servers and answers, into docs/faults.md; starts and stops servers
	cd internal/faults && BACKENDS="minio openstack" GOWORK=off ../../testdata/backends/with.sh $(GO) test -tags integration -count=1 -timeout 15m -parallel 8 .
	cd internal/faults && GOWORK=off $(GO) test -count=1 -timeout 60s .

LARGE_GIB ?= 5
large: ## an SLO of LARGE_GIB (5) in segments of 64 MiB on OpenStack Swift: compared, token revoked, killed and resumed
	BACKENDS=openstack STOWAGE_SLO_GIB=$(LARGE_GIB) testdata/backends/with.sh $(GO) test -tags integration -count=1 -timeout 60m -v -run '^TestSwiftLargeSize$$' ./internal/integration/

KILLS ?= 100
kills: ## KILLS (100) uploads killed at random moments and resumed, on MinIO and Ceph RGW
	BACKENDS="minio ceph" STOWAGE_KILLS=$(KILLS) testdata/backends/with.sh $(GO) test -tags integration -count=1 -timeout 60m -v -run '^TestKilledUploads$$' ./internal/integration/

conformance: ## the suite of gocloud.dev/blob's drivers on MinIO, Ceph RGW, versitygw and OpenStack Swift; starts and stops them
	cd bridge/gocloudblob && GOWORK=off BACKENDS='minio ceph versitygw openstack' ../../testdata/backends/with.sh $(GO) test -tags integration -count=1 -timeout 10m -run Conformance ./...

browser: ## the examples' pages in Chromium, and Swift's in OpenStack Swift; installs both (Debian, as root); SCREENSHOTS=FOLDER
	command -v chromium >/dev/null || apt-get install -q -y --no-install-recommends chromium >/dev/null || \
	  { apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends chromium >/dev/null; }
	cd examples && GOWORK=off BACKENDS=openstack ../testdata/backends/with.sh $(GO) test -tags integration -count=1 -p 1 -timeout 15m ./formpost ./presign-web ./watch ./large-swift

# Python's packages, as requirements.txt has them, are kept in .bin.
INTEROP_VENV := $(BIN)/interop-venv
INTEROP      ?=
interop: $(INTEROP_VENV)/.complete ## objects, links and forms beside other SDKs, the AWS command line, curl and Chromium; INTEROP=-update writes docs/interop.md
	command -v curl >/dev/null && command -v chromium >/dev/null || { apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends curl chromium >/dev/null; }
	cd internal/peers && GOWORK=off BACKENDS="$${BACKENDS:-openstack ceph minio versitygw}" INTEROP_PYTHON=$(INTEROP_VENV)/bin/python \
	  ../../testdata/backends/with.sh $(GO) test -tags integration -count=1 -parallel 8 -timeout 15m -skip '^TestPage$$' ./interop $(INTEROP)
	cd internal/peers && GOWORK=off $(GO) test -count=1 -timeout 60s ./interop

$(INTEROP_VENV)/.complete: internal/peers/interop/requirements.txt
	rm -rf $(INTEROP_VENV)
	@mkdir -p $(BIN)
	python3 -m venv $(INTEROP_VENV) || { apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends python3-venv >/dev/null && python3 -m venv $(INTEROP_VENV); }
	$(INTEROP_VENV)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

bench: ## the rig beside other SDKs: tables and a chart into docs/benchmarks.md, about 25 minutes; REPS=5
	internal/peers/rig/bench.sh

microbench: ## Go benchmarks with allocations; BENCH selects
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

cover: ## statement coverage; the wire packages must be above 90 %
	@set -e; for p in $(COVERED); do \
	  line=$$($(GO) test -count=1 -cover $$p) || { echo "$$line"; exit 1; }; \
	  echo "$$line" | awk -v least=$(COVERAGE) -v p=$$p \
	    '/coverage:/ { for (i = 1; i <= NF; i++) if ($$i == "coverage:") { have = 1; v = $$(i+1) + 0; printf "%-22s %5.1f %%\n", p, v; if (v <= least) bad = 1 } } \
	     END { if (!have) { print p ": no coverage was reported"; exit 1 } if (bad) { print p ": not above " least " %"; exit 1 } }'; \
	done

size: ## stripped size and modules of a program that uploads one file, beside other SDKs'; ours is bounded
	@out=$$(mktemp -d) && trap 'rm -rf "$$out"' EXIT && cd internal/peers && \
	printf '| uploads one file with | stripped MB | modules |\n|---|--:|--:|\n' && \
	for d in rig/mini/*/; do p=$$(basename "$$d"); \
	  GOWORK=off $(GO) build -trimpath -ldflags='-s -w' -o "$$out/$$p" "./$$d" || exit 1; \
	  $(GO) version -m "$$out/$$p" | awk -v p="$$p" -v size="$$(wc -c <"$$out/$$p")" -v most=$(SIZE_LIMIT) -v modules=$(MODULES_LIMIT) \
	    '$$1 == "dep" { n++ } \
	     END { printf "| %s | %.2f | %d |\n", p, size / 1e6, n; \
	       if (p == "ours" && (size / 1e6 > most || n > modules)) { print "ours may be " most " MB of " modules " modules"; exit 1 } }' || exit 1; \
	done

api: $(APIDIFF) ## incompatible changes of the exported API since the commit or tag in .ci/api-base
	@base=$$(cat .ci/api-base) && out=$$(mktemp -d) && trap 'git worktree remove --force "$$out/base"; rm -rf "$$out"' EXIT && \
	git worktree add -q --detach "$$out/base" "$$base" && \
	(cd "$$out/base" && GOWORK=off $(APIDIFF) -m -w "$$out/old" github.com/stowage-go/stowage 2>/dev/null) && \
	GOWORK=off $(APIDIFF) -m -w "$$out/new" github.com/stowage-go/stowage 2>/dev/null && \
	$(APIDIFF) -m -incompatible "$$out/old" "$$out/new" 2>/dev/null >"$$out/changes" && \
	if [ -s "$$out/changes" ]; then echo "not compatible with $$base:"; cat "$$out/changes"; exit 1; fi; \
	echo "compatible with $$base"

least: ## the least Go that go.mod allows: builds with it, and unit tests with a later patch of its release
	GOTOOLCHAIN=$(GO_LEAST) GOWORK=off $(GO) vet ./...
	GOTOOLCHAIN=$(GO_LEAST_TESTS) GOWORK=off $(GO) test ./...

cross: ## builds for other platforms; vet for 32 bits
	@set -e; for p in $(PLATFORMS); do echo "build $$p"; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build ./...; done
	CGO_ENABLED=0 GOARCH=386 $(GO) vet ./...

licenses: $(LICENSES) ## the licences of everything that users of the library are handed on
	@set -e; for m in . $(filter-out internal/% examples,$(MODULES)); do echo "licences in $$m"; (cd $$m && \
	  GOWORK=off $(LICENSES) check ./... --ignore github.com/stowage-go/stowage --allowed_licenses=$(ALLOWED_LICENSES) 2>&1 | grep -v -e '^W' -e '\.s$$' || true; \
	  GOWORK=off $(LICENSES) check ./... --ignore github.com/stowage-go/stowage --allowed_licenses=$(ALLOWED_LICENSES) 2>/dev/null); done

tidy-check: ## go.mod and go.sum of every module are what the code needs
	@set -e; for m in . $(MODULES); do echo "tidy $$m"; (cd $$m && GOWORK=off $(GO) mod tidy -diff && GOWORK=off $(GO) mod verify >/dev/null); done
