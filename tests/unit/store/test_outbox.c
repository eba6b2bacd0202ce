#include "fixture.h"

/* ---- outbox ---- */

static void box(struct fixture *f, uint64_t i, const char *partner, int urgency)
{
	char body[32];
	snprintf(body, sizeof body, "body %llu", (unsigned long long)i);
	struct statement_row row = { .id = id_of(i),
		.at = AT(i),
		.issued = true,
		.kind = "warning",
		.peer = partner,
		.note = BYTES_LIT("note"),
		.body = bytes_str(body) };
	struct change *c = fresh();
	change_statement(c, &row);
	change_outbox(c, partner, urgency, AT(i));
	assert_ok(commit(f, c));
}

static void assert_due(
        struct fixture *f, const char *partner, int64_t now, size_t limit, size_t max_bytes, const char *want)
{
	struct arena *a = arena_new(1 << 20);
	struct snapshot *r = look(f);
	struct outbox_item *items;
	size_t n, k = 0;
	assert_ok(outbox_due(r, partner, now, limit, max_bytes, NULL, NULL, a, &items, &n));
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
	snprintf(out + n, 256 - n, "%s:%s:%lld:%lld ", partner, state, (long long)count,
	        (long long)((oldest - AT(0)) / CLOCK_SECOND));
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
	snprintf(out + n, 256 - n, "%s:%lld:%lld:%lld ", origin, (long long)count, (long long)oldest,
	        (long long)overdue);
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
	snprintf(out + n, 256 - n, "%s:%lld:%lld:%lld ", row->partner, (long long)row->since, (long long)row->next_num,
	        (long long)row->until_num);
	return true;
}

static bool take_resuming(void *arg, const struct resuming_row *row)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%s:%s:%llu:%lld ", row->partner, row->origin, (unsigned long long)row->size,
	        (long long)row->since);
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

int main(void)
{
#define ON_STORE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		ON_STORE(gives_what_is_due_by_urgency_then_number),
		ON_STORE(tells_which_partners_have_something_waiting),
		ON_STORE(puts_a_statement_into_the_outbox_again_once),
		ON_STORE(keeps_sixty_four_receipts_and_their_checkpoint_in_one_change),
		ON_STORE(a_new_receipt_replaces_an_unwitnessed_one_only),
		ON_STORE(refuses_a_receipt_without_its_checkpoint),
		ON_STORE(keeps_what_is_to_be_sent_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
