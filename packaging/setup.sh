#!/bin/sh
# Installs the Debian packages that a purpose needs and that are missing, and says which: setup.sh build|check|bench|deb
set -eu
build="gcc libc6-dev make pkg-config meson ninja-build libsodium-dev libssl-dev libmicrohttpd-dev libcurl4-openssl-dev libsqlite3-dev libjansson-dev libinih-dev libutf8proc-dev"
check="$build clang libclang-rt-14-dev libcmocka-dev age golang-go golang-golang-x-mod-dev jq curl openssl python3 python3-yaml python3-jsonschema sqlite3 gpg gpg-agent git procps ca-certificates tzdata"
case "${1:-}" in
build) want=$build ;;
demo) want="$build python3 openssl" ;;
check) want=$check ;;
bench) want="$check postfix" ;;
deb) want="$build dpkg-dev" ;;
*) echo "usage: setup.sh build|demo|check|bench|deb" >&2; exit 2 ;;
esac
missing=""
for package in $want; do
	status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
	[ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "Installing Debian packages:$missing"
as_root=""
if [ "$(id -u)" != 0 ]; then
	as_root="sudo"
	command -v sudo >/dev/null || { echo "setup: not root and no sudo: install by hand:$missing" >&2; exit 1; }
fi
export DEBIAN_FRONTEND=noninteractive
# Postfix asks what kind of site it is for and would start a server; the bench runs its own in a folder.
case "$missing" in *postfix*) echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections ;; esac
# shellcheck disable=SC2086
$as_root apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1 ||
	{ $as_root apt-get update -q && $as_root apt-get install -y -q --no-install-recommends $missing; }
