#include "serve/auth.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/sha256.h"

#define SLOTS 256
#define MINUTE (60 * CLOCK_SECOND)
#define CREDENTIALS 512

struct slot {
	char peer[64];
	int64_t since;                  /* when its first wrong try of this minute was */
	unsigned wrong;
};
struct auth {
	uint8_t key[16]; /* both sides of a comparison are hashed behind it: no length, no prefix shows */
	struct hash token;
	struct slot slot[SLOTS];
};

static struct hash digest(const struct auth *a, struct bytes token)
{
	struct hash inner = sha256(token);
	return sha256_prefixed(0, bytes_of(a->key, sizeof a->key), hash_bytes(&inner));
}

struct auth *auth_new(const char *token)
{
	struct auth *a = calloc(1, sizeof *a);
	if (a == NULL)
		return NULL;
	random_bytes(a->key, sizeof a->key);
	a->token = digest(a, bytes_str(token));
	return a;
}

void auth_free(struct auth *a)
{
	if (a != NULL)
		bytes_wipe(a, sizeof *a);
	free(a);
}

/* The slot of PEER, or the one to be given to it: an empty one, or the oldest. */
static struct slot *slot_of(struct auth *a, const char *peer)
{
	struct slot *oldest = &a->slot[0];
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &a->slot[i];
		if (s->wrong > 0 && strcmp(s->peer, peer) == 0)
			return s;
		if (s->wrong == 0 || (oldest->wrong > 0 && s->since < oldest->since))
			oldest = s;
	}
	oldest->wrong = 0;
	snprintf(oldest->peer, sizeof oldest->peer, "%s", peer);
	return oldest;
}

/* Whether HEADER brings the token. */
static bool is_token(const struct auth *a, const char *header)
{
	uint8_t plain[CREDENTIALS];
	struct bytes given = { (const uint8_t *)"", 0 };
	size_t n;
	if (strncasecmp(header, "Bearer ", 7) == 0) {
		given = bytes_str(header + 7);
	} else if (strncasecmp(header, "Basic ", 6) == 0 &&
		base64_decode(bytes_str(header + 6), true, plain, sizeof plain, &n)) {
		const uint8_t *colon = memchr(plain, ':', n);
		if (colon != NULL)
			given = bytes_of(colon + 1, n - (size_t)(colon + 1 - plain));
	}
	struct hash h = digest(a, given);
	bool same = bytes_same_secret(h.b, a->token.b, sizeof h.b);
	bytes_wipe(plain, sizeof plain);
	return same;
}

enum auth_verdict auth_check(struct auth *a, const char *header, const char *peer, int64_t now)
{
	if (header == NULL)
		return AUTH_NONE;
	struct slot *s = slot_of(a, peer);
	if (s->wrong > 0 && now - s->since >= MINUTE)
		s->wrong = 0;
	if (s->wrong >= AUTH_TRIES)
		return AUTH_LIMITED;
	if (is_token(a, header))
		return AUTH_OK;
	if (s->wrong++ == 0)
		s->since = now;
	return AUTH_WRONG;
}
