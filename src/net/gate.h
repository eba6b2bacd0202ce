/*
 * gate: reads the raw bytes of one connection before any HTTP library does, and lets through only what cannot be
 * understood in two ways.
 *
 * A pure state machine, fed in pieces of any size: a head, its body (by Content-Length, or chunks without extensions or
 * trailers), the next head.  It follows RFC 9112 and is narrower: lines end in CRLF; the target begins with '/'; a
 * field has a name of token characters, a colon right behind it, and no control character; there is exactly one Host,
 * at most one Content-Length of digits only, no Transfer-Encoding but "chunked" alone, never both; at most
 * LIMIT_HTTP_HEAD bytes and GATE_FIELDS fields in a head. It gives the same verdict however the bytes are cut.
 */
#ifndef TOCSIN_NET_GATE_H
#define TOCSIN_NET_GATE_H

#include "base/bytes.h"
#include "base/limits.h"

#define GATE_FIELDS 100
#define GATE_METHOD 16         /* longest method */

struct gate;                                                         /* one for a connection */

struct gate *gate_new(size_t max_body);                              /* NULL when out of memory */
void gate_free(struct gate *g);                                      /* safe on NULL */
/* Looks at the next bytes of a connection. OK: pass them on. BAD: close; the sentence says why. *REQUESTS counts heads
 * that ended in B. */
enum tocsin_err gate_look(struct gate *g, struct bytes b, unsigned *requests) MUST_USE;
bool gate_in_head(const struct gate *g); /* in the middle of a head: the idle limit is strict */

/* The same, a step at a time, for one who acts on each request: looks at B up to the end of a head, the end of a body,
 * or the end of B, whichever comes first; *USED says how far, and *HEAD_ENDED whether the last of these bytes ended a
 * head. On BAD the first *USED bytes were good, and every later call is BAD again. */
enum tocsin_err gate_step(struct gate *g, struct bytes b, size_t *used, bool *head_ended) MUST_USE;
bool gate_between(const struct gate *g);                             /* before the first byte of a request */
unsigned gate_status(const struct gate *g); /* after BAD: the HTTP status that says it: 400, 413 (body), 431 (head) */

#endif
