#include "world.h"

/* North publishes; west and east are its witnesses. */
static struct node north, west, east;

static int make_world(void **state)
{
	(void)state;
	node_keys(&north, "north.example");
	node_keys(&west, "west.example");
	node_keys(&east, "east.example");
	north.config.tick_seconds = 1;
	node_made(&north, true);
	node_made(&west, true);
	node_made(&east, true);
	node_meets(&north, &west);
	node_meets(&north, &east);
	node_meets(&west, &north);
	node_meets(&east, &north);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	node_end(&north);
	node_end(&west);
	node_end(&east);
	return 0;
}

/* Waits until what north publishes has at least SIZE entries and COSIGNED cosignatures; the note and what it says. */
static void published(uint64_t size, size_t cosigned, struct buf *note, struct checkpoint *c)
{
	struct vkey key;
	node_log(&north, &key);
	buf_init(note, LIMIT_NOTE);
	for (int i = 0; i < 1500; i++) {
		struct note n;
		buf_clear(note);
		if (store_log_published(north.desk.store, 1, note) == TOCSIN_OK) {
			ok(note_parse(buf_bytes(note), LIMIT_NOTE, &n));
			ok(checkpoint_open(buf_bytes(note), &key, c));
			if (c->size >= size && n.n >= 1 + cosigned)
				return;
		}
		usleep(10000);
	}
	print_error("published: %.*s\n", (int)note->n, (const char *)note->p);
	assert_true(false);
}

static void add_entry(struct node *n)
{
	struct change *c = change_new();
	struct hash entry, id;
	random_bytes(&id, sizeof id);
	entry = sha256(hash_bytes(&id));
	change_entry(c, &entry, "card", &id);
	ok(store_commit(n->desk.store, c, NULL, NULL));
}

static struct checkpoint before;

TEST(a_checkpoint_is_published_without_witnesses_and_its_size_is_a_multiple_of_16)
{
	struct buf note;
	struct checkpoint remembered;
	node_start(&north);
	node_ready(&north);
	published(1, 0, &note, &before);
	assert_int_equal(before.size, 16);
	/* The keeper remembers it, also over its own death. */
	ok(keeper_last_published(north.desk.keeper, &remembered));
	assert_int_equal(remembered.size, 16);
	assert_true(hash_equal(&remembered.root, &before.root));
	buf_free(&note);
}

TEST(padding_can_be_accounted_for_with_the_secret)
{
	struct hash entry[16], made[16];
	ok(store_log_entries(north.desk.store, 1, 0, 16, entry));
	ok(keeper_padding(north.desk.keeper, 1, 0, made, 16));
	/* The first entry is the card; all others are padding. */
	assert_false(hash_equal(&entry[0], &made[0]));
	assert_memory_equal(entry + 1, made + 1, 15 * sizeof *entry);
}

TEST(nothing_is_written_while_nothing_is_new)
{
	struct store_counts a, b;
	struct log_state st;
	store_counts_get(north.desk.store, &a);
	usleep(2500000);
	store_counts_get(north.desk.store, &b);
	assert_int_equal(a.commits, b.commits);
	store_log_state(north.desk.store, &st);
	assert_int_equal(st.size, 16);
}

TEST(witnesses_that_come_later_cosign_what_is_published_already)
{
	struct buf note;
	struct note n;
	struct checkpoint c;
	uint64_t time;
	node_start(&west);
	node_ready(&west);
	node_witness(&north, "west.example");
	node_witness(&north, "east.example");
	published(16, 1, &note, &c);
	assert_int_equal(c.size, 16);
	ok(note_parse(buf_bytes(&note), LIMIT_NOTE, &n));
	ok(cosignature_verify(&n, &keeper_public(west.desk.keeper)->witness, &time));
	assert_int_equal(cosignature_verify(&n, &keeper_public(east.desk.keeper)->witness, &time), TOCSIN_MISSING);
	buf_free(&note);
	/* East is not there; status says so. */
	json_t *o = exchange_status(north.x), *w;
	size_t i, found = 0;
	json_array_foreach(json_object_get(o, "witnesses"), i, w) {
		bool is_west = strcmp(json_string_value(json_object_get(w, "name")), "west.example") == 0;
		found++;
		assert_int_equal(json_string_value(json_object_get(w, "trouble"))[0] == '\0', is_west);
		assert_int_equal(json_integer_value(json_object_get(w, "size")), is_west ? 16 : 0);
	}
	assert_int_equal(found, 2);
	json_decref(o);
	node_start(&east);
	node_ready(&east);
	published(16, 2, &note, &c);
	ok(note_parse(buf_bytes(&note), LIMIT_NOTE, &n));
	assert_int_equal(n.n, 3);
	ok(cosignature_verify(&n, &keeper_public(east.desk.keeper)->witness, &time));
	buf_free(&note);
}

TEST(what_is_new_is_published_with_both_cosignatures_and_continues_what_was_before)
{
	struct buf note;
	struct checkpoint c;
	struct merkle_proof p;
	for (int i = 0; i < 17; i++)
		add_entry(&north);
	published(33, 2, &note, &c);
	assert_int_equal(c.size % 16, 0);
	ok(store_log_consistency(north.desk.store, 1, before.size, c.size, &p));
	ok(merkle_check_consistency(before.size, &before.root, c.size, &c.root, &p));
	before = c;
	/* The witnesses hold it durably. */
	struct node *const witness[] = { &west, &east };
	for (int i = 0; i < 2; i++) {
		struct snapshot *r;
		struct peer_log held;
		struct arena *a = arena_new(1u << 20);
		ok(snapshot_open(witness[i]->desk.store, &r));
		ok(witnessed_get(r, "north.example/log/1", a, &held));
		assert_int_equal(held.size, c.size);
		snapshot_close(r);
		arena_free(a);
	}
	buf_free(&note);
}

TEST(a_witness_that_has_seen_another_size_is_asked_again_from_there)
{
	struct buf note;
	struct checkpoint c;
	/* North starts anew and remembers no hints: it must be told by 409. */
	node_stop(&north);
	node_start(&north);
	node_ready(&north);
	add_entry(&north);
	published(before.size + 1, 2, &note, &c);
	before = c;
	buf_free(&note);
}

TEST(a_cosignature_that_does_not_verify_is_left_out)
{
	/* North holds a card of east with another witness key: as if somebody else answered in its place. */
	struct buf note;
	struct note n;
	struct checkpoint c;
	struct vkey key = keeper_public(west.desk.keeper)->witness;
	uint64_t time;
	struct keeper *own = west.desk.keeper;
	west.desk.keeper = east.desk.keeper;        /* west's door now cosigns with east's key */
	add_entry(&north);
	published(before.size + 1, 1, &note, &c);
	ok(note_parse(buf_bytes(&note), LIMIT_NOTE, &n));
	assert_int_equal(cosignature_verify(&n, &key, &time), TOCSIN_MISSING);
	assert_int_equal(n.n, 2);
	buf_free(&note);
	west.desk.keeper = own;
	published(c.size, 2, &note, &c);
	before = c;
	buf_free(&note);
}

/* ---- what is served ---- */

TEST(the_published_log_is_served_and_nothing_behind_it)
{
	struct reply r;
	struct buf note;
	struct checkpoint c;
	published(before.size, 2, &note, &c);
	http(&north, "GET", "/log/checkpoint", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	assert_true(bytes_equal(buf_bytes(&r.body), buf_bytes(&note)));
	reply_free(&r);
	http(&north, "GET", "/log/1/checkpoint", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	/* The partial tile of the published size gives its root. */
	char path[96];
	assert_true(c.size < 256);
	snprintf(path, sizeof path, "/log/tile/0/000.p/%u", (unsigned)c.size);
	http(&north, "GET", path, BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body.n, c.size * 32);
	struct hash leaf[256];
	memcpy(leaf, r.body.p, r.body.n);
	struct hash root = merkle_root(leaf, (size_t)c.size);
	assert_true(hash_equal(&root, &c.root));
	reply_free(&r);
	/* So do the entries. */
	snprintf(path, sizeof path, "/log/tile/entries/000.p/%u", (unsigned)c.size);
	http(&north, "GET", path, BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body.n, c.size * 66);
	for (size_t i = 0; i < c.size; i++) {
		assert_int_equal(be16_get(r.body.p + 66 * i), 64);
		struct hash h = merkle_leaf(bytes_of(r.body.p + 66 * i + 2, 64));
		assert_true(hash_equal(&h, &leaf[i]));
	}
	reply_free(&r);
	snprintf(path, sizeof path, "/log/tile/0/000.p/%u", (unsigned)c.size + 1);
	http(&north, "GET", path, BYTES_LIT(""), &r);
	assert_int_equal(r.status, 404);
	reply_free(&r);
	http(&north, "GET", "/log/tile/0/000", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 404);
	reply_free(&r);
	buf_free(&note);
}

TEST(a_receipt_is_served_once_the_published_checkpoint_covers_it)
{
	struct letter l;
	struct reply r;
	struct tlogproof p;
	struct checkpoint c;
	struct vkey key;
	struct hash entry, leaf;
	uint64_t index;
	char path[128], hex[65];
	letter_make(&l, &west, &north, "warning");
	accepted_alone(&north, &l, &index);
	hex_encode(l.id.b, 32, hex);
	snprintf(path, sizeof path, "/exchange/v1/receipts/%s", hex);
	for (int i = 0;; i++) {
		http(&north, "GET", path, BYTES_LIT(""), &r);
		if (r.status == 200)
			break;
		assert_int_equal(r.status, 404);
		reply_free(&r);
		assert_true(i < 1000);
		usleep(10000);
	}
	ok(tlogproof_parse(buf_bytes(&r.body), &p));
	assert_int_equal(p.index, index);
	statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &l.id, &entry);
	leaf = statement_entry_leaf(&entry);
	node_log(&north, &key);
	ok(tlogproof_verify(&p, &leaf, &key, &c));
	reply_free(&r);
	letter_free(&l);
}

TEST(with_cover_the_log_grows_on_quiet_days_too)
{
	struct buf note;
	struct checkpoint c, d;
	node_stop(&north);
	north.config.cover = true;
	node_start(&north);
	node_ready(&north);
	published(1, 0, &note, &c);
	buf_free(&note);
	published(c.size + 1, 0, &note, &d);
	assert_int_equal(d.size % 16, 0);
	buf_free(&note);
	published(d.size + 1, 0, &note, &c);
	assert_int_equal(c.size % 16, 0);
	buf_free(&note);
	node_stop(&north);
	north.config.cover = false;
	node_start(&north);
	node_ready(&north);
}

/* Statements arrive all the time while ticks pad and sign: every answer must still be signed and consistent. */
TEST(answers_and_ticks_never_get_into_each_others_way)
{
	struct checkpoint last = { .size = 0 };
	int64_t until = clock_mono() + 4 * CLOCK_SECOND;
	unsigned n = 0;
	while (clock_mono() < until) {
		struct letter l, *one = &l;
		struct reply r;
		letter_make(&l, &east, &north, "warning");
		post_letters(&north, last.size, &one, 1, &r);
		reply_open(&north, &r);
		reply_accepts(&north, &r, 0, &l, ENTRY_ACCEPTED);
		if (last.size > 0)
			ok(merkle_check_consistency(last.size, &last.root, r.checkpoint.size, &r.checkpoint.root, &r.answer.consistency));
		last = r.checkpoint;
		reply_free(&r);
		letter_free(&l);
		n++;
	}
	assert_true(n > 10);
	struct buf note;
	struct checkpoint c;
	published(last.size, 2, &note, &c);
	assert_int_equal(c.size % 16, 0);
	buf_free(&note);
	struct log_state st;
	uint64_t entries;
	store_log_state(north.desk.store, &st);
	ok(store_log_check(north.desk.store, 1, &entries));
	assert_true(entries >= st.size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkpoint_is_published_without_witnesses_and_its_size_is_a_multiple_of_16),
		cmocka_unit_test(padding_can_be_accounted_for_with_the_secret),
		cmocka_unit_test(nothing_is_written_while_nothing_is_new),
		cmocka_unit_test(witnesses_that_come_later_cosign_what_is_published_already),
		cmocka_unit_test(what_is_new_is_published_with_both_cosignatures_and_continues_what_was_before),
		cmocka_unit_test(a_witness_that_has_seen_another_size_is_asked_again_from_there),
		cmocka_unit_test(a_cosignature_that_does_not_verify_is_left_out),
		cmocka_unit_test(the_published_log_is_served_and_nothing_behind_it),
		cmocka_unit_test(a_receipt_is_served_once_the_published_checkpoint_covers_it),
		cmocka_unit_test(with_cover_the_log_grows_on_quiet_days_too),
		cmocka_unit_test(answers_and_ticks_never_get_into_each_others_way),
	};
	return cmocka_run_group_tests(tests, make_world, end_world);
}
