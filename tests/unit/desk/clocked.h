/*
 * clocked: a desk of people whose clocks run, for tests: starting, ending, firing, and what a clock says.
 */
#ifndef TOCSIN_TESTS_DESK_CLOCKED_H
#define TOCSIN_TESTS_DESK_CLOCKED_H

#include "desk/home.h"

#include <sqlite3.h>

#include "desk/clocks.h"
#include "store/rows_page.h"

#define MINUTE (60 * CLOCK_SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define T0 (INT64_C(1767225600) * CLOCK_SECOND)         /* 2026-01-01 */

/* ---- a desk with people ---- */

/* Rows are written by another connection while the node is down. */
static inline void sql(struct home *h, const char *text)
{
	sqlite3 *db;
	char *why = NULL;
	directory_free(h->desk.directory);
	policy_free(h->desk.policy);
	store_close(h->desk.store);
	assert_int_equal(sqlite3_open(h->db, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		print_error("%s\n", why);
	assert_null(why);
	sqlite3_close(db);
	ok(store_open(h->db, &h->desk.store));
	ok(directory_open(h->desk.store, h->desk.name, &h->desk.directory));
	ok(policy_open(h->desk.store, &h->desk.policy));
}

#define ACCOUNT(name, num, unit, roles, state) \
	"INSERT INTO account (name, num, unit, roles, function, state, password, totp, totp_last, created_at, changed_at, used_at)" \
	" VALUES ('" name "'," num ",'" unit "'," roles ",'" name " function','" state "','',x'',0,0,0,0);"

/* anna owns; carl, then dora are in the chain; rita releases, adam administers, lost is gone, omar is of another unit;
 * ines inspects, petra protects data. */
static inline void people(struct home *h)
{
	sql(h,
		"INSERT OR REPLACE INTO scope VALUES (1,'desk',''),(2,'desk','alpha'),(3,'other',''),(4,'*','');"
		ACCOUNT("anna", "1", "desk", "1", "active") ACCOUNT("carl", "2", "desk", "4", "active")
		ACCOUNT("dora", "3", "desk", "4", "active") ACCOUNT("rita", "4", "desk", "2", "active")
		ACCOUNT("adam", "5", "desk", "64", "active") ACCOUNT("lost", "6", "desk", "2", "removed")
		ACCOUNT("omar", "7", "other", "4", "active") ACCOUNT("ines", "8", "desk", "16", "active")
		ACCOUNT("petra", "9", "desk", "32", "active")
		"INSERT INTO escalation VALUES ('desk',1,'carl'),('desk',2,'dora'),('desk',3,'lost');"
		"INSERT INTO account_compartment VALUES ('dora','alpha'),('anna','alpha');");
}

static inline struct view view_of(const char *account, const char *unit, unsigned roles, int64_t scope)
{
	struct view v = { .roles = roles, .token = TOKEN_READ | TOKEN_ISSUE, .scope = { scope }, .scope_n = scope != 0 };
	snprintf(v.account, sizeof v.account, "%s", account);
	snprintf(v.function, sizeof v.function, "%s function", account);
	snprintf(v.unit, sizeof v.unit, "%s", unit);
	return v;
}

/* ---- asking ---- */

static inline struct clock_start start_of(enum clock_kind kind, int64_t statement, int urgency)
{
	return (struct clock_start) { .kind = kind, .statement = statement, .unit = "desk", .compartment = "", .owner = "anna",
		.urgency = urgency, .now = T0 };
}

static inline void starts(struct home *h, const struct clock_start *s)
{
	struct change *c = change_new();
	clocks_start(&h->desk, c, s);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static inline void ends(struct home *h, enum clock_kind kind, int64_t statement, const char *state, int64_t now)
{
	struct change *c = change_new();
	clocks_end(c, kind, statement, 0, state, now);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static inline size_t fires(struct home *h, int64_t now)
{
	size_t done, all = 0;
	do {
		ok(clocks_fire(&h->desk, now, 7, &done));
		all += done;
	} while (done > 0);
	return all;
}

/* The clocks of a statement as the operator sees them; the caller gives the list back. */
static inline json_t *clocks(struct home *h, int64_t statement)
{
	struct snapshot *r;
	json_t *list;
	ok(snapshot_open(h->desk.store, &r));
	ok(clocks_of(&h->desk, r, view_node(), statement, &list));
	snapshot_close(r);
	return list;
}

/* Member NAME of the last clock of KIND about STATEMENT; "-" when there is none. */
static inline const char *clock_says(struct home *h, int64_t statement, const char *kind, const char *name)
{
	static char text[8][400];
	static unsigned at;
	char *out = text[at++ % 8];
	json_t *list = clocks(h, statement), *o;
	size_t i;
	snprintf(out, sizeof text[0], "-");
	json_array_foreach(list, i, o) {
		if (strcmp(json_string_value(json_object_get(o, "kind")), kind) != 0)
			continue;
		const json_t *v = json_object_get(o, name);
		if (json_is_integer(v))
			snprintf(out, sizeof text[0], "%lld", (long long)json_integer_value(v));
		else
			snprintf(out, sizeof text[0], "%s", json_string_value(v));
	}
	json_decref(list);
	return out;
}
#define says(h, statement, kind, name, wanted) assert_string_equal(clock_says(h, statement, kind, name), wanted)

struct pages {
	size_t all, stopped;
	char what[64];                  /* of the newest */
	bool life;
};

static inline bool count_page(void *arg, const struct page_row *row)
{
	struct pages *p = arg;
	if (p->all++ == 0) {
		snprintf(p->what, sizeof p->what, "%s", row->what);
		p->life = row->life;
	}
	p->stopped += strcmp(row->state, "stopped") == 0;
	return true;
}

static inline struct pages pages_to(struct home *h, const char *account)
{
	struct pages p = { 0 };
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(pages_of(r, account, 0, 100000, count_page, &p));
	snapshot_close(r);
	return p;
}

static inline int64_t next_at(struct home *h)
{
	struct snapshot *r;
	int64_t at;
	ok(snapshot_open(h->desk.store, &r));
	ok(clocks_next(r, &at));
	snapshot_close(r);
	return at;
}

#endif
