#include "proof/checkpoint.h"

void proof_hashes_format(struct buf *out, const struct merkle_proof *p)
{
	for (size_t i = 0; i < p->n; i++) {
		buf_add_base64(out, p->h[i].b, SHA256_SIZE);
		buf_add_char(out, '\n');
	}
}

bool proof_hash_line(struct bytes line, struct hash *h)
{
	size_t n = 0;
	return line.n == BASE64_SIZE(SHA256_SIZE) && base64_decode(line, true, h->b, SHA256_SIZE, &n) && n == SHA256_SIZE;
}
