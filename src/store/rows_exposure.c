#include "store/rows_exposure.h"

#include "store/take.h"

void change_exposure(struct change *c, const struct exposure_row *row)
{
	change_run(c, WRITE_EXPOSURE_ADD, row->statement, row->partner, row->field, row->subject, row->source, &row->fact, row->at);
}

enum tocsin_err exposure_list(struct snapshot *r, const char *partner, const struct hash *subject, const struct hash *source,
	size_t limit, exposure_each *each, void *arg)
{
	struct cursor *c;
	enum tocsin_err err = partner != NULL ? cursor_open(r, &c, READ_EXPOSURE_PARTNER, partner, (int64_t)limit)
		: subject != NULL ? cursor_open(r, &c, READ_EXPOSURE_SUBJECT, subject, (int64_t)limit)
		: cursor_open(r, &c, READ_EXPOSURE_SOURCE, source, (int64_t)limit);
	if (err != TOCSIN_OK)
		return err;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		struct exposure_row row = { .num = cursor_int(c, 0), .statement = cursor_int(c, 1), .partner = cursor_text(c, 2),
			.field = cursor_text(c, 3), .subject = cursor_bytes(c, 4), .source = cursor_bytes(c, 5), .at = cursor_int(c, 7) };
		if (!take_hash(c, 6, &row.fact)) {
			cursor_close(c);
			return take_damaged("exposure");
		}
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}
