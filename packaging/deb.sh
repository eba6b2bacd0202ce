#!/bin/sh
# make deb: build/tocsin_VERSION_ARCH.deb: program, manual page, systemd unit, documents, licences.
set -eu
cd "$(dirname "$0")/.."
build=build-deb
root=$PWD/$build/root
[ -f "$build/build.ninja" ] || meson setup "$build" --buildtype=release -Db_pie=true --prefix=/usr >/dev/null
ninja -C "$build" >/dev/null
rm -rf "$root"
DESTDIR=$root meson install -C "$build" --no-rebuild >/dev/null
version=$("$root/usr/bin/tocsin" --version | sed 's/^tocsin //')
arch=$(dpkg --print-architecture)
doc=$root/usr/share/doc/tocsin
mkdir -p "$root/DEBIAN" "$root/lib/systemd/system" "$doc"
strip --remove-section=.comment --remove-section=.note "$root/usr/bin/tocsin"
gzip -9nf "$root/usr/share/man/man1/tocsin.1"
cp 'packaging/tocsin@.service' "$root/lib/systemd/system/"
cp packaging/debian/copyright "$doc/copyright"
cp -r docs/*.md "$doc/"
for file in README.md SECURITY.md; do [ ! -f "$file" ] || cp "$file" "$doc/"; done
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
cp packaging/debian/postinst packaging/debian/prerm "$root/DEBIAN/"
# What the program links is what it depends on, in the versions that it was built against.
mkdir -p "$build/debian"
printf 'Source: tocsin\n\nPackage: tocsin\nArchitecture: any\n' >"$build/debian/control"
depends=$(cd "$build" && dpkg-shlibdeps -O root/usr/bin/tocsin 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "deb: dpkg-shlibdeps tells no dependencies" >&2; exit 1; }
find "$root" -type d -exec chmod 755 {} +
find "$root" -type f -exec chmod 644 {} +
chmod 755 "$root/usr/bin/tocsin" "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
sed -e "s|@VERSION@|$version|" -e "s|@ARCH@|$arch|" -e "s|@DEPENDS@|$depends|" -e "s|@SIZE@|$(du -sk "$root/usr" | cut -f1)|" packaging/debian/control.in >"$root/DEBIAN/control"
(cd "$root" && find usr lib -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"
mkdir -p build
deb=build/tocsin_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$deb" >/dev/null
echo "$deb"
