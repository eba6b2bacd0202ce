/*
 * standing_told: who was told by voice or on paper, as we wrote it down.
 */
#include "desk/access.h"
#include "desk/standing_part.h"
#include "desk/told.h"

#define TOLD_LOOKED_AT 512
#define TOLD_ARENA (16u << 20)

/* The value of NAME without its quotation marks; empty when it is not there, or not a plain string. */
static struct bytes plain(const struct content *c, const char *name)
{
	const struct body_line *l = standing_line(c, name);
	if (l == NULL || l->value.n < 2 || l->value.p[0] != '"')
		return bytes_of(NULL, 0);
	return bytes_of(l->value.p + 1, l->value.n - 2);
}

static bool is_true(const struct content *c, const char *name)
{
	const struct body_line *l = standing_line(c, name);
	return l != NULL && bytes_equal_str(l->value, "true");
}

static void put_line(struct showing *w, const struct content *c, const char *name, const char *as, json_t *item)
{
	const struct body_line *l = standing_line(c, name);
	if (l != NULL)
		standing_put(w, item, as, json_from_value(l->value));
}

static json_t *item_json(struct showing *w, const struct statement_row *row, const struct content *c)
{
	json_t *item = json_object();
	standing_put(w, item, "id", standing_hash(&row->id));
	standing_put(w, item, "recorded_at", standing_time(row->at));
	put_line(w, c, "record.method", "by", item);
	put_line(w, c, "record.person", "person", item);
	put_line(w, c, "record.when", "at", item);
	put_line(w, c, "text", "words", item);
	put_line(w, c, "record.read-back", "read_back", item);
	put_line(w, c, "record.read-back-given", "read_back_given", item);
	put_line(w, c, "record.code-ok", "code_ok", item);
	standing_put(w, item, "countersigned", json_boolean(is_true(c, "record.countersigned")));
	return item;
}

enum tocsin_err standing_told(struct showing *w, const struct statement_row *row, enum told_state *state, json_t *list)
{
	int64_t num[TOLD_LOOKED_AT];
	size_t n = 0;
	struct arena *a = arena_new(TOLD_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to show a statement")
					: statement_re(w->read, &row->id, num, TOLD_LOOKED_AT, &n);
	*state = TOLD_NOT;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement_row record;
		struct content c;
		bool closed;
		arena_reset(a);
		err = access_sees(w->read, w->view, num[i], "", &closed);
		if (err == TOCSIN_MISSING) {
			err = TOCSIN_OK;
			continue;
		}
		if (err == TOCSIN_OK)
			err = statement_by_num(w->read, num[i], a, &record);
		/* What the other side wrote down is no delivery of ours. */
		if (err != TOCSIN_OK || !record.issued || strcmp(record.kind, "record") != 0)
			continue;
		err = standing_content(&record, closed, a, &c);
		if (err != TOCSIN_OK || !told_type(plain(&c, "record.type")))
			continue;
		if (is_true(&c, "record.countersigned"))
			*state = TOLD_COUNTERSIGNED;
		else if (*state == TOLD_NOT)
			*state = TOLD_ONE_SIDED;
		if (list != NULL)
			standing_append(w, list, item_json(w, &record, &c));
	}
	arena_free(a);
	return err;
}
