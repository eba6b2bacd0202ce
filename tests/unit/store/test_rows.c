#include "fixture.h"

#include <ctype.h>

#include "store/engine.h"

/* ---- the table of texts ---- */

static void check_text(const struct sql_text *t, const char *text, const char *allowed)
{
	assert_non_null(t->name);
	if (text == NULL)
		print_message("# %s has no text\n", t->name);
	assert_non_null(text);
	int next = 1;
	for (const char *p = text; *p != 0; p++) {
		if (*p != '$')
			continue;
		int n = 0;
		while (isdigit((unsigned char)p[1]))
			n = 10 * n + *++p - '0';
		assert_in_range(n, 1, next);
		next += n == next;
	}
	if ((size_t)next - 1 != strlen(t->types))
		print_message("# %s\n", t->name);
	assert_int_equal(next - 1, strlen(t->types));
	assert_int_equal(strspn(t->types, allowed), strlen(t->types));
	assert_null(strstr(text, "LIKE"));
	assert_null(strchr(text, '?'));
}

static void every_text_numbers_its_arguments_by_first_appearance(void **state)
{
	(void)state;
	for (int q = 0; q < WRITE_COUNT; q++)
		check_text(&sql_writes[q], store_engine_sqlite.write_text((enum sql_write)q), "itbhnkcelxwmdDfsS");
	for (int q = 0; q < READ_COUNT; q++)
		check_text(&sql_reads[q], store_engine_sqlite.read_text((enum sql_read)q), "itbh");
}

/* ---- meta ---- */

static void keeps_and_forgets_a_value(void **state)
{
	struct fixture *f = *state;
	struct change *c = fresh();
	change_meta(c, "name", bytes_str("north.example"));
	change_meta(c, "empty", bytes_of(NULL, 0));
	assert_ok(commit(f, c));
	c = fresh();
	change_meta(c, "name", bytes_str("north.exercise"));
	assert_ok(commit(f, c));
	struct buf b;
	buf_init(&b, 14);
	struct snapshot *r = look(f);
	assert_ok(meta_get(r, "name", &b));
	assert_true(bytes_equal_str(buf_bytes(&b), "north.exercise"));
	assert_err(TOCSIN_BROKEN, meta_get(r, "name", &b));      /* no room for it twice */
	buf_clear(&b);
	assert_ok(meta_get(r, "empty", &b));
	assert_int_equal(b.n, 0);
	assert_err(TOCSIN_MISSING, meta_get(r, "other", &b));
	snapshot_close(r);
	c = fresh();
	change_meta_delete(c, "name");
	assert_ok(commit(f, c));
	r = look(f);
	assert_err(TOCSIN_MISSING, meta_get(r, "name", &b));
	snapshot_close(r);
	buf_free(&b);
}

/* ---- statements ---- */

static void gives_a_statement_back_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct hash re[LIMIT_REFS], entry = entry_of(5);
	for (uint64_t i = 0; i < LIMIT_REFS; i++)
		re[i] = id_of(100 + i);
	struct statement_row row = { .id = id_of(5),
		.at = AT(5),
		.issued = false,
		.kind = "response",
		.peer = "south.example",
		.note = BYTES_LIT("a\0note"),
		.body = bytes_of(NULL, 0),
		.opened = BYTES_LIT("0 opened"),
		.known_at = 77,
		.marks = STATEMENT_MARK_AHEAD,
		.re = re,
		.re_n = LIMIT_REFS };
	struct change *c = fresh();
	change_statement(c, &row);
	change_entry(c, &entry, NULL, NULL);
	assert_ok(commit(f, c));
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct statement_row got;
	assert_ok(statement_by_id(r, &row.id, a, &got));
	snapshot_close(r);
	assert_int_equal(got.num, 1);
	assert_true(hash_equal(&got.id, &row.id));
	assert_int_equal(got.at, AT(5));
	assert_false(got.issued);
	assert_string_equal(got.kind, "response");
	assert_string_equal(got.peer, "south.example");
	assert_true(bytes_equal(got.note, row.note));
	assert_int_equal(got.body.n, 0);
	assert_true(bytes_equal_str(got.opened, "0 opened"));
	assert_int_equal(got.known_at, 77);
	assert_int_equal(got.marks, STATEMENT_MARK_AHEAD);
	assert_int_equal(got.log_n, 1);
	assert_int_equal(got.log_index, 0);
	assert_int_equal(got.re_n, LIMIT_REFS);
	for (size_t i = 1; i < got.re_n; i++)
		assert_true(memcmp(got.re[i - 1].b, got.re[i].b, 32) < 0);
	arena_free(a);
}

static void finds_nothing_where_nothing_is(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct statement_row row;
	struct hash id = id_of(1);
	int64_t num;
	size_t n;
	assert_err(TOCSIN_MISSING, statement_by_num(r, 1, a, &row));
	assert_err(TOCSIN_MISSING, statement_by_id(r, &id, a, &row));
	assert_err(TOCSIN_MISSING, statement_by_prefix(r, "00000000", a, &row));
	assert_ok(statement_last(r, &num));
	assert_int_equal(num, 0);
	assert_ok(statement_since(r, "south.example", 0, &num));
	assert_int_equal(num, 0);
	assert_ok(statement_re(r, &id, &num, 1, &n));
	assert_int_equal(n, 0);
	snapshot_close(r);
	arena_free(a);
}

static void says_so_when_a_row_does_not_fit_into_the_arena(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	struct arena *a = arena_new(32);
	struct snapshot *r = look(f);
	struct statement_row row;
	assert_err(TOCSIN_BROKEN, statement_by_num(r, 1, a, &row));
	struct outbox_item *items;
	size_t n;
	assert_err(TOCSIN_BROKEN, outbox_due(r, "south.example", AT(9), 10, 1000, NULL, NULL, a, &items, &n));
	snapshot_close(r);
	arena_free(a);
}

static struct change *with_id(struct hash id, int64_t at)
{
	struct statement_row row = { .id = id, .at = at, .kind = "warning", .peer = "south.example" };
	struct change *c = fresh();
	change_statement(c, &row);
	return c;
}

static void finds_a_statement_by_the_beginning_of_its_id(void **state)
{
	struct fixture *f = *state;
	struct hash a_id = { { 0xab, 0xcd, 0xef, 0x01, 0x23, 0x40 } }, b_id = a_id, c_id = a_id;
	b_id.b[5] = 0x4f;
	c_id.b[5] = 0x50;
	assert_ok(commit(f, with_id(a_id, 1)));
	assert_ok(commit(f, with_id(b_id, 2)));
	assert_ok(commit(f, with_id(c_id, 3)));
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct statement_row row;
	assert_err(TOCSIN_REFUSED, statement_by_prefix(r, "abcdef01", a, &row));
	assert_non_null(strstr(fail_sentence(), "more digits"));
	assert_err(TOCSIN_REFUSED, statement_by_prefix(r, "abcdef01234", a, &row));
	assert_ok(statement_by_prefix(r, "abcdef01235", a, &row));
	assert_int_equal(row.num, 3);
	assert_ok(statement_by_prefix(r, "abcdef012340", a, &row));
	assert_int_equal(row.num, 1);
	assert_ok(statement_by_prefix(r, "abcdef01234f", a, &row));
	assert_int_equal(row.num, 2);
	assert_err(TOCSIN_MISSING, statement_by_prefix(r, "abcdef01236", a, &row));
	assert_err(TOCSIN_MISSING, statement_by_prefix(r, "abcdef02", a, &row));
	assert_err(TOCSIN_BAD, statement_by_prefix(r, "abcdef0", a, &row));
	assert_err(TOCSIN_BAD, statement_by_prefix(r, "", a, &row));
	assert_err(TOCSIN_BAD, statement_by_prefix(r, "ABCDEF01", a, &row));
	assert_err(TOCSIN_BAD, statement_by_prefix(r, "abcdef0g", a, &row));
	char all[66];
	hex_encode(c_id.b, 32, all);
	assert_ok(statement_by_prefix(r, all, a, &row));
	assert_int_equal(row.num, 3);
	all[64] = '0';
	all[65] = 0;
	assert_err(TOCSIN_BAD, statement_by_prefix(r, all, a, &row));
	int64_t num;
	assert_ok(statement_num(r, &b_id, &num));
	assert_int_equal(num, 2);
	snapshot_close(r);
	arena_free(a);
}

struct list {
	int64_t num[64];
	size_t n, stop_at;
	bool bodies;
};

static bool take_row(void *arg, const struct statement_row *row)
{
	struct list *l = arg;
	assert_true(l->n < 64);
	l->num[l->n++] = row->num;
	assert_int_equal(row->body.n > 0, l->bodies);
	assert_true(row->note.n > 0);
	return l->n != l->stop_at;
}

static void add_of(struct fixture *f, uint64_t i, bool issued, const char *kind, const char *peer)
{
	struct statement_row row = { .id = id_of(i),
		.at = AT(i),
		.issued = issued,
		.kind = kind,
		.peer = peer,
		.note = BYTES_LIT("note"),
		.body = BYTES_LIT("body"),
		.known_at = AT(i) };
	struct change *c = fresh();
	change_statement(c, &row);
	assert_ok(commit(f, c));
}

static void assert_list(struct fixture *f, struct statement_filter filter, const char *want)
{
	struct list l = { .bodies = filter.body };
	struct snapshot *r = look(f);
	assert_ok(statement_list(r, &filter, take_row, &l));
	snapshot_close(r);
	char got[256] = "";
	size_t n = 0;
	for (size_t i = 0; i < l.n; i++)
		n += (size_t)snprintf(got + n, sizeof got - n, "%lld ", (long long)l.num[i]);
	assert_string_equal(got, want);
}

static void lists_statements_newest_first_by_side_peer_and_kind(void **state)
{
	struct fixture *f = *state;
	add_of(f, 1, true, "warning", "south.example");
	add_of(f, 2, false, "response", "south.example");
	add_of(f, 3, true, "warning", "east.example");
	add_of(f, 4, false, "warning", "south.example");
	add_of(f, 5, true, "record", "north.example");
	assert_list(f, (struct statement_filter){ .issued = -1 }, "5 4 3 2 1 ");
	assert_list(f, (struct statement_filter){ .issued = 1 }, "5 3 1 ");
	assert_list(f, (struct statement_filter){ .issued = 0, .body = true }, "4 2 ");
	assert_list(f, (struct statement_filter){ .issued = -1, .peer = "south.example" }, "4 2 1 ");
	assert_list(f, (struct statement_filter){ .issued = -1, .kind = "warning" }, "4 3 1 ");
	assert_list(f, (struct statement_filter){ .issued = 0, .peer = "south.example", .kind = "warning" }, "4 ");
	assert_list(f, (struct statement_filter){ .issued = -1, .before_num = 4, .limit = 2 }, "3 2 ");
	assert_list(f, (struct statement_filter){ .issued = -1, .peer = "south.example", .before_num = 4, .limit = 1 },
	        "2 ");
	assert_list(f, (struct statement_filter){ .issued = -1, .kind = "closure" }, "");
	struct list l = { .stop_at = 2 };
	struct snapshot *r = look(f);
	assert_ok(statement_list(r, &(struct statement_filter){ .issued = -1 }, take_row, &l));
	assert_int_equal(l.n, 2);
	l = (struct list){ .bodies = true };
	assert_ok(statement_list_from(r, "south.example", 2, 4, 10, take_row, &l));
	assert_int_equal(l.n, 2);
	assert_int_equal(l.num[0], 2);
	assert_int_equal(l.num[1], 4);
	int64_t num;
	assert_ok(statement_since(r, "south.example", AT(3), &num));
	assert_int_equal(num, 4);
	assert_ok(statement_since(r, "south.example", AT(5), &num));
	assert_int_equal(num, 0);
	snapshot_close(r);
}

static void tells_what_refers_to_a_statement_known_or_not(void **state)
{
	struct fixture *f = *state;
	struct hash target = id_of(1000), near = target;
	near.b[31] ^= 1;                            /* the same prefix, another id */
	for (uint64_t i = 0; i < 10; i++) {
		struct hash re[2] = { i % 2 == 0 ? target : near, id_of(i) };
		struct statement_row row = {
			.id = id_of(i + 50), .at = AT(i), .kind = "answer", .peer = "a.example", .re = re, .re_n = 2
		};
		struct change *c = fresh();
		change_statement(c, &row);
		assert_ok(commit(f, c));
	}
	for (int round = 0; round < 2; round++) {
		struct snapshot *r = look(f);
		int64_t nums[10];
		size_t n;
		assert_ok(statement_re(r, &target, nums, 10, &n));
		assert_int_equal(n, 5);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(nums[i], 2 * i + 1);
		assert_ok(statement_re(r, &target, nums, 3, &n));
		assert_int_equal(n, 3);
		assert_ok(statement_re(r, &target, nums, 0, &n));
		assert_int_equal(n, 0);
		snapshot_close(r);
		reopen(f);
	}
}

static void marks_and_forgets(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	struct change *c = fresh();
	change_statement_mark(c, 1, STATEMENT_MARK_UNCONFIRMED | STATEMENT_MARK_RETURNED, 0);
	assert_ok(commit(f, c));
	c = fresh();
	change_statement_mark(c, 1, STATEMENT_MARK_AHEAD, STATEMENT_MARK_UNCONFIRMED);
	change_statement_forget(c, 1);
	assert_ok(commit(f, c));
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct statement_row row;
	assert_ok(statement_by_num(r, 1, a, &row));
	assert_int_equal(row.marks, STATEMENT_MARK_RETURNED | STATEMENT_MARK_AHEAD | STATEMENT_MARK_FORGOTTEN);
	assert_int_equal(row.body.n + row.opened.n, 0);
	assert_true(bytes_equal_str(row.note, "note 1"));
	snapshot_close(r);
	arena_free(a);
}

/* ---- cards ---- */

static void gives_a_card_chain_in_the_form_of_a_file(void **state)
{
	struct fixture *f = *state;
	struct hash id = id_of(1);
	struct change *c = fresh();
	/* Not in order: a chain is by seq. */
	change_card(c, "south.example", 2, &id, bytes_str("two\n\nsig2\n"), 1);
	change_card(c, "south.example", 1, &id, bytes_str("one\n\nsig1\n"), 1);
	change_card(c, "east.example", 1, &id, bytes_str("other\n\nsig\n"), 1);
	assert_ok(commit(f, c));
	struct snapshot *r = look(f);
	struct buf b;
	buf_init(&b, 1000);
	assert_ok(card_chain(r, "south.example", &b));
	assert_true(bytes_equal_str(buf_bytes(&b), "one\n\nsig1\n\ntwo\n\nsig2\n"));
	buf_clear(&b);
	assert_ok(card_latest(r, "south.example", &b));
	assert_true(bytes_equal_str(buf_bytes(&b), "two\n\nsig2\n"));
	buf_clear(&b);
	assert_ok(card_at(r, "south.example", 1, &b));
	assert_true(bytes_equal_str(buf_bytes(&b), "one\n\nsig1\n"));
	assert_err(TOCSIN_MISSING, card_at(r, "south.example", 3, &b));
	assert_err(TOCSIN_MISSING, card_latest(r, "west.example", &b));
	assert_err(TOCSIN_MISSING, card_chain(r, "west.example", &b));
	buf_free(&b);
	snapshot_close(r);
	c = fresh();
	change_card(c, "south.example", 2, &id, bytes_str("another two"), 2);
	assert_err(TOCSIN_LATER, commit(f, c));
}

/* ---- partners ---- */

static bool append_partner(void *arg, const struct partner_row *row)
{
	char *names = arg;
	size_t n = strlen(names);
	snprintf(names + n, 256 - n, "%s ", row->name);
	return true;
}

static bool append_name(void *arg, const char *name)
{
	char *names = arg;
	size_t n = strlen(names);
	snprintf(names + n, 256 - n, "%s ", name);
	return true;
}

static bool append_member(void *arg, const char *group, const char *member)
{
	char *names = arg;
	size_t n = strlen(names);
	snprintf(names + n, 256 - n, "%s/%s ", group, member);
	return true;
}

static void keeps_partners(void **state)
{
	struct fixture *f = *state;
	add_partner(f, "south.example");
	add_partner(f, "east.example");
	struct change *c = fresh();
	change_partner_put(c, &(struct partner_row){ .name = "south.example", .state = "confirmed", .reason = "" });
	assert_err(TOCSIN_LATER, commit(f, c));
	c = fresh();
	change_partner_state(c, "south.example", "distrusted", "two cards with one number", 9);
	change_partner_quorum(c, "south.example", 0, 10);
	change_partner_card_known(c, "south.example", 7);
	change_partner_card_known(c, "south.example", 6);
	assert_ok(commit(f, c));
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct partner_row row;
	assert_ok(partner_get(r, "south.example", a, &row));
	assert_string_equal(row.state, "distrusted");
	assert_string_equal(row.reason, "two cards with one number");
	assert_int_equal(row.quorum, 0);
	assert_int_equal(row.added_at, 5);
	assert_int_equal(row.changed_at, 10);
	assert_int_equal(row.card_known, 7);
	assert_err(TOCSIN_MISSING, partner_get(r, "west.example", a, &row));
	char names[256] = "";
	assert_ok(partner_each(r, append_partner, names));
	assert_string_equal(names, "east.example south.example ");
	snapshot_close(r);
	c = fresh();
	change_partner_card_forgotten(c, "south.example");
	assert_ok(commit(f, c));
	r = look(f);
	assert_ok(partner_get(r, "south.example", a, &row));
	assert_int_equal(row.card_known, 0);
	snapshot_close(r);
	arena_free(a);
	c = fresh();
	change_partner_quorum(c, "west.example", 1, 1);
	assert_err(TOCSIN_LATER, commit(f, c));
}

static void keeps_groups_and_witnesses(void **state)
{
	struct fixture *f = *state;
	add_partner(f, "south.example");
	struct change *c = fresh();
	change_group_put(c, "neighbours", "south.example");
	change_group_put(c, "neighbours", "south.example");
	change_group_put(c, "neighbours", "east.example");
	change_group_put(c, "all", "south.example");
	change_witness_add(c, "w2.example", 1);
	change_witness_add(c, "w1.example", 1);
	change_witness_add(c, "w1.example", 2);
	assert_ok(commit(f, c));
	struct snapshot *r = look(f);
	char names[256] = "";
	assert_ok(group_members(r, "neighbours", append_name, names));
	assert_string_equal(names, "east.example south.example ");
	names[0] = 0;
	assert_ok(group_each(r, append_member, names));
	assert_string_equal(names, "all/south.example neighbours/east.example neighbours/south.example ");
	names[0] = 0;
	assert_ok(witness_each(r, append_name, names));
	assert_string_equal(names, "w1.example w2.example ");
	snapshot_close(r);
	c = fresh();
	change_partner_remove(c, "south.example");
	change_group_remove(c, "neighbours", "nobody.example");
	change_witness_remove(c, "w2.example");
	assert_ok(commit(f, c));
	r = look(f);
	names[0] = 0;
	assert_ok(group_each(r, append_member, names));
	assert_string_equal(names, "neighbours/east.example ");
	names[0] = 0;
	assert_ok(witness_each(r, append_name, names));
	assert_string_equal(names, "w1.example ");
	snapshot_close(r);
}

/* ---- logs of others ---- */

static struct peer_log log_of(const char *origin, uint64_t size, uint8_t root, const char *note)
{
	struct peer_log p = { .name = "south.example",
		.size = size,
		.root = { { root } },
		.note = bytes_str(note),
		.at = (int64_t)size };
	snprintf(p.origin, sizeof p.origin, "%s", origin);
	return p;
}

static void put_peer_log(struct fixture *f, struct peer_log p)
{
	struct change *c = fresh();
	change_peer_log(c, &p);
	assert_ok(commit(f, c));
}

static void assert_peer_log(struct fixture *f, uint64_t size, const char *note)
{
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct peer_log p;
	assert_ok(peer_log_get(r, "south.example/log/1", a, &p));
	assert_int_equal(p.size, size);
	assert_true(bytes_equal_str(p.note, note));
	assert_string_equal(p.name, "south.example");
	snapshot_close(r);
	arena_free(a);
}

static bool count_log(void *arg, const struct peer_log *row)
{
	assert_true(row->size > 0);
	++*(size_t *)arg;
	return true;
}

static void anothers_log_only_grows(void **state)
{
	struct fixture *f = *state;
	put_peer_log(f, log_of("south.example/log/1", 32, 1, "a"));
	put_peer_log(f, log_of("south.example/log/1", 16, 2, "smaller"));
	assert_peer_log(f, 32, "a");
	put_peer_log(f, log_of("south.example/log/1", 32, 2, "another root"));
	assert_peer_log(f, 32, "a");
	put_peer_log(f, log_of("south.example/log/1", 32, 1, "more cosignatures"));
	assert_peer_log(f, 32, "more cosignatures");
	put_peer_log(f, log_of("south.example/log/1", 48, 3, "b"));
	assert_peer_log(f, 48, "b");
	put_peer_log(f, log_of("south.example/log/2", 16, 3, "c"));
	struct snapshot *r = look(f);
	size_t n = 0;
	assert_ok(peer_log_each(r, count_log, &n));
	assert_int_equal(n, 2);
	struct arena *a = arena_new(65536);
	struct peer_log p;
	assert_err(TOCSIN_MISSING, peer_log_get(r, "east.example/log/1", a, &p));
	arena_free(a);
	snapshot_close(r);
}

static enum tocsin_err witness(struct fixture *f, uint64_t old, uint64_t size, uint8_t root)
{
	struct peer_log p = log_of("south.example/log/1", size, root, "note");
	struct change *c = fresh();
	change_witnessed(c, old, &p);
	return commit(f, c);
}

static void cosigns_by_compare_and_swap(void **state)
{
	struct fixture *f = *state;
	assert_err(TOCSIN_LATER, witness(f, 16, 32, 1));
	assert_ok(witness(f, 0, 16, 1));
	assert_err(TOCSIN_LATER, witness(f, 0, 32, 2));
	assert_err(TOCSIN_LATER, witness(f, 15, 32, 2));
	assert_err(TOCSIN_LATER, witness(f, 16, 8, 2));
	assert_err(TOCSIN_LATER, witness(f, 16, 16, 2));
	assert_ok(witness(f, 16, 16, 1));
	assert_ok(witness(f, 16, 32, 2));
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct peer_log p;
	assert_ok(witnessed_get(r, "south.example/log/1", a, &p));
	assert_int_equal(p.size, 32);
	assert_int_equal(p.root.b[0], 2);
	assert_err(TOCSIN_MISSING, witnessed_get(r, "east.example/log/1", a, &p));
	snapshot_close(r);
	arena_free(a);
}

static bool take_conflict(void *arg, const struct conflict_row *row)
{
	int64_t *last = arg;
	assert_int_equal(row->num, *last + 1);
	assert_string_equal(row->what, "card");
	assert_true(bytes_equal_str(row->b, "two"));
	*last = row->num;
	return true;
}

static void numbers_conflicts(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 3; i++) {
		struct change *c = fresh();
		change_conflict(c,
		        &(struct conflict_row){ .at = 1,
		                .name = "south.example",
		                .what = "card",
		                .sentence = "two cards",
		                .a = BYTES_LIT("one"),
		                .b = BYTES_LIT("two") });
		assert_ok(commit(f, c));
		reopen(f);
	}
	struct snapshot *r = look(f);
	int64_t last = 0;
	assert_ok(conflict_each(r, 0, 2, take_conflict, &last));
	assert_int_equal(last, 2);
	assert_ok(conflict_each(r, last, 10, take_conflict, &last));
	assert_int_equal(last, 3);
	snapshot_close(r);
}

static bool list_again(void *arg, const struct statement_row *row)
{
	struct snapshot *r = arg;
	int64_t last;
	struct list l = { 0 };
	(void)row;
	assert_ok(statement_list(r, &(struct statement_filter){ .issued = -1 }, take_row, &l));
	assert_int_equal(l.n, 3);
	assert_ok(statement_last(r, &last));
	assert_int_equal(last, 3);
	return true;
}

static void a_list_may_be_read_within_itself(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 1; i <= 3; i++)
		add_statement(f, i);
	struct snapshot *r = look(f);
	assert_ok(statement_list(r, &(struct statement_filter){ .issued = -1 }, list_again, r));
	snapshot_close(r);
}

int main(void)
{
#define ON_STORE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_numbers_its_arguments_by_first_appearance),
		ON_STORE(keeps_and_forgets_a_value),
		ON_STORE(gives_a_statement_back_as_it_was),
		ON_STORE(finds_nothing_where_nothing_is),
		ON_STORE(says_so_when_a_row_does_not_fit_into_the_arena),
		ON_STORE(finds_a_statement_by_the_beginning_of_its_id),
		ON_STORE(lists_statements_newest_first_by_side_peer_and_kind),
		ON_STORE(tells_what_refers_to_a_statement_known_or_not),
		ON_STORE(marks_and_forgets),
		ON_STORE(gives_a_card_chain_in_the_form_of_a_file),
		ON_STORE(keeps_partners),
		ON_STORE(keeps_groups_and_witnesses),
		ON_STORE(anothers_log_only_grows),
		ON_STORE(cosigns_by_compare_and_swap),
		ON_STORE(numbers_conflicts),
		ON_STORE(a_list_may_be_read_within_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
