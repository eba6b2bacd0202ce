#!/bin/sh
# embed.sh FILE NAME: FILE as the C string NAME on standard output.
set -eu
printf '/* Made from %s. */\nstatic const char %s[] =\n' "$(basename "$1")" "$2"
sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/\t"&\\n"/' "$1"
printf '\t;\n'
