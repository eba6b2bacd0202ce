#include "base/text.h"
#include "proof/checkpoint.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1\n"
#define EXTRA_MAX 4096                           /* bytes behind the base64 of "extra" */

enum tocsin_err tlogproof_parse(struct bytes b, struct tlogproof *p)
{
	struct text t = text_over(b);
	struct bytes line;
	p->proof.n = 0;
	p->extra = (struct bytes){ NULL, 0 };
	if (!text_literal(&t, FIRST_LINE))
		return fail(TOCSIN_BAD, "This is not a tlog-proof: its first line must be \"c2sp.org/tlog-proof@v1\".");
	if (text_field(&t, "extra", BASE64_SIZE(EXTRA_MAX), &line)) {
		uint8_t extra[EXTRA_MAX];
		size_t n = 0;
		if (!base64_decode(line, true, extra, sizeof extra, &n))
			return fail(TOCSIN_BAD, "The \"extra\" line of a tlog-proof must be base64 of at most %d bytes.", EXTRA_MAX);
		p->extra = line;
	}
	if (!text_field(&t, "index", 20, &line) || !text_u64(line, MERKLE_SIZE_MAX - 1, &p->index))
		return fail(TOCSIN_BAD, "The \"index\" line of a tlog-proof is missing or not a decimal number.");
	while (!text_literal(&t, "\n")) {
		if (p->proof.n == LIMIT_PROOF_HASHES)
			return fail(TOCSIN_BAD, "A tlog-proof may hold at most %d hashes.", LIMIT_PROOF_HASHES);
		if (!text_line(&t, BASE64_SIZE(SHA256_SIZE), &line) || !proof_hash_line(line, &p->proof.h[p->proof.n]))
			return fail(TOCSIN_BAD, "Hash %zu of a tlog-proof is not 32 bytes in base64, or the empty line behind the hashes is "
				"missing.",
				p->proof.n + 1);
		p->proof.n++;
	}
	p->note = text_rest(&t);
	if (p->note.n == 0 || p->note.n > LIMIT_CHECKPOINT_NOTE)
		return fail(TOCSIN_BAD, "A tlog-proof must end with a checkpoint of at most %d bytes.", LIMIT_CHECKPOINT_NOTE);
	return TOCSIN_OK;
}

void tlogproof_format(struct buf *out, uint64_t index, const struct merkle_proof *proof, struct bytes note)
{
	buf_add_str(out, FIRST_LINE "index ");
	buf_add_u64(out, index);
	buf_add_char(out, '\n');
	proof_hashes_format(out, proof);
	buf_add_char(out, '\n');
	buf_add_bytes(out, note);
}

enum tocsin_err tlogproof_verify(const struct tlogproof *p, const struct hash *leaf, const struct vkey *log,
	struct checkpoint *c)
{
	enum tocsin_err err = checkpoint_open(p->note, log, c);
	if (err != TOCSIN_OK)
		return err;
	return merkle_check_inclusion(leaf, p->index, c->size, &p->proof, &c->root);
}
