# Two units look for words in three scripts: each finds what it sees, in the lines that it reads, and nothing of the rest.
. "$TOCSIN_SOURCE/tests/scenario/lib.sh"
nodes north south
meet north south

sends south north "Взрывчатка в КРОКУС Сити Холле"; russian=$id
sends south north "他们在水电站大坝附近"; chinese=$id
sends south north "A car at the Crocus hall" ',"target.who":"Concert-goers"'; english=$id
sends north south "A zebra at the harbour" ',"source.method":"A xylophone player told us"'; own=$id
for i in "$russian" "$chinese" "$english"; do
	until_true 20 holds north "$i" || { echo "Bail out! $i does not arrive"; exit 1; }
done

# search WHO WORDS...: the ids that are found, sorted, by their first eight digits
search() {
	local who=$1
	shift
	at north --token-file "$W/$who.token" search --json "$@" | jq -r '.items[].id[:8]' | sort | tr '\n' ' '
}
ids() { for i in "$@"; do printf '%.8s\n' "$i"; done | sort | tr '\n' ' '; }
person() {
	echo "correct-horse-$(printf %s "$1" | sha256sum | cut -c1-12)" >"$W/$1.password"
	chmod 600 "$W/$1.password"
	must at north account add "$1" --role "$3" --unit "$2" --password-file "$W/$1.password"
	must at north login "$1" --password-file "$W/$1.password" --save "$W/$1.token"
}
out=$(at north search crocus --json | jq -r '.items[].id[:8]')
is "$out" "$(printf %.8s "$english")" "before there are accounts, whoever holds the socket finds what is there"
must at north unit add border "The border"
person anna desk analyst,duty-officer
person bert border analyst
person inge desk inspector
run 1 "from the first account on the socket alone finds nothing" at north search crocus
run 22 "nobody finds anything without saying who it is" curl -sf --unix-socket "$W/north/dir/run/tocsin.sock" "http://localhost/api/v1/search?q=crocus"

followed() { [ "$(search anna crocus)" = "$(ids "$english")" ]; }
until_true 20 followed
is "$(search anna crocus)" "$(ids "$english")" "a word in Latin letters"
is "$(search anna КРОКУС сити)" "$(ids "$russian")" "words in Cyrillic, in any case"
is "$(search anna 'сити крокус')" "" "a phrase is found as it stands"
is "$(search anna 水电站)" "$(ids "$chinese")" "Chinese, where no spaces are"
is "$(search anna 站电水)" "" "and not its characters in any order"
is "$(search anna harbour gate)" "$(ids "$russian" "$chinese" "$english" "$own")" "words that stand in different lines"
is "$(search anna harbour --kind response)" "" "of another kind"
run 1 "a kind that there is not is refused" at north --token-file "$W/anna.token" search harbour --kind nonsense
run 1 "in a list, too" at north --token-file "$W/anna.token" list --kind nonsense
is "$(at north --token-file "$W/anna.token" list --kind closure)" "nothing" "an empty list says so"
is "$(search anna harbour --peer west.exercise)" "" "of another partner"
is "$(search anna xylophone)" "$(ids "$own")" "a closed line of one's own unit"
out=$(at north --token-file "$W/anna.token" search xylophone)
match "$out" 'Collection \(closed\): A \[xylophone\] player told us' "what was found is shown in its line"
out=$(at north --token-file "$W/anna.token" search холле)
match "$out" 'Взрывчатка в КРОКУС Сити \[Холле\]' "and in its own spelling"

is "$(search bert crocus)" "" "another unit finds nothing of it"
is "$(search bert harbour)" "" "nor anything else"
must at north --token-file "$W/anna.token" share "$russian" border
must at north --token-file "$W/anna.token" share "$own" border
is "$(search bert harbour)" "$(ids "$russian" "$own")" "what is shared is found at once"
is "$(search bert zebra)" "$(ids "$own")" "in the lines that were sent open"
is "$(search bert xylophone)" "" "but not in closed ones"
is "$(search bert zebra xylophone)" "" "not even together with open ones"
must at north --token-file "$W/anna.token" share "$own" border --whole
is "$(search bert xylophone)" "$(ids "$own")" "shared whole, in these too"
is "$(search bert 水电站)" "" "what was not shared stays where it is"
is "$(search inge harbour xylophone)" "$(ids "$own")" "the inspector finds what every unit finds"
is "$(search bert '"s:1" OR p:north')" "" "words are words, not a language of questions"

# Pages: what one view does not see leaves no gap.
next=$(api north GET "/api/v1/search?q=harbour&limit=1" -H "Authorization: Bearer $(cat "$W/bert.token")" | jq -r .next)
match "$next" '^[0-9a-f]+$' "where the next page begins is sealed"
out=$(api north GET "/api/v1/search?q=harbour&limit=1&after=$next" -H "Authorization: Bearer $(cat "$W/bert.token")" | jq -r '.items[].id[:8]')
is "$out" "$(printf %.8s "$russian")" "and begins where the one before ended"
out=$(api north GET "/api/v1/statements?before=$next" -H "Authorization: Bearer $(cat "$W/bert.token")" | jq -r .status)
is "$out" 400 "a place in another list is none here"
run 1 "nothing to look for" at north --token-file "$W/bert.token" search '...'
match "$err" "no word to look for" "is said in words"

out=$(at north --token-file "$W/inge.token" audit list --json --limit 1000 | jq -r '.items[] | select(.what == "search") | .who + " " + .detail')
match "$out" '^bert zebra xylophone; shown: nothing$' "each search is in the audit trail with its words"
match "$out" "^bert zebra; shown: $(printf %.16s "$own")\$" "and with what it showed"

# What is forgotten is found no more, and its words leave the database's pages.
match "$(cat "$W/north/dir/tocsin.db"* | grep -a -c 'player')" '^[1-9]' "a closed line is in the database"
person dora desk data-protection-officer
person rita desk releasing-officer
must at north policy set forget.wait 0s
proposal=$(at north --token-file "$W/dora.token" forget propose "$own" --reason "no longer needed" --json | jq -r .id)
must at north --token-file "$W/rita.token" forget agree "$proposal"
gone() { [ "$(search anna zebra)" = "" ]; }
until_true 20 gone
is "$(search anna zebra)$(search inge harbour xylophone)$(search bert zebra)" "" "what is forgotten is found by nobody"
is "$(search anna harbour gate)" "$(ids "$russian" "$chinese" "$english")" "and everything else as before"
node_stop north
node_start north
tidy() { [ "$(sqlite3 "file:$W/north/dir/tocsin.db?mode=ro" "SELECT count(*) FROM meta WHERE key = 'search untidy'")" = 0 ]; }
until_true 20 tidy
is "$?" 0 "the index is written anew"
node_stop north
is "$(cat "$W/north/dir/tocsin.db"* | grep -a -c 'player')" 0 "no page of it holds a word of what was forgotten"
match "$(cat "$W/north/dir/tocsin.db"* | grep -a -c 'Harbour')" '^[1-9]' "but of the rest"
node_start north
node_kill north
node_start north
is "$(search anna harbour gate)" "$(ids "$russian" "$chinese" "$english")" "after a crash everything is found as before"
done_testing
