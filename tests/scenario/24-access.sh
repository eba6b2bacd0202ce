#!/bin/sh
# Need-to-know: every operation as every role of two units, in and out of a compartment. What may not be seen is as what is not there.
. "$(dirname "$0")/lib.sh"
nodes n pa pb
meet n pa
meet n pb
as() { TOCSIN_TOKEN_FILE="$W/$1.token" "$T" -d "$W/n/dir" "$@"; }
(umask 077; echo "a password of the test" >"$W/password")

# ---- before there are accounts ----
sends pa n "EARLY, from when there were no accounts"; early=$id
arrives 20 pa "$early" received
holds n "$early"; is $? 0 "without accounts the operator sees what comes"

# ---- two units, seven roles each, and a compartment ----
run 1 "nothing is routed to a unit that there is not" at n policy set unit.route "pa.exercise=alpha pb.exercise=bravo"
for unit in alpha bravo; do must at n unit add $unit "Unit $unit"; done
must at n policy set unit.route "pa.exercise=alpha pb.exercise=bravo"
must at n account add chief --role administrator --unit desk --password-file "$W/password"
run 1 "with the first account the operator sees no content any more" at n show "$early"
login() { must "$T" -d "$W/n/dir" login "$1" --password-file "$W/password" --save "$W/$1.token"; }
login chief
chief() { TOCSIN_TOKEN_FILE="$W/chief.token" "$T" -d "$W/n/dir" "$@"; }
for unit in alpha bravo; do must chief unit add $unit "Unit $unit"; done
must chief unit compartment onyx "A compartment"
for unit in alpha bravo; do
	for role in analyst releasing-officer duty-officer liaison inspector data-protection-officer administrator; do
		must chief account add "$unit-$role" --role $role --unit $unit --function "$role of $unit" --password-file "$W/password"
		login "$unit-$role"
	done
done
must chief account add alpha-onyx --role analyst --unit alpha --compartment onyx --function "reader of onyx" --password-file "$W/password"
must chief account add desk-analyst --role analyst --unit desk --password-file "$W/password"
for who in alpha-onyx desk-analyst; do login $who; done

python3 "$TOCSIN_SOURCE/tests/scenario/access.py" "$T" "$W" "$TOCSIN_SOURCE/tests/scenario/access.table" "$early" >"$W/access.out" 2>"$W/access.err"
status=$?
while IFS= read -r line; do
	case $line in
	"ok "*) pass "${line#ok }" ;;
	"not ok "*) flunk "${line#not ok }" ;;
	*) echo "$line" ;;
	esac
done <"$W/access.out"
is "$status" 0 "the access test came to its end"
[ "$status" = 0 ] || tail -20 "$W/access.err" | sed 's/^/# /'
run 0 "log account passes" at n log account
run 0 "the audit trail is whole" at n audit check
done_testing
