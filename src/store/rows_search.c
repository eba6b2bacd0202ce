#include "store/rows_search.h"

#include "base/banned.h"
#include "store/inside.h"
#include "store/take.h"

#define UNTIDY "search untidy"                  /* in meta */

void change_search_add(struct change *c, int64_t num, enum search_part part, const char *words)
{
	change_run(c, WRITE_SEARCH_ADD, num, (int64_t)part, words);
}

void change_search_shared(struct change *c, int64_t num)
{
	change_run(c, WRITE_SEARCH_SHARED, num);
}

void change_search_drop(struct change *c, int64_t num)
{
	change_run(c, WRITE_SEARCH_DROP, num);
	change_meta(c, UNTIDY, BYTES_LIT("1"));
}

enum tocsin_err search_untidy(struct snapshot *r, bool *untidy)
{
	struct buf value;
	buf_init(&value, 8);
	enum tocsin_err err = meta_get(r, UNTIDY, &value);
	buf_free(&value);
	*untidy = err == TOCSIN_OK;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

void change_search_tidy(struct change *c)
{
	change_run(c, WRITE_SEARCH_TIDY);
	change_meta_delete(c, UNTIDY);
}

/* What C finds; both parts of a statement, which come one behind the other, are one hit. MISSING: that was all. */
static enum tocsin_err take_hits(struct cursor *c, struct search_hit *hits, size_t max, size_t *n)
{
	enum tocsin_err err = TOCSIN_OK;
	while ((err = cursor_next(c)) == TOCSIN_OK) {
		const struct search_hit hit = { cursor_int(c, 0), cursor_int(c, 1) != 0 };
		if (*n > 0 && hits[*n - 1].num == hit.num)
			continue;
		if (*n == max)
			break;
		hits[(*n)++] = hit;
	}
	return err;
}

enum tocsin_err search_find(struct snapshot *r, const struct search_ask *ask, struct search_hit *hits, size_t max, size_t *n,
	int64_t *on)
{
	int64_t newest, before, from;
	struct buf asked;
	*n = 0;
	*on = 0;
	enum tocsin_err err = statement_last(r, &newest);
	if (err != TOCSIN_OK || (ask->scope_n == 0 && !ask->everything) || max == 0)
		return err;
	before = ask->before > 0 && ask->before <= newest ? ask->before : newest + 1;
	from = before > SEARCH_WINDOW ? before - SEARCH_WINDOW : 0;
	buf_init(&asked, 65536);
	r->store->engine->search_asked(ask, &asked);
	buf_add_char(&asked, 0);
	err = buf_end(&asked, "what is looked for");
	struct cursor *c = NULL;
	/* Two parts a statement, and one row more to know whether there is more. */
	if (err == TOCSIN_OK)
		err = cursor_open(r, &c, READ_SEARCH, (const char *)asked.p, from, before, (int64_t)max * 2 + 1);
	if (err == TOCSIN_OK)
		err = take_hits(c, hits, max, n);
	bool more = err == TOCSIN_OK;
	err = take_end(c, err);
	buf_free(&asked);
	if (err == TOCSIN_OK)
		*on = more ? hits[*n - 1].num : from > 1 ? from : 0;
	return err;
}
