# Every command does its own set-up on Debian 12. HACKING.md has the finer ones.
.PHONY: build demo check bench soak clean

build:
	@tools/setup.sh build
	@tools/build.sh

demo: build
	@build/release/trailsift demo

check:
	@tools/setup.sh check
	@tools/check.sh

bench:
	@tools/setup.sh check
	@tools/bench.sh

soak:
	@tools/setup.sh check
	@tools/soak.sh

clean:
	rm -rf build
