#!/bin/sh
# make check: everything that can be tested, with one line at the end: N passed, N failed.
#
#   build-asan    gcc, ASan and UBSan: unit tests, fuzz corpora, house rules, scenarios
#   build-tsan    gcc, TSan: the unit tests of the folders that have threads
#   build-release gcc as it is shipped, warnings are errors: everything is compiled
#   build-clang   clang, warnings are errors: everything is compiled
#   examples      the evidence of each, by its check.sh (stock tools only) and by tocsin verify
set -u
cd "$(dirname "$0")/.." || exit 1
sh packaging/setup.sh check || exit 1
result=$(mktemp -d) || exit 1
trap 'rm -rf "$result"' EXIT

# configure NAME OPTIONS...: a build folder, made once.
configure() {
	name=$1
	shift
	[ -f "build-$name/build.ninja" ] || meson setup "build-$name" -Dtests=true -Dwerror=true "$@" >"$result/setup" 2>&1 || { cat "$result/setup"; return 1; }
}

# step NAME COMMAND...: one more result; its output is shown when it fails.
step() {
	what=$1
	shift
	if "$@" >"$result/out" 2>&1; then
		echo "ok $what" | tee -a "$result/steps"
	else
		echo "not ok $what" | tee -a "$result/steps"
		tail -n 60 "$result/out"
	fi
}

# suite BUILD ARGUMENTS...: meson's tests; their counts come from its own log.
suite() {
	build=$1
	shift
	meson test -C "$build" --no-rebuild --print-errorlogs "$@"
	python3 tests/count.py "$build/meson-logs/testlog.json" >>"$result/steps" || echo "not ok the tests of $build could not be counted" >>"$result/steps"
}

configure asan --buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined || exit 1
step "gcc builds everything without a warning" ninja -C build-asan
suite build-asan --suite unit --suite fuzz --suite house --suite scenario
configure tsan --buildtype=debug -Doptimization=1 -Db_sanitize=thread || exit 1
step "gcc builds everything for ThreadSanitizer" ninja -C build-tsan
suite build-tsan --suite net --suite store --suite keeper --suite exchange
configure release --buildtype=release || exit 1
step "gcc builds everything without a warning when it optimizes" ninja -C build-release
CC=clang configure clang --buildtype=debug || exit 1
step "clang builds everything without a warning" ninja -C build-clang
for example in examples/*/evidence; do
	example=${example%evidence}
	for part in "$example"evidence/check.sh "$example"evidence/*/check.sh; do
		[ -f "$part" ] && step "$part: it fits together, by stock tools alone" sh "$part"
	done
	step "$example: its evidence is proven, to whoever trusts its cards" build-asan/tocsin verify "$example/evidence" --card "$example"/cards/*.cards
done
step "examples/screening/: every case ends as expected" build-asan/tocsin screen --try examples/screening/cases.json

passed=$(grep -c '^ok' "$result/steps")
failed=$(grep -c '^not ok' "$result/steps")
grep '^not ok' "$result/steps"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
