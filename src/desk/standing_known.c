/*
 * standing_known: who knows of a statement.  Acceptance is a node's, an opening a person's, and what that person was
 * shown is a list of lines: none of them stands for another.
 */
#include "base/text.h"
#include "desk/access.h"
#include "desk/account.h"
#include "desk/standing_part.h"
#include "store/rows_access.h"

struct openings {
	struct showing *w;
	json_t *list;
	bool names, every;                      /* of accounts: some of them, all of them */
};

static bool add_opening(void *arg, const struct opened_row *row)
{
	struct openings *o = arg;
	json_t *item = json_object(), *lines = json_array();
	struct bytes rest = bytes_str(row->lines), word;
	while (text_word(&rest, &word))
		standing_append(o->w, lines, json_stringn((const char *)word.p, word.n));
	standing_put(o->w, item, "function", json_string(row->function));
	if (o->names && (o->every || strcmp(account_shown(o->w->read, o->w->view, row->account, o->w->arena), row->account) == 0))
		standing_put(o->w, item, "account", json_string(row->account));
	standing_put(o->w, item, "first_at", standing_time(row->first_at));
	standing_put(o->w, item, "last_at", standing_time(row->last_at));
	standing_put(o->w, item, "lines", lines);
	standing_append(o->w, o->list, item);
	return !o->w->lost;
}

enum tocsin_err standing_known(struct showing *w, const struct statement_row *row, json_t *out)
{
	json_t *known = json_object();
	struct openings o = { .w = w, .list = json_array() };
	int64_t accepted = row->issued ? 0 : row->known_at;
	/* Names are for whoever holds the audit trail against them, of one's own unit unless one inspects; others see
	 * functions. */
	o.every = w->view->everything || (w->view->roles & ROLE_INSPECTOR) != 0;
	o.names = o.every || (w->view->roles & ROLE_PROTECTION) != 0;
	enum tocsin_err err = TOCSIN_OK;
	if (row->issued) {
		struct receipt_row receipt;
		err = receipt_get(w->read, row->num, w->arena, &receipt);
		if (err == TOCSIN_OK)
			accepted = receipt.received_at;
		err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
	}
	if (err == TOCSIN_OK)
		err = opened_each(w->read, row->num, add_opening, &o);
	standing_put(w, known, "accepted_at", accepted == 0 ? json_string("") : standing_time(accepted));
	standing_put(w, known, "opened", o.list);
	standing_put(w, out, "known", known);
	return err;
}
