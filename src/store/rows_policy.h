/*
 * rows_policy: what an organisation has decided, by name (desk/policy.h), and what it has settled with each partner
 * (domain/profile.h).
 */
#ifndef TOCSIN_STORE_ROWS_POLICY_H
#define TOCSIN_STORE_ROWS_POLICY_H

#include "store/store.h"

typedef bool policy_row_taken(void *arg, const char *name, const char *value);
/* All that was set, by name. */
enum tocsin_err policy_row_each(struct snapshot *r, policy_row_taken *each, void *arg) MUST_USE;
void change_policy_put(struct change *c, const char *name, const char *value, const char *by, int64_t now);

/* The profile of PARTNER as JSON, in the arena; empty when there is none. */
enum tocsin_err profile_get(struct snapshot *r, const char *partner, struct arena *a, struct bytes *content) MUST_USE;
void change_profile_put(struct change *c, const char *partner, struct bytes content, int64_t now);
void change_profile_remove(struct change *c, const char *partner);

#endif
