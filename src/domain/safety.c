#include "domain/chain.h"

/* PROTOCOL, section 2: six groups of five digits from the first 30 bytes of H. */
static char *add_groups(char *out, const struct hash *h)
{
	for (size_t i = 0; i < 6; i++) {
		uint64_t v = 0;
		for (size_t j = 0; j < 5; j++)
			v = v << 8 | h->b[5 * i + j];
		for (size_t j = 5; j > 0; j--) {
			out[j - 1] = (char)('0' + v % 10);
			v /= 10;
		}
		out[5] = ' ';
		out += 6;
	}
	return out;
}

void safety_number(enum realm r, const char *name_a, const uint8_t id_a[32], const char *name_b,
	const uint8_t id_b[32], char out[72])
{
	char a[LIMIT_NAME + 68], b[LIMIT_NAME + 68], hex[65], all[2 * (LIMIT_NAME + 68) + 40];
	hex_encode(id_a, 32, hex);
	snprintf(a, sizeof a, "%s %s\n", name_a, hex);
	hex_encode(id_b, 32, hex);
	snprintf(b, sizeof b, "%s %s\n", name_b, hex);
	bool sorted = strcmp(a, b) <= 0;
	snprintf(all, sizeof all, "%s safety\n%s%s", realm_prefix(r), sorted ? a : b, sorted ? b : a);
	struct hash first = sha256(bytes_str(all));
	struct hash second = sha256_prefixed(0x01, hash_bytes(&first), (struct bytes){ NULL, 0 });
	char *end = add_groups(add_groups(out, &first), &second);
	end[-1] = '\0';
}
