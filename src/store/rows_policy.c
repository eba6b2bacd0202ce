#include "store/rows_policy.h"

#include "base/banned.h"
#include "store/take.h"

enum tocsin_err policy_row_each(struct snapshot *r, policy_row_taken *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_POLICY);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_text(c, 0), cursor_text(c, 1)))
			break;
	return take_end(c, err);
}

void change_policy_put(struct change *c, const char *name, const char *value, const char *by, int64_t now)
{
	change_run(c, WRITE_POLICY_PUT, name, value, now, by);
}

/* ---- profiles ---- */

enum tocsin_err profile_get(struct snapshot *r, const char *partner, struct arena *a, struct bytes *content)
{
	struct cursor *c = NULL;
	bool ok = true;
	*content = bytes_of(NULL, 0);
	enum tocsin_err err = cursor_open(r, &c, READ_PROFILE, partner);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*content = take_bytes(a, c, 0, &ok);
		if (!ok)
			err = take_no_room();
	}
	return take_end(c, err);
}

void change_profile_put(struct change *c, const char *partner, struct bytes content, int64_t now)
{
	change_run(c, WRITE_PROFILE_PUT, partner, content, now);
}

void change_profile_remove(struct change *c, const char *partner)
{
	change_run(c, WRITE_PROFILE_REMOVE, partner);
}
