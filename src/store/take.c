#include "store/take.h"

#include "base/banned.h"

/* Closes C; MISSING after the last row is what a list ends with. */
enum tocsin_err take_end(struct cursor *c, enum tocsin_err err)
{
	cursor_close(c);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

const char *take_str(struct arena *a, const struct cursor *c, int col, bool *ok)
{
	struct bytes b = cursor_bytes(c, col);
	const char *s = arena_copy(a, b.p, b.n);
	*ok = *ok && s != NULL;
	return s;
}

struct bytes take_bytes(struct arena *a, const struct cursor *c, int col, bool *ok)
{
	struct bytes b = cursor_bytes(c, col);
	uint8_t *p = arena_copy(a, b.p, b.n);
	*ok = *ok && p != NULL;
	return bytes_of(p, p == NULL ? 0 : b.n);
}

enum tocsin_err take_no_room(void)
{
	return fail(TOCSIN_BROKEN, "a row is larger than the memory for this request");
}

/* A hash column; false when it is not 32 bytes. */
bool take_hash(const struct cursor *c, int col, struct hash *h)
{
	struct bytes b = cursor_bytes(c, col);
	if (b.n != SHA256_SIZE)
		return false;
	memcpy(h->b, b.p, SHA256_SIZE);
	return true;
}

enum tocsin_err take_damaged(const char *what)
{
	return fail(TOCSIN_BROKEN, "a row of %s is damaged; restore the database from a backup", what);
}

/* Borrows from the cursor. Columns as in STATEMENT_HEAD. */
bool take_statement_head(const struct cursor *c, struct statement_row *out)
{
	*out = (struct statement_row){ .num = cursor_int(c, 0),
		.at = cursor_int(c, 2),
		.issued = cursor_int(c, 3) != 0,
		.kind = cursor_text(c, 4),
		.peer = cursor_text(c, 5),
		.note = cursor_bytes(c, 6),
		.known_at = cursor_int(c, 7),
		.marks = cursor_int(c, 8),
		.log_n = (uint64_t)cursor_int(c, 9),
		.log_index = (uint64_t)cursor_int(c, 10) };
	return take_hash(c, 1, &out->id);
}

bool take_statement(const struct cursor *c, struct arena *a, struct statement_row *out)
{
	bool ok = true;
	if (!take_statement_head(c, out)) {
		take_damaged("statement");
		return false;
	}
	out->kind = take_str(a, c, 4, &ok);
	out->peer = take_str(a, c, 5, &ok);
	out->note = take_bytes(a, c, 6, &ok);
	out->body = take_bytes(a, c, 11, &ok);
	if (!ok)
		take_no_room();
	return ok;
}
