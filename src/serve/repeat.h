/*
 * repeat: Idempotency-Key.  A request that changes something and carries a key is done once: the same request with the
 * same key gets the first answer again, for a day.  A failure is not kept, so the request may be sent again.  The key is
 * made durable before the handler runs: after a crash in the middle nobody knows whether it took effect, and that is what
 * is said.
 */
#ifndef TOCSIN_SERVE_REPEAT_H
#define TOCSIN_SERVE_REPEAT_H

#include "serve/internal.h"

#define REPEAT_KEY 128                  /* printable ASCII */
#define REPEAT_ANSWER ((size_t)256 << 10)

/* Before the handler. *DONE: the answer of the first time is in Q. BAD: the key is malformed; REFUSED: the key was used
 * for something else, or the outcome is not known; LATER: the first one is under way. */
enum tocsin_err repeat_begin(struct serve *s, struct asked *q, bool *done) MUST_USE;
/* After the handler, with its result; when the answer is complete in Q. Keeps it, or forgets the key. */
enum tocsin_err repeat_end(struct serve *s, struct asked *q, enum tocsin_err result) MUST_USE;

#endif
