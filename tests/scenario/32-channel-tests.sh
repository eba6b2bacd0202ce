#!/bin/sh
# The channel to each partner is tested, week by week, by a record that says that it is a test; a missed answer alarms.
. "$(dirname "$0")/lib.sh"
cat >"$W/notify.sh" <<SH
#!/bin/sh
echo "\$TOCSIN_EVENT \$TOCSIN_ID" >>"$W/told"
SH
mkdir "$W/programs"
cat >"$W/programs/ring" <<SH
#!/bin/sh
echo "\$TOCSIN_WHAT \$TOCSIN_KIND \$TOCSIN_TEST" >>"$W/rung"
SH
chmod 755 "$W/notify.sh" "$W/programs/ring"
touch "$W/told" "$W/rung"
node_make a; node_make b
node_set a folder "$W/programs" notify
node_set b command "$W/notify.sh" notify
node_start a; node_start b
meet a b
days() { date -u -d "+$1" +%Y-%m-%dT%H:%M:%SZ; }
# The one that tests comes last: what is dated more than a day ahead of its recipient is refused.
both() { must at b clock "$(days "$1")"; must at a clock "$(days "$1")"; }
tests() { at "$1" list --kind record --limit 1000 --json | jq -r '.items[] | select(.marks | index("a test")) | .id'; }
has_tests() { [ "$(tests "$1" | wc -l)" -ge "$2" ]; }

sleep 2
is "$(at a list --json | jq '.items | length')" 0 "a partner that was confirmed just now is not tested yet"
must at b policy set test.partner-every 0s
both "8 days"
must at b policy set test.partner-every 7d
until_true 30 has_tests a 4; is $? 0 "after a week each tests the other, and each answers"
until_true 30 has_tests b 4
sleep 2
is "$(tests a | wc -l)" 4 "once"
is "$(tests b | sort)" "$(tests a | sort)" "both have the same"
test_id=$(for id in $(tests a); do at a show "$id" --json | jq -r 'select(.direction == "out") | select(.fields[] | select(.name == "record.type").value == "test") | .id'; done)
is ${#test_id} 64 "one is our test"
match "$(at a show "$test_id")" 'This is a test of the channel' "which says so in words"
match "$(at b list)" 'a test' "and is marked where it is listed"
answer=$(for id in $(tests a); do at a show "$id" --json | jq -r 'select(.direction == "in") | select(.fields[] | select(.name == "record.type").value == "test-answer") | .re[0].id'; done)
is "$answer" "$test_id" "the answer refers to it"
is "$(grep -c . "$W/told")" 0 "nobody on the other side is rung up"
is "$(api b GET /api/v1/clocks | jq '.items | length')" 0 "and no clock starts"
both "8 days 2 hours"
sleep 3
is "$(alarms a | grep -c 'test of the channel')" 0 "what was answered is no alarm"
sends a b "a real one"
until_true 20 grep -q "$id" "$W/told"; is $? 0 "a warning does ring"

# ---- a partner that does not answer ----
printf 'correct horse battery\n' >"$W/password"
chmod 600 "$W/password"
must at a account add adm --role administrator --password-file "$W/password"
must at a account add lia --role liaison --function liaison --password-file "$W/password"
must at a login adm --password-file "$W/password" --save "$W/token"
at() { short=$1; shift; if [ "$short" = a ]; then "$T" -d "$W/a/dir" --token-file "$W/token" "$@"; else "$T" -d "$W/$short/dir" "$@"; fi; }
must at a channel add command ring --account lia
must at b policy set test.partner-every 0s
must at b clock "$(days "16 days")"
node_stop b
must at a clock "$(days "16 days")"
sleep 3
must at a clock "$(days "16 days 2 hours")"
until_true 20 alarmed a 'no test of the channel to b.exercise has gone well since'; is $? 0 "a test without receipt and answer is an alarm"
until_true 20 grep -q "a test of a partner's channel was missed record no" "$W/rung"; is $? 0 "and the liaison officer is paged"
node_stop a; node_start a
alarmed a 'no test of the channel to b.exercise'; is $? 0 "a restart does not forget it"
is "$(grep -c 'channel was missed' "$W/rung")" 1 "nor page again"
node_start b
until_true 60 sh -c "! $T -d $W/a/dir --token-file $W/token status --json | grep -q 'no test of the channel'"; is $? 0 "when the answer comes, late, the alarm ends"

# ---- one that will not answer ----
must at b policy set test.answer no
count=$(tests b | wc -l)
both "24 days"
sleep 4
both "24 days 2 hours"
until_true 20 alarmed a 'no test of the channel to b.exercise'; is $? 0 "a node whose policy is not to answer does not"
is "$(tests b | wc -l)" $((count + 1)) "and has our test alone"
must at a policy set test.expect receipt
both "32 days"
sleep 4
both "32 days 2 hours"
until_true 20 sh -c "! $T -d $W/a/dir --token-file $W/token status --json | grep -q 'no test of the channel'"; is $? 0 "where a receipt is all that is expected, that is enough"
must at a policy set test.partner-every 0s
must at a clock "$(days "60 days")"
sleep 3
is "$(at a policy list --json | jq -r '.items[] | select(.name == "test.partner-every").value')" 0s "and testing can be switched off"
done_testing
