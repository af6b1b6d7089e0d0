# What the workflow and .ci/run call; each target works by itself.

GO    ?= go
TOOL  := $(GO) tool -modfile=.ci/tools.mod

.PHONY: person release reproducible all test race plain nightly scripts torture drops mutants walk simulate matrix makespan faults fuzz check format vet lint tidy cross bench refused

all: check test

# As the program is released: without cgo a process starts with a quarter less CPU, and the
# tests start over a thousand. The race detector needs it.
export CGO_ENABLED = 0
race scripts: export CGO_ENABLED = 1

# The README's test command.
test:
	$(GO) test ./...

# Packages that start goroutines or share memory. The race detector has nothing to find in
# the others.
SHARED := $(shell grep -lrE --include='*.go' --exclude='*_test.go' --exclude-dir=testdata '"(sync|sync/atomic|golang.org/x/sync/errgroup)"' cmd importer mapping ratelimit | xargs -n1 dirname | sort -u | sed 's|^|./|')

# Tests of these in which the detector finds nothing and which take it many times as long:
# simulations in which one goroutine runs at a time, programs that are killed or measured
# from outside, and what reads much in one goroutine. race skips them, plain runs them.
PLAIN := Person|Walk|Matrix|EqualRows|FirstAnswerAlone|DeathAtEvery|SimulationRepeats|Naive|Makespan|Numbers|SystemCall|DiskFull|KilledForMemory|OutOfMemory|RefusedFiles|Quirks|ClockJumps|NothingCommands|ChangedBetween|ProgressLines|SecondProcess|InputChanges|Torture$$|TortureBites|Bomb|LargeAnswers|CutAnywhere|CutAtEveryByte|EveryBitFlipped|BytesPerBatch|OtherSpellings|PathsExist|FitTheSpecification|Memory|ReadmeSessions|OneSignal|SecondSignal|TwoAtOnce|SleepsLonger|NobodyListens|RunsShareTheWindow|RunAfterOne|WindowFileIsPrivate|FewRowsOfALargeRun|TestTails|TestCases$$|WindowAgainstItsDefinition|MutantsApply|MalformedJSON|TruncatedAtEvery

# race runs a sample of these, plain all: seeds, misdeeds, and scripts, each command of
# which is a process.
SAMPLED := TestSimulation$$|TestFaultTable|TestScripts

# What the detector's processes do at their end, a second of sleep, finds no race here.
race: export GORACE := atexit_sleep_ms=0
race:
	$(GO) test -race -short -shuffle=on -vet=off -timeout 40m -skip '$(PLAIN)' $(SHARED)

# ratelimit's simulations are built without the detector.
plain:
	$(GO) test -shuffle=on -vet=off ./ratelimit $$($(GO) list ./... | grep -vxF "$$($(GO) list $(SHARED))")
	$(GO) test -shuffle=on -vet=off -run '$(PLAIN)|$(SAMPLED)' $(filter-out ./ratelimit,$(SHARED))

# What takes hours, once a day.
nightly: person scripts refused makespan walk faults fuzz matrix mutants torture drops simulate

# All scripts with the race detector in the program that they run, and other tests of whole
# processes.
scripts:
	$(GO) test -race ./cmd/hubload -run '^(TestScripts|TestFaultTable|TestQuirks|TestReadmeSessions|TestTorture(One|Second)Signal|TestTwoAtOnce|TestSleepsLonger|TestNobodyListens|TestRunsShareTheWindow|TestRunAfterOne|TestWindowFileIsPrivate)' -count=1 -timeout 30m -race.all

# Random people: what they do with files between runs, with kills. In one process, then
# with the real program.
person:
	$(GO) test ./importer/rundir -run '^TestPerson$$' -count=1 -v -timeout 60m -person.seeds $(or $(SEEDS),1000) -person.first $(or $(FIRST),1000)
	$(GO) test ./cmd/hubload -run '^TestPerson$$' -count=1 -v -timeout 90m -person.runs $(or $(RUNS),100) -person.first $(or $(FIRST),1000)

# The program killed at random, against an account that holds the truth.
torture:
	$(GO) test ./cmd/hubload -run '^TestTorture' -count=1 -v -timeout 90m -torture.runs $(or $(RUNS),1000)

# Folders that fill while watchers are killed, against an account that holds the truth;
# and the program as its image runs it.
drops:
	$(GO) test ./cmd/hubload -run '^(TestDropsTorture|TestImage)' -count=1 -v -timeout 90m -drops.runs $(or $(RUNS),300) -image

# Faults put into the product's own code: each must make a test fail.
mutants:
	HUBLOAD_MUTANTS=1 $(GO) test ./importer -run '^TestMutants' -count=1 -v -timeout 60m

# More misfortunes at once than the ordinary suite has time for.
walk:
	$(GO) test ./importer -run '^TestWalk' -count=1 -v -timeout 0 -walk.deep

# Rows that are alike, under every reading of what HubSpot does with them.
matrix:
	$(GO) test ./importer -run '^TestMatrix' -count=1 -v -timeout 0 -args -matrix.rows $(or $(ROWS),100000)

# Whole runs under seeded faults of network, clock and disk.
simulate:
	$(GO) test ./importer -run '^TestSimulation' -count=1 -v -timeout 0 -sim.seeds $(or $(SEEDS),100000)

# How near imports come to the least time that the account's limit allows.
makespan:
	$(GO) test ./importer -run '^TestMakespan' -count=1 -v -timeout 60m -makespan.seeds $(or $(SEEDS),3)
	$(GO) test ./ratelimit -count=1 -timeout 60m -seeds $(or $(SEEDS),3)

# Each fuzzer of each package, for 10 minutes.
fuzz:
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		echo "== $$p $$f"; $(GO) test $$p -run '^$$' -fuzz "^$$f\$$" -fuzztime $(or $(TIME),10m) || exit 1; done; done

# Hopeless files of 200 MiB: what it takes to refuse them.
refused:
	$(GO) test ./cmd/hubload -run '^TestRefusedFiles' -count=1 -v -args -refused.mib 200

# Deaths at every point of every batch, both ways, and 2,000 pairs of them; then every
# system call of the real program fails, and is its last.
faults:
	$(GO) test ./importer -run '^(TestDeathAtEveryPoint|TestPairsOfDeaths)$$' -count=1 -v -timeout 30m -sim.deep
	$(GO) test ./cmd/hubload -run 'SystemCall|DiskFull|OutOfMemory' -count=1 -v -timeout 30m -faults.all

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
	GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	GOOS=windows GOARCH=amd64 $(GO) vet ./...
	GOOS=linux GOARCH=arm64 $(GO) vet ./...

# The packages, then whole imports beside the floor, interleaved: medians and a ratio.
bench:
	$(GO) test -run '^$$' -bench . -skip BesideTheFloor -benchmem ./...
	$(GO) test ./cmd/hubload -run '^$$' -bench BesideTheFloor -benchtime 1x

# Binaries, archives, packages, SBOM and checksums of a tag, in dist/.
release:
	.release/build.sh

# Two builds of a commit have the same bytes.
reproducible:
	.release/reproducible.sh
