#include "serve/auth.h"

#include <pthread.h>

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
	pthread_mutex_t lock;           /* of what follows */
	struct slot slot[AUTH_TRY_KINDS][SLOTS];
};

/* ---- the header ---- */

static bool take_token(struct bytes given, char token[AUTH_TOKEN + 1])
{
	uint8_t raw[AUTH_TOKEN / 2];
	bool ok = hex_decode(given, raw, sizeof raw);
	bytes_wipe(raw, sizeof raw);
	if (ok)
		memcpy(token, given.p, AUTH_TOKEN);
	token[ok ? AUTH_TOKEN : 0] = 0;
	return ok;
}

enum auth_form auth_read(const char *header, char token[AUTH_TOKEN + 1])
{
	uint8_t plain[CREDENTIALS];
	size_t n = 0;
	token[0] = 0;
	if (header == NULL)
		return AUTH_ABSENT;
	if (strncasecmp(header, "Bearer ", 7) == 0)
		return take_token(bytes_str(header + 7), token) ? AUTH_BEARER : AUTH_RUBBISH;
	if (strncasecmp(header, "Basic ", 6) != 0 || !base64_decode(bytes_str(header + 6), true, plain, sizeof plain, &n))
		return AUTH_RUBBISH;
	const uint8_t *colon = memchr(plain, ':', n);
	bool ok = colon != NULL && take_token(bytes_of(colon + 1, n - (size_t)(colon + 1 - plain)), token);
	bytes_wipe(plain, sizeof plain);
	return ok ? AUTH_BASIC : AUTH_RUBBISH;
}

/* ---- the desk's token ---- */

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
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	pthread_mutex_destroy(&a->lock);
	bytes_wipe(a, sizeof *a);
	free(a);
}

bool auth_is_desk(const struct auth *a, const char *token)
{
	struct hash h = digest(a, bytes_str(token));
	return bytes_same_secret(h.b, a->token.b, sizeof h.b);
}

/* ---- addresses ---- */

/* The slot of PEER with what it tried in this minute, or the one to be given to it: an empty one, or the oldest. */
static struct slot *slot_of(struct auth *a, enum auth_try what, const char *peer, int64_t now)
{
	struct slot *oldest = &a->slot[what][0];
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &a->slot[what][i];
		if (s->wrong > 0 && now - s->since >= MINUTE)
			s->wrong = 0;
		if (s->wrong > 0 && strcmp(s->peer, peer) == 0)
			return s;
		if (s->wrong == 0 || (oldest->wrong > 0 && s->since < oldest->since))
			oldest = s;
	}
	oldest->wrong = 0;
	snprintf(oldest->peer, sizeof oldest->peer, "%s", peer);
	return oldest;
}

bool auth_limited(struct auth *a, enum auth_try what, const char *peer, int64_t now)
{
	pthread_mutex_lock(&a->lock);
	bool limited = slot_of(a, what, peer, now)->wrong >= (what == AUTH_TRY_LOGIN ? AUTH_LOGINS : AUTH_TRIES);
	pthread_mutex_unlock(&a->lock);
	return limited;
}

void auth_wrong(struct auth *a, enum auth_try what, const char *peer, int64_t now)
{
	pthread_mutex_lock(&a->lock);
	struct slot *s = slot_of(a, what, peer, now);
	if (s->wrong++ == 0)
		s->since = now;
	pthread_mutex_unlock(&a->lock);
}
