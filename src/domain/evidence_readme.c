#include "domain/evidence.h"

/* Made from check.sh by embed.sh. */
#include "domain/check_script.h"

struct bytes evidence_script(void)
{
	return bytes_of(check_script, sizeof check_script - 1);
}

/* Lines that begin with four spaces are commands; a reader may paste them, and a test runs them. */
static const char head[] =
	"This folder is evidence: one statement that was passed between two organisations, and proof of it.\n"
	"\n"
	"- statement.note: what was signed: who, to whom, when, of which kind, and the root of its body\n"
	"- body.txt: the body, line by line: an open line (salt, name, value), \"=\" and the hash of a closed one, \"#\" and the hash of one\n"
	"  that the maker of this folder keeps back\n"
	"- opened.txt: closed lines that the maker opens: position from 0, and the open line\n"
	"- issued.tlog-proof: that the statement is in its sender's log, if it is here\n"
	"- receipt.tlog-proof: that the statement is in its recipient's log: the receipt, if there is one\n"
	"- sender.cards, recipient.cards, witnesses/: the contact cards of all, with their keys\n"
	"- quorum.txt: how many witnesses must have seen a log for its time to count, and which\n"
	"\n"
	"Trust comes from you, not from this folder: its cards prove nothing by themselves. Get the card of the sender (and of the\n"
	"recipient, and of the witnesses) by another way, and name it:\n"
	"\n"
	"  tocsin verify . --card their.cards\n"
	"\n"
	"What it does not prove: that a person read it, that it is true, that nothing else was said, or that something without a\n"
	"receipt did not arrive: a recipient can read and keep silent.\n"
	"\n"
	"Without tocsin: run everything below in this folder, or only the first line, which checks all of it.\n"
	"\n"
	"    sh check.sh .\n";

static const char signature[] =
	"\n"
	"2. It is signed by a key of the sender: each \"sign\" line in sender.cards (name+id+base64) is tried, and one must verify. Which card was\n"
	"   current at the time of the statement, check.sh looks at.\n"
	"\n"
	"    work=$(mktemp -d)\n"
	"    sed '/^$/,$d' statement.note > \"$work/text\"\n"
	"    for key in $(sed -n 's/^sign //p' sender.cards | sort -u); do\n"
	"      { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; printf %s \"${key#*+*+}\" | base64 -d | tail -c 32; } > \"$work/key\"\n"
	"      grep -F \" ${key%%+*} \" statement.note | tail -n 1 | sed 's/.* //' | base64 -d | tail -c 64 > \"$work/sig\"\n"
	"      openssl pkeyutl -verify -pubin -keyform DER -inkey \"$work/key\" -rawin -in \"$work/text\" -sigfile \"$work/sig\" || true\n"
	"    done\n";

static const char root[] =
	"\n"
	"3. The body is the one that was signed: an RFC 6962 tree over its lines. The first line printed is its root, the second is what was signed.\n"
	"\n"
	"    unhex() { printf \"$(awk -v h=0123456789abcdef '{ for (i = 1; i < length($0); i += 2) printf \"\\\\%03o\", 16 * index(h, substr($0, i, 1)) + index(h, substr($0, i + 1, 1)) - 17 }')\"; }\n"
	"    while IFS= read -r line; do\n"
	"      case $line in\n"
	"      '# '*) echo \"${line#??}\" ;;\n"
	"      *) { printf '\\000'; printf %s \"$line\"; } | sha256sum | cut -c 1-64 ;;\n"
	"      esac\n"
	"    done < body.txt > \"$work/level\"\n"
	"    while [ \"$(wc -l < \"$work/level\")\" -gt 1 ]; do\n"
	"      while read -r left && read -r right; do\n"
	"        echo \"01$left$right\" | unhex | sha256sum | cut -c 1-64\n"
	"      done < \"$work/level\" > \"$work/above\"\n"
	"      mv \"$work/above\" \"$work/level\"\n"
	"    done\n"
	"    cat \"$work/level\"\n"
	"    sed -n 's/^root //p' statement.note\n"
	"\n"
	"4. A line of opened.txt is what stands closed in body.txt: its hash, behind a zero byte, is behind the \"=\" there.\n"
	"\n"
	"    while IFS= read -r line; do\n"
	"      { printf '\\000'; printf %s \"${line#* }\"; } | sha256sum | cut -c 1-64\n"
	"      sed -n \"$((${line%% *} + 1))s/^= //p\" body.txt\n"
	"    done < opened.txt\n"
	"    rm -r \"$work\"\n";

void evidence_readme(const struct statement *s, const struct hash *id, bool receipt, struct buf *out)
{
	char hex[2 * SHA256_SIZE + 1], at[CLOCK_TEXT + 1];
	hex_encode(id->b, SHA256_SIZE, hex);
	clock_format(s->at, at);
	buf_printf(out, "%s%s %s\nfrom %s\nto   %s\nat   %s (the sender's claim)\n%s\n\n", s->realm == REALM_EXERCISE ?
		"EXERCISE: " : "", s->kind, hex, s->from.name, s->to.name, at,
		party_same(&s->from, &s->to) ? "addressed to its own maker: nobody else signed it" :
		receipt ? "with a receipt" : "without a receipt: nothing here shows that it arrived");
	buf_add_str(out, head);
	buf_printf(out,
		"\n1. The statement's id is the SHA-256 of its text. It must print %s.\n\n    sed '/^$/,$d' statement.note | sha256sum\n", hex);
	buf_add_str(out, signature);
	buf_add_str(out, root);
	if (receipt)
		buf_add_str(out,
			"\n5. The receipt is a C2SP tlog-proof of the entry below; any tool for such proofs can check it with the \"log\" key in recipient.cards.\n\n"
			"    printf '%s accepted %s' \"$(sed -n '1s/ .*//p' statement.note)\" \"$(sed '/^$/,$d' statement.note | sha256sum | cut -c 1-64)\" | sha256sum | cut -c 1-64\n");
}
