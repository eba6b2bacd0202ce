/*
 * unit: the departments of an organisation, the compartments across them, and whom a unit's clocks go to.
 *
 * A scope (need-to-know) is a unit, or its part that is read into a compartment; the unit "*" is every inspector's.
 * There is a unit "desk" from the beginning.  Units and compartments are never removed: what was shared stays shared.
 */
#ifndef TOCSIN_DESK_UNIT_H
#define TOCSIN_DESK_UNIT_H

#include "base/json.h"
#include "desk/access.h"

#define UNITS_MAX 256
#define COMPARTMENTS_MAX (VIEW_SCOPES - 1)
#define ESCALATION_MAX 16

/* New, or another label; RIGHT_ADMIN. */
enum tocsin_err unit_put(const struct desk *d, const struct view *v, const char *name, const char *label) MUST_USE;
enum tocsin_err compartment_put(const struct desk *d, const struct view *v, const char *name, const char *label) MUST_USE;
/* All units: whoever shares must name them. {items}, returned owned. */
enum tocsin_err unit_show(struct snapshot *read, json_t **out) MUST_USE;
/* The compartments that V is read into; all for administrators. */
enum tocsin_err compartment_show(struct snapshot *read, const struct view *v, json_t **out) MUST_USE;

/* Whom UNIT's clocks go to, in this order: active accounts of the unit, each once; RIGHT_ADMIN. */
enum tocsin_err escalation_put(const struct desk *d, const struct view *v, const char *unit, const char *const *account,
	size_t n) MUST_USE;
/* {unit, accounts}: one's own unit's, or by RIGHT_ADMIN; otherwise MISSING. */
enum tocsin_err escalation_show(struct snapshot *read, const struct view *v, const char *unit, json_t **out) MUST_USE;

#endif
