#!/bin/sh
# What is held and kept, and what is not held, are one answer: in words, in size, in time and in order, whenever it was decided. Some hundreds; bench/indistinct.py does ten thousand.
. "$(dirname "$0")/lib.sh"
N=${INDISTINCT:-240}
TMPDIR=$W python3 "$TOCSIN_SOURCE/bench/indistinct.py" "$TOCSIN_PROGRAM" "$N" 0 >"$W/out" 2>"$W/err"
status=$?
json=$(tail -1 "$W/out")
value() { printf '%s' "$json" | jq -r "$1"; }
is "$status" 0 "a classifier that learns from half of the answers knows nothing about the other half"
[ "$status" = 0 ] || sed 's/^/# /' "$W/out" "$W/err" | tail -40
is "$(value .requests)" "$N" "all were answered"
is "$(value .sizes)" 1 "they have one size"
is "$(value .wordings)" 1 "and one wording"
is "$(value '."order of arrival".bad')" false "the order in which they come tells nothing"
is "$(value '."time from request to answer".bad')" false "nor does the time that they take"
# It must be able to tell something: with the same words for the classifier, but an answer that says which it is.
is "$(python3 - "$TOCSIN_SOURCE/bench" <<'P'
import random, sys
sys.path.insert(0, sys.argv[1])
sys.argv = ["indistinct.py"]
import importlib.util
spec = importlib.util.spec_from_file_location("indistinct", sys.path[0] + "/indistinct.py")
m = importlib.util.module_from_spec(spec)
spec.loader.exec_module(m)
labels = [i % 2 for i in range(400)]
right, n = m.by_threshold([y + random.random() for y in labels], labels)
print(m.interval(right, n)[0] > 0.95, m.by_value([str(y) for y in labels], labels)[0] == n)
P
)" "True True" "the classifier itself finds what there is to find"
done_testing
