/*
 * rows_repeat: what was asked with an Idempotency-Key, and what was answered.
 */
#ifndef TOCSIN_STORE_ROWS_REPEAT_H
#define TOCSIN_STORE_ROWS_REPEAT_H

#include "store/store.h"

struct repeat_row {
	struct hash digest;                     /* of the request */
	int64_t status;                         /* 0: under way */
	const char *type;                       /* while under way: which run of the node has it */
	struct bytes answer;
	int64_t at;
};
/* MISSING: ACCOUNT has not used KEY. */
enum tocsin_err repeat_get(struct snapshot *r, const char *account, const char *key, struct arena *a,
	struct repeat_row *out) MUST_USE;
/* The change fails with LATER when the key is there already. */
void change_repeat_begin(struct change *c, const char *account, const char *key, const struct hash *digest,
	const char *run, int64_t now);
void change_repeat_end(struct change *c, const char *account, const char *key, int64_t status, const char *type,
	struct bytes answer);
void change_repeat_drop(struct change *c, const char *account, const char *key);
/* Drops all that began before BEFORE. */
void change_repeat_purge(struct change *c, int64_t before);
/* Drops every answer and keeps the keys: what was answered is to be forgotten, and what was done is not done again. */
void change_repeat_empty(struct change *c);
/* The same for one account: what it may see has changed. */
void change_repeat_empty_of(struct change *c, const char *account);

#endif
