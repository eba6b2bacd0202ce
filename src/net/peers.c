#include "net/peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/banned.h"

#define BUCKETS 4096
#define BURST_SECONDS 2

struct peer {
	struct peer *next;               /* of the same bucket */
	uint64_t key[2];
	bool loopback;
	unsigned connections;
	int64_t full_at; /* when the token bucket will be (or was) full; it is empty BURST_SECONDS before */
};

struct peers {
	struct peer *buckets[BUCKETS];
	size_t count;
	unsigned max_connections, rate;
	uint64_t seed;                   /* so that nobody outside chooses who shares a bucket */
	int64_t swept;
};

struct peers *peers_new(unsigned max_connections, unsigned rate)
{
	struct peers *ps = calloc(1, sizeof *ps);
	if (ps != NULL) {
		ps->max_connections = max_connections;
		ps->rate = rate;
		ps->swept = INT64_MIN;
		random_bytes(&ps->seed, sizeof ps->seed);
	}
	return ps;
}

void peers_free(struct peers *ps)
{
	for (size_t i = 0; ps != NULL && i < BUCKETS; i++)
		while (ps->buckets[i] != NULL) {
			struct peer *p = ps->buckets[i];
			ps->buckets[i] = p->next;
			free(p);
		}
	free(ps);
}

size_t peers_count(const struct peers *ps)
{
	return ps->count;
}

/* ADDRESS as 4 bytes (IPv4, also inside IPv6) or 16; returns how many. */
static size_t address_bytes(const struct sockaddr *address, uint8_t out[16])
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof in);
		memcpy(out, &in.sin_addr, 4);
		return 4;
	}
	struct sockaddr_in6 in6;
	memcpy(&in6, address, sizeof in6);
	if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
		memcpy(out, in6.sin6_addr.s6_addr + 12, 4);
		return 4;
	}
	memcpy(out, in6.sin6_addr.s6_addr, 16);
	return 16;
}

void peers_name(const struct sockaddr *address, char name[PEERS_NAME])
{
	uint8_t a[16];
	size_t n = address_bytes(address, a);
	if (inet_ntop(n == 4 ? AF_INET : AF_INET6, a, name, PEERS_NAME) == NULL)
		name[0] = '\0';
}

static size_t bucket_of(const struct peers *ps, const uint64_t key[2])
{
	uint64_t h = (key[0] ^ ps->seed) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 29) ^ key[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(h >> 40) % BUCKETS;
}

static bool is_forgettable(const struct peer *p, int64_t now)
{
	return p->connections == 0 && p->full_at <= now;
}

/* Forgets whoever needs no remembering; at most once a second, because it walks through all. */
static void sweep(struct peers *ps, int64_t now)
{
	if (ps->swept != INT64_MIN && now - ps->swept < CLOCK_SECOND)
		return;
	ps->swept = now;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct peer **at = &ps->buckets[i]; *at != NULL;) {
			struct peer *p = *at;
			if (!is_forgettable(p, now)) {
				at = &p->next;
				continue;
			}
			*at = p->next;
			free(p);
			ps->count--;
		}
}

struct peer *peers_enter(struct peers *ps, const struct sockaddr *address, int64_t now)
{
	uint8_t a[16] = { 0 };
	size_t n = address_bytes(address, a);
	uint64_t key[2] = { 0, n };
	memcpy(&key[0], a, n == 4 ? 4 : 8);
	static const uint8_t v6_loopback[16] = { [15] = 1 };
	bool loopback = n == 4 ? a[0] == 127 : memcmp(a, v6_loopback, 16) == 0;
	if (loopback)
		key[1] |= 1;                     /* ::1 must not share with the rest of ::/64 */

	struct peer **bucket = &ps->buckets[bucket_of(ps, key)];
	struct peer *p = *bucket;
	while (p != NULL && (p->key[0] != key[0] || p->key[1] != key[1]))
		p = p->next;
	if (p == NULL) {
		if (ps->count >= PEERS_MAX)
			sweep(ps, now);
		p = ps->count < PEERS_MAX ? calloc(1, sizeof *p) : NULL;
		if (p == NULL)
			return NULL;
		*p = (struct peer){ .next = *bucket, .key = { key[0], key[1] }, .loopback = loopback, .full_at = now };
		*bucket = p;
		ps->count++;
	}
	if (!loopback && ps->max_connections > 0 && p->connections >= ps->max_connections)
		return NULL;
	p->connections++;
	return p;
}

bool peers_request(struct peers *ps, struct peer *p, int64_t now)
{
	if (ps->rate == 0)
		return true;
	int64_t one = CLOCK_SECOND / ps->rate;
	int64_t full_at = (p->full_at > now ? p->full_at : now) + (one > 0 ? one : 1);
	if (full_at - now > BURST_SECONDS * CLOCK_SECOND)
		return false;
	p->full_at = full_at;
	return true;
}

void peers_leave(struct peers *ps, struct peer *p, int64_t now)
{
	p->connections--;
	if (!is_forgettable(p, now))
		return;
	for (struct peer **at = &ps->buckets[bucket_of(ps, p->key)]; *at != NULL; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			free(p);
			ps->count--;
			return;
		}
}
