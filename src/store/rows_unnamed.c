#include "store/rows_unnamed.h"

#include "store/take.h"

void change_unnamed(struct change *c, const struct hash *blind)
{
	change_run(c, WRITE_UNNAMED_ADD, blind);
}

enum tocsin_err unnamed_blind(struct snapshot *r, int64_t statement, struct hash *blind)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_UNNAMED, statement);
	if (err != TOCSIN_OK)
		return err;
	err = cursor_next(c);
	if (err == TOCSIN_OK && !take_hash(c, 0, blind))
		err = fail(TOCSIN_BROKEN, "a stored blind is damaged");
	cursor_close(c);
	return err;
}

void change_claim(struct change *c, const struct hash *about, const char *peer, bool issued, int64_t num)
{
	change_run(c, WRITE_CLAIM_PUT, about, peer, (int64_t)issued, num);
}

enum tocsin_err claims_about(struct snapshot *r, const struct hash *about, size_t max, claim_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = cursor_open(r, &c, READ_CLAIMS, about, (int64_t)max);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK)
		if (!each(arg, cursor_int(c, 0)))
			break;
	return take_end(c, err);
}
