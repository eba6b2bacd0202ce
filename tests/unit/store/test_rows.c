#include "fixture.h"

#include <ctype.h>

#include "store/sql.h"

static struct snapshot *look(struct fixture *f)
{
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	return r;
}

static enum tocsin_err commit(struct fixture *f, struct change *c)
{
	return store_commit(f->s, c, NULL, NULL);
}

static struct change *fresh(void)
{
	struct change *c = change_new();
	assert_non_null(c);
	return c;
}

/* ---- the table of texts ---- */

static void check_text(const struct sql_text *t, const char *allowed)
{
	assert_non_null(t->name);
	int next = 1;
	for (const char *p = t->text; *p != 0; p++) {
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
	assert_null(strstr(t->text, "LIKE"));
	assert_null(strchr(t->text, '?'));
}

static void every_text_numbers_its_arguments_by_first_appearance(void **state)
{
	(void)state;
	for (int q = 0; q < WRITE_COUNT; q++)
		check_text(&sql_writes[q], "itbhnkcelxwm");
	for (int q = 0; q < READ_COUNT; q++)
		check_text(&sql_reads[q], "itbh");
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
	struct statement_row row = { .id = id_of(5), .at = AT(5), .issued = false, .kind = "response", .peer = "south.example", .note = BYTES_LIT("a\0note"),
		.body = bytes_of(NULL, 0), .opened = BYTES_LIT("0 opened"), .known_at = 77, .marks = STATEMENT_MARK_AHEAD, .re = re, .re_n = LIMIT_REFS };
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
	assert_err(TOCSIN_BROKEN, outbox_due(r, "south.example", AT(9), 10, 1000, a, &items, &n));
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
	struct statement_row row = { .id = id_of(i), .at = AT(i), .issued = issued, .kind = kind, .peer = peer, .note = BYTES_LIT("note"), .body = BYTES_LIT("body"),
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
	assert_list(f, (struct statement_filter){ .issued = -1, .peer = "south.example", .before_num = 4, .limit = 1 }, "2 ");
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
		struct statement_row row = { .id = id_of(i + 50), .at = AT(i), .kind = "answer", .peer = "a.example", .re = re, .re_n = 2 };
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

static void add_partner(struct fixture *f, const char *name)
{
	struct change *c = fresh();
	change_partner_put(c, &(struct partner_row){ .name = name, .state = "unconfirmed", .reason = "", .quorum = 2, .added_at = 5, .changed_at = 6 });
	assert_ok(commit(f, c));
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
	struct peer_log p = { .name = "south.example", .size = size, .root = { { root } }, .note = bytes_str(note), .at = (int64_t)size };
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
		change_conflict(c, &(struct conflict_row){ .at = 1, .name = "south.example", .what = "card", .sentence = "two cards", .a = BYTES_LIT("one"), .b = BYTES_LIT("two") });
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

/* ---- outbox ---- */

static void box(struct fixture *f, uint64_t i, const char *partner, int urgency)
{
	char body[32];
	snprintf(body, sizeof body, "body %llu", (unsigned long long)i);
	struct statement_row row = { .id = id_of(i), .at = AT(i), .issued = true, .kind = "warning", .peer = partner, .note = BYTES_LIT("note"), .body = bytes_str(body) };
	struct change *c = fresh();
	change_statement(c, &row);
	change_outbox(c, partner, urgency, AT(i));
	assert_ok(commit(f, c));
}

static void assert_due(struct fixture *f, const char *partner, int64_t now, size_t limit, size_t max_bytes, const char *want)
{
	struct arena *a = arena_new(1 << 20);
	struct snapshot *r = look(f);
	struct outbox_item *items;
	size_t n, k = 0;
	assert_ok(outbox_due(r, partner, now, limit, max_bytes, a, &items, &n));
	snapshot_close(r);
	char got[256] = "";
	for (size_t i = 0; i < n; i++) {
		char body[32];
		struct hash id = id_of((uint64_t)items[i].row.num);
		k += (size_t)snprintf(got + k, sizeof got - k, "%lld ", (long long)items[i].row.num);
		snprintf(body, sizeof body, "body %lld", (long long)items[i].row.num);
		assert_string_equal(items[i].row.partner, partner);
		assert_string_equal(items[i].row.state, "waiting");
		assert_true(hash_equal(&items[i].statement.id, &id));
		assert_true(bytes_equal_str(items[i].statement.body, body));
		assert_true(bytes_equal_str(items[i].statement.note, "note"));
		assert_int_equal(items[i].statement.num, items[i].row.num);
	}
	assert_string_equal(got, want);
	arena_free(a);
}

static void gives_what_is_due_by_urgency_then_number(void **state)
{
	struct fixture *f = *state;
	box(f, 1, "south.example", 2);
	box(f, 2, "south.example", 0);
	box(f, 3, "east.example", 0);
	box(f, 4, "south.example", 1);
	box(f, 5, "south.example", 0);
	assert_due(f, "south.example", AT(9), 10, 1000, "2 5 4 1 ");
	assert_due(f, "south.example", AT(9), 2, 1000, "2 5 ");
	assert_due(f, "south.example", AT(9), 10, 20, "2 5 ");
	assert_due(f, "south.example", AT(9), 10, 19, "2 ");
	assert_due(f, "south.example", AT(9), 10, 0, "2 ");
	assert_due(f, "south.example", AT(3), 10, 1000, "2 1 ");
	assert_due(f, "west.example", AT(9), 10, 1000, "");
	struct change *c = fresh();
	change_outbox_later(c, 2, 3, AT(20), "busy", "come back");
	change_outbox_refused(c, 5, "rule", "not allowed");
	change_outbox_close(c, 4, "closed by its author");
	assert_ok(commit(f, c));
	assert_due(f, "south.example", AT(9), 10, 1000, "1 ");
	assert_due(f, "south.example", AT(20), 10, 1000, "2 1 ");
	c = fresh();
	change_outbox_done(c, 1);
	change_outbox_retry(c, 5, AT(30));
	assert_ok(commit(f, c));
	assert_due(f, "south.example", AT(29), 10, 1000, "2 ");
	assert_due(f, "south.example", AT(30), 10, 1000, "2 5 ");
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct outbox_row row;
	assert_ok(outbox_get(r, 2, a, &row));
	assert_int_equal(row.attempts, 3);
	assert_string_equal(row.code, "busy");
	assert_string_equal(row.sentence, "come back");
	assert_int_equal(row.since, AT(2));
	assert_ok(outbox_get(r, 4, a, &row));
	assert_string_equal(row.state, "closed");
	assert_err(TOCSIN_MISSING, outbox_get(r, 1, a, &row));
	snapshot_close(r);
	arena_free(a);
}

static bool take_next(void *arg, const char *partner, int64_t next_at)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%s:%lld ", partner, (long long)((next_at - AT(0)) / CLOCK_SECOND));
	return true;
}

static bool take_count(void *arg, const char *partner, const char *state, int64_t count, int64_t oldest)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%s:%s:%lld:%lld ", partner, state, (long long)count, (long long)((oldest - AT(0)) / CLOCK_SECOND));
	return true;
}

static bool take_listed(void *arg, const struct outbox_row *row)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%lld:%s ", (long long)row->num, row->code);
	return true;
}

static void tells_which_partners_have_something_waiting(void **state)
{
	struct fixture *f = *state;
	add_partner(f, "south.example");
	add_partner(f, "east.example");
	add_partner(f, "west.example");
	box(f, 3, "south.example", 2);
	box(f, 2, "south.example", 0);
	box(f, 7, "east.example", 0);
	box(f, 8, "west.example", 0);
	struct change *c = fresh();
	change_outbox_refused(c, 4, "rule", "no");
	assert_ok(commit(f, c));
	struct snapshot *r = look(f);
	char got[256] = "";
	assert_ok(outbox_partners(r, take_next, got));
	assert_string_equal(got, "east.example:7 south.example:2 ");
	got[0] = 0;
	assert_ok(outbox_counts(r, take_count, got));
	assert_string_equal(got, "east.example:waiting:1:7 south.example:waiting:2:2 west.example:refused:1:8 ");
	got[0] = 0;
	assert_ok(outbox_list(r, "refused", 0, 10, take_listed, got));
	assert_string_equal(got, "4:rule ");
	got[0] = 0;
	assert_ok(outbox_list(r, "refused", 4, 10, take_listed, got));
	assert_string_equal(got, "");
	snapshot_close(r);
}

static void puts_a_statement_into_the_outbox_again_once(void **state)
{
	struct fixture *f = *state;
	box(f, 1, "south.example", 2);
	struct change *c = fresh();
	change_outbox_again(c, 1, "south.example", 0, AT(50));
	assert_ok(commit(f, c));
	assert_due(f, "south.example", AT(9), 10, 1000, "1 ");
	c = fresh();
	change_outbox_done(c, 1);
	assert_ok(commit(f, c));
	c = fresh();
	change_outbox_again(c, 1, "south.example", 0, AT(50));
	change_outbox_again(c, 1, "south.example", 1, AT(60));
	assert_ok(commit(f, c));
	assert_due(f, "south.example", AT(49), 10, 1000, "");
	assert_due(f, "south.example", AT(50), 10, 1000, "1 ");
}

/* ---- receipts ---- */

static void receive(struct fixture *f, int64_t from, int64_t n, const char *origin, int64_t now)
{
	struct change *c = fresh();
	change_receipt_checkpoint(c, bytes_str("checkpoint"));
	for (int64_t i = from; i < from + n; i++) {
		struct merkle_proof p = { .n = (size_t)i % (LIMIT_PROOF_HASHES + 1) };
		memset(p.h, (int)i, sizeof p.h);
		change_receipt(c, i, origin, (uint64_t)i + 100, &p, now);
		change_outbox_done(c, i);
	}
	assert_ok(commit(f, c));
}

struct receipts {
	size_t n;
	int64_t num[128];
};

static bool take_receipt(void *arg, const struct receipt_row *row, const struct hash *id)
{
	struct receipts *r = arg;
	struct hash want = id_of((uint64_t)row->num);
	assert_true(hash_equal(id, &want));
	assert_int_equal(row->hashes.n, (size_t)row->num % (LIMIT_PROOF_HASHES + 1));
	r->num[r->n++] = row->num;
	return true;
}

static bool take_receipt_count(void *arg, const char *origin, int64_t count, int64_t oldest, int64_t overdue)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%s:%lld:%lld:%lld ", origin, (long long)count, (long long)oldest, (long long)overdue);
	return true;
}

static void keeps_sixty_four_receipts_and_their_checkpoint_in_one_change(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 1; i <= 70; i++)
		box(f, i, "south.example", 1);
	receive(f, 1, 64, "south.example/log/1", 10);
	receive(f, 65, 2, "south.example/log/2", 20);
	assert_due(f, "south.example", AT(100), 100, 10000, "67 68 69 70 ");
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct receipt_row row;
	assert_ok(receipt_get(r, 63, a, &row));
	assert_int_equal(row.index, 163);
	assert_string_equal(row.origin, "south.example/log/1");
	assert_int_equal(row.hashes.n, 63);
	assert_int_equal(row.hashes.h[62].b[31], 63);
	assert_true(bytes_equal_str(row.checkpoint, "checkpoint"));
	assert_int_equal(row.received_at, 10);
	assert_int_equal(row.proof.n, 0);
	assert_int_equal(row.witnessed_at, 0);
	assert_false(row.overdue);
	assert_ok(receipt_get(r, 64, a, &row));
	assert_int_equal(row.hashes.n, 0);
	assert_ok(receipt_get(r, 66, a, &row));
	assert_true(bytes_equal_str(row.checkpoint, "checkpoint"));
	assert_err(TOCSIN_MISSING, receipt_get(r, 67, a, &row));
	struct receipts got = { 0 };
	assert_ok(receipts_unwitnessed(r, "south.example/log/1", 128, take_receipt, &got));
	assert_int_equal(got.n, 64);
	got.n = 0;
	assert_ok(receipts_late(r, 20, 128, take_receipt, &got));
	assert_int_equal(got.n, 64);
	got.n = 0;
	assert_ok(receipts_late(r, 21, 65, take_receipt, &got));
	assert_int_equal(got.n, 65);
	snapshot_close(r);

	struct change *c = fresh();
	for (int64_t i = 1; i <= 62; i++)
		change_receipt_witnessed(c, i, bytes_str("c2sp.org/tlog-proof@v1\n"), 99);
	change_receipt_overdue(c, 63);
	assert_ok(commit(f, c));
	r = look(f);
	assert_ok(receipt_get(r, 62, a, &row));
	assert_true(bytes_equal_str(row.proof, "c2sp.org/tlog-proof@v1\n"));
	assert_int_equal(row.witnessed_at, 99);
	assert_ok(receipt_get(r, 63, a, &row));
	assert_true(row.overdue);
	got.n = 0;
	assert_ok(receipts_unwitnessed(r, "south.example/log/1", 128, take_receipt, &got));
	assert_int_equal(got.n, 2);
	got.n = 0;
	assert_ok(receipts_late(r, 20, 128, take_receipt, &got));
	assert_int_equal(got.n, 1);
	assert_int_equal(got.num[0], 64);
	char counts[256] = "";
	assert_ok(receipt_counts(r, take_receipt_count, counts));
	assert_string_equal(counts, "south.example/log/1:2:10:1 south.example/log/2:2:20:0 ");
	snapshot_close(r);
	arena_free(a);
}

static void a_new_receipt_replaces_an_unwitnessed_one_only(void **state)
{
	struct fixture *f = *state;
	box(f, 1, "south.example", 1);
	receive(f, 1, 1, "south.example/log/1", 10);
	receive(f, 1, 1, "south.example/log/2", 20);
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct receipt_row row;
	assert_ok(receipt_get(r, 1, a, &row));
	assert_string_equal(row.origin, "south.example/log/2");
	assert_int_equal(row.received_at, 20);
	snapshot_close(r);
	struct change *c = fresh();
	change_receipt_witnessed(c, 1, bytes_str("proof"), 25);
	assert_ok(commit(f, c));
	receive(f, 1, 1, "south.example/log/3", 30);
	r = look(f);
	assert_ok(receipt_get(r, 1, a, &row));
	assert_string_equal(row.origin, "south.example/log/2");
	assert_int_equal(row.witnessed_at, 25);
	snapshot_close(r);
	arena_free(a);
}

static void refuses_a_receipt_without_its_checkpoint(void **state)
{
	struct fixture *f = *state;
	struct change *c = fresh();
	change_receipt(c, 1, "south.example/log/1", 1, &(struct merkle_proof){ .n = 0 }, 1);
	assert_err(TOCSIN_BROKEN, commit(f, c));
	c = fresh();
	change_receipt_checkpoint(c, bytes_str("a"));
	change_receipt_checkpoint(c, bytes_str("b"));
	assert_err(TOCSIN_BROKEN, commit(f, c));
}

/* ---- restoring, resuming ---- */

static bool take_restoring(void *arg, const struct restoring_row *row)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%s:%lld:%lld:%lld ", row->partner, (long long)row->since, (long long)row->next_num, (long long)row->until_num);
	return true;
}

static bool take_resuming(void *arg, const struct resuming_row *row)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%s:%s:%llu:%lld ", row->partner, row->origin, (unsigned long long)row->size, (long long)row->since);
	return true;
}

static void keeps_what_is_to_be_sent_again(void **state)
{
	struct fixture *f = *state;
	struct change *c = fresh();
	change_restoring_put(c, &(struct restoring_row){ "south.example", 5, 10, 90 });
	change_restoring_put(c, &(struct restoring_row){ "east.example", 1, 2, 3 });
	change_restoring_advance(c, "south.example", 40);
	change_restoring_advance(c, "south.example", 30);
	change_resuming_put(c, &(struct resuming_row){ "south.example", "north.example/log/1", 16, 5 });
	change_resuming_put(c, &(struct resuming_row){ "south.example", "north.example/log/2", 16, 5 });
	change_resuming_put(c, &(struct resuming_row){ "south.example", "north.example/log/1", 32, 6 });
	assert_ok(commit(f, c));
	struct arena *a = arena_new(65536);
	struct snapshot *r = look(f);
	struct restoring_row row;
	char got[256] = "";
	assert_ok(restoring_get(r, "south.example", a, &row));
	assert_int_equal(row.next_num, 40);
	assert_err(TOCSIN_MISSING, restoring_get(r, "west.example", a, &row));
	assert_ok(restoring_each(r, take_restoring, got));
	assert_string_equal(got, "east.example:1:2:3 south.example:5:40:90 ");
	got[0] = 0;
	assert_ok(resuming_each(r, take_resuming, got));
	assert_string_equal(got, "south.example:north.example/log/1:32:6 south.example:north.example/log/2:16:5 ");
	snapshot_close(r);
	c = fresh();
	change_restoring_put(c, &(struct restoring_row){ "south.example", 6, 1, 2 });
	change_restoring_delete(c, "east.example");
	change_resuming_delete(c, "south.example", "north.example/log/1");
	assert_ok(commit(f, c));
	r = look(f);
	got[0] = 0;
	assert_ok(restoring_each(r, take_restoring, got));
	assert_string_equal(got, "south.example:6:1:2 ");
	got[0] = 0;
	assert_ok(resuming_each(r, take_resuming, got));
	assert_string_equal(got, "south.example:north.example/log/2:16:5 ");
	snapshot_close(r);
	arena_free(a);
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
		ON_STORE(gives_what_is_due_by_urgency_then_number),
		ON_STORE(tells_which_partners_have_something_waiting),
		ON_STORE(puts_a_statement_into_the_outbox_again_once),
		ON_STORE(keeps_sixty_four_receipts_and_their_checkpoint_in_one_change),
		ON_STORE(a_new_receipt_replaces_an_unwitnessed_one_only),
		ON_STORE(refuses_a_receipt_without_its_checkpoint),
		ON_STORE(keeps_what_is_to_be_sent_again),
		ON_STORE(a_list_may_be_read_within_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
