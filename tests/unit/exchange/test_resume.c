#include "world.h"

#include "desk/issue.h"

/* North loses its memory in several ways; west is its witness; west and east are its partners. All four are whole nodes with couriers; sham is nobody's partner. */
static struct node north, west, east, sham;
static char backup[128];

static int make_world(void **state)
{
	(void)state;
	struct node *const all[] = { &north, &west, &east };
	node_keys(&north, "north.example");
	node_keys(&west, "west.example");
	node_keys(&east, "east.example");
	node_keys(&sham, "sham.example");
	for (int i = 0; i < 3; i++) {
		all[i]->config.tick_seconds = 1;
		all[i]->config.retry_seconds = 1;
		node_made(all[i], true);
	}
	node_made(&sham, false);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			if (i != k)
				node_meets(all[i], all[k]);
	snprintf(backup, sizeof backup, "%s/backup", north.dir);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	node_end(&north);
	node_end(&west);
	node_end(&east);
	node_end(&sham);
	return 0;
}

static void copy(const char *from, const char *to)
{
	struct buf b;
	buf_init(&b, 256u << 20);
	ok(file_read(from, &b));
	ok(file_replace(to, buf_bytes(&b), 0600));
	buf_free(&b);
}

/* Waits until COND holds, ten seconds and more. */
#define until(cond) do { \
		int until_i = 0; \
		while (!(cond) && until_i++ < 3000) \
			usleep(10000); \
		if (!(cond)) \
			print_error("never: %s\n", #cond); \
		assert_true(cond); \
	} while (0)

static uint64_t published_size(struct node *n)
{
	struct log_state st;
	store_log_state(n->desk.store, &st);
	return st.published_size;
}

static uint64_t log_n(struct node *n)
{
	struct log_state st;
	store_log_state(n->desk.store, &st);
	return st.n;
}

static bool holds(struct node *n, const struct hash *id, struct statement_row *row)
{
	struct snapshot *r;
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(n->desk.store, &r));
	enum tocsin_err err = statement_by_id(r, id, a, row);
	snapshot_close(r);
	arena_free(a);
	return err == TOCSIN_OK;
}

static bool note_holds(struct node *n, const char *words)
{
	json_t *o = exchange_status(n->x);
	bool found = strstr(json_string_value(json_object_get(o, "note")), words) != NULL;
	json_decref(o);
	return found;
}

static bool was_asked(struct node *n)
{
	json_t *o = exchange_status(n->x);
	bool yes = json_is_true(json_object_get(o, "asked"));
	json_decref(o);
	return yes;
}

static void start_all(void)
{
	node_start(&west);
	node_start(&east);
	node_ready(&west);
	node_ready(&east);
}

/* North's store as it is now, put aside; needs it closed. */
static void put_aside(void)
{
	copy(north.db, backup);
}

static void put_back(void)
{
	char path[160];
	copy(backup, north.db);
	snprintf(path, sizeof path, "%s-wal", north.db);
	unlink(path);
	snprintf(path, sizeof path, "%s-shm", north.db);
	unlink(path);
}

TEST(while_nobody_can_be_asked_status_says_so_and_then_no_more)
{
	node_start(&north);
	node_ready(&north);
	assert_false(was_asked(&north));
	assert_true(note_holds(&north, "nobody"));
	node_stop(&north);
	start_all();
	node_witness(&north, "west.example");
	node_start(&north);
	node_ready(&north);
	assert_true(was_asked(&north));
	assert_true(note_holds(&north, "compared"));
	assert_int_equal(log_n(&north), 1);
}

/* What is accepted, and issued, after the backup. */
static struct letter before, lost;
static struct hash issued_lost;

static void issue_to_east(struct hash *id)
{
	static const struct body_field fields[] = {
		{ "threat.summary", { (const uint8_t *)"\"lost and found\"", 16 }, true },
		{ "handling.tlp", { (const uint8_t *)"\"amber\"", 7 }, true },
	};
	struct issue_release release = { .to = "east.example", .field = fields, .field_n = 2, .urgency = 0 };
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	struct issue_result result;
	ok(desk_issue(&north.desk, &issue, &result));
	*id = result.id;
	exchange_wake(north.x);
}

TEST(a_database_that_was_put_back_is_noticed_and_its_log_retired)
{
	struct statement_row row;
	struct vkey key;
	letter_make(&before, &east, &north, "warning");
	accepted_alone(&north, &before, NULL);
	until(published_size(&north) >= 16);
	node_stop(&north);
	node_close(&north);
	put_aside();
	node_open(&north);
	node_start(&north);
	node_ready(&north);
	assert_int_equal(log_n(&north), 1);
	uint64_t had = published_size(&north);
	/* East issues a warning by itself, so that it has something to give back. */
	letter_make(&lost, &east, &north, "warning");
	struct change *c = change_new();
	struct hash entry;
	statement_entry(REALM_LIVE, ENTRY_ISSUED, &lost.id, &entry);
	change_statement(c, &(struct statement_row){ .id = lost.id, .at = lost.s.at, .issued = true, .kind = "warning", .peer = "north.example", .note = buf_bytes(&lost.note),
		.body = buf_bytes(&lost.body), .opened = BYTES_LIT(""), .known_at = clock_now() });
	change_entry(c, &entry, "statement", &lost.id);
	change_outbox(c, "north.example", 0, clock_now());
	ok(store_commit(east.desk.store, c, NULL, NULL));
	exchange_wake(east.x);
	issue_to_east(&issued_lost);
	until(holds(&north, &lost.id, &row));
	until(holds(&east, &issued_lost, &row));
	until(published_size(&north) > had);
	node_stop(&north);
	node_close(&north);
	put_back();
	node_open(&north);
	assert_false(holds(&north, &lost.id, &row));
	assert_false(holds(&north, &issued_lost, &row));
	node_start(&north);
	node_ready(&north);
	/* Another log, under another key, which a new card names. */
	assert_int_equal(log_n(&north), 2);
	assert_true(note_holds(&north, "retired"));
	node_log(&north, &key);
	assert_string_equal(key.name, "north.example/log/2");
}

static bool is_resuming(void *arg, const struct resuming_row *row)
{
	(void)row;
	++*(size_t *)arg;
	return true;
}

static size_t resuming(struct node *n)
{
	size_t rows = 0;
	struct snapshot *r;
	ok(snapshot_open(n->desk.store, &r));
	ok(resuming_each(r, is_resuming, &rows));
	snapshot_close(r);
	return rows;
}

TEST(partners_hear_of_it_and_send_again_what_was_lost)
{
	struct statement_row row;
	until(resuming(&north) == 0);
	const struct peer *p = directory_find(east.desk.directory, "north.example");
	assert_string_equal(p->card->log.name, "north.example/log/2");
	peer_release(p);
	until(holds(&north, &lost.id, &row));
	assert_false(row.issued);
	/* What north itself had issued comes back too, marked, and gets its receipt again. */
	until(holds(&north, &issued_lost, &row));
	assert_true(row.issued);
	assert_int_equal(row.log_n, 2);
	assert_true((row.marks & STATEMENT_MARK_RETURNED) != 0);
	assert_true(holds(&north, &before.id, &row));
	struct snapshot *r;
	struct arena *a = arena_new(1u << 20);
	struct receipt_row receipt;
	assert_true(holds(&north, &issued_lost, &row));
	enum tocsin_err err = TOCSIN_MISSING;
	for (int i = 0; i < 1000 && err == TOCSIN_MISSING; i++) {
		ok(snapshot_open(north.desk.store, &r));
		err = receipt_get(r, row.num, a, &receipt);
		snapshot_close(r);
		usleep(10000);
	}
	assert_int_equal(err, TOCSIN_OK);
	arena_free(a);
}

TEST(the_retired_log_is_still_served_and_the_new_one_beside_it)
{
	struct reply r;
	until(published_size(&north) > 0);
	http(&north, "GET", "/log/1/checkpoint", BYTES_LIT(""), &r);
	assert_int_equal(r.status, 200);
	assert_true(bytes_starts(buf_bytes(&r.body), "north.example/log/1\n"));
	reply_free(&r);
	http(&north, "GET", "/log/checkpoint", BYTES_LIT(""), &r);
	assert_true(bytes_starts(buf_bytes(&r.body), "north.example/log/2\n"));
	reply_free(&r);
}

TEST(what_was_accepted_under_the_old_log_gets_an_entry_in_the_new_one_when_it_is_sent_again)
{
	uint64_t index, again;
	accepted_alone(&north, &before, &index);
	accepted_alone(&north, &before, &again);
	assert_int_equal(index, again);
	/* Its witnessed receipt is of the new log. */
	struct reply r;
	struct tlogproof p;
	struct checkpoint c;
	struct vkey key;
	char path[128], hex[65];
	hex_encode(before.id.b, 32, hex);
	snprintf(path, sizeof path, "/exchange/v1/receipts/%s", hex);
	for (int i = 0;; i++) {
		http(&north, "GET", path, BYTES_LIT(""), &r);
		if (r.status == 200)
			break;
		reply_free(&r);
		assert_true(i < 1000);
		usleep(10000);
	}
	struct hash entry, leaf;
	statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &before.id, &entry);
	leaf = statement_entry_leaf(&entry);
	node_log(&north, &key);
	ok(tlogproof_parse(buf_bytes(&r.body), &p));
	ok(tlogproof_verify(&p, &leaf, &key, &c));
	assert_int_equal(p.index, index);
	reply_free(&r);
}

TEST(when_the_keeper_was_put_back_too_the_witness_still_knows)
{
	char published[128], saved[128];
	struct log_state st;
	snprintf(published, sizeof published, "%s/keys/published", north.dir);
	snprintf(saved, sizeof saved, "%s/published", north.dir);
	node_stop(&north);
	node_close(&north);
	put_aside();
	copy(published, saved);
	node_open(&north);
	node_start(&north);
	node_ready(&north);
	uint64_t had = published_size(&north);
	struct letter l;
	letter_make(&l, &east, &north, "warning");
	accepted_alone(&north, &l, NULL);
	letter_free(&l);
	until(published_size(&north) > had);
	/* West has cosigned it. */
	struct snapshot *r;
	struct peer_log held;
	struct arena *a = arena_new(1u << 20);
	store_log_state(north.desk.store, &st);
	for (int i = 0; i < 1000; i++) {
		ok(snapshot_open(west.desk.store, &r));
		enum tocsin_err err = witnessed_get(r, st.origin, a, &held);
		snapshot_close(r);
		if (err == TOCSIN_OK && held.size == st.published_size)
			break;
		usleep(10000);
	}
	arena_free(a);
	node_stop(&north);
	node_close(&north);
	put_back();
	copy(saved, published);
	keeper_stop(north.desk.keeper);
	ok(keeper_start(north.dir, BYTES_LIT(""), &north.desk.keeper));
	node_open(&north);
	node_start(&north);
	node_ready(&north);
	assert_int_equal(log_n(&north), 3);
	assert_true(note_holds(&north, "west.example") || note_holds(&north, "east.example"));
}

TEST(a_crash_between_the_new_key_and_the_new_log_is_mended)
{
	node_stop(&north);
	ok(keeper_next_log(north.desk.keeper));
	node_start(&north);
	node_ready(&north);
	assert_int_equal(log_n(&north), 5);
	assert_int_equal(keeper_public(north.desk.keeper)->log_n, 5);
	/* And one between the new log and the new card. */
	node_stop(&north);
	ok(keeper_next_log(north.desk.keeper));
	struct change *c = change_new();
	change_log_next(c, 6, "north.example/log/6", "for a test");
	ok(store_commit(north.desk.store, c, NULL, NULL));
	node_start(&north);
	node_ready(&north);
	assert_int_equal(log_n(&north), 6);
	struct vkey key;
	node_log(&north, &key);
	assert_string_equal(key.name, "north.example/log/6");
}

TEST(cards_that_were_lost_with_the_database_come_back_from_partners)
{
	/* The backup is of log 2 and card 2; partners hold later ones. A second card with one of their seqs would make everybody distrust north. */
	until(resuming(&north) == 0);
	node_stop(&north);
	node_close(&north);
	put_back();
	node_open(&north);
	const struct peer *p = directory_self(north.desk.directory);
	uint64_t had = p->card->seq;
	peer_release(p);
	assert_int_equal(had, 2);
	node_start(&north);
	node_ready(&north);
	assert_int_equal(log_n(&north), 7);
	p = directory_self(north.desk.directory);
	assert_int_equal(p->card->seq, 6);
	peer_release(p);
	until(resuming(&north) == 0);
	p = directory_find(east.desk.directory, "north.example");
	assert_int_not_equal(p->state, PEER_DISTRUSTED);
	assert_int_equal(p->card->seq, 6);
	peer_release(p);
}

TEST(without_the_identity_key_the_node_stays_silent_and_says_what_to_do)
{
	char pem[128], away[128];
	snprintf(pem, sizeof pem, "%s/keys/identity.pem", north.dir);
	snprintf(away, sizeof away, "%s/identity.pem", north.dir);
	node_stop(&north);
	keeper_stop(north.desk.keeper);
	assert_int_equal(rename(pem, away), 0);
	ok(keeper_start(north.dir, BYTES_LIT(""), &north.desk.keeper));
	if (!keeper_public(north.desk.keeper)->has_identity) {
		ok(keeper_next_log(north.desk.keeper));
		node_start(&north);
		until(note_holds(&north, "identity"));
		assert_false(exchange_ready(north.x));
		assert_int_equal(log_n(&north), 7);
		struct letter l, *one = &l;
		struct reply r;
		letter_make(&l, &east, &north, "warning");
		post_letters(&north, 0, &one, 1, &r);
		assert_int_equal(r.status, 503);
		reply_free(&r);
		letter_free(&l);
		node_stop(&north);
	}
	keeper_stop(north.desk.keeper);
	assert_int_equal(rename(away, pem), 0);
	ok(keeper_start(north.dir, BYTES_LIT(""), &north.desk.keeper));
	node_start(&north);
	node_ready(&north);
	assert_true(log_n(&north) > 7);
}

/* ---- answering ---- */

static void resume_note(struct node *from, struct node *to, int64_t at, const char *origin, struct buf *note)
{
	struct resume_note r = { .realm = REALM_LIVE, .at = at / CLOCK_SECOND * CLOCK_SECOND, .since = 0, .size = 1 };
	const struct peer *a = directory_self(from->desk.directory), *b = directory_self(to->desk.directory);
	struct buf text;
	uint8_t sig[1][NOTE_SIGNATURE];
	buf_init(&text, 4096);
	buf_init(note, LIMIT_NOTE);
	card_party(a->card, &r.from);
	card_party(b->card, &r.to);
	snprintf(r.origin, sizeof r.origin, "%s", origin);
	resume_note_format(&r, &text);
	struct bytes one = buf_bytes(&text);
	ok(keeper_sign(from->desk.keeper, &one, 1, sig));
	note_begin(note, one);
	note_add_line(note, &keeper_public(from->desk.keeper)->sign, sig[0], NOTE_SIGNATURE);
	buf_free(&text);
	peer_release(a);
	peer_release(b);
}

static void answered(struct buf *note, unsigned status, const char *begins)
{
	struct reply r;
	http(&west, "POST", "/exchange/v1/resume", buf_bytes(note), &r);
	if (r.status != status)
		print_error("HTTP %u: %.*s", r.status, (int)r.body.n, (const char *)r.body.p);
	assert_int_equal(r.status, status);
	if (begins != NULL)
		assert_true(bytes_starts(buf_bytes(&r.body), begins));
	reply_free(&r);
	buf_free(note);
}

TEST(who_asks_what_is_held_of_its_log_is_answered_only_when_it_is_the_one_it_says)
{
	struct buf note;
	int64_t now = clock_now();
	resume_note(&north, &west, now, "north.example/log/2", &note);
	answered(&note, 200, "north.example/log/2\n");
	resume_note(&north, &west, now, "north.example/log/4", &note);
	answered(&note, 404, NULL);
	/* Five minutes off. */
	resume_note(&north, &west, now - 400 * CLOCK_SECOND, "north.example/log/2", &note);
	answered(&note, 403, NULL);
	resume_note(&north, &west, now + 400 * CLOCK_SECOND, "north.example/log/2", &note);
	answered(&note, 403, NULL);
	/* To somebody else, from nobody, with another signature. */
	resume_note(&north, &east, now, "north.example/log/2", &note);
	answered(&note, 403, NULL);
	resume_note(&sham, &west, now, "sham.example/log/1", &note);
	answered(&note, 403, NULL);
	resume_note(&north, &west, now, "north.example/log/2", &note);
	note.p[note.n - 10] = note.p[note.n - 10] == 'A' ? 'B' : 'A';
	answered(&note, 403, NULL);
	node_state(&west, "north.example", "distrusted");
	resume_note(&north, &west, now, "north.example/log/2", &note);
	answered(&note, 403, NULL);
	node_state(&west, "north.example", "confirmed");
	buf_init(&note, 64);
	buf_add_str(&note, "no note");
	answered(&note, 400, NULL);
	letter_free(&before);
	letter_free(&lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_nobody_can_be_asked_status_says_so_and_then_no_more),
		cmocka_unit_test(a_database_that_was_put_back_is_noticed_and_its_log_retired),
		cmocka_unit_test(partners_hear_of_it_and_send_again_what_was_lost),
		cmocka_unit_test(the_retired_log_is_still_served_and_the_new_one_beside_it),
		cmocka_unit_test(what_was_accepted_under_the_old_log_gets_an_entry_in_the_new_one_when_it_is_sent_again),
		cmocka_unit_test(when_the_keeper_was_put_back_too_the_witness_still_knows),
		cmocka_unit_test(a_crash_between_the_new_key_and_the_new_log_is_mended),
		cmocka_unit_test(cards_that_were_lost_with_the_database_come_back_from_partners),
		cmocka_unit_test(without_the_identity_key_the_node_stays_silent_and_says_what_to_do),
		cmocka_unit_test(who_asks_what_is_held_of_its_log_is_answered_only_when_it_is_the_one_it_says),
	};
	return cmocka_run_group_tests(tests, make_world, end_world);
}
