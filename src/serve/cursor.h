/*
 * cursor: where a list goes on, as its reader is given it: two numbers, sealed under a key of this node, so that a page
 * tells nothing of how much there is that its reader does not see.  A cursor belongs to one kind of list; it is only a
 * place, and gives no sight.
 */
#ifndef TOCSIN_SERVE_CURSOR_H
#define TOCSIN_SERVE_CURSOR_H

#include "base/json.h"
#include "desk/desk.h"

struct asked;

enum cursor_kind { CURSOR_STATEMENTS = 1, CURSOR_EVENTS, CURSOR_AUDIT, CURSOR_SEARCH, CURSOR_CLOCKS, CURSOR_PAGES,
	CURSOR_DRAFTS, CURSOR_OTHER };

#define CURSOR_KEY 32
#define CURSOR_TEXT 114                 /* hex digits */
#define CURSOR_WORDS "next of the page before"

/* The node's key, from meta; made when there is none. */
enum tocsin_err cursor_key(struct store *s, uint8_t key[CURSOR_KEY]) MUST_USE;
void cursor_seal(const uint8_t key[CURSOR_KEY], enum cursor_kind kind, int64_t a, int64_t b, char out[CURSOR_TEXT + 1]);
/* BAD when it is none of this node's, or of another list. */
enum tocsin_err cursor_unseal(const uint8_t key[CURSOR_KEY], enum cursor_kind kind, const char *text, int64_t *a,
	int64_t *b) MUST_USE;

/* A place among numbers that only the node knows, as Q's asker is given it: a plain number for who sees everything,
 * otherwise sealed; NULL: out of memory. */
json_t *place_json(const struct asked *q, enum cursor_kind kind, int64_t at);
/* The same read again from the query's parameter NAME; DEFLT when it is absent. */
enum tocsin_err place_take(struct asked *q, const char *name, enum cursor_kind kind, int64_t deflt, int64_t *at) MUST_USE;
/* The same from TEXT. */
enum tocsin_err place_read(struct asked *q, const char *text, enum cursor_kind kind, int64_t *at) MUST_USE;

#endif
