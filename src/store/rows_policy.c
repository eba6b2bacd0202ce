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
