#include "base/text.h"
#include "proof/checkpoint.h"

enum tocsin_err witness_request_parse(struct bytes body, struct witness_request *r)
{
	struct text t = text_over(body);
	struct bytes line;
	r->proof.n = 0;
	if (!text_field(&t, "old", 20, &line) || !text_u64(line, MERKLE_SIZE_MAX, &r->old))
		return fail(TOCSIN_BAD, "A request to a witness must begin with \"old <size>\".");
	while (!text_literal(&t, "\n")) {
		if (r->proof.n == LIMIT_PROOF_HASHES)
			return fail(TOCSIN_BAD, "A request to a witness may hold at most %d hashes.", LIMIT_PROOF_HASHES);
		if (!text_line(&t, BASE64_SIZE(SHA256_SIZE), &line) || !proof_hash_line(line, &r->proof.h[r->proof.n]))
			return fail(TOCSIN_BAD, "Hash %zu of a request to a witness is not 32 bytes in base64, or the empty line behind the "
				"hashes is missing.",
				r->proof.n + 1);
		r->proof.n++;
	}
	r->note = text_rest(&t);
	if (r->note.n == 0 || r->note.n > LIMIT_CHECKPOINT_NOTE)
		return fail(TOCSIN_BAD, "A request to a witness must end with a checkpoint of at most %d bytes.",
			LIMIT_CHECKPOINT_NOTE);
	return TOCSIN_OK;
}

void witness_request_format(struct buf *out, uint64_t old, const struct merkle_proof *proof, struct bytes note)
{
	buf_add_str(out, "old ");
	buf_add_u64(out, old);
	buf_add_char(out, '\n');
	proof_hashes_format(out, proof);
	buf_add_char(out, '\n');
	buf_add_bytes(out, note);
}
