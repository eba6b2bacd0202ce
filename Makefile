# tocsin: a short front for meson. Everything is built below build*/ and nothing outside this folder is touched but by
# packaging/setup.sh, which installs missing Debian packages and says which, and by make install.
EXAMPLE ?= crocus-2024
PREFIX ?= /usr/local
SCENARIO = $(if $(wildcard examples/$(EXAMPLE)/scenario.json),examples/$(EXAMPLE)/scenario.json,$(EXAMPLE))

all: build/build.ninja
	@ninja -C build

build/build.ninja:
	@sh packaging/setup.sh build
	@meson setup build --buildtype=release -Db_pie=true >/dev/null

demo: all
	@sh packaging/setup.sh demo
	@python3 examples/replay.py $(if $(ONCE),--once) build/tocsin $(SCENARIO) build/demo

check:
	@sh tests/check.sh

bench:
	@sh packaging/setup.sh bench
	@$(MAKE) --no-print-directory all
	@ninja -C build bench >/dev/null && python3 bench/run.py && python3 bench/desk.py && python3 bench/sight.py && build/bench/bench_silence && python3 bench/indistinct.py

# Each target for SECONDS (60 unless given), in turn.
fuzz:
	@sh packaging/setup.sh check
	@sh tests/fuzz/run.sh $(or $(SECONDS),60)

# The crash test in full: 100 kills.
crash: all
	@sh packaging/setup.sh check
	@TOCSIN_SOURCE=$(CURDIR) TOCSIN_PROGRAM=$(CURDIR)/build/tocsin CRASH_KILLS=100 sh tests/scenario/16-crash.sh

install: all
	@meson configure build --prefix=$(PREFIX) >/dev/null && DESTDIR=$(DESTDIR) meson install -C build

deb:
	@sh packaging/setup.sh deb
	@sh packaging/deb.sh

clean:
	rm -rf build build-*

.PHONY: all demo check bench fuzz crash install deb clean
