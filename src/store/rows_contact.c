#include "store/rows_contact.h"

#include "base/banned.h"
#include "store/take.h"

enum tocsin_err contact_row_get(struct snapshot *r, const char *name, struct arena *a, struct contact_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_CONTACT, name);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	if (err == TOCSIN_OK) {
		*out = (struct contact_row){ .name = take_str(a, c, 0, &ok), .content = take_bytes(a, c, 1, &ok),
			.added_at = cursor_int(c, 2), .changed_at = cursor_int(c, 3) };
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no contact %.64s", name) : err;
}

enum tocsin_err contact_each(struct snapshot *r, const char *after, size_t limit, contact_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_CONTACTS, after, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		const struct contact_row row = { .name = cursor_text(c, 0), .content = cursor_bytes(c, 1),
			.added_at = cursor_int(c, 2), .changed_at = cursor_int(c, 3) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

void change_contact_put(struct change *c, const char *name, struct bytes content, int64_t now)
{
	change_run(c, WRITE_CONTACT_PUT, name, content, now);
}

void change_contact_remove(struct change *c, const char *name)
{
	change_must(c, "there is no such contact any more", WRITE_CONTACT_REMOVE, name);
}
