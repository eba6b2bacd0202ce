/*
 * rows_policy: what an organisation has decided, by name (desk/policy.h).
 */
#ifndef TOCSIN_STORE_ROWS_POLICY_H
#define TOCSIN_STORE_ROWS_POLICY_H

#include "store/store.h"

typedef bool policy_row_taken(void *arg, const char *name, const char *value);
/* All that was set, by name. */
enum tocsin_err policy_row_each(struct snapshot *r, policy_row_taken *each, void *arg) MUST_USE;
void change_policy_put(struct change *c, const char *name, const char *value, const char *by, int64_t now);

#endif
