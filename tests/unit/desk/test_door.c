/*
 * Tests of the door: what it holds, who decides, and answers that cannot be told apart.
 */
#include "desk/clocked.h"

#include "desk/door.h"
#include "desk/door_answer.h"
#include "desk/protected.h"
#include "store/rows_access.h"

#define SOUTH "south.example"

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 100, &done));
	while (done > 0);
}

/* In which screening finds nothing. */
static const struct body_field about_somebody[] = { { "request.type", VALUE("\"person\""), true },
	{ "question", VALUE("\"Did this man stay in your country in May?\""), true },
	{ "purpose", VALUE("\"Investigation of an armed robbery\""), true }, { "subject.name", VALUE("\"Ivan Ivanov\""), true },
	{ "subject.born", VALUE("\"1979-04-11\""), true }, { "legal-basis", VALUE("\"Convention, Article 7\""), true },
	{ "offence", VALUE("\"Armed robbery\""), true }, { "link", VALUE("\"His fingerprint was found on the glass\""), true },
	{ "evidence", VALUE("\"Fingerprint report\""), true }, { "urgency", VALUE("\"routine\""), true } };
#define SOMEBODY (sizeof about_somebody / sizeof *about_somebody)
static const struct body_field about_a_thing[] = { { "request.type", VALUE("\"clarify\""), true },
	{ "question", VALUE("\"Which gate?\""), true }, { "purpose", VALUE("\"to close it\""), true } };

static void asks(struct home *h, struct guest *g, const struct body_field *fields, size_t n, const struct hash *re,
	struct issue_result *r)
{
	struct statement s;
	guest_says(h, g, "request", re, re != NULL, &s);
	guest_stored(h, g, &s, fields, n, STATEMENT_MARK_DOOR, r);
	follow_all(h);
}

/* The same about somebody else, with VALUE for NAME, or with that beside the others. */
static void asks_with(struct home *h, struct guest *g, const char *name, const char *value, struct issue_result *r)
{
	static char who[40], what[60];
	static int count;
	struct body_field f[SOMEBODY + 1];
	size_t n = 0;
	memcpy(f, about_somebody, sizeof about_somebody);
	snprintf(what, sizeof what, "\"Was this man in your country on day %d?\"", ++count);
	snprintf(who, sizeof who, "\"Ivan Petrov%c\"", 'a' + count % 26);
	f[1].value = bytes_str(what);
	f[3].value = bytes_str(who);
	while (n < SOMEBODY && strcmp(f[n].name, name) != 0)
		n++;
	f[n] = (struct body_field) { name, bytes_str(value), true };
	asks(h, g, f, n == SOMEBODY ? SOMEBODY + 1 : SOMEBODY, NULL, r);
}

static struct door_row door_of(struct home *h, int64_t num, struct arena *a)
{
	struct snapshot *r;
	struct door_row row = { .state = "-", .verdict = "-" };
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err err = door_get(r, num, a, &row);
	assert_true(err == TOCSIN_OK || err == TOCSIN_MISSING);
	snapshot_close(r);
	return row;
}

#define at_door(h, num, verdict_, state_) do { \
		struct arena *door_arena = arena_new(1u << 20); \
		struct door_row door_row = door_of(h, num, door_arena); \
		if (strcmp(door_row.verdict, verdict_) != 0 && door_row.findings.n > 0) \
			print_error("%.*s\n", (int)door_row.findings.n, (const char *)door_row.findings.p); \
		assert_string_equal(door_row.verdict, verdict_); \
		assert_string_equal(door_row.state, state_); \
		arena_free(door_arena); \
	} while (0)

static bool sees(struct home *h, const struct view *v, int64_t num)
{
	struct snapshot *r;
	bool whole;
	ok(snapshot_open(h->desk.store, &r));
	enum tocsin_err err = access_sees(r, v, num, "", &whole);
	snapshot_close(r);
	return err == TOCSIN_OK;
}

static const char *hex_of(const struct hash *id)
{
	static char hex[4][65];
	static unsigned at;
	char *out = hex[at++ % 4];
	hex_encode(id->b, SHA256_SIZE, out);
	return out;
}

/* What SELECT gives. */
static int64_t value_of(struct home *h, const char *select)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_open_v2(h->db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, select, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value;
}

/* Sets what screening said. */
static void verdict(struct home *h, int64_t num, const char *word)
{
	char text[200];
	snprintf(text, sizeof text, "UPDATE door SET verdict = '%s' WHERE statement = %lld;", word, (long long)num);
	sql(h, text);
}

struct cast {
	struct guest south;
	struct view anna, carl, dora, rita, omar, ines, operator_;
};

static void cast(struct home *h, struct cast *k)
{
	clock_set(T0);
	guest_meets(h, &k->south, SOUTH);
	people(h);
	k->anna = view_of("anna", "desk", ROLE_ANALYST, 1);
	k->carl = view_of("carl", "desk", ROLE_DUTY, 1);
	k->dora = view_of("dora", "desk", ROLE_DUTY, 1);
	k->rita = view_of("rita", "desk", ROLE_RELEASER, 1);
	k->omar = view_of("omar", "other", ROLE_DUTY, 3);
	k->ines = view_of("ines", "desk", ROLE_INSPECTOR, 4);
	k->operator_ = *view_node();
	snprintf(k->operator_.account, sizeof k->operator_.account, "operator");
}

static enum tocsin_err passes(struct home *h, const struct view *v, const struct hash *id, bool has_read, const char *reason)
{
	json_t *out = NULL;
	const struct door_word w = { .read = has_read, .ground = "", .reason = reason };
	enum tocsin_err err = door_pass(&h->desk, v, hex_of(id), &w, &out);
	json_decref(out);
	if (err == TOCSIN_OK)
		follow_all(h);
	return err;
}

static enum tocsin_err refuses(struct home *h, const struct view *v, const struct hash *id, const char *ground)
{
	json_t *out = NULL;
	const struct door_word w = { .ground = ground, .reason = "for a test" };
	enum tocsin_err err = door_refuse(&h->desk, v, hex_of(id), &w, &out);
	json_decref(out);
	if (err == TOCSIN_OK)
		follow_all(h);
	return err;
}

HOME_TEST(a_request_about_a_person_is_seen_by_nobody_until_it_is_passed)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r);
	assert_false(sees(h, &k.anna, r.num));
	assert_false(sees(h, &k.carl, r.num));
	assert_false(sees(h, &k.ines, r.num));
	assert_false(sees(h, &k.operator_, r.num));
	says(h, r.num, "door", "state", "running");
	says(h, r.num, "opening", "state", "-");
	says(h, r.num, "reply-by", "state", "-");
	assert_int_equal(events_of(h, "door held"), 1);
	ok(passes(h, &k.carl, &r.id, false, ""));
	assert_true(sees(h, &k.anna, r.num));
	assert_true(sees(h, &k.operator_, r.num));
	assert_false(sees(h, &k.omar, r.num));
	says(h, r.num, "door", "state", "met");
	says(h, r.num, "reply-by", "state", "running");
	/* Once. */
	follow_all(h);
	assert_int_equal(events_of(h, "door passed"), 1);
	fails(passes(h, &k.carl, &r.id, false, ""), TOCSIN_REFUSED, "door.decided");
	guest_free(&k.south);
}

HOME_TEST(a_request_about_no_person_is_shared_at_once)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	cast(h, &k);
	asks(h, &k.south, about_a_thing, 3, NULL, &r);
	assert_true(sees(h, &k.anna, r.num));
	assert_true(sees(h, &k.operator_, r.num));
	says(h, r.num, "door", "state", "-");
	guest_free(&k.south);
}

HOME_TEST(only_who_has_the_right_in_the_unit_looks_at_the_door)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	json_t *out = NULL;
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r);
	fails(door_show(&h->desk, &k.anna, hex_of(&r.id), &out), TOCSIN_MISSING, "nothing at the door");
	fails(door_show(&h->desk, &k.omar, hex_of(&r.id), &out), TOCSIN_MISSING, "nothing at the door");
	fails(door_show(&h->desk, &k.carl, "00000000", &out), TOCSIN_MISSING, "nothing at the door");
	fails(passes(h, &k.omar, &r.id, true, ""), TOCSIN_MISSING, "nothing at the door");
	ok(door_show(&h->desk, &k.carl, hex_of(&r.id), &out));
	assert_int_equal(json_array_size(json_object_get(out, "fields")), SOMEBODY);
	json_decref(out);
	/* Who inspects reads what it says when it is decided, and decides nothing. */
	ok(door_show(&h->desk, &k.ines, hex_of(&r.id), &out));
	assert_null(json_object_get(out, "fields"));
	json_decref(out);
	fails(passes(h, &k.ines, &r.id, true, ""), TOCSIN_REFUSED, "role.right");
	ok(refuses(h, &k.carl, &r.id, "law"));
	ok(door_show(&h->desk, &k.ines, hex_of(&r.id), &out));
	assert_int_equal(json_array_size(json_object_get(out, "fields")), SOMEBODY);
	json_decref(out);
	guest_free(&k.south);
}

static void warns(struct home *h, struct guest *g, const char *ask, const char *name, const struct hash *re, struct issue_result *r)
{
	struct statement s;
	struct body_field f[WARNING_FIELDS + 2];
	size_t n = WARNING_FIELDS;
	char value[2][200];
	memcpy(f, warning_fields, sizeof warning_fields);
	snprintf(value[0], sizeof value[0], "\"%s\"", ask);
	snprintf(value[1], sizeof value[1], "\"%s\"", name);
	f[n++] = (struct body_field) { "ask.what", bytes_str(value[0]), true };
	if (name[0] != 0)
		f[n++] = (struct body_field) { "subject.name", bytes_str(value[1]), true };
	guest_says(h, g, "warning", re, re != NULL, &s);
	guest_stored(h, g, &s, f, n, 0, r);
	follow_all(h);
}

HOME_TEST(screening_says_what_is_held_and_how_many_decide)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	char id[PROTECTED_ID + 1];
	cast(h, &k);
	json_t *names = json_pack("[s]", "Alina Sorokina");
	ok(protected_add(&h->desk, &k.operator_, names, "journalist", "", id));
	json_decref(names);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r);
	at_door(h, r.num, "pass", "held");
	asks_with(h, &k.south, "subject.name", "\"Sorokina Alina\"", &r);
	at_door(h, r.num, "refuse", "held");
	asks_with(h, &k.south, "offence", "\"Extremism, public calls\"", &r);
	at_door(h, r.num, "refuse", "held");
	asks_with(h, &k.south, "source.grade", "\"F6\"", &r);
	at_door(h, r.num, "refuse", "held");
	asks_with(h, &k.south, "source.grade", "\"F2\"", &r);
	at_door(h, r.num, "caution", "held");
	asks_with(h, &k.south, "link", "\"He is known\"", &r);
	at_door(h, r.num, "hold", "held");
	/* That the type says something else does not let it in. */
	asks_with(h, &k.south, "request.type", "\"clarify\"", &r);
	at_door(h, r.num, "hold", "held");
	assert_false(sees(h, &k.anna, r.num));
	guest_free(&k.south);
}

HOME_TEST(a_warning_is_held_only_when_it_is_a_request)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result held, r;
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &held);
	warns(h, &k.south, "Protect the harbour", "Daler M", NULL, &r);
	assert_true(sees(h, &k.anna, r.num));
	at_door(h, r.num, "-", "-");
	/* It is not delayed by what it refers to. */
	warns(h, &k.south, "Protect the harbour", "", &held.id, &r);
	assert_true(sees(h, &k.anna, r.num));
	int64_t pages = value_of(h, "SELECT count(*) FROM page");
	warns(h, &k.south, "Detain her and inform us of her whereabouts", "Alina Petrova", NULL, &r);
	assert_false(sees(h, &k.anna, r.num));
	assert_false(sees(h, &k.operator_, r.num));
	at_door(h, r.num, "hold", "held");
	assert_true(value_of(h, "SELECT count(*) FROM page") > pages);
	ok(passes(h, &k.carl, &r.id, true, ""));
	assert_false(sees(h, &k.anna, r.num));
	ok(passes(h, &k.dora, &r.id, true, ""));
	assert_true(sees(h, &k.anna, r.num));
	guest_free(&k.south);
}

static void with_rules(struct home *h, const char *content)
{
	char text[300];
	snprintf(text, sizeof text, "DELETE FROM door_rules;%s%s%s", content[0] == 0 ? "" : "INSERT INTO door_rules VALUES (1, CAST('", content,
		content[0] == 0 ? "" : "' AS BLOB), 0, 'x');");
	screener_free(h->desk.screener);
	sql(h, text);
	ok(screener_open(h->desk.store, h->desk.keeper, &h->desk.screener));
}

HOME_TEST(without_rules_that_can_be_read_requests_stay_closed_and_warnings_pass)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result one, two, thing, warning;
	cast(h, &k);
	with_rules(h, "{\"version\": 1, \"rules\": 7}");
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &one);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &two);
	asks(h, &k.south, about_a_thing, 3, NULL, &thing);
	warns(h, &k.south, "Protect the harbour", "", NULL, &warning);
	at_door(h, one.num, "", "unscreened");
	at_door(h, thing.num, "", "unscreened");
	assert_true(sees(h, &k.anna, warning.num));
	fails(passes(h, &k.carl, &one.id, true, "yes"), TOCSIN_REFUSED, "door.screened");
	ok(refuses(h, &k.carl, &two.id, "law"));
	with_rules(h, "");
	clock_set(clock_now() + 2 * MINUTE);
	follow_all(h);
	at_door(h, one.num, "pass", "held");
	at_door(h, two.num, "", "refused");
	guest_free(&k.south);
}

HOME_TEST(what_was_refused_is_counted_and_kept_like_others)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r, retraction;
	int64_t next;
	bool issued = false;
	const struct body_field reason = { "reason", VALUE("\"found\""), true };
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r);
	ok(refuses(h, &k.carl, &r.id, "rights"));
	assert_int_equal(value_of(h, "SELECT count(*) FROM ask WHERE state = 'open'"), 1);
	assert_int_equal(value_of(h, "SELECT count(*) FROM asked WHERE refused = 1"), 1);
	assert_int_equal(value_of(h, "SELECT count(*) FROM retention WHERE class = 'request'"), 1);
	says(h, r.num, "reply-by", "state", "-");
	clock_set(T0 + 8 * DAY);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	follow_all(h);
	assert_int_equal(value_of(h, "SELECT count(*) FROM ask WHERE state = 'answered'"), 1);
	/* Who takes a request back waits for no answer. */
	asks_with(h, &k.south, "subject.name", "\"Petr Petrov\"", &r);
	ok(refuses(h, &k.carl, &r.id, "rights"));
	guest_writes(h, &k.south, "retraction", &r.id, &reason, &retraction);
	follow_all(h);
	assert_int_equal(value_of(h, "SELECT count(*) FROM door_answer WHERE state = 'dropped'"), 1);
	assert_int_equal(value_of(h, "SELECT count(*) FROM ask WHERE state = 'withdrawn'"), 1);
	assert_false(sees(h, &k.anna, retraction.num));
	/* Nor when it was refused behind that. */
	asks_with(h, &k.south, "subject.name", "\"Pavel Pavlov\"", &r);
	guest_writes(h, &k.south, "retraction", &r.id, &reason, &retraction);
	follow_all(h);
	ok(refuses(h, &k.carl, &r.id, "rights"));
	assert_int_equal(value_of(h, "SELECT count(*) FROM door_answer WHERE state = 'waiting'"), 0);
	guest_free(&k.south);
}

HOME_TEST(what_was_not_screened_shows_no_content_and_is_not_passed)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	json_t *out = NULL;
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r);
	verdict(h, r.num, "");
	ok(door_show(&h->desk, &k.carl, hex_of(&r.id), &out));
	assert_null(json_object_get(out, "fields"));
	json_decref(out);
	fails(passes(h, &k.carl, &r.id, true, "yes"), TOCSIN_REFUSED, "door.screened");
	guest_free(&k.south);
}

HOME_TEST(caution_is_read_and_hold_and_refuse_take_two_people)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r[3];
	cast(h, &k);
	for (size_t i = 0; i < 3; i++)
		asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r[i]);
	verdict(h, r[0].num, "caution");
	verdict(h, r[1].num, "hold");
	verdict(h, r[2].num, "refuse");
	fails(passes(h, &k.carl, &r[0].id, false, ""), TOCSIN_REFUSED, "door.read");
	ok(passes(h, &k.carl, &r[0].id, true, ""));
	assert_true(sees(h, &k.anna, r[0].num));
	ok(passes(h, &k.carl, &r[1].id, true, ""));
	assert_false(sees(h, &k.anna, r[1].num));
	fails(passes(h, &k.carl, &r[1].id, true, ""), TOCSIN_REFUSED, "door.two-people");
	ok(passes(h, &k.dora, &r[1].id, true, ""));
	assert_true(sees(h, &k.anna, r[1].num));
	fails(passes(h, &k.carl, &r[2].id, true, ""), TOCSIN_REFUSED, "door.reason");
	ok(passes(h, &k.carl, &r[2].id, true, "his lawyer asks for it"));
	assert_false(sees(h, &k.anna, r[2].num));
	ok(refuses(h, &k.dora, &r[2].id, "rights"));
	fails(passes(h, &k.rita, &r[2].id, true, "after all"), TOCSIN_REFUSED, "door.decided");
	assert_false(sees(h, &k.anna, r[2].num));
	guest_free(&k.south);
}

HOME_TEST(what_refers_to_something_held_waits_with_it)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result held, retraction, second;
	const struct body_field reason = { "reason", VALUE("\"Ivan Ivanov was found\""), true };
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &held);
	guest_writes(h, &k.south, "retraction", &held.id, &reason, &retraction);
	asks(h, &k.south, about_a_thing, 3, &held.id, &second);
	assert_false(sees(h, &k.anna, retraction.num));
	assert_false(sees(h, &k.operator_, retraction.num));
	assert_false(sees(h, &k.ines, retraction.num));
	assert_false(sees(h, &k.anna, second.num));
	fails(passes(h, &k.carl, &second.id, true, ""), TOCSIN_REFUSED, "door.first");
	ok(passes(h, &k.carl, &held.id, true, ""));
	assert_true(sees(h, &k.anna, retraction.num));
	assert_false(sees(h, &k.anna, second.num));
	ok(passes(h, &k.carl, &second.id, true, ""));
	assert_true(sees(h, &k.anna, second.num));
	guest_free(&k.south);
}

HOME_TEST(what_was_refused_stays_hidden_with_what_is_said_about_it)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r;
	int64_t next;
	bool issued = false;
	cast(h, &k);
	asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r);
	ok(refuses(h, &k.carl, &r.id, "rights"));
	int64_t record = last_num(h);
	assert_int_equal(record, r.num + 1);
	assert_false(sees(h, &k.anna, record));
	assert_true(sees(h, &k.ines, record));
	clock_set(T0 + 8 * DAY);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_true(issued);
	follow_all(h);
	assert_int_equal(last_num(h), record + 1);
	assert_false(sees(h, &k.anna, record + 1));
	struct stored st;
	stored_read(h, record + 1, &st);
	assert_string_equal(st.row.kind, "answer");
	assert_string_equal(st.row.peer, SOUTH);
	arena_free(st.arena);
	/* Once. */
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_int_equal(last_num(h), record + 1);
	guest_free(&k.south);
}

static enum tocsin_err answers(struct home *h, const struct view *v, int64_t num, const char *withheld, int64_t *at)
{
	struct stored st;
	const struct body_field fields[] = { { "result", VALUE("\"nothing-held\""), true },
		{ "reason", VALUE("\"he is a source of ours\""), true }, { "answer.withheld", bytes_str(withheld), false } };
	stored_read(h, num, &st);
	enum tocsin_err err = door_answer(&h->desk, v, &st.row, "", fields, 3, at);
	arena_free(st.arena);
	return err;
}

HOME_TEST(held_and_not_held_are_the_same_answer)
{
	struct home *h = *state;
	struct cast k;
	struct issue_result r[2];
	int64_t at[2], next;
	bool issued = false;
	cast(h, &k);
	for (size_t i = 0; i < 2; i++) {
		asks(h, &k.south, about_somebody, SOMEBODY, NULL, &r[i]);
		ok(passes(h, &k.carl, &r[i].id, true, ""));
	}
	ok(answers(h, &k.anna, r[0].num, "true", &at[0]));
	clock_set(T0 + 3 * HOUR);
	ok(answers(h, &k.anna, r[1].num, "false", &at[1]));
	assert_int_equal(at[0], at[1]);
	fails(answers(h, &k.anna, r[1].num, "true", &at[1]), TOCSIN_REFUSED, "door.one-answer");
	fails(door_answer_withdraw(&h->desk, &k.carl, hex_of(&r[1].id)), TOCSIN_REFUSED, "door.own-answer");
	ok(door_answer_withdraw(&h->desk, &k.anna, hex_of(&r[1].id)));
	ok(answers(h, &k.anna, r[1].num, "false", &at[1]));
	assert_int_equal(at[0], at[1]);
	int64_t before = last_num(h);
	clock_set(at[0] - MINUTE);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_int_equal(next, at[0]);
	assert_int_equal(last_num(h), before);
	clock_set(at[0]);
	ok(door_answers_leave(&h->desk, clock_now(), &next, &issued));
	assert_int_equal(last_num(h), before + 2);
	struct stored one, two;
	stored_read(h, before + 1, &one);
	stored_read(h, before + 2, &two);
	assert_int_equal(one.row.note.n, two.row.note.n);
	assert_int_equal(one.row.body.n, two.row.body.n);
	assert_int_equal(one.body.n, two.body.n);
	size_t open[2] = { 0, 0 };
	for (uint32_t i = 0; i < one.body.n; i++) {
		open[0] += one.body.line[i].open;
		open[1] += two.body.line[i].open;
		if (!one.body.line[i].open)
			continue;
		bool same = false;
		for (uint32_t j = 0; j < two.body.n; j++)
			same = same || (two.body.line[j].open && bytes_equal(one.body.line[i].name, two.body.line[j].name) &&
				bytes_equal(one.body.line[i].value, two.body.line[j].value));
		assert_true(same);
	}
	assert_int_equal(open[0], 2);
	assert_int_equal(open[1], 2);
	/* An inspector can be shown which it was. */
	assert_non_null(memmem(one.row.opened.p, one.row.opened.n, "answer.withheld", 15));
	assert_non_null(memmem(two.row.opened.p, two.row.opened.n, "answer.withheld", 15));
	assert_null(memmem(one.row.opened.p, one.row.opened.n, "source of ours", 14));
	arena_free(one.arena);
	arena_free(two.arena);
	guest_free(&k.south);
}

HOME_TEST(an_answer_leaves_at_a_time_that_its_receipt_alone_decides)
{
	struct home *h = *state;
	const int64_t slot = 10 * MINUTE;
	struct door_row row = { .urgency = 2, .at = T0 + 7 * MINUTE, .due_at = T0 + 7 * DAY };
	int64_t at = door_answer_time(&h->desk, &row, T0 + 8 * MINUTE);
	assert_int_equal(at, T0 + DAY + slot);
	assert_int_equal(door_answer_time(&h->desk, &row, T0 + 23 * HOUR), at);
	assert_int_equal(door_answer_time(&h->desk, &row, at - 1), at);
	assert_int_equal(door_answer_time(&h->desk, &row, at), at + slot);
	assert_int_equal(door_answer_time(&h->desk, &row, at + 15 * MINUTE), at + 2 * slot);
	row.due_at = T0 + 2 * HOUR;
	at = door_answer_time(&h->desk, &row, T0 + 8 * MINUTE);
	assert_true(at <= row.due_at);
	row.due_at = T0;
	assert_int_equal(door_answer_time(&h->desk, &row, T0 + 8 * MINUTE), T0 + slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_request_about_a_person_is_seen_by_nobody_until_it_is_passed),
		home_test(a_request_about_no_person_is_shared_at_once),
		home_test(only_who_has_the_right_in_the_unit_looks_at_the_door),
		home_test(screening_says_what_is_held_and_how_many_decide),
		home_test(a_warning_is_held_only_when_it_is_a_request),
		home_test(without_rules_that_can_be_read_requests_stay_closed_and_warnings_pass),
		home_test(what_was_refused_is_counted_and_kept_like_others),
		home_test(what_was_not_screened_shows_no_content_and_is_not_passed),
		home_test(caution_is_read_and_hold_and_refuse_take_two_people),
		home_test(what_refers_to_something_held_waits_with_it),
		home_test(what_was_refused_stays_hidden_with_what_is_said_about_it),
		home_test(held_and_not_held_are_the_same_answer),
		home_test(an_answer_leaves_at_a_time_that_its_receipt_alone_decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
