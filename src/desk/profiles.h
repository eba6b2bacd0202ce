/*
 * profiles: what this organisation has settled with each partner about warnings (domain/profile.h), kept as JSON.
 */
#ifndef TOCSIN_DESK_PROFILES_H
#define TOCSIN_DESK_PROFILES_H

#include "desk/audit.h"
#include "domain/profile.h"

/* profile_none when nobody wrote one. Strings in the arena. */
enum tocsin_err profiles_of(struct snapshot *read, const char *partner, struct arena *a, struct profile *out) MUST_USE;
/* As it was written, {} when nobody did; returned owned. */
enum tocsin_err profiles_json(struct snapshot *read, const char *partner, json_t **out) MUST_USE;
/* BAD with a sentence; MISSING when there is no such partner. {} removes it. In the audit trail. */
enum tocsin_err profiles_put(const struct desk *d, const struct view *v, const char *partner, const json_t *profile) MUST_USE;

#endif
