#include "fixture.h"

#include <pthread.h>

#include "store/inside.h"

#define ROOM 64

/* The tables that the ops would fill: keys folded, and rows of prefix_tail. */
struct model {
	struct arena *a;
	int64_t key[PREFIX_KINDS][20000];
	size_t key_n[PREFIX_KINDS];
	struct { int64_t seq, kind; struct bytes pairs; } tail[20000];
	size_t tail_n;
	struct store_op *op[20000];                /* of the transaction under way */
	size_t op_n;
	int64_t seq;
};

static bool take_op(void *arg, struct store_op *op)
{
	struct model *m = arg;
	assert_non_null(op);
	assert_true(m->op_n < sizeof m->op / sizeof *m->op);
	m->op[m->op_n++] = op;
	return true;
}

static void apply_ops(struct model *m)
{
	for (size_t i = 0; i < m->op_n; i++) {
		const struct store_op *op = m->op[i];
		if (op->q == WRITE_PREFIX_TAIL_ADD) {
			m->tail[m->tail_n].seq = op->arg[0].i;
			m->tail[m->tail_n].kind = op->arg[1].i;
			m->tail[m->tail_n++].pairs = op->arg[2].b;
		} else if (op->q == WRITE_PREFIX_TAIL_DROP) {
			size_t kept = 0;
			for (size_t k = 0; k < m->tail_n; k++)
				if (m->tail[k].seq > op->arg[0].i || m->tail[k].kind != op->arg[1].i)
					m->tail[kept++] = m->tail[k];
			m->tail_n = kept;
		} else {
			int kind = op->q == WRITE_PREFIX_STATEMENT ? PREFIX_STATEMENT : PREFIX_REFERENCE;
			m->key[kind][m->key_n[kind]++] = op->arg[0].i;
		}
	}
	m->op_n = 0;
}

static bool found(struct prefix *p, const struct model *m, enum prefix_kind kind, const struct hash *h, int64_t num)
{
	for (size_t i = 0; i < m->key_n[kind]; i++)
		if (m->key[kind][i] == ((int64_t)prefix_of(h) << 31 | num))
			return true;
	struct prefix_view v;
	size_t at = 0;
	bool yes = false;
	prefix_view_take(p, &v);
	for (int64_t k; (k = prefix_view_next(&v, kind, prefix_of(h), &at)) >= 0; )
		yes = yes || k == num;
	prefix_view_drop(&v);
	return yes;
}

static void reload(struct prefix *p, const struct model *m)
{
	prefix_free(p);
	assert_ok(prefix_init(p, ROOM));
	for (size_t i = 0; i < m->tail_n; i++)
		assert_ok(prefix_load(p, m->tail[i].seq, (enum prefix_kind)m->tail[i].kind, m->tail[i].pairs));
	assert_ok(prefix_loaded(p));
}

/* Commits batches of many sizes, some of which fail, with a restart now and then; what was committed is always found,
 * in the tables or in memory. */
static void finds_every_pair_whatever_is_folded(void **state)
{
	(void)state;
	struct model *m = calloc(1, sizeof *m);
	struct prefix p;
	m->a = arena_new(1 << 26);
	assert_ok(prefix_init(&p, ROOM));
	int64_t num = 0;
	for (int batch = 0; batch < 120; batch++) {
		int64_t n = batch % 17 == 16 ? 3 * ROOM : batch % 7, from = num;
		bool fails = batch % 5 == 3;
		prefix_clear(&p);
		for (int64_t i = 0; i < n; i++) {
			struct hash h = id_of((uint64_t)++num);
			assert_true(prefix_stage(&p, PREFIX_STATEMENT, &h, num));
			if (num % 2 == 0)
				assert_true(prefix_stage(&p, PREFIX_REFERENCE, &h, num));
		}
		assert_true(prefix_write(&p, m->a, &m->seq, take_op, m));
		if (fails) {
			m->op_n = 0;
			num = from;
		} else {
			apply_ops(m);
			prefix_committed(&p);
		}
		for (int64_t i = 1; i <= num; i++) {
			struct hash h = id_of((uint64_t)i);
			assert_true(found(&p, m, PREFIX_STATEMENT, &h, i));
			if (i % 2 == 0)
				assert_true(found(&p, m, PREFIX_REFERENCE, &h, i));
		}
		if (batch % 11 == 10)
			reload(&p, m);
	}
	assert_true(m->key_n[PREFIX_STATEMENT] > 4 * ROOM);
	assert_true(m->key_n[PREFIX_REFERENCE] > ROOM);
	prefix_free(&p);
	arena_free(m->a);
	free(m);
}

static void folds_in_the_order_of_keys(void **state)
{
	(void)state;
	struct model *m = calloc(1, sizeof *m);
	struct prefix p;
	m->a = arena_new(1 << 26);
	assert_ok(prefix_init(&p, 1000));
	for (int64_t i = 0; i < 3000; i++) {
		struct hash h = id_of((uint64_t)i);
		prefix_clear(&p);
		assert_true(prefix_stage(&p, PREFIX_STATEMENT, &h, i));
		assert_true(prefix_write(&p, m->a, &m->seq, take_op, m));
		apply_ops(m);
		prefix_committed(&p);
	}
	/* Two blocks were folded, each in ascending order. */
	size_t falls = 0;
	for (size_t i = 1; i < m->key_n[0]; i++)
		falls += m->key[0][i] < m->key[0][i - 1];
	assert_int_equal(m->key_n[0], 2000);
	assert_int_equal(falls, 1);
	assert_true(m->tail_n <= 1000);
	prefix_free(&p);
	arena_free(m->a);
	free(m);
}

static void refuses_numbers_that_do_not_fit(void **state)
{
	(void)state;
	struct prefix p;
	struct hash h = id_of(1);
	assert_ok(prefix_init(&p, ROOM));
	assert_true(prefix_stage(&p, PREFIX_STATEMENT, &h, PREFIX_NUM_MAX));
	assert_false(prefix_stage(&p, PREFIX_STATEMENT, &h, PREFIX_NUM_MAX + 1));
	assert_false(prefix_stage(&p, PREFIX_STATEMENT, &h, -1));
	assert_err(TOCSIN_BROKEN, prefix_load(&p, 1, PREFIX_STATEMENT, bytes_str("1234567")));
	prefix_free(&p);
}

/* ---- through the store ---- */

/* Blocks of ROOM pairs from here on; nothing has been written yet. */
static void shrink(struct fixture *f)
{
	prefix_free(&f->s->prefix);
	assert_ok(prefix_init(&f->s->prefix, ROOM));
}

static void assert_all_found(struct fixture *f, uint64_t n)
{
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	for (uint64_t i = 0; i < n; i++) {
		struct hash id = id_of(i);
		int64_t num;
		assert_ok(statement_num(r, &id, &num));
		assert_int_equal(num, i + 1);
	}
	snapshot_close(r);
}

static void finds_statements_by_id_before_and_after_they_are_folded(void **state)
{
	struct fixture *f = *state;
	shrink(f);
	for (uint64_t i = 0; i < 400; i++) {
		add_statement(f, i);
		if (i % 40 == 39)
			assert_all_found(f, i + 1);
	}
	assert_all_found(f, 400);
	reopen(f);
	assert_all_found(f, 400);
	struct snapshot *r;
	struct cursor *c;
	size_t folded = 0;
	assert_ok(snapshot_open(f->s, &r));
	assert_ok(cursor_open(r, &c, READ_STATEMENT_PREFIX, INT64_C(0), INT64_MAX));
	while (cursor_next(c) == TOCSIN_OK)
		folded++;
	cursor_close(c);
	snapshot_close(r);
	assert_in_range(folded, 300, 400);
}

struct looking {
	struct fixture *f;
	_Atomic uint64_t committed;
	_Atomic bool stop, wrong;
};

/* Opens one snapshot after the other and looks for the newest statements that were committed before it. */
static void *look_all_the_time(void *arg)
{
	struct looking *l = arg;
	while (!l->stop) {
		uint64_t n = l->committed;
		struct snapshot *r;
		if (snapshot_open(l->f->s, &r) != TOCSIN_OK) {
			l->wrong = true;
			break;
		}
		for (uint64_t i = n > 300 ? n - 300 : 0; i < n; i++) {
			struct hash id = id_of(i);
			int64_t num;
			if (statement_num(r, &id, &num) != TOCSIN_OK || num != (int64_t)i + 1)
				l->wrong = true;
		}
		snapshot_close(r);
	}
	return NULL;
}

static void finds_what_a_snapshot_sees_while_blocks_are_folded(void **state)
{
	struct fixture *f = *state;
	shrink(f);
	struct looking l = { .f = f };
	pthread_t t[3];
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, look_all_the_time, &l);
	for (uint64_t i = 0; i < 1500; i++) {
		add_statement(f, i);
		l.committed = i + 1;
	}
	l.stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	assert_false(l.wrong);
}

static void an_old_snapshot_finds_its_statements_after_they_were_folded(void **state)
{
	struct fixture *f = *state;
	shrink(f);
	for (uint64_t i = 0; i < 50; i++)
		add_statement(f, i);
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	for (uint64_t i = 50; i < 400; i++)
		add_statement(f, i);
	for (uint64_t i = 0; i < 60; i++) {
		struct hash id = id_of(i);
		int64_t num;
		assert_err(i < 50 ? TOCSIN_OK : TOCSIN_MISSING, statement_num(r, &id, &num));
	}
	snapshot_close(r);
}

int main(void)
{
#define ON_STORE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_pair_whatever_is_folded),
		cmocka_unit_test(folds_in_the_order_of_keys),
		cmocka_unit_test(refuses_numbers_that_do_not_fit),
		ON_STORE(finds_statements_by_id_before_and_after_they_are_folded),
		ON_STORE(finds_what_a_snapshot_sees_while_blocks_are_folded),
		ON_STORE(an_old_snapshot_finds_its_statements_after_they_were_folded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
