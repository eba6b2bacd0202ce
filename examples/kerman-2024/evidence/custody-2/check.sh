#!/bin/sh
# check.sh [FOLDER]
#
# Checks a folder of Tocsin evidence with sh, openssl (3.0 or newer), awk, sed, od, base64 and sha256sum: no part of Tocsin is used.  One line a check;
# exit 0 when everything that is there fits together, 1 when something does not.
#
# It cannot know whom you trust.  It ends with the identities on which everything rests: compare them with cards that you got by another way.
# Its ed25519 is openssl's, which takes a few odd signatures that Tocsin refuses; where both look, "tocsin verify" rules.

# shellcheck disable=SC2013 # what is split into words here are keys, names and base64: no blanks, no patterns
set -u
LC_ALL=C
export LC_ALL
dir=${1:-$(dirname "$0")}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
bad=0

# What a bundle says goes to the terminal without anything that could move its cursor.
plain() { tr -cd '\n -~'; }
ok() { printf 'ok      %s\n' "$*" | plain; }
no() { printf 'FAILED  %s\n' "$*" | plain; bad=1; }

# ---- bytes ----
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() {
	printf '%b' "$(awk -v h=0123456789abcdef '{
		for (i = 1; i < length($0); i += 2)
			printf "\\0%03o", 16 * (index(h, substr($0, i, 1)) - 1) + index(h, substr($0, i + 1, 1)) - 1
	}')"
}
sha() { sum=$(sha256sum) && printf '%s' "${sum%% *}"; }
leaf() { { printf '\000'; printf '%s' "$1"; } | sha; }
node() { printf '01%s%s\n' "$1" "$2" | unhex | sha; }
is_hash() { [ ${#1} -eq 64 ] && case $1 in *[!0-9a-f]*) false ;; esac; }
is_number() { [ ${#1} -gt 0 ] && [ ${#1} -le 18 ] && case $1 in *[!0-9]* | 0?*) false ;; esac; }
is_name() { case $1 in '' | *[!a-z0-9.-]* | .*) false ;; esac; }
# The N-th of the parts of FILE that empty lines divide, and how many there are.
part() { awk -v n="$2" 'BEGIN { p = 1 } /^$/ { p++; next } p == n' "$1"; }
parts() { awk 'BEGIN { p = 1 } /^$/ { p++ } END { print p }' "$1"; }
ends_well() { [ "$(tail -c 1 "$1" | hex)" = 0a ]; }
not_after() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a "" <= b "") }'; }
clock() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ; }

# ---- keys and signatures (C2SP signed-note) ----
# Takes a verifier key "name+id+base64" apart: key_name, key_id, key_raw (type and key), $tmp/key.der.
take_key() {
	key_name=${1%%+*}
	key_rest=${1#*+}
	key_id=${key_rest%%+*}
	key_raw=$(printf '%s' "${key_rest#*+}" | base64 -d 2>/dev/null | hex)
	[ ${#key_raw} -eq 66 ] || return 1
	key_sum=$({ printf '%s\n' "$key_name"; printf '%s\n' "$key_raw" | unhex; } | sha)
	case $key_sum in "$key_id"*) ;; *) return 1 ;; esac
	[ ${#key_id} -eq 8 ] || return 1
	printf '302a300506032b6570032100%s\n' "${key_raw#??}" | unhex > "$tmp/key.der"
}
# The signatures, in hex behind the key id, that the lines in FILE bear by the key just taken.
lines_of_key() {
	awk -v n="$key_name" '$1 == "\342\200\224" && $2 == n && NF == 3 { print $3 }' "$1" | while read -r line_b64; do
		line_raw=$(printf '%s' "$line_b64" | base64 -d 2>/dev/null | hex)
		case $line_raw in "$key_id"*) printf '%s\n' "${line_raw#????????}" ;; esac
	done
}
ed25519() {
	printf '%s\n' "$2" | unhex > "$tmp/sig"
	openssl pkeyutl -verify -pubin -keyform DER -inkey "$tmp/key.der" -rawin -in "$1" -sigfile "$tmp/sig" > /dev/null 2>&1
}
# TEXT is signed, in the lines of SIGNATURES, by KEY; no line of it may fail.
signed_by() {
	take_key "$3" || return 1
	case $key_raw in 01*) ;; *) return 1 ;; esac
	signed=1
	for blob in $(lines_of_key "$2"); do
		[ ${#blob} -eq 128 ] && ed25519 "$1" "$blob" || return 1
		signed=0
	done
	return $signed
}
# The earliest time in seconds at which witness KEY cosigned TEXT, in cosigned ("" when it did not).
cosigned_by() {
	cosigned=
	take_key "$3" || return 1
	case $key_raw in 04*) ;; *) return 1 ;; esac
	for blob in $(lines_of_key "$2"); do
		[ ${#blob} -eq 144 ] || return 1
		seconds=$((0x${blob%"${blob#????????????????}"}))
		{ printf 'cosignature/v1\ntime %s\n' "$seconds"; cat "$1"; } > "$tmp/message"
		ed25519 "$tmp/message" "${blob#????????????????}" || return 1
		if [ -z "$cosigned" ] || [ "$seconds" -lt "$cosigned" ]; then cosigned=$seconds; fi
	done
}

# ---- cards ----
# Splits and checks the card chain FILE into $tmp/cards.WHO/<n>.text and .sig.
chain() {
	cards=$tmp/cards.$2
	mkdir "$cards" && ends_well "$1" || return 1
	awk -v d="$cards" 'BEGIN { p = 1 } /^$/ { p++; next } {
		f = d "/" int((p + 1) / 2) (p % 2 ? ".text" : ".sig")
		if (f != was && was != "") close(was)
		was = f
		print > f
	}' "$1"
	n=1 before=- was_name='' was_identity='' was_at=''
	while [ -f "$cards/$n.text" ]; do
		card=$cards/$n.text
		name=$(sed -n 's/^name //p' "$card")
		identity=$(sed -n 's/^identity //p' "$card")
		at=$(sed -n 's/^at //p' "$card")
		[ -f "$cards/$n.sig" ] && [ "$(sed -n 1p "$card")" = "$prefix card" ] && is_name "$name" || return 1
		[ "$(sed -n 's/^seq //p' "$card")" = "$n" ] && [ "$(sed -n 's/^prev //p' "$card")" = "$before" ] || return 1
		[ "${identity%%+*}" = "$name/identity" ] && signed_by "$card" "$cards/$n.sig" "$identity" || return 1
		if [ "$n" -gt 1 ]; then
			[ "$name" = "$was_name" ] && not_after "$was_at" "$at" || return 1
			[ "$identity" = "$was_identity" ] || signed_by "$card" "$cards/$n.sig" "$was_identity" || return 1
		fi
		before=$(sha < "$card")
		was_name=$name was_identity=$identity was_at=$at
		n=$((n + 1))
	done
	[ "$n" -gt 1 ] || return 1
	printf '%s\n' "$name" > "$cards/name"
	printf '%s\n' "$((n - 1))" > "$cards/last"
	printf '%s\n' "$identity" > "$cards/identity"
}
# Is "NAME FP" a party of the chain WHO?
is_party() {
	[ "$(cat "$tmp/cards.$1/name")" = "$2" ] || return 1
	for identity in $(cat "$tmp/cards.$1"/*.text | sed -n 's/^identity //p'); do
		take_key "$identity" || return 1
		fp=$(printf '%s\n' "$key_raw" | unhex | sha)
		case $fp in "$3"*) [ ${#3} -eq 32 ] && return 0 ;; esac
	done
	return 1
}
# The time from which the chain WHO revokes KEY, or nothing: not before the card that says so.
revoked() { cat "$tmp/cards.$1"/*.text | awk -v k="$2" '$1 == "at" { at = $2 } $1 == "revoked" && $2 == k { print ($3 "" > at "" ? $3 : at) }' | sort | sed -n 1p; }
# The statement is signed by all sign keys of a card of WHO that was current, or is the last; the keys go to $tmp/used.
signed_by_node() {
	last=$(cat "$tmp/cards.$1/last")
	m=$last
	while [ "$m" -ge 1 ]; do
		card=$tmp/cards.$1/$m.text
		current=yes
		if [ "$m" -lt "$last" ]; then
			not_after "$(sed -n 's/^at //p' "$card")" "$statement_at" && not_after "$statement_at" "$(sed -n 's/^at //p' "$tmp/cards.$1/$((m + 1)).text")" || current=no
		fi
		if [ $current = yes ]; then
			all=yes
			for key in $(sed -n 's/^sign //p' "$card"); do
				signed_by "$tmp/statement.text" "$tmp/statement.sig" "$key" || all=no
			done
			if [ $all = yes ]; then
				sed -n 's/^sign //p' "$card" | sed "s|^|$1 |" >> "$tmp/used"
				return 0
			fi
		fi
		m=$((m - 1))
	done
	return 1
}

# ---- the body (RFC 6962 over its lines as sent) ----
body_root() {
	: > "$tmp/level"
	while IFS= read -r line; do
		case $line in
		'# '*) is_hash "${line#??}" && printf '%s\n' "${line#??}" ;;
		*) printf '%s\n' "$(leaf "$line")" ;;
		esac
	done < "$1" > "$tmp/level"
	count=$(awk 'END { print NR }' "$tmp/level")
	[ "$count" = "$2" ] && [ "$(awk 'END { print NR }' "$1")" = "$2" ] || return 1
	while [ "$count" -gt 1 ]; do
		while read -r left && read -r right; do
			printf '%s\n' "$(node "$left" "$right")"
		done < "$tmp/level" > "$tmp/above"
		mv "$tmp/above" "$tmp/level"
		count=$((count / 2))
	done
	[ "$(cat "$tmp/level")" = "$3" ]
}
# No name may stand twice among open and opened lines.
check_names() {
	{ cat "$1"; [ ! -f "$2" ] || sed 's/^[^ ]* //' "$2"; } | awk '$1 != "=" && $1 != "#" { print $2 }' | sort | uniq -d > "$tmp/twice"
	[ ! -s "$tmp/twice" ]
}
check_opened() {
	while IFS= read -r line; do
		position=${line%% *}
		is_number "$position" || return 1
		[ "$(sed -n "$((position + 1))p" "$dir/body.txt")" = "= $(leaf "${line#* }")" ] || return 1
	done < "$1"
}

# ---- proofs (C2SP tlog-proof) ----
# FILE proves that ENTRY is in a log of WHO; proof_time gets the time that the quorum gives ("" for none), log_key the log's key.
proof() {
	proof_time='' log_key=''
	ends_well "$1" && [ "$(parts "$1")" = 3 ] && [ "$(sed -n 1p "$1")" = c2sp.org/tlog-proof@v1 ] || return 1
	part "$1" 1 | sed 1d | sed '1{/^extra /d;}' > "$tmp/hashes"
	part "$1" 2 > "$tmp/checkpoint"
	part "$1" 3 > "$tmp/cosignatures"
	index=$(sed -n '1s/^index //p' "$tmp/hashes")
	origin=$(sed -n 1p "$tmp/checkpoint")
	size=$(sed -n 2p "$tmp/checkpoint")
	root=$(sed -n 3p "$tmp/checkpoint" | base64 -d 2>/dev/null | hex)
	[ "$(awk 'END { print NR }' "$tmp/checkpoint")" = 3 ] && is_number "$index" && is_number "$size" && [ "$index" -lt "$size" ] || return 1
	for key in $(cat "$tmp/cards.$2"/*.text | sed -n 's/^log //p'); do
		if [ "${key%%+*}" = "$origin" ]; then log_key=$key; fi
	done
	[ -n "$log_key" ] && signed_by "$tmp/checkpoint" "$tmp/cosignatures" "$log_key" || return 1
	hash=$(leaf "$3")
	fn=$index sn=$((size - 1))
	for b64 in $(sed 1d "$tmp/hashes"); do
		next=$(printf '%s' "$b64" | base64 -d 2>/dev/null | hex)
		is_hash "$next" && [ "$sn" -gt 0 ] || return 1
		if [ $((fn % 2)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
			hash=$(node "$next" "$hash")
			while [ $((fn % 2)) -eq 0 ] && [ "$fn" -ne 0 ]; do fn=$((fn / 2)) sn=$((sn / 2)); done
		else
			hash=$(node "$hash" "$next")
		fi
		fn=$((fn / 2)) sn=$((sn / 2))
	done
	[ "$sn" -eq 0 ] && [ "$hash" = "$root" ] || return 1
	quorum "$2"
}
# Counts the cosignatures of the witnesses in quorum.txt, the log's owner not among them.
quorum() {
	: > "$tmp/times"
	for witness in $witnesses; do
		if [ "$witness" = "$(cat "$tmp/cards.$1/name")" ] || [ ! -d "$tmp/cards.w.$witness" ]; then continue; fi
		first=
		for key in $(cat "$tmp/cards.w.$witness"/*.text | sed -n 's/^witness //p' | sort -u); do
			cosigned_by "$tmp/checkpoint" "$tmp/cosignatures" "$key" || return 1
			gone=$(revoked "w.$witness" "$key")
			if [ -z "$cosigned" ] || { [ -n "$gone" ] && not_after "$gone" "$(clock "$cosigned")"; }; then continue; fi
			if [ -z "$first" ] || [ "$cosigned" -lt "$first" ]; then first=$cosigned; fi
		done
		if [ -n "$first" ]; then printf '%s %s\n' "$first" "$witness" >> "$tmp/times"; fi
	done
	found=$(awk 'END { print NR }' "$tmp/times")
	if [ "$needed" != none ] && [ "$found" -ge "$needed" ]; then
		proof_time=$(sort -n "$tmp/times" | sed -n "${needed}s/ .*//p")
	fi
}
# A revoked key counts only for what was witnessed before.
not_revoked() {
	gone=$(revoked "$1" "$2")
	[ -z "$gone" ] && return 0
	[ -n "$3" ] && ! not_after "$gone" "$(clock "$3")"
}
tell_proof() {
	if [ "$needed" = none ]; then ok "$1; quorum none: no time is proven"
	elif [ -n "$proof_time" ]; then ok "$1, witnessed not later than $(clock "$proof_time") by $found of the quorum ($needed needed)"
	else ok "$1, but witnessed by $found only ($needed needed): no time is proven"
	fi
	not_revoked "$2" "$log_key" "$proof_time" || no "the key of that log was revoked, and nothing shows that this was there before"
}

# ---- the checks ----
for file in statement.note body.txt sender.cards; do
	if [ ! -f "$dir/$file" ] || ! ends_well "$dir/$file"; then
		no "$file is missing or cut off"
		exit 1
	fi
done
if [ "$(parts "$dir/statement.note")" != 2 ]; then
	no 'statement.note is no signed note of ours'
	exit 1
fi
part "$dir/statement.note" 1 > "$tmp/statement.text"
part "$dir/statement.note" 2 > "$tmp/statement.sig"
field() { sed -n "s/^$1 //p" "$tmp/statement.text"; }
first=$(sed -n 1p "$tmp/statement.text")
prefix=${first%% *}
case $prefix in tocsin/v1 | tocsin-exercise/v1) ;; *) no 'statement.note does not begin as ours do'; exit 1 ;; esac
id=$(sha < "$tmp/statement.text")
from=$(field from) to=$(field to) statement_at=$(field at) lines=$(field lines) root_is=$(field root)
ok "statement ${first#* }, id $id, $statement_at, from ${from% *} to ${to% *}"
: > "$tmp/used"

needed=none witnesses=''
if [ -f "$dir/quorum.txt" ]; then
	needed=$(sed -n '1s/^quorum //p' "$dir/quorum.txt")
	witnesses=$(sed -n '2,$s/^witness //p' "$dir/quorum.txt")
	for witness in $witnesses; do is_name "$witness" || { no 'quorum.txt is malformed'; exit 1; }; done
	[ "$needed" = none ] || { is_number "$needed" && [ "$needed" -gt 0 ]; } || { no 'quorum.txt is malformed'; exit 1; }
fi

recipient=recipient
if [ "$from" = "$to" ]; then recipient=sender; fi
for who in sender $recipient; do
	[ "$who" = sender ] && party=$from || party=$to
	if [ -f "$dir/$who.cards" ] && chain "$dir/$who.cards" "$who"; then
		ok "$who.cards: every card is signed and follows on the one before"
	else
		no "$who.cards does not verify"
		exit 1
	fi
	if is_party "$who" "${party% *}" "${party#* }"; then
		ok "$who.cards is that of ${party% *} with the fingerprint in the statement"
	else
		no "$who.cards is not that of ${party% *} with the fingerprint in the statement"
	fi
	[ "$who" = $recipient ] && break
done
for witness in $witnesses $(field by); do
	is_name "$witness" || { no 'a "by" line is malformed'; exit 1; }
	[ -d "$tmp/cards.w.$witness" ] && continue
	file=$dir/witnesses/$witness.cards
	[ "$witness" = "${from% *}" ] && [ ! -f "$file" ] && file=$dir/sender.cards
	[ "$witness" = "${to% *}" ] && [ ! -f "$file" ] && file=$dir/recipient.cards
	[ -f "$file" ] || continue
	if chain "$file" "w.$witness" && [ "$(cat "$tmp/cards.w.$witness/name")" = "$witness" ]; then
		ok "witnesses/$witness.cards: every card is signed and follows on the one before"
	else
		no "witnesses/$witness.cards does not verify"
		exit 1
	fi
done

if signed_by_node sender; then ok "statement.note is signed by ${from% *}"; else no "statement.note is not signed by ${from% *}"; fi
for by in $(field by); do
	if [ -d "$tmp/cards.w.$by" ] && signed_by_node "w.$by"; then ok "statement.note is signed by $by, as it announces"; else no "statement.note is not signed by $by, as it announces"; fi
done

if is_number "$lines" && [ "$lines" -le 2048 ] && body_root "$dir/body.txt" "$lines" "$root_is"; then
	ok "body.txt has the root that was signed ($lines lines)"
else
	no 'body.txt does not have the root that was signed'
fi
check_names "$dir/body.txt" "$dir/opened.txt" || no 'two lines bear one name'
if [ -s "$dir/opened.txt" ]; then
	if ends_well "$dir/opened.txt" && check_opened "$dir/opened.txt"; then ok 'opened.txt fits the closed lines that it opens'; else no 'opened.txt does not fit the closed lines'; fi
fi

known=''
if [ -f "$dir/issued.tlog-proof" ]; then
	if proof "$dir/issued.tlog-proof" sender "$(printf '%s issued %s' "$prefix" "$id" | sha)"; then
		tell_proof "issued: entry $index of $size in $origin" sender
		known=$proof_time
	else
		no 'issued.tlog-proof does not verify'
	fi
fi
if [ $recipient = sender ]; then
	ok "${from% *}'s own record; nobody else signed it"
elif [ -f "$dir/receipt.tlog-proof" ]; then
	if proof "$dir/receipt.tlog-proof" recipient "$(printf '%s accepted %s' "$prefix" "$id" | sha)"; then
		tell_proof "received: entry $index of $size in $origin" recipient
		if [ -z "$known" ] || { [ -n "$proof_time" ] && [ "$proof_time" -lt "$known" ]; }; then known=$proof_time; fi
	else
		no 'receipt.tlog-proof does not verify'
	fi
else
	ok 'one-sided: there is no receipt, nothing shows that it arrived'
fi
while read -r who key; do
	not_revoked "$who" "$key" "$known" || no "a key that signed was revoked, and nothing shows that the statement was there before"
done < "$tmp/used"

if [ $bad -ne 0 ]; then
	printf '\nNOT VERIFIED\n'
	exit 1
fi
printf '\nCONSISTENT. It is proven if these identities are those that you know, from cards that you got by another way:\n'
cat "$tmp"/cards.*/identity | sort -u | plain | sed 's/^/  /'
printf 'It does not prove that a person read it, that it is true, that nothing else was said, or that what has no receipt did not arrive.\n'
