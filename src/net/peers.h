/*
 * peers: what one IP address may have of a listener: so many connections, and so many requests a second (token bucket,
 * burst of twice as many).
 *
 * An IPv6 address counts by its first 64 bits, because one line gets that many; an IPv4 address inside IPv6 is an IPv4
 * address.  Only addresses with an open connection or an unfilled bucket are remembered, at most PEERS_MAX.  Times are
 * of the monotonic clock, in microseconds.  One thread.
 */
#ifndef TOCSIN_NET_PEERS_H
#define TOCSIN_NET_PEERS_H

#include <sys/socket.h>

#include "base/bytes.h"

#define PEERS_MAX 16384
#define PEERS_NAME 46          /* an address as text, with its NUL */

struct peers;
struct peer;

struct peers *peers_new(unsigned max_connections, unsigned rate);   /* 0: no limit; NULL when out of memory */
void peers_free(struct peers *ps);
/* Counts a connection of ADDRESS (AF_INET or AF_INET6). NULL: one too many (loopback is exempt from that), or no room.
 */
struct peer *peers_enter(struct peers *ps, const struct sockaddr *address, int64_t now);
/* One request: false when the address has used up its rate. */
bool peers_request(struct peers *ps, struct peer *p, int64_t now);
void peers_leave(struct peers *ps, struct peer *p, int64_t now);
size_t peers_count(const struct peers *ps);                          /* addresses remembered */
/* NAME gets ADDRESS as text. */
void peers_name(const struct sockaddr *address, char name[PEERS_NAME]);

#endif
