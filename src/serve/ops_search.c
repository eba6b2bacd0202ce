/*
 * ops_search: full text.
 */
#include "desk/search.h"
#include "serve/cursor.h"
#include "serve/internal.h"

#define PAGE 20

enum tocsin_err op_search(struct serve *s, struct asked *q)
{
	struct search_question ask = { 0 };
	json_t *items = NULL;
	int64_t limit, on = 0;
	enum tocsin_err err = query_str(q, "q", &ask.words);
	if (err == TOCSIN_OK && ask.words == NULL)
		err = fail(TOCSIN_BAD, "the parameter q is missing: what is to be found");
	if (err == TOCSIN_OK)
		err = query_kind(q, &ask.kind);
	if (err == TOCSIN_OK)
		err = query_str(q, "peer", &ask.peer);
	if (err == TOCSIN_OK)
		err = place_take(q, "after", CURSOR_SEARCH, 0, &ask.before);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", PAGE, &limit);
	if (err != TOCSIN_OK)
		return err;
	ask.limit = (size_t)limit;
	err = desk_search(s->desk, &q->view, &ask, &items, &on);
	if (err != TOCSIN_OK)
		return err;
	q->answer = json_pack("{s:o,s:o}", "items", items, "next", on == 0 ? json_null() : place_json(q, CURSOR_SEARCH, on));
	return q->answer != NULL ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory to show what was found");
}
