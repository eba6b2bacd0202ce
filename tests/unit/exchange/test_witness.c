#include "world.h"

#include <pthread.h>


/* West is the witness. The logs that it cosigns are made here, entry by entry, and signed with north's and east's keepers. */
static struct node west, north, east, sham;

struct log {
	struct node *owner;
	struct hash leaf[256];
	size_t n;
};

static int make_world(void **state)
{
	(void)state;
	node_keys(&west, "west.example");
	node_keys(&north, "north.example");
	node_keys(&east, "east.example");
	node_keys(&sham, "sham.example");
	node_made(&west, true);
	node_made(&north, false);
	node_made(&east, false);
	node_made(&sham, false);
	node_meets(&west, &north);
	node_meets(&west, &east);
	node_start(&west);
	node_ready(&west);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	node_end(&west);
	node_end(&north);
	node_end(&east);
	node_end(&sham);
	return 0;
}

static void grow(struct log *l, size_t n, unsigned salt)
{
	while (l->n < n) {
		unsigned word[2] = { (unsigned)l->n, salt };
		l->leaf[l->n++] = merkle_leaf(bytes_of(word, sizeof word));
	}
}

static bool read_leaves(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	struct log *l = arg;
	*out = merkle_root(l->leaf + (index << level), (size_t)1 << level);
	return true;
}

/* The checkpoint note of L at SIZE. Keepers refuse to sign a fork; so each log here is signed by a keeper that is asked once for each size, in order. */
static void sign(struct log *l, size_t size, struct buf *note)
{
	struct checkpoint c = { .size = size, .root = merkle_root(l->leaf, size) };
	snprintf(c.origin, sizeof c.origin, "%s", keeper_public(l->owner->desk.keeper)->log.name);
	buf_init(note, LIMIT_CHECKPOINT_NOTE);
	ok(keeper_checkpoint(l->owner->desk.keeper, &c, note));
}

static void ask(uint64_t old, const struct merkle_proof *proof, struct bytes note, struct reply *r)
{
	struct buf b;
	struct merkle_proof none = { .n = 0 };
	buf_init(&b, LIMIT_CHECKPOINT_NOTE + 8192);
	witness_request_format(&b, old, proof != NULL ? proof : &none, note);
	http(&west, "POST", "/witness/add-checkpoint", buf_bytes(&b), r);
	buf_free(&b);
}

static void ask_status(uint64_t old, const struct merkle_proof *proof, struct bytes note, unsigned status, const char *body)
{
	struct reply r;
	ask(old, proof, note, &r);
	if (r.status != status)
		print_error("HTTP %u: %.*s", r.status, (int)r.body.n, (const char *)r.body.p);
	assert_int_equal(r.status, status);
	if (body != NULL)
		assert_true(bytes_equal_str(buf_bytes(&r.body), body));
	reply_free(&r);
}

/* R cosigns NOTE with west's witness key, now. */
static void cosigned(const struct reply *r, struct bytes note)
{
	struct buf all;
	struct note n;
	uint64_t time;
	assert_int_equal(r->status, 200);
	buf_init(&all, LIMIT_NOTE);
	buf_add_bytes(&all, note);
	buf_add_bytes(&all, buf_bytes(&r->body));
	ok(note_parse(buf_bytes(&all), LIMIT_NOTE, &n));
	ok(cosignature_verify(&n, &keeper_public(west.desk.keeper)->witness, &time));
	int64_t now = clock_now() / CLOCK_SECOND;
	assert_true((int64_t)time <= now && (int64_t)time > now - 60);
	buf_free(&all);
}

static size_t count_conflicts(const char *name, const char *what);

TEST(a_log_is_cosigned_as_it_grows_and_never_goes_back)
{
	struct log l = { .owner = &north };
	struct merkle_proof p;
	struct reply r;
	struct buf at5, at9;
	grow(&l, 9, 0);
	sign(&l, 5, &at5);
	sign(&l, 9, &at9);
	ask(0, NULL, buf_bytes(&at5), &r);
	cosigned(&r, buf_bytes(&at5));
	reply_free(&r);
	/* From zero again, from too far, from too little: it tells what it has. */
	ask_status(0, NULL, buf_bytes(&at9), 409, "5\n");
	ask_status(6, NULL, buf_bytes(&at9), 409, "5\n");
	ask_status(4, NULL, buf_bytes(&at9), 409, "5\n");
	/* The proof must be the right one. */
	ok(merkle_prove_consistency(read_leaves, &l, 4, 9, &p));
	ask_status(5, &p, buf_bytes(&at9), 422, NULL);
	ask_status(5, NULL, buf_bytes(&at9), 422, NULL);
	ok(merkle_prove_consistency(read_leaves, &l, 5, 9, &p));
	p.h[0].b[0] ^= 1;
	ask_status(5, &p, buf_bytes(&at9), 422, NULL);
	p.h[0].b[0] ^= 1;
	ask(5, &p, buf_bytes(&at9), &r);
	cosigned(&r, buf_bytes(&at9));
	reply_free(&r);
	/* The same again is cosigned again; the smaller one never. */
	ask(9, NULL, buf_bytes(&at9), &r);
	cosigned(&r, buf_bytes(&at9));
	reply_free(&r);
	ask_status(5, NULL, buf_bytes(&at5), 409, "9\n");
	ask_status(9, NULL, buf_bytes(&at5), 400, NULL);
	/* Nothing of this accuses north: anybody could have sent those notes. */
	assert_int_equal(count_conflicts("north.example", CONFLICT_FORKED), 0);
	buf_free(&at5);
	buf_free(&at9);
}

struct counting {
	const char *name, *what;
	size_t n;
	struct hash a, b;
};

static bool count_row(void *arg, const struct conflict_row *row)
{
	struct counting *c = arg;
	if (strcmp(row->name, c->name) == 0 && strcmp(row->what, c->what) == 0) {
		c->n++;
		c->a = sha256(row->a);
		c->b = sha256(row->b);
	}
	return true;
}

static size_t count_conflicts(const char *name, const char *what)
{
	struct counting c = { .name = name, .what = what };
	struct snapshot *r;
	ok(snapshot_open(west.desk.store, &r));
	ok(conflict_each(r, 0, 10000, count_row, &c));
	snapshot_close(r);
	return c.n;
}

static bool find_event(void *arg, const struct event_row *row)
{
	size_t *n = arg;
	*n += strcmp(row->kind, "conflict found") == 0 && strcmp(row->subject, "east.example") == 0;
	return true;
}

TEST(two_roots_of_one_size_are_refused_and_both_kept)
{
	/* A keeper refuses to sign the second; a copy of the keys, started afresh, does. */
	struct log l = { .owner = &east }, fork = { .owner = &east };
	struct buf first, second;
	struct node copy = east;
	grow(&l, 7, 0);
	grow(&fork, 7, 1);
	sign(&l, 7, &first);
	ok(keeper_start(east.dir, BYTES_LIT(""), &copy.desk.keeper));
	fork.owner = &copy;
	sign(&fork, 7, &second);
	keeper_stop(copy.desk.keeper);
	struct reply r;
	ask(0, NULL, buf_bytes(&first), &r);
	cosigned(&r, buf_bytes(&first));
	reply_free(&r);
	ask_status(7, NULL, buf_bytes(&second), 409, "7\n");
	ask_status(0, NULL, buf_bytes(&second), 409, "7\n");
	assert_int_equal(count_conflicts("east.example", CONFLICT_FORKED), 1);
	struct counting c = { .name = "east.example", .what = CONFLICT_FORKED };
	struct snapshot *read;
	size_t events = 0;
	ok(snapshot_open(west.desk.store, &read));
	ok(conflict_each(read, 0, 10000, count_row, &c));
	ok(event_each(read, 0, 10000, find_event, &events));
	snapshot_close(read);
	struct hash a = sha256(buf_bytes(&first)), b = sha256(buf_bytes(&second));
	assert_true(hash_equal(&a, &c.a) && hash_equal(&b, &c.b));
	assert_int_equal(events, 1);
	/* What was cosigned stays. */
	ask(7, NULL, buf_bytes(&first), &r);
	cosigned(&r, buf_bytes(&first));
	reply_free(&r);
	buf_free(&first);
	buf_free(&second);
}

TEST(only_logs_of_partners_that_are_trusted_are_cosigned)
{
	struct log l = { .owner = &sham };
	struct buf note;
	grow(&l, 3, 0);
	sign(&l, 3, &note);
	ask_status(0, NULL, buf_bytes(&note), 404, NULL);
	buf_free(&note);
	/* Never our own. */
	struct reply r;
	http(&west, "GET", "/log/checkpoint", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	ask_status(0, NULL, buf_bytes(&r.body), 404, NULL);
	reply_free(&r);
	l.owner = &east;
	l.n = 0;
	grow(&l, 20, 9);
	sign(&l, 20, &note);
	node_state(&west, "east.example", "distrusted");
	ask_status(0, NULL, buf_bytes(&note), 403, NULL);
	node_state(&west, "east.example", "unconfirmed");
	buf_free(&note);
}

TEST(a_signature_that_does_not_fit_is_403_and_what_is_no_request_400)
{
	struct log l = { .owner = &north };
	struct buf note;
	grow(&l, 30, 0);
	sign(&l, 30, &note);
	note.p[note.n - 10] = note.p[note.n - 10] == 'A' ? 'B' : 'A';
	ask_status(9, NULL, buf_bytes(&note), 403, NULL);
	/* Signed by somebody else's log key only. */
	struct buf other;
	buf_init(&other, LIMIT_NOTE);
	const char *text = strstr((const char *)note.p, "\n\n");
	note_begin(&other, bytes_of(note.p, (size_t)(text + 1 - (const char *)note.p)));
	uint8_t sig[64] = { 7 };
	note_add_line(&other, &keeper_public(east.desk.keeper)->log, sig, sizeof sig);
	ask_status(9, NULL, buf_bytes(&other), 403, NULL);
	buf_free(&other);
	buf_free(&note);
	static const char *const bad[] = { "x", "old 1\n", "old 01\n\nx", "old\n\n", "old 0\n\nnorth.example/log/1\n1\n", "old 0\nAAAA\n\nnorth.example/log/1\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct reply r;
		http(&west, "POST", "/witness/add-checkpoint", bytes_str(bad[i]), &r);
		assert_int_equal(r.status, 400);
		reply_free(&r);
	}
}

TEST(a_proof_from_an_empty_log_or_to_one_is_400)
{
	struct log l = { .owner = &north };
	struct merkle_proof p = { .n = 1 };
	struct buf note;
	grow(&l, 40, 0);
	sign(&l, 40, &note);
	ask_status(0, &p, buf_bytes(&note), 400, NULL);
	ask_status(41, NULL, buf_bytes(&note), 400, NULL);
	buf_free(&note);
}

/* ---- races ---- */

enum { RACERS = 8 };
struct racer {
	pthread_t thread;
	struct merkle_proof proof;
	struct buf note;
	struct reply r;
};

static void *race(void *arg)
{
	struct racer *c = arg;
	ask(9, &c->proof, buf_bytes(&c->note), &c->r);
	return NULL;
}

TEST(of_requests_that_race_from_one_size_only_one_size_wins)
{
	struct log l = { .owner = &north };
	struct racer *c = calloc(RACERS, sizeof *c);
	grow(&l, 200, 0);
	for (size_t i = 0; i < RACERS; i++) {
		sign(&l, 100 + i, &c[i].note);
		ok(merkle_prove_consistency(read_leaves, &l, 9, 100 + i, &c[i].proof));
	}
	for (size_t i = 0; i < RACERS; i++)
		assert_int_equal(pthread_create(&c[i].thread, NULL, race, &c[i]), 0);
	for (size_t i = 0; i < RACERS; i++)
		pthread_join(c[i].thread, NULL);
	struct snapshot *read;
	struct peer_log held;
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(west.desk.store, &read));
	ok(witnessed_get(read, "north.example/log/1", a, &held));
	snapshot_close(read);
	size_t won = 0;
	for (size_t i = 0; i < RACERS; i++) {
		if (c[i].r.status == 200) {
			won++;
			cosigned(&c[i].r, buf_bytes(&c[i].note));
			assert_int_equal(held.size, 100 + i);
		} else {
			assert_int_equal(c[i].r.status, 409);
		}
		reply_free(&c[i].r);
		buf_free(&c[i].note);
	}
	assert_int_equal(won, 1);
	arena_free(a);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_is_cosigned_as_it_grows_and_never_goes_back),
		cmocka_unit_test(two_roots_of_one_size_are_refused_and_both_kept),
		cmocka_unit_test(only_logs_of_partners_that_are_trusted_are_cosigned),
		cmocka_unit_test(a_signature_that_does_not_fit_is_403_and_what_is_no_request_400),
		cmocka_unit_test(a_proof_from_an_empty_log_or_to_one_is_400),
		cmocka_unit_test(of_requests_that_race_from_one_size_only_one_size_wins),
	};
	return cmocka_run_group_tests(tests, make_world, end_world);
}
