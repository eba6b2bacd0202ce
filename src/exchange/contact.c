/*
 * contact: the introduction of a node that is no partner, at the listener: what is refused before anything is read or
 * verified.  What is taken in a day is counted in the database (desk/strangers_take.c); here stands, in memory of a fixed
 * size, how many tries there are in a second, and how many of a day came from one network address.
 */
#include "desk/policy.h"
#include "desk/strangers.h"
#include "exchange/internal.h"

#define SLOTS 1024
#define DAY (86400 * CLOCK_SECOND)
#define TRIES 30                        /* at once; then one a second */

/* Addresses that share a slot share its number: whoever floods makes it smaller for some others, never larger. */
struct contacts {
	pthread_mutex_t lock;
	struct { int64_t at; unsigned left; } tries[2]; /* the second for those that partners vouch for: others leave it alone */
	struct { int64_t since; unsigned n; } slot[SLOTS];
};

struct contacts *contacts_new(void)
{
	struct contacts *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	for (size_t i = 0; i < 2; i++) {
		c->tries[i].left = TRIES;
		c->tries[i].at = clock_mono();
	}
	return c;
}

void contacts_free(struct contacts *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* The network of ADDRESS: all of an IPv4 address, the first four groups of an IPv6 one. Loopback is not counted. */
static size_t slot_of(const char *address)
{
	uint32_t h = 2166136261u;
	unsigned colons = 0;
	for (const char *p = address; *p != 0 && colons < 4; p++) {
		colons += *p == ':';
		h = (h ^ (uint8_t)*p) * 16777619u;
	}
	return h % SLOTS;
}

static bool is_local(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 || strcmp(address, "unix") == 0;
}

static bool may_try(struct contacts *c, bool expected)
{
	int64_t now = clock_mono();
	pthread_mutex_lock(&c->lock);
	int64_t passed = (now - c->tries[expected].at) / CLOCK_SECOND;
	unsigned left = c->tries[expected].left;
	if (passed > 0) {
		left = passed >= TRIES || left + (unsigned)passed > TRIES ? TRIES : left + (unsigned)passed;
		c->tries[expected].at += passed * CLOCK_SECOND;
	}
	bool may = left > 0;
	c->tries[expected].left = left - may;
	pthread_mutex_unlock(&c->lock);
	return may;
}

/* Whether ADDRESS has one left of MOST (0: any number); COUNT: and it is used. */
static bool has_left(struct contacts *c, const char *address, int64_t most, bool count)
{
	if (most == 0 || is_local(address))
		return true;
	int64_t now = clock_mono();
	size_t i = slot_of(address);
	pthread_mutex_lock(&c->lock);
	if (c->slot[i].n == 0 || now - c->slot[i].since >= DAY) {
		c->slot[i].since = now;
		c->slot[i].n = 0;
	}
	bool left = c->slot[i].n < (uint64_t)most;
	c->slot[i].n += count;
	pthread_mutex_unlock(&c->lock);
	return left;
}

enum tocsin_err contact_take(struct exchange *x, struct bytes chain, const char *address, bool *stranger)
{
	enum stranger_look look;
	int64_t now = clock_now();
	enum tocsin_err err = strangers_look(x->desk, chain, now, &look);
	*stranger = err == TOCSIN_OK && look != STRANGER_NOT;
	if (!*stranger)
		return err;
	int64_t most = policy_int(x->desk, "contact.an-address");
	if (look == STRANGER_NEW && policy_flag(x->desk, "contact.strangers") && !has_left(x->contacts, address, most, false))
		return fail(TOCSIN_LATER, "no more nodes introduce themselves from your address today");
	if (!may_try(x->contacts, look == STRANGER_EXPECTED))
		return fail(TOCSIN_LATER, "too many nodes introduce themselves at once; try again later");
	err = strangers_take(x->desk, chain, STRANGER_ITSELF, "", now);
	if (err == TOCSIN_OK && look == STRANGER_NEW)
		(void)has_left(x->contacts, address, most, true);
	return err;
}
