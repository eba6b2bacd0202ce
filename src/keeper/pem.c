#include "keeper/pem.h"

#include "base/text.h"

#define BEGIN "-----BEGIN PRIVATE KEY-----\n"
#define END "-----END PRIVATE KEY-----\n"

/* SEQUENCE { 0, SEQUENCE { 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } } up to the seed: 48 bytes with it,
 * one line of base64. */
static const uint8_t der[16] = {
	0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
};

void pem_format(const uint8_t seed[PEM_SEED], struct buf *out)
{
	uint8_t all[sizeof der + PEM_SEED];
	memcpy(all, der, sizeof der);
	memcpy(all + sizeof der, seed, PEM_SEED);
	buf_add_str(out, BEGIN);
	buf_add_base64(out, all, sizeof all);
	buf_add_str(out, "\n" END);
	bytes_wipe(all, sizeof all);
}

enum tocsin_err pem_parse(struct bytes file, uint8_t seed[PEM_SEED])
{
	struct text t = text_over(file);
	struct bytes line;
	uint8_t all[sizeof der + PEM_SEED];
	size_t n;
	bool ok = text_literal(&t, BEGIN) && text_line(&t, BASE64_SIZE(sizeof all), &line) && text_literal(&t, END) &&
		text_at_end(&t) &&
		base64_decode(line, true, all, sizeof all, &n) && n == sizeof all && memcmp(all, der, sizeof der) == 0;
	if (ok)
		memcpy(seed, all + sizeof der, PEM_SEED);
	bytes_wipe(all, sizeof all);
	if (!ok)
		return fail(TOCSIN_BAD, "not an Ed25519 private key in PKCS#8 PEM, as openssl genpkey writes it");
	return TOCSIN_OK;
}
