#include "store/rows_repeat.h"

#include "base/banned.h"
#include "store/take.h"

enum tocsin_err repeat_get(
	struct snapshot *r, const char *account, const char *key, struct arena *a, struct repeat_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_REPEATED, account, key);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = (struct repeat_row) { .status = cursor_int(c, 1), .at = cursor_int(c, 4) };
		if (!take_hash(c, 0, &out->digest))
			err = take_damaged("repeated");
		out->type = take_str(a, c, 2, &ok);
		out->answer = take_bytes(a, c, 3, &ok);
		if (err == TOCSIN_OK && !ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "this key was not used before") : err;
}

void change_repeat_begin(struct change *c, const char *account, const char *key, const struct hash *digest,
	const char *run, int64_t now)
{
	change_must(c, "the same request is under way; ask again for its answer", WRITE_REPEATED_BEGIN, account, key, digest,
		run, bytes_of(NULL, 0), now);
}

void change_repeat_end(struct change *c, const char *account, const char *key, int64_t status, const char *type,
	struct bytes answer)
{
	change_run(c, WRITE_REPEATED_END, status, type, answer, account, key);
}

void change_repeat_drop(struct change *c, const char *account, const char *key)
{
	change_run(c, WRITE_REPEATED_DROP, account, key);
}

void change_repeat_purge(struct change *c, int64_t before)
{
	change_run(c, WRITE_REPEATED_PURGE, before);
}

void change_repeat_empty_of(struct change *c, const char *account)
{
	change_run(c, WRITE_REPEATED_EMPTY_OF, bytes_of(NULL, 0), account);
}

void change_repeat_empty(struct change *c)
{
	change_run(c, WRITE_REPEATED_EMPTY, bytes_of(NULL, 0));
}
