# A thin front for meson: every target sets up what it needs. See README.md.
BUILD ?= build
IMAGE ?= /
export PLIMSOLL ?= $(CURDIR)/$(BUILD)/plimsoll

.PHONY: all setup build run test test-k8s test-vm check-all bench soak fuzz lint install deb clean docs

all: build

setup:
	@scripts/setup.sh build

build: setup
	@scripts/build.sh $(BUILD)

run: build
	@scripts/run.sh $(IMAGE)

test:
	@scripts/setup.sh test
	@scripts/build.sh $(BUILD)
	@scripts/test.sh $(BUILD)

# Against a real API server, which is built once.
test-k8s:
	@scripts/setup.sh k8s
	@scripts/build.sh $(BUILD)
	@scripts/test-k8s.sh $(BUILD)

# The sensor on Debian's kernel 6.1, in QEMU.
test-vm:
	@scripts/setup.sh vm
	@scripts/build.sh $(BUILD)
	@scripts/test-vm.sh $(BUILD)

check-all: test
	@scripts/check-all.sh

bench: build
	@scripts/setup.sh bench
	@bench/run.sh

# The sensor for ten minutes beside 1,000 short-lived containers a minute; SOAK="--seconds 60" for a look.
soak: build
	@scripts/setup.sh bench
	@bench/sensor-soak.sh $(SOAK)

fuzz:
	@scripts/setup.sh fuzz
	@scripts/fuzz.sh

lint:
	@scripts/setup.sh lint
	@scripts/lint.sh $(BUILD)

docs: build
	@scripts/docs.sh $(BUILD)

install: build
	@meson install -C $(BUILD) --no-rebuild

deb: setup
	@scripts/setup.sh deb
	@scripts/deb.sh

clean:
	rm -rf build build-* dist
