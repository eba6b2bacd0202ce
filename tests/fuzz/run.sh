#!/bin/sh
# Runs each fuzz target for SECONDS with libFuzzer, from its corpus; findings are left in build-fuzz/findings. run.sh SECONDS [TARGET...]
set -u
seconds=$1
shift
cd "$(dirname "$0")/../.." || exit 1
[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dtests=true -Dfuzzers=true --buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined \
	-Dc_args=-fsanitize=fuzzer-no-link -Db_lundef=false >/dev/null || exit 1
ninja -C build-fuzz >/dev/null || exit 1
mkdir -p build-fuzz/findings build-fuzz/corpus
failed=0
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's|.*/fuzz_||; s|\.c$||')
for target; do
	mkdir -p "build-fuzz/corpus/$target"
	if build-fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/findings/$target-" "build-fuzz/corpus/$target" "tests/fuzz/corpus/$target" >"build-fuzz/$target.log" 2>&1; then
		echo "ok $target: $(sed -n 's/^stat::number_of_executed_units: */runs /p' "build-fuzz/$target.log")"
	else
		failed=1
		echo "not ok $target: see build-fuzz/$target.log"
	fi
done
exit $failed
