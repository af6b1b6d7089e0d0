# What the workflow and .ci/run call; each target works by itself.

GO    ?= go
TOOL  := $(GO) tool -modfile=.ci/tools.mod

.PHONY: all test race check format vet lint tidy cross bench

all: check test

# The README's test command.
test:
	$(GO) test ./...

race:
	$(GO) test -race -shuffle=on ./...

check: format vet lint tidy cross

format:
	@bad=$$($(TOOL) gofumpt -l .); if [ -n "$$bad" ]; then echo "not formatted (gofumpt -w):"; echo "$$bad"; exit 1; fi

vet:
	$(GO) vet ./...

lint:
	$(TOOL) staticcheck ./...

tidy:
	$(GO) mod tidy -diff
	$(GO) mod verify

# The other systems: what compiles and vets here runs there without cgo.
cross:
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) vet ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) vet ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...
