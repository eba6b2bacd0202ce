#include "fake.h"

#include "desk/issue.h"
#include "domain/kind.h"
#include "exchange/outbox.h"

static struct node north;
static struct fake *south, *east, *watcher;

static struct exchange_config config(void)
{
	return (struct exchange_config){ .workers = 1, .tick_seconds = 1, .overdue_seconds = 600, .resume_seconds = 0,
		.retry_seconds = 1 };
}

/* North is a node; south and east are its partners. */
static int make_world(void **state)
{
	(void)state;
	node_keys(&north, "north.example");
	north.config = config();
	node_made(&north, true);
	south = fake_new("south.example");
	east = fake_new("east.example");
	watcher = fake_new("watcher.example");
	fake_meets(&north, south);
	fake_meets(&north, east);
	return 0;
}

static int end_world(void **state)
{
	(void)state;
	node_end(&north);
	fake_free(south);
	fake_free(east);
	fake_free(watcher);
	return 0;
}

static void issue_to(const char *to, int urgency, struct issue_result *r)
{
	static const struct body_field fields[] = {
		{ "threat.summary", { (const uint8_t *)"\"a car with a bomb\"", 19 }, true },
		{ "handling.tlp", { (const uint8_t *)"\"amber\"", 7 }, true },
	};
	struct issue_release release = { .to = to, .field = fields, .field_n = 2, .urgency = urgency };
	struct issue issue = { .kind = "warning", .release = &release, .n = 1 };
	ok(desk_issue(&north.desk, &issue, r));
}

static void send_to(const char *to, int urgency, struct issue_result *r)
{
	issue_to(to, urgency, r);
	exchange_wake(north.x);
}

static bool has_receipt(int64_t num)
{
	struct snapshot *read;
	struct receipt_row row;
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(north.desk.store, &read));
	enum tocsin_err err = receipt_get(read, num, a, &row);
	snapshot_close(read);
	arena_free(a);
	return err == TOCSIN_OK;
}

static void wait_receipt(int64_t num)
{
	for (int i = 0; i < 2000 && !has_receipt(num); i++)
		usleep(5000);
	assert_true(has_receipt(num));
}

/* The state of NUM in the outbox into STATE, "" when it is not there; returns its code. */
static void outbox_of(int64_t num, char state[16], char code[32])
{
	struct snapshot *read;
	struct outbox_row row;
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(north.desk.store, &read));
	enum tocsin_err err = outbox_get(read, num, a, &row);
	snprintf(state, 16, "%s", err == TOCSIN_OK ? row.state : "");
	snprintf(code, 32, "%s", err == TOCSIN_OK ? row.code : "");
	snapshot_close(read);
	arena_free(a);
}

static json_t *partner_status(const char *name, json_t **all)
{
	size_t i;
	json_t *o;
	*all = courier_status(north.x);
	json_array_foreach(*all, i, o)
		if (strcmp(json_string_value(json_object_get(o, "name")), name) == 0)
			return o;
	return NULL;
}

static bool trouble_has(const char *name, const char *words)
{
	json_t *all, *o = partner_status(name, &all);
	assert_non_null(o);
	bool found = *words == '\0' ? *json_string_value(json_object_get(o, "trouble")) == '\0' :
		strstr(json_string_value(json_object_get(o, "trouble")), words) != NULL;
	json_decref(all);
	return found;
}

static void wait_trouble(const char *name, const char *words)
{
	for (int i = 0; i < 1000 && !trouble_has(name, words); i++)
		usleep(5000);
	if (!trouble_has(name, words)) {
		json_t *all;
		print_error("trouble: %s\n", json_string_value(json_object_get(partner_status(name, &all), "trouble")));
		json_decref(all);
	}
	assert_true(trouble_has(name, words));
}

struct tally {
	const char *what;
	size_t n;
};

static bool tally_conflict(void *arg, const struct conflict_row *row)
{
	struct tally *t = arg;
	if (strcmp(row->what, t->what) == 0) {
		t->n++;
		assert_true(row->a.n > 0 && row->b.n > 0);
	}
	return true;
}

static size_t conflicts(const char *what)
{
	struct tally t = { what, 0 };
	struct snapshot *read;
	ok(snapshot_open(north.desk.store, &read));
	ok(conflict_each(read, 0, 1000, tally_conflict, &t));
	snapshot_close(read);
	return t.n;
}

static bool tally_event(void *arg, const struct event_row *row)
{
	struct tally *t = arg;
	t->n += strcmp(row->kind, t->what) == 0;
	return true;
}

static size_t events(const char *kind)
{
	struct tally t = { kind, 0 };
	struct snapshot *read;
	ok(snapshot_open(north.desk.store, &read));
	ok(event_each(read, 0, 100000, tally_event, &t));
	snapshot_close(read);
	return t.n;
}

/* The log of south has an entry, of which north holds a checkpoint. */
static void begin_history(void)
{
	struct issue_result r;
	node_start(&north);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
}

/* ---- going well ---- */

TEST(a_warning_reaches_its_partner_and_its_receipt_comes_back)
{
	struct issue_result r;
	char state_now[16], code[32];
	json_t *all;
	node_start(&north);
	send_to("south.example", 0, &r);
	wait_receipt(r.num);
	assert_true(hash_equal(&south->came[0], &r.id));
	outbox_of(r.num, state_now, code);
	assert_string_equal(state_now, "");
	assert_int_equal(events("receipts received"), 1);
	json_t *o = partner_status("south.example", &all);
	assert_string_equal(json_string_value(json_object_get(o, "trouble")), "");
	assert_string_not_equal(json_string_value(json_object_get(o, "last_answer")), "");
	assert_int_equal(json_integer_value(json_object_get(o, "waiting")), 0);
	assert_string_equal(json_string_value(json_object_get(o, "quorum")), "none");
	json_decref(all);
}

TEST(our_card_goes_before_the_first_statement_and_not_with_each)
{
	struct issue_result r;
	pthread_mutex_lock(&south->lock);
	south->needs_card = true;               /* without it the statement would be refused first */
	pthread_mutex_unlock(&south->lock);
	node_start(&north);
	node_ready(&north);
	send_to("south.example", 0, &r);
	wait_receipt(r.num);
	assert_int_equal(south->posts, 1);
	/* The other partner, to whom nothing is to be sent, is told as well. */
	for (int i = 0; i < 400 && east->cards == 0; i++)
		usleep(5000);
	assert_true(east->cards > 0);
	unsigned cards = south->cards;
	for (int i = 0; i < 3; i++) {
		send_to("south.example", 0, &r);
		wait_receipt(r.num);
	}
	assert_int_equal(south->cards, cards);
}

TEST(what_waited_before_the_start_is_sent)
{
	struct issue_result r;
	issue_to("south.example", 2, &r);
	node_start(&north);
	wait_receipt(r.num);
}

TEST(a_thousand_statements_arrive_once_each)
{
	struct issue_result r[1000];
	for (size_t i = 0; i < 1000; i++)
		issue_to(i % 10 == 9 ? "east.example" : "south.example", 2, &r[i]);
	node_start(&north);
	for (size_t i = 0; i < 1000; i++)
		wait_receipt(r[i].num);
	pthread_mutex_lock(&south->lock);
	assert_int_equal(south->came_n, 900);
	assert_true(south->posts >= 900 / OUTBOX_BATCH_COUNT && south->posts < 40);
	pthread_mutex_unlock(&south->lock);
	assert_int_equal(east->came_n, 100);
}

TEST(answers_out_of_order_all_count)
{
	struct issue_result r[400];
	begin_history();
	for (size_t i = 0; i < 400; i++)
		issue_to("south.example", 2, &r[i]);
	fake_set(south, FAKE_REORDER);
	exchange_wake(north.x);
	/* The last one alone would be kept for ever: it is answered when nothing comes any more. */
	for (int i = 0; i < 200 && south->came_n < 402; i++)
		usleep(5000);
	usleep(100000);
	pthread_mutex_lock(&south->lock);
	south->way = FAKE_HONEST;
	if (south->kept != NULL)
		http_call_answer_buf(south->kept, 200, "application/octet-stream", &south->kept_answer);
	south->kept = NULL;
	pthread_mutex_unlock(&south->lock);
	for (size_t i = 0; i < 400; i++)
		wait_receipt(r[i].num);
	assert_int_equal(south->came_n, 402);
	assert_int_equal(conflicts(CONFLICT_FORKED) + conflicts(CONFLICT_SHRUNKEN) + conflicts(CONFLICT_UNPROVEN), 0);
}

TEST(what_is_imminent_overtakes_what_waits)
{
	struct issue_result r[3], now;
	fake_set(south, FAKE_503);
	for (size_t i = 0; i < 3; i++)
		issue_to("south.example", 2, &r[i]);
	issue_to("south.example", 0, &now);
	fake_set(south, FAKE_HONEST);
	node_start(&north);
	wait_receipt(now.num);
	assert_true(hash_equal(&south->came[0], &now.id));
	wait_receipt(r[2].num);
}

/* ---- going wrong ---- */

/* South answers in WAY: nothing counts, status says SENTENCE, WHAT is kept as evidence when it is not NULL; east is
 * served meanwhile; and once south is honest, so is it. */
static void lie(enum fake_way way, const char *sentence, const char *what)
{
	struct issue_result r, other;
	begin_history();
	fake_set(south, way);
	issue_to("south.example", 2, &r);
	issue_to("east.example", 2, &other);
	exchange_wake(north.x);
	wait_trouble("south.example", sentence);
	wait_receipt(other.num);
	assert_false(has_receipt(r.num));
	assert_true(trouble_has("east.example", ""));
	if (what != NULL) {
		for (int i = 0; i < 400 && conflicts(what) == 0; i++)
			usleep(5000);
		assert_int_equal(conflicts(what), 1);
	} else {
		assert_int_equal(conflicts(CONFLICT_FORKED) + conflicts(CONFLICT_SHRUNKEN) + conflicts(CONFLICT_UNPROVEN), 0);
	}
	fake_set(south, FAKE_HONEST);
	wait_receipt(r.num);
	assert_true(trouble_has("south.example", ""));
}

TEST(an_error_500_is_tried_again)
{
	lie(FAKE_500, "HTTP status 500", NULL);
}

TEST(an_error_503_is_tried_again)
{
	lie(FAKE_503, "HTTP status 503", NULL);
}

TEST(garbage_counts_for_nothing)
{
	lie(FAKE_GARBAGE, "does not count: the answer does not begin", NULL);
}

TEST(an_empty_answer_counts_for_nothing)
{
	lie(FAKE_EMPTY, "does not count", NULL);
}

TEST(half_an_answer_counts_for_nothing)
{
	lie(FAKE_TRUNCATED, "does not count", NULL);
}

TEST(bytes_behind_an_answer_spoil_it)
{
	lie(FAKE_EXTRA, "does not count", NULL);
}

TEST(an_answer_for_fewer_statements_counts_for_nothing)
{
	lie(FAKE_ONE_LESS, "for 0 statements where 1 were sent", NULL);
}

TEST(somebody_elses_receipt_counts_for_nothing)
{
	lie(FAKE_SOMEBODY_ELSES, "another statement", NULL);
}

TEST(a_wrong_inclusion_proof_counts_for_nothing)
{
	lie(FAKE_WRONG_PROOF, "does not prove that statement number 1", NULL);
}

TEST(a_checkpoint_signed_by_another_key_counts_for_nothing)
{
	lie(FAKE_WRONG_KEY, "does not verify", NULL);
}

TEST(a_shrunken_log_is_kept_as_evidence)
{
	lie(FAKE_SHRUNKEN, "shrank from 2 to 1", CONFLICT_SHRUNKEN);
}

TEST(a_forked_log_is_kept_as_evidence)
{
	lie(FAKE_FORKED, "two histories of 2", CONFLICT_FORKED);
}

TEST(growth_without_proof_is_kept_and_counts_for_nothing)
{
	lie(FAKE_UNPROVEN, "does not prove that its log", CONFLICT_UNPROVEN);
}

TEST(a_409_with_a_smaller_checkpoint_is_kept_as_evidence)
{
	lie(FAKE_409, "shrank from 2 to 1", CONFLICT_SHRUNKEN);
}

TEST(a_409_with_garbage_is_only_trouble)
{
	lie(FAKE_409_GARBAGE, "does not count", NULL);
}


TEST(a_wrong_answer_is_an_event_once)
{
	struct issue_result r;
	begin_history();
	fake_set(south, FAKE_GARBAGE);
	send_to("south.example", 2, &r);
	unsigned before = south->posts;
	for (int i = 0; i < 1000 && south->posts < before + 3; i++)
		usleep(10000);
	assert_true(south->posts >= before + 3);
	assert_int_equal(events("answer rejected"), 1);
}

TEST(a_partner_that_is_slow_holds_nobody_up)
{
	struct issue_result r, other;
	begin_history();
	fake_set(south, FAKE_SLOW);
	send_to("south.example", 2, &r);
	usleep(50000);
	int64_t began = clock_mono();
	send_to("east.example", 2, &other);
	wait_receipt(other.num);
	assert_true(clock_mono() - began < 2 * CLOCK_SECOND);
	assert_false(has_receipt(r.num));
	wait_receipt(r.num);
}

TEST(a_partner_that_is_not_there_holds_nobody_up_and_changes_no_row)
{
	struct issue_result r, other;
	char state_now[16], code[32];
	json_t *all;
	http_server_stop(south->server);
	south->server = NULL;
	node_start(&north);
	send_to("south.example", 2, &r);
	send_to("east.example", 2, &other);
	wait_receipt(other.num);
	wait_trouble("south.example", "did not answer");
	outbox_of(r.num, state_now, code);
	assert_string_equal(state_now, "waiting");
	assert_string_equal(code, "");
	json_t *o = partner_status("south.example", &all);
	assert_int_equal(json_integer_value(json_object_get(o, "waiting")), 1);
	assert_string_not_equal(json_string_value(json_object_get(o, "next_attempt")), "");
	json_decref(all);
}

TEST(the_second_address_is_used_when_the_first_is_dead)
{
	struct issue_result r;
	pthread_mutex_lock(&south->lock);
	snprintf(south->card.url[1], sizeof south->card.url[1], "%s", south->card.url[0]);
	snprintf(south->card.url[0], sizeof south->card.url[0], "http://127.0.0.1:1");
	south->card.url_n = 2;
	fake_card(south);
	pthread_mutex_unlock(&south->lock);
	fake_meets(&north, south);
	north.config.retry_seconds = 60;
	node_start(&north);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
}

TEST(a_statement_that_a_partner_chokes_on_is_set_aside_and_the_rest_arrive)
{
	struct issue_result r[20];
	char state_now[16], code[32];
	begin_history();
	for (size_t i = 0; i < 20; i++)
		issue_to("south.example", 2, &r[i]);
	pthread_mutex_lock(&south->lock);
	south->poison = r[3].id;
	pthread_mutex_unlock(&south->lock);
	exchange_wake(north.x);
	for (int i = 0; i < 6000; i++) {
		outbox_of(r[3].num, state_now, code);
		if (strcmp(code, "busy") == 0 && has_receipt(r[19].num))
			break;
		usleep(10000);
	}
	for (size_t i = 0; i < 20; i++)
		if (i != 3)
			wait_receipt(r[i].num);
	outbox_of(r[3].num, state_now, code);
	assert_string_equal(state_now, "waiting");
	assert_string_equal(code, "busy");
}

TEST(a_refusal_for_now_waits_and_is_tried_again)
{
	static const char *const codes[] = { "busy", "kind", "stranger" };
	begin_history();
	for (size_t i = 0; i < 3; i++) {
		struct issue_result r;
		char state_now[16] = "", code[32] = "";
		pthread_mutex_lock(&south->lock);
		south->way = FAKE_REFUSES;
		south->code = codes[i];
		pthread_mutex_unlock(&south->lock);
		send_to("south.example", 2, &r);
		for (int k = 0; k < 400 && strcmp(code, codes[i]) != 0; k++, usleep(5000))
			outbox_of(r.num, state_now, code);
		assert_string_equal(code, codes[i]);
		assert_string_equal(state_now, "waiting");
		fake_set(south, FAKE_HONEST);
		wait_receipt(r.num);
	}
	assert_int_equal(events("delivery refused"), 0);
}

TEST(a_refusal_for_good_stays_with_the_author)
{
	struct issue_result r;
	char state_now[16] = "", code[32] = "";
	begin_history();
	pthread_mutex_lock(&south->lock);
	south->way = FAKE_REFUSES;
	south->code = "rule";
	pthread_mutex_unlock(&south->lock);
	send_to("south.example", 2, &r);
	for (int k = 0; k < 400 && strcmp(state_now, "refused") != 0; k++, usleep(5000))
		outbox_of(r.num, state_now, code);
	assert_string_equal(state_now, "refused");
	assert_string_equal(code, "rule");
	assert_int_equal(events("delivery refused"), 1);
	fake_set(south, FAKE_HONEST);
	unsigned posts = south->posts;
	exchange_wake(north.x);
	usleep(300000);
	assert_int_equal(south->posts, posts);
	assert_false(has_receipt(r.num));
}

TEST(a_partner_that_misses_our_card_gets_the_chain_and_then_the_statement)
{
	struct issue_result r;
	begin_history();
	pthread_mutex_lock(&south->lock);
	south->needs_card = true;
	unsigned cards = south->cards;
	pthread_mutex_unlock(&south->lock);
	int64_t began = clock_mono();
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
	assert_int_equal(south->cards, cards + 1);
	assert_true(clock_mono() - began < 2 * CLOCK_SECOND);
}

/* ---- a log that was put back ---- */

TEST(a_log_that_goes_on_under_a_new_card_is_followed_without_evidence)
{
	struct issue_result r;
	begin_history();
	pthread_mutex_lock(&south->lock);
	fake_log(south);
	fake_card(south);
	pthread_mutex_unlock(&south->lock);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
	assert_int_equal(conflicts(CONFLICT_FORKED) + conflicts(CONFLICT_SHRUNKEN) + conflicts(CONFLICT_UNPROVEN), 0);
	const struct peer *p = directory_find(north.desk.directory, "south.example");
	assert_string_equal(p->card->log.name, "south.example/log/2");
	peer_release(p);
}

TEST(another_log_without_a_card_for_it_counts_for_nothing)
{
	struct issue_result r;
	begin_history();
	pthread_mutex_lock(&south->lock);
	fake_log(south);
	pthread_mutex_unlock(&south->lock);
	send_to("south.example", 2, &r);
	wait_trouble("south.example", "but its card names");
	assert_false(has_receipt(r.num));
}

/* A statement of south that north once accepted. */
static int64_t accepted_from_south(struct hash *id)
{
	struct statement s = { .realm = REALM_LIVE, .at = clock_now() / CLOCK_SECOND * CLOCK_SECOND, .lines = 32,
		.kind = "warning" };
	static const struct body_field fields[] = { { "threat.summary", { (const uint8_t *)"\"back\"", 6 }, true },
		{ "handling.tlp", { (const uint8_t *)"\"red\"", 5 }, true } };
	const struct peer *self = directory_self(north.desk.directory);
	struct buf text, note, body, opened;
	uint8_t sig[64];
	struct change_result result;
	random_bytes(s.nonce, sizeof s.nonce);
	card_party(&south->card, &s.from);
	card_party(self->card, &s.to);
	peer_release(self);
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	buf_init(&note, LIMIT_NOTE);
	buf_init(&body, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	ok(body_make(fields, 2, NULL, 0, 32, &body, &opened, &s.root));
	ok(statement_format(&s, &text));
	*id = statement_id(buf_bytes(&text));
	crypto_sign_detached(sig, NULL, text.p, text.n, south->sign_secret);
	note_begin(&note, buf_bytes(&text));
	note_add_line(&note, &south->card.sign[0], sig, 64);
	struct hash entry;
	statement_entry(REALM_LIVE, ENTRY_ACCEPTED, id, &entry);
	struct change *c = change_new();
	change_statement(c, &(struct statement_row){ .id = *id, .at = s.at, .kind = "warning", .peer = "south.example",
		.note = buf_bytes(&note), .body = buf_bytes(&body),
		.opened = BYTES_LIT(""), .known_at = clock_now() });
	change_entry(c, &entry, "statement", id);
	ok(store_commit(north.desk.store, c, &result, NULL));
	buf_free(&text);
	buf_free(&note);
	buf_free(&body);
	buf_free(&opened);
	return result.num;
}

static bool restoring_gone(void)
{
	struct snapshot *read;
	struct restoring_row row;
	struct arena *a = arena_new(65536);
	ok(snapshot_open(north.desk.store, &read));
	enum tocsin_err err = restoring_get(read, "south.example", a, &row);
	snapshot_close(read);
	arena_free(a);
	return err == TOCSIN_MISSING;
}

TEST(a_partner_whose_log_was_put_back_gets_everything_again_and_its_own_back)
{
	struct issue_result r[2], late;
	struct hash own[200];
	int64_t last = 0;
	node_start(&north);
	send_to("south.example", 2, &r[0]);
	wait_receipt(r[0].num);
	for (size_t i = 0; i < 200; i++)
		last = accepted_from_south(&own[i]);
	send_to("south.example", 2, &r[1]);
	wait_receipt(r[1].num);
	/* South forgets it all. */
	pthread_mutex_lock(&south->lock);
	fake_log(south);
	fake_card(south);
	south->came_n = 0;
	pthread_mutex_unlock(&south->lock);
	fake_meets(&north, south);
	assert_true(last > 0);
	struct change *c = change_new();
	change_restoring_put(c, &(struct restoring_row){ .partner = "south.example", .since = 0, .next_num = r[0].num,
		.until_num = r[1].num });
	ok(store_commit(north.desk.store, c, NULL, NULL));
	send_to("south.example", 2, &late);
	courier_restoring(north.x, "south.example");
	for (int i = 0; i < 2000 && (!restoring_gone() || south->came_n < 203); i++)
		usleep(5000);
	assert_true(restoring_gone());
	pthread_mutex_lock(&south->lock);
	assert_int_equal(south->taken_back, 200);
	assert_int_equal(south->came_n, 203);
	size_t next = 0;
	for (size_t i = 0; i < south->came_n && next < 200; i++)
		next += hash_equal(&south->came[i], &own[next]);
	assert_int_equal(next, 200);            /* in their order */
	pthread_mutex_unlock(&south->lock);
	assert_int_equal(events("given back"), 1);
	assert_false(has_receipt(last));
	wait_receipt(late.num);
}

TEST(giving_back_goes_on_where_it_was_when_the_partner_fails)
{
	struct issue_result r;
	struct hash own;
	int64_t num = 0;
	begin_history();
	num = accepted_from_south(&own);
	struct change *c = change_new();
	change_restoring_put(c, &(struct restoring_row){ .partner = "south.example", .since = 0, .next_num = num,
		.until_num = num });
	ok(store_commit(north.desk.store, c, NULL, NULL));
	fake_set(south, FAKE_WRONG_PROOF);
	courier_restoring(north.x, "south.example");
	wait_trouble("south.example", "does not prove that statement number 1");
	assert_false(restoring_gone());
	pthread_mutex_lock(&south->lock);
	south->way = FAKE_REFUSES;
	south->code = "busy";
	pthread_mutex_unlock(&south->lock);
	wait_trouble("south.example", "takes its own statements back later");
	assert_false(restoring_gone());
	fake_set(south, FAKE_HONEST);
	for (int i = 0; i < 2000 && !restoring_gone(); i++)
		usleep(5000);
	assert_true(restoring_gone());
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
}

/* ---- witnessed ---- */

static void set_quorum(const char *partner, int64_t k)
{
	struct change *c = change_new();
	change_partner_quorum(c, partner, k, clock_now());
	node_change(&north, c, partner);
}

static int64_t witnessed_at(int64_t num)
{
	struct snapshot *read;
	struct receipt_row row = { .num = 0 };
	struct arena *a = arena_new(1u << 20);
	ok(snapshot_open(north.desk.store, &read));
	ok(receipt_get(read, num, a, &row));
	if (row.witnessed_at != 0) {
		struct tlogproof p;
		ok(tlogproof_parse(row.proof, &p));
	}
	snapshot_close(read);
	arena_free(a);
	return row.witnessed_at;
}

static void publish(struct fake *w, size_t size)
{
	pthread_mutex_lock(&south->lock);
	south->watcher = w;
	south->published = size;
	pthread_mutex_unlock(&south->lock);
}

TEST(receipts_become_witnessed_when_the_quorum_is_met_and_not_before)
{
	struct issue_result r[3];
	fake_meets(&north, watcher);
	node_witness(&north, "watcher.example");
	set_quorum("south.example", 1);
	node_start(&north);
	for (size_t i = 0; i < 3; i++) {
		send_to("south.example", 2, &r[i]);
		wait_receipt(r[i].num);
	}
	publish(NULL, 2);                       /* covered, but cosigned by nobody */
	usleep(2500000);
	assert_int_equal(witnessed_at(r[0].num), 0);
	publish(watcher, 2);
	for (int i = 0; i < 2000 && witnessed_at(r[1].num) == 0; i++)
		usleep(5000);
	assert_true(clock_now() - witnessed_at(r[0].num) < 60 * CLOCK_SECOND && witnessed_at(r[0].num) % CLOCK_SECOND == 0);
	assert_true(witnessed_at(r[1].num) > 0);
	assert_int_equal(witnessed_at(r[2].num), 0);
	publish(watcher, 3);
	for (int i = 0; i < 2000 && witnessed_at(r[2].num) == 0; i++)
		usleep(5000);
	assert_true(witnessed_at(r[2].num) > 0);
	assert_true(events("receipts witnessed") >= 2);
}

TEST(a_wrong_witnessed_proof_counts_for_nothing)
{
	struct issue_result r[2];
	fake_meets(&north, watcher);
	node_witness(&north, "watcher.example");
	set_quorum("south.example", 1);
	node_start(&north);
	for (size_t i = 0; i < 2; i++) {
		send_to("south.example", 2, &r[i]);
		wait_receipt(r[i].num);
	}
	fake_set(south, FAKE_WRONG_PROOF);
	publish(watcher, 2);
	wait_trouble("south.example", "a witnessed receipt");
	assert_int_equal(witnessed_at(r[0].num), 0);
	fake_set(south, FAKE_HONEST);
	for (int i = 0; i < 2000 && witnessed_at(r[1].num) == 0; i++)
		usleep(5000);
	assert_true(witnessed_at(r[1].num) > 0);
}

TEST(a_receipt_that_nobody_witnesses_raises_one_alarm)
{
	struct issue_result r;
	set_quorum("south.example", 1);
	north.config.overdue_seconds = 1;
	node_start(&north);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
	for (int i = 0; i < 2000 && events("receipt overdue") == 0; i++)
		usleep(5000);
	usleep(2500000);
	assert_int_equal(events("receipt overdue"), 1);
}

TEST(without_a_quorum_nothing_is_asked_for_and_no_alarm_raised)
{
	struct issue_result r;
	north.config.overdue_seconds = 1;
	node_start(&north);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
	publish(watcher, 1);
	usleep(2500000);
	assert_int_equal(south->receipts, 0);
	assert_int_equal(events("receipt overdue"), 0);
}

TEST(a_receipt_without_a_quorum_is_fetched_when_somebody_asks)
{
	struct issue_result r;
	struct snapshot *read;
	struct receipt_row row;
	struct arena *a = arena_new(1u << 20);
	begin_history();
	assert_int_equal(exchange_fetch_receipt(north.x, 4711), TOCSIN_MISSING);
	send_to("south.example", 2, &r);
	wait_receipt(r.num);
	assert_int_equal(exchange_fetch_receipt(north.x, r.num), TOCSIN_LATER);
	publish(watcher, 3);
	fake_set(south, FAKE_WRONG_PROOF);
	assert_int_equal(exchange_fetch_receipt(north.x, r.num), TOCSIN_REFUSED);
	fake_set(south, FAKE_HONEST);
	ok(exchange_fetch_receipt(north.x, r.num));
	/* It is held now, and still not called witnessed. */
	http_server_stop(south->server);
	south->server = NULL;
	ok(exchange_fetch_receipt(north.x, r.num));
	ok(snapshot_open(north.desk.store, &read));
	ok(receipt_get(read, r.num, a, &row));
	assert_true(row.proof.n > 0);
	assert_int_equal(row.witnessed_at, 0);
	snapshot_close(read);
	arena_free(a);
}

/* ---- stopping ---- */

TEST(stopping_waits_for_no_partner)
{
	struct issue_result r;
	begin_history();
	fake_set(south, FAKE_SLOW);
	send_to("south.example", 2, &r);
	usleep(200000);
	int64_t began = clock_mono();
	node_stop(&north);
	assert_true(clock_mono() - began < 2 * CLOCK_SECOND);
	/* What was under way then is sent again after a start, and counted once there. */
	fake_set(south, FAKE_HONEST);
	node_start(&north);
	wait_receipt(r.num);
}

int main(void)
{
#define IN_WORLD(f) cmocka_unit_test_setup_teardown(f, make_world, end_world)
	const struct CMUnitTest tests[] = {
		IN_WORLD(a_warning_reaches_its_partner_and_its_receipt_comes_back),
		IN_WORLD(our_card_goes_before_the_first_statement_and_not_with_each),
		IN_WORLD(what_waited_before_the_start_is_sent),
		IN_WORLD(a_thousand_statements_arrive_once_each),
		IN_WORLD(answers_out_of_order_all_count),
		IN_WORLD(what_is_imminent_overtakes_what_waits),
		IN_WORLD(an_error_500_is_tried_again),
		IN_WORLD(an_error_503_is_tried_again),
		IN_WORLD(garbage_counts_for_nothing),
		IN_WORLD(an_empty_answer_counts_for_nothing),
		IN_WORLD(half_an_answer_counts_for_nothing),
		IN_WORLD(bytes_behind_an_answer_spoil_it),
		IN_WORLD(an_answer_for_fewer_statements_counts_for_nothing),
		IN_WORLD(somebody_elses_receipt_counts_for_nothing),
		IN_WORLD(a_wrong_inclusion_proof_counts_for_nothing),
		IN_WORLD(a_checkpoint_signed_by_another_key_counts_for_nothing),
		IN_WORLD(a_shrunken_log_is_kept_as_evidence),
		IN_WORLD(a_forked_log_is_kept_as_evidence),
		IN_WORLD(growth_without_proof_is_kept_and_counts_for_nothing),
		IN_WORLD(a_409_with_a_smaller_checkpoint_is_kept_as_evidence),
		IN_WORLD(a_409_with_garbage_is_only_trouble),
		IN_WORLD(a_wrong_answer_is_an_event_once),
		IN_WORLD(a_partner_that_is_slow_holds_nobody_up),
		IN_WORLD(a_partner_that_is_not_there_holds_nobody_up_and_changes_no_row),
		IN_WORLD(the_second_address_is_used_when_the_first_is_dead),
		IN_WORLD(a_statement_that_a_partner_chokes_on_is_set_aside_and_the_rest_arrive),
		IN_WORLD(a_refusal_for_now_waits_and_is_tried_again),
		IN_WORLD(a_refusal_for_good_stays_with_the_author),
		IN_WORLD(a_partner_that_misses_our_card_gets_the_chain_and_then_the_statement),
		IN_WORLD(a_log_that_goes_on_under_a_new_card_is_followed_without_evidence),
		IN_WORLD(another_log_without_a_card_for_it_counts_for_nothing),
		IN_WORLD(a_partner_whose_log_was_put_back_gets_everything_again_and_its_own_back),
		IN_WORLD(giving_back_goes_on_where_it_was_when_the_partner_fails),
		IN_WORLD(receipts_become_witnessed_when_the_quorum_is_met_and_not_before),
		IN_WORLD(a_wrong_witnessed_proof_counts_for_nothing),
		IN_WORLD(a_receipt_that_nobody_witnesses_raises_one_alarm),
		IN_WORLD(without_a_quorum_nothing_is_asked_for_and_no_alarm_raised),
		IN_WORLD(a_receipt_without_a_quorum_is_fetched_when_somebody_asks),
		IN_WORLD(stopping_waits_for_no_partner),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
