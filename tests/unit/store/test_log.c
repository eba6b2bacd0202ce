#include "fixture.h"

#include <fcntl.h>

#include "proof/statement.h"

/* The tree over entry_of(0) .. entry_of(n-1), kept by the functions of proof. */
static struct hash *leaves_of(size_t n)
{
	struct hash *leaves = calloc(n + 1, sizeof *leaves);
	assert_non_null(leaves);
	for (size_t i = 0; i < n; i++) {
		struct hash e = entry_of(i);
		leaves[i] = statement_entry_leaf(&e);
	}
	return leaves;
}

static void assert_size(struct fixture *f, uint64_t size, const struct hash *leaves)
{
	struct log_state log;
	store_log_state(f->s, &log);
	assert_int_equal(log.n, 1);
	assert_string_equal(log.origin, ORIGIN);
	assert_int_equal(log.size, size);
	struct hash root = merkle_root(leaves, size);
	assert_true(hash_equal(&log.root, &root));
}

static void prove_all_of(struct fixture *f, uint64_t n, uint64_t size, const struct hash *leaves, uint64_t step)
{
	struct hash root = merkle_root(leaves, size), at;
	assert_ok(store_log_root(f->s, n, size, &at));
	assert_true(hash_equal(&at, &root));
	for (uint64_t i = 0; i < size; i += step) {
		struct merkle_proof p;
		assert_ok(store_log_inclusion(f->s, n, i, size, &p));
		assert_ok(merkle_check_inclusion(&leaves[i], i, size, &p, &root));
		uint64_t old = i + 1;
		struct hash old_root = merkle_root(leaves, old);
		assert_ok(store_log_consistency(f->s, n, old, size, &p));
		assert_ok(merkle_check_consistency(old, &old_root, size, &root, &p));
	}
}

static void starts_empty(void **state)
{
	struct fixture *f = *state;
	struct hash none = { { 0 } };
	assert_size(f, 0, &none);
	struct merkle_proof p;
	assert_err(TOCSIN_BAD, store_log_inclusion(f->s, 1, 0, 0, &p));
	assert_err(TOCSIN_BAD, store_log_inclusion(f->s, 1, 0, 1, &p));
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, 0);
}

static void proves_every_entry_at_every_size_across_a_tile(void **state)
{
	struct fixture *f = *state;
	enum { N = 300 };
	struct hash *leaves = leaves_of(N);
	for (uint64_t size = 1; size <= N; size++) {
		add_entries(f, size - 1, 1);
		assert_size(f, size, leaves);
	}
	for (uint64_t size = 1; size <= N; size += size < 250 || size > 262 ? 29 : 1)
		prove_all_of(f, 1, size, leaves, 1);
	reopen(f);
	assert_size(f, N, leaves);
	prove_all_of(f, 1, N, leaves, 1);
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, N);
	free(leaves);
}

static void grows_across_the_second_level(void **state)
{
	struct fixture *f = *state;
	enum { N = 65536 + 1500 };
	struct hash *leaves = leaves_of(N);
	/* Up to just before the boundary, step by step over it, and on. */
	add_entries(f, 0, 65530);
	assert_size(f, 65530, leaves);
	for (uint64_t i = 65530; i < 65545; i++) {
		add_entries(f, i, 1);
		assert_size(f, i + 1, leaves);
	}
	prove_all_of(f, 1, 65536, leaves, 9973);
	prove_all_of(f, 1, 65537, leaves, 9973);
	add_entries(f, 65545, N - 65545);
	assert_size(f, N, leaves);
	prove_all_of(f, 1, N, leaves, 7919);
	reopen(f);
	assert_size(f, N, leaves);
	prove_all_of(f, 1, N, leaves, 7919);
	prove_all_of(f, 1, 65536, leaves, 9973);
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, N);
	struct hash some[600];
	assert_ok(store_log_entries(f->s, 1, 65300, 600, some));
	for (size_t i = 0; i < 600; i++) {
		struct hash e = entry_of(65300 + i);
		assert_true(hash_equal(&some[i], &e));
	}
	free(leaves);
}

static void refuses_what_is_behind_the_end(void **state)
{
	struct fixture *f = *state;
	add_entries(f, 0, 20);
	struct merkle_proof p;
	struct hash h[2];
	assert_err(TOCSIN_BAD, store_log_inclusion(f->s, 1, 20, 20, &p));
	assert_err(TOCSIN_BAD, store_log_inclusion(f->s, 1, 0, 21, &p));
	assert_err(TOCSIN_BAD, store_log_consistency(f->s, 1, 21, 20, &p));
	assert_err(TOCSIN_BAD, store_log_consistency(f->s, 1, 0, 20, &p));
	assert_err(TOCSIN_BAD, store_log_root(f->s, 1, UINT64_MAX, h));
	assert_err(TOCSIN_BAD, store_log_entries(f->s, 1, 19, 2, h));
	assert_err(TOCSIN_BAD, store_log_entries(f->s, 1, UINT64_MAX, 2, h));
	assert_ok(store_log_entries(f->s, 1, 18, 2, h));
	assert_ok(store_log_entries(f->s, 1, 20, 0, h));
	assert_err(TOCSIN_MISSING, store_log_inclusion(f->s, 2, 0, 1, &p));
	assert_err(TOCSIN_MISSING, store_log_inclusion(f->s, 0, 0, 1, &p));
	assert_err(TOCSIN_MISSING, store_log_root(f->s, UINT64_MAX, 1, h));
}

/* A note as the keeper would sign it; store looks at its text only. */
static void checkpoint_note(struct buf *out, const char *origin, uint64_t size, const struct hash *root)
{
	struct checkpoint cp = { .size = size, .root = *root };
	snprintf(cp.origin, sizeof cp.origin, "%s", origin);
	buf_init(out, LIMIT_CHECKPOINT_NOTE);
	checkpoint_format(&cp, out);
	buf_add_str(out, "\n\xe2\x80\x94 ");
	buf_add_str(out, origin);
	buf_add_str(out, " ");
	uint8_t blob[68] = { 1, 2, 3, 4 };
	buf_add_base64(out, blob, sizeof blob);
	buf_add_str(out, "\n");
	assert_ok(buf_end(out, "note"));
}

static enum tocsin_err publish(struct fixture *f, uint64_t n, uint64_t size)
{
	struct hash root;
	struct buf note;
	enum tocsin_err err = store_log_root(f->s, n, size, &root);
	if (err != TOCSIN_OK)
		return err;
	checkpoint_note(&note, ORIGIN, size, &root);
	struct change *c = change_new();
	change_log_published(c, n, size, buf_bytes(&note));
	err = store_commit(f->s, c, NULL, NULL);
	buf_free(&note);
	return err;
}

static enum tocsin_err tile(struct fixture *f, const char *path, struct buf *out)
{
	struct tile_path t;
	buf_clear(out);
	assert_true(tile_path_parse(bytes_str(path), &t));
	return store_log_tile(f->s, 1, &t, out);
}

static void serves_only_what_is_published(void **state)
{
	struct fixture *f = *state;
	struct buf b;
	buf_init(&b, 65536);
	assert_err(TOCSIN_MISSING, store_log_published(f->s, 1, &b));
	add_entries(f, 0, 530);
	assert_err(TOCSIN_MISSING, tile(f, "tile/0/000.p/1", &b));
	assert_ok(publish(f, 1, 528));
	struct log_state log;
	store_log_state(f->s, &log);
	assert_int_equal(log.published_size, 528);
	assert_ok(store_log_published(f->s, 1, &b));
	assert_true(bytes_starts(buf_bytes(&b), ORIGIN "\n528\n"));

	struct hash *leaves = leaves_of(530);
	assert_ok(tile(f, "tile/0/001", &b));
	assert_int_equal(b.n, 8192);
	assert_memory_equal(b.p, leaves[256].b, 8192);
	assert_ok(tile(f, "tile/0/002.p/16", &b));
	assert_memory_equal(b.p, leaves[512].b, 16 * 32);
	assert_ok(tile(f, "tile/0/002.p/1", &b));
	assert_err(TOCSIN_MISSING, tile(f, "tile/0/002.p/17", &b));
	assert_err(TOCSIN_MISSING, tile(f, "tile/0/002", &b));
	assert_err(TOCSIN_MISSING, tile(f, "tile/0/003.p/1", &b));
	assert_ok(tile(f, "tile/1/000.p/2", &b));
	struct hash above = merkle_root(leaves + 256, 256);
	assert_memory_equal(b.p + 32, above.b, 32);
	assert_err(TOCSIN_MISSING, tile(f, "tile/1/000.p/3", &b));
	assert_err(TOCSIN_MISSING, tile(f, "tile/2/000.p/1", &b));
	assert_err(TOCSIN_MISSING, tile(f, "tile/63/000.p/1", &b));
	assert_ok(tile(f, "tile/entries/002.p/16", &b));
	assert_int_equal(b.n, 16 * 66);
	for (size_t i = 0; i < 16; i++) {
		struct hash e = entry_of(512 + i);
		char hex[65];
		hex_encode(e.b, 32, hex);
		assert_int_equal(be16_get(b.p + 66 * i), 64);
		assert_memory_equal(b.p + 66 * i + 2, hex, 64);
	}
	assert_ok(tile(f, "tile/entries/000", &b));
	assert_int_equal(b.n, 256 * 66);
	assert_err(TOCSIN_MISSING, tile(f, "tile/entries/002.p/17", &b));
	reopen(f);
	store_log_state(f->s, &log);
	assert_int_equal(log.published_size, 528);
	free(leaves);
	buf_free(&b);
}

static void publishes_forward_only(void **state)
{
	struct fixture *f = *state;
	add_entries(f, 0, 40);
	assert_ok(publish(f, 1, 32));
	assert_ok(publish(f, 1, 32));
	assert_err(TOCSIN_LATER, publish(f, 1, 16));
	struct hash root = { { 1 } };
	struct buf note;
	checkpoint_note(&note, ORIGIN, 48, &root);
	struct change *c = change_new();
	change_log_published(c, 1, 48, buf_bytes(&note));
	assert_err(TOCSIN_LATER, store_commit(f->s, c, NULL, NULL));
	c = change_new();
	change_log_published(c, 2, 48, buf_bytes(&note));
	assert_err(TOCSIN_LATER, store_commit(f->s, c, NULL, NULL));
	struct log_state log;
	store_log_state(f->s, &log);
	assert_int_equal(log.published_size, 32);
	buf_free(&note);
}

static void pad_with(void *arg, uint64_t index, struct hash *entry)
{
	(void)arg;
	*entry = entry_of(index);
}

static struct change *padding(unsigned multiple)
{
	struct change *c = change_new();
	change_log_padding(c, multiple, pad_with, NULL);
	return c;
}

static void pads_to_a_multiple_with_entries_that_know_their_index(void **state)
{
	struct fixture *f = *state;
	struct change_result r;
	assert_ok(store_commit(f->s, padding(16), &r, NULL));
	assert_int_equal(r.log_size, 16);
	assert_ok(store_commit(f->s, padding(16), &r, NULL));
	assert_int_equal(r.log_size, 16);
	add_entries(f, 16, 1);
	assert_ok(store_commit(f->s, padding(16), &r, NULL));
	assert_int_equal(r.log_size, 32);
	assert_int_equal(r.log_index, 31);
	struct hash *leaves = leaves_of(32);
	assert_size(f, 32, leaves);
	free(leaves);
	assert_err(TOCSIN_BROKEN, store_commit(f->s, padding(0), NULL, NULL));
	assert_err(TOCSIN_BROKEN, store_commit(f->s, padding(257), NULL, NULL));
}

static void remembers_what_a_logged_card_is(void **state)
{
	struct fixture *f = *state;
	struct hash id = id_of(77), e = entry_of(77);
	struct change *c = change_new();
	change_entry(c, &e, "card", &id);
	struct change_result r;
	assert_ok(store_commit(f->s, c, &r, NULL));
	assert_int_equal(r.log_n, 1);
	assert_int_equal(r.log_index, 0);
	struct snapshot *s;
	uint64_t index = 7;
	assert_ok(snapshot_open(f->s, &s));
	assert_ok(store_log_position(s, &id, 1, &index));
	assert_int_equal(index, 0);
	assert_err(TOCSIN_MISSING, store_log_position(s, &id, 2, &index));
	assert_err(TOCSIN_MISSING, store_log_position(s, &e, 1, &index));
	snapshot_close(s);
}

static enum tocsin_err next_log(struct fixture *f, uint64_t n, const char *origin)
{
	struct change *c = change_new();
	change_log_next(c, n, origin, "put back from a backup");
	change_event(c, "log retired", 0, origin);
	return store_commit(f->s, c, NULL, NULL);
}

static bool take_log(void *arg, const struct log_row *row)
{
	char *out = arg;
	size_t n = strlen(out);
	snprintf(out + n, 256 - n, "%llu %s %s %llu %llu %s; ", (unsigned long long)row->n, row->origin, row->state,
	        (unsigned long long)row->size, (unsigned long long)row->published_size, row->reason);
	return true;
}

static void retires_a_log_and_begins_another(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 0; i < 3; i++)
		add_statement(f, i);
	add_entries(f, 3, 600);
	assert_ok(publish(f, 1, 592));
	assert_ok(next_log(f, 2, "north.example/log/2"));
	struct log_state log;
	store_log_state(f->s, &log);
	assert_int_equal(log.n, 2);
	assert_int_equal(log.size, 0);
	assert_int_equal(log.published_size, 0);
	assert_string_equal(log.origin, "north.example/log/2");
	assert_err(TOCSIN_LATER, next_log(f, 2, "north.example/log/2"));
	assert_err(TOCSIN_LATER, next_log(f, 1, "north.example/log/1"));
	assert_err(TOCSIN_LATER, publish(f, 1, 600));

	/* The retired one is still there to be proved from, also after a start. */
	struct hash *leaves = leaves_of(603);
	prove_all_of(f, 1, 603, leaves, 37);
	add_statement(f, 1000);
	reopen(f);
	store_log_state(f->s, &log);
	assert_int_equal(log.n, 2);
	assert_int_equal(log.size, 1);
	prove_all_of(f, 1, 603, leaves, 37);
	struct buf b;
	buf_init(&b, 65536);
	assert_ok(tile(f, "tile/0/002.p/80", &b));
	buf_free(&b);
	uint64_t n;
	assert_ok(store_log_check(f->s, 1, &n));
	assert_int_equal(n, 603);
	assert_ok(store_log_check(f->s, 2, &n));
	assert_int_equal(n, 1);
	assert_err(TOCSIN_MISSING, store_log_check(f->s, 3, &n));
	struct snapshot *r;
	char logs[256] = "";
	assert_ok(snapshot_open(f->s, &r));
	assert_ok(store_log_each(r, take_log, logs));
	snapshot_close(r);
	assert_string_equal(
	        logs, "1 " ORIGIN " retired 603 592 put back from a backup; 2 north.example/log/2 current 1 0 ; ");
	free(leaves);
}

static void logs_a_statement_again_in_a_later_log_once(void **state)
{
	struct fixture *f = *state;
	add_statement(f, 1);
	add_statement(f, 2);
	assert_ok(next_log(f, 2, "north.example/log/2"));
	add_statement(f, 3);
	for (int i = 0; i < 2; i++) {
		struct change_result r;
		struct commit_info info;
		assert_ok(store_commit(f->s, statement_change(2), &r, &info));
		assert_true(r.duplicate);
		assert_int_equal(r.num, 2);
		assert_int_equal(r.log_n, 2);
		assert_int_equal(r.log_index, 1);
		assert_int_equal(info.size, 2);
		reopen(f);
	}
	uint64_t n;
	assert_ok(store_log_check(f->s, 2, &n));
}

static void begins_a_log_in_the_middle_of_a_batch(void **state)
{
	struct fixture *f = *state;
	/* Submitted at once from several sides while the writer is busy; whatever the batches are, the logs hold
	 * together. */
	for (uint64_t i = 0; i < 5; i++) {
		char origin[64];
		snprintf(origin, sizeof origin, "north.example/log/%llu", (unsigned long long)i + 2);
		add_statement(f, 10 * i);
		assert_ok(next_log(f, i + 2, origin));
		add_statement(f, 10 * i + 1);
		add_entries(f, 0, 260);
	}
	uint64_t n;
	for (uint64_t i = 1; i <= 6; i++)
		assert_ok(store_log_check(f->s, i, &n));
}

/* ---- damage ---- */

/* Turns one bit of the first place where NEEDLE stands in the file. */
static void flip(const char *path, const void *needle, size_t n, size_t at)
{
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	off_t size = lseek(fd, 0, SEEK_END);
	uint8_t *all = malloc((size_t)size);
	assert_int_equal(pread(fd, all, (size_t)size, 0), size);
	uint8_t *found = memmem(all, (size_t)size, needle, n);
	assert_non_null(found);
	found[at] ^= 4;
	assert_int_equal(pwrite(fd, found + at, 1, found - all + (off_t)at), 1);
	free(all);
	close(fd);
}

static void close_store(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
}

static void says_so_when_a_stored_entry_was_changed(void **state)
{
	struct fixture *f = *state;
	add_entries(f, 0, 700);
	struct hash e = entry_of(100);
	close_store(f);
	flip(f->path, e.b, 32, 5);
	/* The edge does not need that chunk, so the store opens; who looks sees it. */
	assert_ok(store_open(f->path, &f->s));
	uint64_t n;
	assert_err(TOCSIN_BROKEN, store_log_check(f->s, 1, &n));
	assert_non_null(strstr(fail_sentence(), "damaged"));
	struct log_state log;
	store_log_state(f->s, &log);
	assert_err(TOCSIN_BROKEN, store_log_reread(f->s, 1, 700, &log.root));
}

static void says_so_when_a_stored_tile_was_changed(void **state)
{
	struct fixture *f = *state;
	add_entries(f, 0, 700);
	struct hash *leaves = leaves_of(700);
	close_store(f);
	flip(f->path, leaves[300].b, 32, 31);
	assert_err(TOCSIN_BROKEN, store_open(f->path, &f->s));
	assert_non_null(strstr(fail_sentence(), "do not give its root"));
	f->s = NULL;
	free(leaves);
}

static void says_so_when_the_tail_was_changed(void **state)
{
	struct fixture *f = *state;
	add_entries(f, 0, 10);
	struct hash e = entry_of(7);
	close_store(f);
	flip(f->path, e.b, 32, 0);
	assert_err(TOCSIN_BROKEN, store_open(f->path, &f->s));
	assert_non_null(strstr(fail_sentence(), "do not give its root"));
	f->s = NULL;
}

static void rereads_what_is_new_since_the_last_publication(void **state)
{
	struct fixture *f = *state;
	struct log_state log;
	add_entries(f, 0, 290);
	store_log_state(f->s, &log);
	assert_ok(store_log_reread(f->s, 1, 290, &log.root));
	assert_ok(publish(f, 1, 288));
	add_entries(f, 290, 400);
	store_log_state(f->s, &log);
	assert_ok(store_log_reread(f->s, 1, 690, &log.root));
	struct hash other = log.root, at;
	other.b[3] ^= 1;
	assert_err(TOCSIN_BROKEN, store_log_reread(f->s, 1, 690, &other));
	assert_err(TOCSIN_BROKEN, store_log_reread(f->s, 1, 689, &log.root));
	assert_ok(store_log_root(f->s, 1, 300, &at));
	assert_ok(store_log_reread(f->s, 1, 300, &at));
	assert_ok(store_log_root(f->s, 1, 200, &at));
	assert_err(TOCSIN_BAD, store_log_reread(f->s, 1, 200, &at));
	/* One behind what was published, and one before it, which is the business of the full check. */
	struct hash e = entry_of(600);
	close_store(f);
	flip(f->path, e.b, 32, 9);
	if (store_open(f->path, &f->s) == TOCSIN_OK)
		assert_err(TOCSIN_BROKEN, store_log_reread(f->s, 1, 690, &log.root));
	else
		f->s = NULL;
}

static void checks_the_published_checkpoint_too(void **state)
{
	struct fixture *f = *state;
	add_entries(f, 0, 64);
	struct hash wrong = { { 9 } };
	struct buf note;
	checkpoint_note(&note, ORIGIN, 48, &wrong);
	struct change *c = change_new();
	change_log_published(c, 1, 48, buf_bytes(&note));
	assert_ok(store_commit(f->s, c, NULL, NULL));
	buf_free(&note);
	uint64_t n;
	assert_err(TOCSIN_BROKEN, store_log_check(f->s, 1, &n));
	struct log_state log;
	store_log_state(f->s, &log);
	assert_err(TOCSIN_BROKEN, store_log_reread(f->s, 1, 64, &log.root));
}

int main(void)
{
#define ON_STORE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		ON_STORE(starts_empty),
		ON_STORE(proves_every_entry_at_every_size_across_a_tile),
		ON_STORE(grows_across_the_second_level),
		ON_STORE(refuses_what_is_behind_the_end),
		ON_STORE(serves_only_what_is_published),
		ON_STORE(publishes_forward_only),
		ON_STORE(pads_to_a_multiple_with_entries_that_know_their_index),
		ON_STORE(remembers_what_a_logged_card_is),
		ON_STORE(retires_a_log_and_begins_another),
		ON_STORE(logs_a_statement_again_in_a_later_log_once),
		ON_STORE(begins_a_log_in_the_middle_of_a_batch),
		ON_STORE(says_so_when_a_stored_entry_was_changed),
		ON_STORE(says_so_when_a_stored_tile_was_changed),
		ON_STORE(says_so_when_the_tail_was_changed),
		ON_STORE(rereads_what_is_new_since_the_last_publication),
		ON_STORE(checks_the_published_checkpoint_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
