#!/bin/sh
# A call, a meeting and a mail are kept as records; a mail's PGP signature is told as gpg tells it, with the keys that its reader named.
CHECK_API=1
. "$(dirname "$0")/lib.sh"
nodes a b
meet a b
field() { at a show "$1" --json | jq -r --arg n "$2" '.fields[] | select(.name == $n).value'; }
said() { field "${out%% *}" "$1"; }

# ---- calls and meetings ----
sends a b "a car at the harbour"; about=$id
printf '{"text":"They say that they know the car.","record.who":"night desk of b","record.when":"2026-01-02T03:04:05Z"}\n' >"$W/call.json"
run 0 "a call is written down" at a record call "$W/call.json" --re "$about"
is "$(said record.type)" call "as a call"
run 0 "a meeting, too" at a record meeting "$W/call.json"
is "$(said record.type)" meeting "as a meeting"
printf '{"record.type":"meeting","text":"x"}\n' >"$W/meeting.json"
run 1 "a meeting is no call" at a record call "$W/meeting.json"
run 0 "what is written without the word still is" at a record "$W/meeting.json"
run 2 "another word is refused" at a record dream "$W/call.json"
run 2 "keys are for mails" at a record call "$W/call.json" --keys "$W/call.json"

# ---- mails, made as mail programs make them ----
export GNUPGHOME="$W/gnupg"
mkdir -m 700 "$GNUPGHOME"
faked=
pgp() { gpg $faked --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@" 2>>"$W/gpg.log"; }
key() { pgp --quick-generate-key "$1" ed25519 sign "${2:-never}" && pgp --armor --export "$1" >"$W/$3.asc"; }
must key 'Night Desk <desk@b.example>' never desk
must key 'Stranger <who@c.example>' never stranger
faked='--faked-system-time 20240101T000000'
must key 'Once <once@b.example>' 2d once
faked=
print_of() { gpg --batch --with-colons --list-keys "$1" 2>/dev/null | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -1; }
desk=$(print_of desk@b.example)
head_of() {
	printf 'From: =?utf-8?B?%s?= <desk@b.example>\r\nTo: Liaison <liaison@a.example>\r\nDate: Wed, 6 Mar 2024 10:12:00 +0100 (CET)\r\n' "$(printf 'Ночная смена' | base64)"
	printf 'Subject: The car,\r\n =?iso-8859-1?Q?na=EFvely_put?=\r\nMessage-ID: <1@b.example>\r\nMIME-Version: 1.0\r\n'
}
text='We saw the car.\r\n\r\nIt is the one.\r\n'
part() { printf 'Content-Type: text/plain; charset=utf-8\r\n\r\n'"$text"; }
# signed KEY: a mail with multipart/signed
signed() {
	part >"$W/part"
	must pgp --yes --local-user "$1" --armor --detach-sign --output "$W/part.asc" "$W/part"
	head_of
	printf 'Content-Type: multipart/signed; micalg=pgp-sha512;\r\n\tprotocol="application/pgp-signature"; boundary="=_b"\r\n\r\n--=_b\r\n'
	cat "$W/part"
	printf '\r\n--=_b\r\nContent-Type: application/pgp-signature\r\n\r\n'
	cat "$W/part.asc"
	printf '\r\n--=_b--\r\n'
}
signed desk@b.example >"$W/good.eml"
run 0 "a signed mail is kept" at a record mail "$W/good.eml" --keys "$W/desk.asc" --re "$about"
mail=${out%% *}
is "$(said record.type)" mail "as a mail"
is "$(said record.from)" "Ночная смена <desk@b.example>" "whom it says it is from"
is "$(said record.subject)" "The car, naïvely put" "its subject"
is "$(said record.when)" "2024-03-06T09:12:00Z" "when it says it was written"
is "$(said record.message-id)" "<1@b.example>" "its own name"
is "$(said record.signature)" good "its signature is good, gpg says"
is "$(said record.signer)" "$desk" "and by which key"
is "$(said record.signed-part)" whole "of the whole text"
is "$(said record.copy-sha256)" "$(sha256sum <"$W/good.eml" | cut -d' ' -f1)" "the hash is that of the file"
match "$err" "signature: good, key $desk" "its keeper is told"
run 0 "the file is kept" at a attachment "$mail" good.eml --out "$W/kept.eml"
cmp -s "$W/good.eml" "$W/kept.eml"; is $? 0 "as it was"
is "$(at a show "$mail" --json | jq -r '.from + " " + .to + " " + .delivery')" "a.exercise a.exercise own record" "it is our own word and goes to nobody"
is "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'tocsin-gpg.*' | wc -l)" 0 "gpg's folder is gone"
tr -d '\r' <"$W/good.eml" >"$W/unix.eml"
run 0 "one that was stored with the ends of lines of this machine" at a record mail "$W/unix.eml" --keys "$W/desk.asc"
is "$(said record.signature)" good "is good, too"
sed 's/the one\./another/' "$W/good.eml" >"$W/changed.eml"
run 0 "one that was changed is kept" at a record mail "$W/changed.eml" --keys "$W/desk.asc"
is "$(said record.signature)" bad "its signature is bad"
run 0 "without keys it is kept" at a record mail "$W/good.eml"
is "$(said record.signature)" unknown-key "the key is unknown"
match "$desk" "$(said record.signer)\$" "but is named"
run 0 "with somebody else's key" at a record mail "$W/good.eml" --keys "$W/stranger.asc"
is "$(said record.signature)" unknown-key "it is as unknown"
faked='--faked-system-time 20240102T000000'
signed once@b.example >"$W/once.eml"
faked=
run 0 "by a key whose time is over" at a record mail "$W/once.eml" --keys "$W/once.asc"
is "$(said record.signature)" expired "it says so"
sed 's/^:-----/-----/' "$GNUPGHOME/openpgp-revocs.d/$desk.rev" >"$W/revocation"
must pgp --import "$W/revocation"
pgp --armor --export desk@b.example >"$W/revoked.asc"
run 0 "by a key that was compromised" at a record mail "$W/good.eml" --keys "$W/revoked.asc"
is "$(said record.signature)" revoked "it says so"

# ---- signed within the text ----
clear() { printf "$text" | pgp --local-user stranger --clearsign; }
(head_of; printf '\r\n'; clear) >"$W/clear.eml"
run 0 "a clear-signed mail is kept" at a record mail "$W/clear.eml" --keys "$W/stranger.asc"
is "$(said record.signature) $(said record.signed-part)" "good whole" "its signature is good, of the whole text"
(head_of; printf '\r\nThe car is not the one.\r\n\r\n'; clear) >"$W/beside.eml"
run 0 "one with words beside what is signed" at a record mail "$W/beside.eml" --keys "$W/stranger.asc"
is "$(said record.signature) $(said record.signed-part)" "good part" "is told apart"
(head_of; printf 'Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n'; clear | base64) >"$W/base64.eml"
run 0 "one that was made to fit into seven bits" at a record mail "$W/base64.eml" --keys "$W/stranger.asc" --text "They confirm the car."
is "$(said record.signature) $(said record.signed-part)" "good whole" "is read, too"
is "$(said text)" "They confirm the car." "its keeper's words are in it"
(head_of; printf '\r\n'"$text") >"$W/plain.eml"
run 0 "one without a signature" at a record mail "$W/plain.eml" --keys "$W/desk.asc"
is "$(said record.signature) $(said record.signer)" "none " "has none"
is "$(said text)" "A mail that says it is from Ночная смена <desk@b.example>." "and says no more than that"
mkdir "$W/bin"
for tool in sh env; do ln -s "$(command -v $tool)" "$W/bin/$tool"; done
run 0 "where there is no gpg" env PATH="$W/bin" "$T" -d "$W/a/dir" record mail "$W/good.eml" --keys "$W/desk.asc"
is "$(said record.signature)" not-checked "nothing is said of it"
match "$err" 'not-checked: gpg is not on this machine' "and why"

# ---- what is refused ----
printf 'x\n' >"$W/nothing.asc"
run 1 "a file without keys is refused" at a record mail "$W/good.eml" --keys "$W/nothing.asc"
printf 'Subject: x\r\n\r\nx\r\n' >"$W/nobody.eml"
run 1 "a mail from nobody is refused" at a record mail "$W/nobody.eml"
match "$err" 'whom it is from.*record --attach|record --attach.*whom it is from' "with what to do"
printf 'this is no mail\n' >"$W/no.eml"
run 1 "what is no mail is refused" at a record mail "$W/no.eml"
run 1 "and what is not there" at a record mail "$W/nowhere.eml"
for n in a b; do run 0 "log account passes on $n" at $n log account; done
gpgconf --kill all 2>/dev/null
done_testing
