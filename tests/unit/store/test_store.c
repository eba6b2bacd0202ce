#include "fixture.h"

#include <pthread.h>
#include <sys/stat.h>

static void makes_a_database_that_only_its_owner_reads(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void refuses_to_make_one_that_exists(void **state)
{
	struct fixture *f = *state;
	assert_err(TOCSIN_BROKEN, store_create(f->path, ORIGIN, 1));
	assert_non_null(strstr(fail_sentence(), f->path));
}

static void refuses_a_database_that_is_not_there(void **state)
{
	struct store *s;
	(void)state;
	assert_err(TOCSIN_MISSING, store_open("/tmp/tocsin-no-such-folder/db", &s));
	assert_err(TOCSIN_MISSING, store_open_readonly("/tmp/tocsin-no-such-folder/db", &s));
}

static void refuses_a_second_writer(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	assert_err(TOCSIN_BROKEN, store_open(f->path, &s));
	assert_non_null(strstr(fail_sentence(), "another process"));
}

static void gives_numbers_positions_and_events_in_order(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 0; i < 5; i++) {
		struct change_result r;
		struct commit_info info;
		assert_ok(store_commit(f->s, statement_change(i), &r, &info));
		assert_int_equal(r.num, i + 1);
		assert_int_equal(r.log_n, 1);
		assert_int_equal(r.log_index, i);
		assert_int_equal(r.log_size, i + 1);
		assert_int_equal(info.size, i + 1);
		assert_int_equal(info.event_seq, i + 1);
	}
	struct store_counts counts;
	store_counts_get(f->s, &counts);
	assert_int_equal(counts.statements, 5);
	assert_int_equal(counts.changes, 5);
}

static void goes_on_with_its_numbers_after_a_restart(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	add_statement(f, 2);
	reopen(f);
	struct change_result r;
	assert_ok(store_commit(f->s, statement_change(3), &r, NULL));
	assert_int_equal(r.num, 3);
	assert_int_equal(r.log_index, 2);
	assert_int_equal(store_event_seq(f->s), 3);
}

static void tells_where_a_duplicate_is_and_applies_nothing_of_it(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	add_statement(f, 2);
	reopen(f);
	struct change_result r;
	struct commit_info info;
	assert_ok(store_commit(f->s, statement_change(1), &r, &info));
	assert_true(r.duplicate);
	assert_int_equal(r.num, 1);
	assert_int_equal(r.log_n, 1);
	assert_int_equal(r.log_index, 0);
	assert_int_equal(info.size, 2);
	assert_int_equal(store_event_seq(f->s), 2);
}

#define MANY 2500

struct collected {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	size_t calls, n;
	struct change_result r[MANY];
	struct commit_info info;
};

static void collect(void *arg, const struct change_result *results, size_t n, const struct commit_info *info)
{
	struct collected *c = arg;
	pthread_mutex_lock(&c->lock);
	c->calls++;
	c->n = n;
	memcpy(c->r, results, n * sizeof *results);
	c->info = *info;
	pthread_cond_signal(&c->cond);
	pthread_mutex_unlock(&c->lock);
}

static void submit_and_wait(struct store *s, struct change **c, size_t n, struct collected *out)
{
	*out = (struct collected){ .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };
	store_submit(s, c, n, collect, out);
	pthread_mutex_lock(&out->lock);
	while (out->calls == 0)
		pthread_cond_wait(&out->cond, &out->lock);
	pthread_mutex_unlock(&out->lock);
	assert_int_equal(out->n, n);
}

static void finds_a_duplicate_within_one_batch(void **state)
{
	struct fixture *f = *state;
	struct change *c[] = { statement_change(1), statement_change(2), statement_change(1), statement_change(1) };
	static struct collected got;
	submit_and_wait(f->s, c, 4, &got);
	assert_false(got.r[0].duplicate);
	assert_false(got.r[1].duplicate);
	for (int i = 2; i < 4; i++) {
		assert_int_equal(got.r[i].err, TOCSIN_OK);
		assert_true(got.r[i].duplicate);
		assert_int_equal(got.r[i].num, got.r[0].num);
		assert_int_equal(got.r[i].log_index, got.r[0].log_index);
	}
	assert_int_equal(got.info.size, 2);
	assert_int_equal(got.info.event_seq, 2);
}

static struct change *failing(void)
{
	struct change *c = change_new();
	change_meta(c, "written by the one that fails", bytes_str("yes"));
	change_partner_state(c, "nobody.example", "confirmed", "", 1);
	change_event(c, "never", 0, "");
	return c;
}

static void returns_a_change_alone_whose_precondition_fails(void **state)
{
	struct fixture *f = *state;
	struct change *c[] = { statement_change(1), failing(), statement_change(2) };
	static struct collected got;
	submit_and_wait(f->s, c, 3, &got);
	assert_int_equal(got.r[0].err, TOCSIN_OK);
	assert_int_equal(got.r[1].err, TOCSIN_LATER);
	assert_non_null(strstr(got.r[1].sentence, "no such partner"));
	assert_int_equal(got.r[2].err, TOCSIN_OK);
	assert_int_equal(got.r[2].num, 2);
	assert_int_equal(got.r[2].log_index, 1);
	assert_int_equal(got.info.event_seq, 2);
	struct snapshot *r;
	struct buf b;
	buf_init(&b, 100);
	assert_ok(snapshot_open(f->s, &r));
	assert_err(TOCSIN_MISSING, meta_get(r, "written by the one that fails", &b));
	snapshot_close(r);
	buf_free(&b);
}

static void applies_the_rest_one_by_one_when_many_preconditions_fail(void **state)
{
	struct fixture *f = *state;
	struct change *c[40];
	static struct collected got;
	for (uint64_t i = 0; i < 40; i++)
		c[i] = i % 2 == 0 ? statement_change(i) : failing();
	submit_and_wait(f->s, c, 40, &got);
	for (uint64_t i = 0; i < 40; i++) {
		assert_int_equal(got.r[i].err, i % 2 == 0 ? TOCSIN_OK : TOCSIN_LATER);
		if (i % 2 == 0) {
			assert_int_equal(got.r[i].num, i / 2 + 1);
			assert_int_equal(got.r[i].log_index, i / 2);
		}
	}
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, 20);
}

static void judges_a_precondition_by_what_stands_before_it_in_the_batch(void **state)
{
	struct fixture *f = *state;
	struct peer_log first = { .origin = "x.example/log/1", .size = 16, .note = BYTES_LIT("a"), .at = 1 },
	                second = first, third = first;
	second.size = 32;
	third.size = 48;
	struct change *c[3] = { change_new(), change_new(), change_new() };
	change_witnessed(c[0], 0, &first);
	change_witnessed(c[1], 0, &second);     /* too late: the first has been there */
	change_witnessed(c[2], 16, &third);
	static struct collected got;
	submit_and_wait(f->s, c, 3, &got);
	assert_int_equal(got.r[0].err, TOCSIN_OK);
	assert_int_equal(got.r[1].err, TOCSIN_LATER);
	assert_int_equal(got.r[2].err, TOCSIN_OK);
}

static void fails_a_change_that_was_built_wrongly(void **state)
{
	struct fixture *f = *state;
	struct change *two = statement_change(1);
	struct statement_row row = { .kind = "warning", .peer = "a.example" };
	change_statement(two, &row);
	assert_err(TOCSIN_BROKEN, store_commit(f->s, two, NULL, NULL));
	assert_non_null(strstr(fail_sentence(), "at most one statement"));
	struct change *orphan = change_new();
	change_outbox(orphan, "a.example", 0, 1);
	assert_err(TOCSIN_BROKEN, store_commit(f->s, orphan, NULL, NULL));
	struct change *large = change_new();
	size_t n = 33u << 20;
	uint8_t *p = calloc(1, n);
	change_meta(large, "a", bytes_of(p, n));
	change_meta(large, "b", bytes_of(p, n));
	free(p);
	assert_err(TOCSIN_BROKEN, store_commit(f->s, large, NULL, NULL));
	assert_non_null(strstr(fail_sentence(), "64 MiB"));
	add_statement(f, 1);
}

static void takes_an_empty_submission_and_an_empty_change(void **state)
{
	struct fixture *f = *state;
	static struct collected got;
	submit_and_wait(f->s, NULL, 0, &got);
	assert_ok(store_commit(f->s, change_new(), NULL, NULL));
}

static void shows_a_snapshot_one_moment_while_the_writer_goes_on(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	struct snapshot *before, *after;
	assert_ok(snapshot_open(f->s, &before));
	add_statement(f, 2);
	int64_t num;
	assert_ok(statement_last(before, &num));
	assert_int_equal(num, 1);
	struct hash id = id_of(2);
	assert_err(TOCSIN_MISSING, statement_num(before, &id, &num));
	assert_ok(snapshot_open(f->s, &after));
	assert_ok(statement_num(after, &id, &num));
	assert_int_equal(num, 2);
	snapshot_close(before);
	snapshot_close(after);
}

static void refuses_more_snapshots_than_it_has_room_for(void **state)
{
	struct fixture *f = *state;
	struct snapshot *r[65];
	for (int i = 0; i < 64; i++)
		assert_ok(snapshot_open(f->s, &r[i]));
	assert_err(TOCSIN_LATER, snapshot_open(f->s, &r[64]));
	for (int i = 0; i < 64; i++)
		snapshot_close(r[i]);
	assert_ok(snapshot_open(f->s, &r[0]));
	snapshot_close(r[0]);
	snapshot_close(NULL);
}

static void reads_while_another_process_would_write(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	struct store *reader;
	assert_ok(store_open_readonly(f->path, &reader));
	add_statement(f, 2);
	struct snapshot *r;
	int64_t num;
	assert_ok(snapshot_open(reader, &r));
	assert_ok(statement_last(r, &num));
	assert_int_equal(num, 2);
	snapshot_close(r);
	uint64_t n;
	assert_ok(store_log_check(reader, 1, &n));
	assert_int_equal(n, 2);
	assert_err(TOCSIN_BROKEN, store_commit(reader, statement_change(3), NULL, NULL));
	assert_non_null(strstr(fail_sentence(), "reading only"));
	store_close(reader);
}

struct events {
	int64_t last;
	size_t n;
};

static bool in_order(void *arg, const struct event_row *row)
{
	struct events *e = arg;
	assert_int_equal(row->seq, e->last + 1);
	assert_int_equal(row->num, row->seq);
	assert_string_equal(row->kind, "warning issued");
	e->last = row->seq;
	e->n++;
	return true;
}

static void tells_events_in_the_order_of_commits(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 0; i < 20; i++)
		add_statement(f, i);
	struct events e = { 0 };
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	assert_ok(event_each(r, 0, 5, in_order, &e));
	assert_int_equal(e.n, 5);
	assert_ok(event_each(r, e.last, 100, in_order, &e));
	assert_int_equal(e.n, 20);
	snapshot_close(r);
}

static void *add_later(void *arg)
{
	usleep(50000);
	add_statement(arg, 1);
	return NULL;
}

static void *wake_later(void *arg)
{
	struct fixture *f = arg;
	usleep(50000);
	store_wake(f->s);
	return NULL;
}

static void waits_for_events_until_one_comes_time_passes_or_it_is_woken(void **state)
{
	struct fixture *f = *state;
	int64_t start = clock_mono();
	assert_int_equal(store_wait(f->s, 0, 30), 0);
	assert_true(clock_mono() - start >= 25000);
	assert_int_equal(store_wait(f->s, 0, 0), 0);
	pthread_t t;
	pthread_create(&t, NULL, wake_later, f);
	assert_int_equal(store_wait(f->s, 0, 20000), 0);
	pthread_join(t, NULL);
	pthread_create(&t, NULL, add_later, f);
	assert_int_equal(store_wait(f->s, 0, 20000), 1);
	pthread_join(t, NULL);
	assert_true(clock_mono() - start < 15 * CLOCK_SECOND);
}

#define THREADS 4
#define EACH 100

struct worker {
	struct fixture *f;
	uint64_t from;
	int64_t num[EACH];
};

static void *submit_many(void *arg)
{
	struct worker *w = arg;
	for (uint64_t i = 0; i < EACH; i++) {
		struct change_result r;
		if (store_commit(w->f->s, statement_change(w->from + i), &r, NULL) == TOCSIN_OK)
			w->num[i] = r.num;
	}
	return NULL;
}

static void takes_changes_from_four_threads_at_once(void **state)
{
	struct fixture *f = *state;
	pthread_t t[THREADS];
	static struct worker w[THREADS];
	static bool seen[THREADS * EACH + 1];
	for (uint64_t i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .f = f, .from = i * 1000 };
		pthread_create(&t[i], NULL, submit_many, &w[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	struct snapshot *r;
	struct arena *a = arena_new(1 << 24);
	assert_ok(snapshot_open(f->s, &r));
	for (uint64_t i = 0; i < THREADS; i++)
		for (uint64_t k = 0; k < EACH; k++) {
			int64_t num = w[i].num[k];
			assert_in_range(num, 1, THREADS * EACH);
			assert_false(seen[num]);
			seen[num] = true;
			struct statement_row row;
			struct hash id = id_of(w[i].from + k);
			assert_ok(statement_by_id(r, &id, a, &row));
			assert_int_equal(row.num, num);
		}
	snapshot_close(r);
	arena_free(a);
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, THREADS * EACH);
}

static void applies_more_changes_than_one_transaction_takes(void **state)
{
	struct fixture *f = *state;
	struct change **c = calloc(MANY, sizeof *c);
	for (uint64_t i = 0; i < MANY; i++)
		c[i] = statement_change(i);
	static struct collected got;
	submit_and_wait(f->s, c, MANY, &got);
	free(c);
	for (uint64_t i = 0; i < MANY; i++) {
		assert_int_equal(got.r[i].err, TOCSIN_OK);
		assert_int_equal(got.r[i].num, i + 1);
		assert_int_equal(got.r[i].log_index, i);
	}
	assert_int_equal(got.info.size, MANY);
	struct store_counts counts;
	store_counts_get(f->s, &counts);
	assert_int_equal(counts.commits, 3);
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, MANY);
}

static void copies_the_database_while_it_runs(void **state)
{
	struct fixture *f = *state;
	char copy[128];
	snprintf(copy, sizeof copy, "%s.copy", f->path);
	add_statement(f, 1);
	assert_ok(store_backup(f->s, copy));
	add_statement(f, 2);
	assert_err(TOCSIN_BROKEN, store_backup(f->s, copy));
	struct store *s;
	assert_ok(store_open(copy, &s));
	struct log_state state_of;
	store_log_state(s, &state_of);
	assert_int_equal(state_of.size, 1);
	store_close(s);
}

int main(void)
{
#define ON_STORE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		ON_STORE(makes_a_database_that_only_its_owner_reads),
		ON_STORE(refuses_to_make_one_that_exists),
		cmocka_unit_test(refuses_a_database_that_is_not_there),
		ON_STORE(refuses_a_second_writer),
		ON_STORE(gives_numbers_positions_and_events_in_order),
		ON_STORE(goes_on_with_its_numbers_after_a_restart),
		ON_STORE(tells_where_a_duplicate_is_and_applies_nothing_of_it),
		ON_STORE(finds_a_duplicate_within_one_batch),
		ON_STORE(returns_a_change_alone_whose_precondition_fails),
		ON_STORE(applies_the_rest_one_by_one_when_many_preconditions_fail),
		ON_STORE(judges_a_precondition_by_what_stands_before_it_in_the_batch),
		ON_STORE(fails_a_change_that_was_built_wrongly),
		ON_STORE(takes_an_empty_submission_and_an_empty_change),
		ON_STORE(shows_a_snapshot_one_moment_while_the_writer_goes_on),
		ON_STORE(refuses_more_snapshots_than_it_has_room_for),
		ON_STORE(reads_while_another_process_would_write),
		ON_STORE(tells_events_in_the_order_of_commits),
		ON_STORE(waits_for_events_until_one_comes_time_passes_or_it_is_woken),
		ON_STORE(takes_changes_from_four_threads_at_once),
		ON_STORE(applies_more_changes_than_one_transaction_takes),
		ON_STORE(copies_the_database_while_it_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
