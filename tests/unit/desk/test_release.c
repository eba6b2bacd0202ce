#include "home.h"

#include "desk/clocks.h"
#include "desk/determination.h"
#include "desk/drafts.h"
#include "desk/follow.h"
#include "desk/profiles.h"
#include "desk/release.h"
#include "store/rows_access.h"
#include "store/rows_clock.h"
#include "store/rows_keep.h"

/* A desk with two partners, a group and three people: names that nothing else holds. */
struct house {
	struct home home;
	struct guest south, west;
	struct view anna, rolf, doris, other;
};

static void person(struct house *h, struct view *v, const char *name, unsigned roles, const char *unit)
{
	struct snapshot *r;
	struct change *c = change_new();
	change_scope_add(c, unit, "");
	ok(store_commit(h->home.desk.store, c, NULL, NULL));
	*v = (struct view) { .roles = roles, .token = TOKEN_READ | TOKEN_ISSUE, .scope_n = 1 };
	snprintf(v->account, sizeof v->account, "%s", name);
	snprintf(v->function, sizeof v->function, "function %u", roles);
	snprintf(v->unit, sizeof v->unit, "%s", unit);
	ok(snapshot_open(h->home.desk.store, &r));
	ok(scope_find(r, unit, "", &v->scope[0]));
	snapshot_close(r);
	assert_true(v->scope[0] != 0);
}

static int house_setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);
	assert_non_null(h);
	home_open(&h->home, HOME);
	guest_meets(&h->home, &h->south, "south.example");
	guest_meets(&h->home, &h->west, "west.example");
	person(h, &h->anna, "anna-quillfeather", ROLE_ANALYST | ROLE_RELEASER, "desk");
	person(h, &h->rolf, "rolf-obergurgl", ROLE_RELEASER, "desk");
	person(h, &h->doris, "doris-zwickau", ROLE_DUTY | ROLE_ANALYST, "desk");
	person(h, &h->other, "otto-elsewhere", ROLE_RELEASER | ROLE_ANALYST, "border");
	*state = h;
	return 0;
}

static int house_teardown(void **state)
{
	struct house *h = *state;
	guest_free(&h->south);
	guest_free(&h->west);
	home_close(&h->home);
	free(h);
	clock_unset();
	return 0;
}

#define IN(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
#define DESK(h) (&(h)->home.desk)

static json_t *json_of(const char *text)
{
	json_t *o = NULL;
	ok(json_parse(bytes_str(text), LIMIT_JSON, "a test", &o));
	return o;
}

static void draft_new(struct house *h, const struct view *v, const char *text, char id[DRAFT_ID + 1])
{
	json_t *o = json_of(text);
	ok(drafts_add(DESK(h), v, o, id));
	json_decref(o);
}

static enum tocsin_err draft_change(struct house *h, const struct view *v, const char *id, int64_t version, const char *text)
{
	json_t *o = json_of(text);
	enum tocsin_err err = drafts_edit(DESK(h), v, id, version, o);
	json_decref(o);
	return err;
}

static json_t *shown(struct house *h, const struct view *v, const char *id)
{
	struct snapshot *r;
	json_t *o = NULL;
	ok(snapshot_open(DESK(h)->store, &r));
	ok(release_show(DESK(h), r, v, id, &o));
	snapshot_close(r);
	return o;
}

static void state_is(struct house *h, const char *id, const char *state, size_t released)
{
	json_t *o = shown(h, view_node(), id);
	assert_string_equal(json_string_value(json_object_get(o, "state")), state);
	assert_int_equal(json_array_size(json_object_get(o, "released")), released);
	json_decref(o);
}

static enum tocsin_err propose(struct house *h, const struct view *v, const char *id, int64_t version)
{
	return release_propose(DESK(h), v, id, &(struct release_ask) { .version = version });
}

static enum tocsin_err release(struct house *h, const struct view *v, const char *id, int64_t version)
{
	return release_now(DESK(h), v, id, &(struct release_ask) { .version = version });
}

static void policy_is(struct house *h, const char *name, const char *value)
{
	ok(policy_set(DESK(h), view_node(), name, value));
}

static size_t clocks_open(struct house *h, const char *kind)
{
	struct snapshot *r;
	json_t *list = NULL;
	int64_t due = 0, num = 0;
	size_t n = 0, i;
	const json_t *one;
	ok(snapshot_open(DESK(h)->store, &r));
	ok(clocks_list(DESK(h), r, view_node(), false, 1000, &due, &num, &list));
	snapshot_close(r);
	json_array_foreach(list, i, one)
		n += strcmp(json_string_value(json_object_get(one, "kind")), kind) == 0;
	json_decref(list);
	return n;
}

#define BOTH "\"audiences\":[{\"to\":[\"south.example\"]},{\"to\":[\"west.example\"],\"close\":[\"where.place\"]}]"
#define SUMMARY "\"threat.summary\":\"A car with a bomb\",\"where.place\":\"Harbour gate 4\",\"urgency\":\"urgent\""
#define AMBER "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"}," BOTH "}"
#define IMMINENT "{\"kind\":\"warning\",\"fields\":{\"threat.summary\":\"A car with a bomb\",\"where.place\":\"Harbour gate 4\"," \
	"\"urgency\":\"imminent\",\"handling.tlp\":\"amber\"}," BOTH "}"

/* ---- two people ---- */

HOME_TEST(who_wrote_it_does_not_release_it)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	fails(release(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.two-people");
	fails(release(h, &h->rolf, id, 1), TOCSIN_REFUSED, "rule release.two-people");
	ok(propose(h, &h->anna, id, 1));
	assert_int_equal(clocks_open(h, "release"), 1);
	fails(release(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.two-people");
	state_is(h, id, "proposed", 0);
	ok(release(h, &h->rolf, id, 1));
	state_is(h, id, "released", 2);
	assert_int_equal(clocks_open(h, "release"), 0);
	fails(release(h, &h->rolf, id, 1), TOCSIN_REFUSED, "rule release.state");
	fails(draft_change(h, &h->anna, id, 1, AMBER), TOCSIN_REFUSED, "rule release.state");
}

HOME_TEST(who_edited_any_version_does_not_release_it_nor_who_proposed_it)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	ok(draft_change(h, &h->rolf, id, 1, AMBER));
	ok(draft_change(h, &h->anna, id, 2, AMBER));
	ok(propose(h, &h->anna, id, 3));
	fails(release(h, &h->rolf, id, 3), TOCSIN_REFUSED, "rule release.two-people");
	fails(release(h, &h->doris, id, 2), TOCSIN_REFUSED, "rule release.version");
	ok(release(h, &h->doris, id, 3));
	state_is(h, id, "released", 2);
}

HOME_TEST(what_was_edited_after_its_proposal_is_proposed_again)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	ok(propose(h, &h->anna, id, 1));
	fails(draft_change(h, &h->anna, id, 7, AMBER), TOCSIN_LATER, "read it again");
	ok(draft_change(h, &h->anna, id, 1, AMBER));
	state_is(h, id, "draft", 0);
	assert_int_equal(clocks_open(h, "release"), 0);
	fails(release(h, &h->rolf, id, 2), TOCSIN_REFUSED, "rule release.two-people");
	ok(propose(h, &h->anna, id, 2));
	ok(release(h, &h->rolf, id, 2));
}

HOME_TEST(policy_says_from_which_level_on_two_people_release)
{
	static const struct { const char *from, *tlp; bool two; } cases[] = { { "amber", "green", false }, { "amber", "amber", true },
		{ "red", "amber", false }, { "red", "red", true }, { "always", "clear", true }, { "never", "red", false },
		{ "amber-strict", "amber", false } };
	struct house *h = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char id[DRAFT_ID + 1], text[600];
		snprintf(text, sizeof text, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"%s\"},\"audiences\":"
			"[{\"to\":[\"south.example\"],\"open\":[\"substance\"]}]}", cases[i].tlp);
		policy_is(h, "release.two-people-from", cases[i].from);
		policy_is(h, "release.level", "red");
		draft_new(h, &h->anna, text, id);
		if (cases[i].two)
			fails(release(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.two-people");
		else
			ok(release(h, &h->anna, id, 1));
	}
}

HOME_TEST(a_role_is_needed_and_refusing_says_why)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	struct view analyst = h->anna;
	analyst.roles = ROLE_ANALYST;
	draft_new(h, &analyst, AMBER, id);
	ok(propose(h, &analyst, id, 1));
	fails(release(h, &analyst, id, 1), TOCSIN_REFUSED, "rule role");
	ok(release_refuse(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 1, .reason = "too early" }));
	state_is(h, id, "refused", 0);
	ok(draft_change(h, &analyst, id, 1, AMBER));
	state_is(h, id, "draft", 0);
	ok(drafts_withdraw(DESK(h), &analyst, id, 2, "not needed"));
	fails(propose(h, &analyst, id, 2), TOCSIN_REFUSED, "rule release.state");
}

/* ---- sight ---- */

HOME_TEST(another_unit_does_not_see_a_draft_and_is_told_the_same_of_what_is_not_there)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1], there[300], nowhere[300];
	struct snapshot *r;
	json_t *o = NULL;
	draft_new(h, &h->anna, AMBER, id);
	ok(snapshot_open(DESK(h)->store, &r));
	assert_int_equal(release_show(DESK(h), r, &h->other, id, &o), TOCSIN_MISSING);
	snprintf(there, sizeof there, "%s", fail_sentence());
	memcpy(strstr(there, id), "0123456789abcdef", 16);
	assert_int_equal(release_show(DESK(h), r, &h->other, "0123456789abcdef", &o), TOCSIN_MISSING);
	snprintf(nowhere, sizeof nowhere, "%s", fail_sentence());
	assert_string_equal(there, nowhere);
	ok(drafts_list(r, &h->other, NULL, NULL, 10, &o));
	assert_int_equal(json_array_size(json_object_get(o, "items")), 0);
	json_decref(o);
	ok(drafts_list(r, &h->rolf, NULL, NULL, 10, &o));
	assert_int_equal(json_array_size(json_object_get(o, "items")), 1);
	json_decref(o);
	snapshot_close(r);
	assert_int_equal(propose(h, &h->other, id, 1), TOCSIN_MISSING);
	assert_int_equal(release(h, &h->other, id, 1), TOCSIN_MISSING);
	assert_int_equal(draft_change(h, &h->other, id, 1, AMBER), TOCSIN_MISSING);
}

/* ---- what the preview says is what is sent ---- */

static bool got(struct house *h, const char *id, const char *to, const char *name)
{
	json_t *o = shown(h, view_node(), id), *one;
	bool found = false;
	size_t i;
	json_array_foreach(json_object_get(o, "released"), i, one) {
		struct stored st;
		struct hash hash;
		struct snapshot *r;
		int64_t num;
		if (strcmp(json_string_value(json_object_get(one, "to")), to) != 0)
			continue;
		assert_true(hex_decode(bytes_str(json_string_value(json_object_get(one, "id"))), hash.b, SHA256_SIZE));
		ok(snapshot_open(DESK(h)->store, &r));
		ok(statement_num(r, &hash, &num));
		snapshot_close(r);
		stored_read(&h->home, num, &st);
		found = body_find(&st.body, name) != NULL;
		arena_free(st.arena);
	}
	json_decref(o);
	return found;
}

HOME_TEST(each_recipient_gets_its_own_lines_and_whoever_releases_may_close_more)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	json_t *close = json_of("{\"south.example\":[\"advice\"]}"), *nobody = json_of("{\"east.example\":[\"advice\"]}");
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"advice\":\"Close it\",\"source.origin\":\"a fisherman\","
		"\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"],\"open\":[\"source.origin\"]},"
		"{\"to\":[\"west.example\"],\"close\":[\"where.place\"]}]}", id);
	ok(propose(h, &h->anna, id, 1));
	fails(release_now(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 1, .close = nobody }), TOCSIN_BAD,
		"no recipient east.example");
	ok(release_now(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 1, .close = close }));
	assert_true(got(h, id, "south.example", "source.origin"));
	assert_false(got(h, id, "south.example", "advice"));
	assert_true(got(h, id, "west.example", "advice"));
	assert_false(got(h, id, "west.example", "source.origin"));
	assert_false(got(h, id, "west.example", "where.place"));
	assert_true(got(h, id, "west.example", "specificity"));
	json_decref(close);
	json_decref(nobody);
}

HOME_TEST(who_is_in_several_audiences_gets_what_the_most_restrictive_of_them_says)
{
	static const struct { const char *audiences; bool origin, place, summary; } cases[] = {
		{ "{\"to\":[\"south.example\"],\"open\":[\"source.origin\"]}", true, true, true },
		{ "{\"to\":[\"south.example\"],\"open\":[\"source.origin\"]},{\"to\":[\"south.example\"]}", false, true, true },
		{ "{\"to\":[\"south.example\"]},{\"to\":[\"@coast\"],\"open\":[\"source.origin\"]}", false, true, true },
		{ "{\"to\":[\"south.example\"],\"open\":[\"source.origin\"]},{\"to\":[\"@coast\"],\"open\":[\"source.*\"],\"close\":[\"where.place\"]}", true, false, true },
		{ "{\"to\":[\"south.example\",\"@coast\"],\"open\":[\"source.origin\"]}", true, true, true },
		{ "{\"to\":[\"south.example\"],\"open\":[\"source.origin\"]},{\"to\":[\"south.example\"],\"close\":[\"source.origin\"],\"open\":[\"source.origin\"]}", false, true, true },
		{ "{\"to\":[\"south.example\"],\"open\":[\"substance\",\"source.origin\"]},{\"to\":[\"south.example\"],\"open\":[\"threat.*\"]}", false, true, true },
	};
	struct house *h = *state;
	struct change *c = change_new();
	change_group_put(c, "coast", "south.example");
	ok(store_commit(DESK(h)->store, c, NULL, NULL));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char id[DRAFT_ID + 1], text[1200];
		snprintf(text, sizeof text, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"source.origin\":\"a fisherman\","
			"\"handling.tlp\":\"amber\"},\"audiences\":[%s]}", cases[i].audiences);
		draft_new(h, &h->anna, text, id);
		ok(propose(h, &h->anna, id, 1));
		ok(release(h, &h->rolf, id, 1));
		assert_int_equal(got(h, id, "south.example", "source.origin"), cases[i].origin);
		assert_int_equal(got(h, id, "south.example", "where.place"), cases[i].place);
		assert_int_equal(got(h, id, "south.example", "threat.summary"), cases[i].summary);
	}
	/* A word that names no line is told, whoever else is in the way. */
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"audiences\":["
		"{\"to\":[\"south.example\"],\"open\":[\"source.origin\"]},{\"to\":[\"south.example\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_BAD, "there is no line source.origin");
}

HOME_TEST(an_update_refers_to_what_each_recipient_got)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1], update[DRAFT_ID + 1], text[900];
	draft_new(h, &h->anna, AMBER, id);
	ok(propose(h, &h->anna, id, 1));
	ok(release(h, &h->rolf, id, 1));
	json_t *o = shown(h, &h->anna, id);
	const char *first = json_string_value(json_object_get(json_array_get(json_object_get(o, "released"), 0), "id"));
	const char *second = json_string_value(json_object_get(json_array_get(json_object_get(o, "released"), 1), "id"));
	size_t done;
	ok(follow_some(DESK(h), 100, &done));
	snprintf(text, sizeof text, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"re\":[\"%s\"]," BOTH "}", first);
	draft_new(h, &h->anna, text, update);
	json_t *u = shown(h, &h->anna, update);
	const json_t *recipients = json_object_get(u, "recipients");
	assert_string_equal(json_string_value(json_array_get(json_object_get(json_array_get(recipients, 0), "re"), 0)), first);
	assert_string_equal(json_string_value(json_array_get(json_object_get(json_array_get(recipients, 1), "re"), 0)), second);
	ok(propose(h, &h->anna, update, 1));
	ok(release(h, &h->rolf, update, 1));
	json_decref(u);
	json_decref(o);
}

HOME_TEST(a_retraction_and_a_closure_take_the_same_path_and_reach_whoever_got_it)
{
	static const struct { const char *kind, *fields; bool two; } cases[] = {
		{ "retraction", "\"reason\":\"planted\"", false }, { "closure", "\"outcome\":\"stood-down\"", true } };
	struct house *h = *state;
	char id[DRAFT_ID + 1], after[DRAFT_ID + 1], text[900];
	size_t done;
	draft_new(h, &h->anna, AMBER, id);
	ok(propose(h, &h->anna, id, 1));
	ok(release(h, &h->rolf, id, 1));
	ok(follow_some(DESK(h), 100, &done));
	json_t *o = shown(h, &h->anna, id);
	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof text, "{\"kind\":\"%s\",\"fields\":{%s},\"re\":[\"%s\"],\"audiences\":[{\"to\":[\"south.example\",\"west.example\"]}]}",
			cases[i].kind, cases[i].fields, json_string_value(json_object_get(json_array_get(json_object_get(o, "released"), 0), "id")));
		draft_new(h, &h->anna, text, after);
		if (cases[i].two) {
			ok(propose(h, &h->anna, after, 1));
			fails(release(h, &h->anna, after, 1), TOCSIN_REFUSED, "rule release.two-people");
			ok(release(h, &h->rolf, after, 1));
		} else {
			policy_is(h, "retract.two-people", "yes");
			fails(release(h, &h->anna, after, 1), TOCSIN_REFUSED, "rule release.two-people");
			policy_is(h, "retract.two-people", "no");
			ok(release(h, &h->anna, after, 1));
		}
		state_is(h, after, "released", 2);
		assert_true(got(h, after, "west.example", i == 0 ? "reason" : "outcome"));
	}
	json_decref(o);
}

HOME_TEST(what_rests_on_what_others_marked_is_marked_no_lower)
{
	struct house *h = *state;
	static const struct body_field field[] = { { "threat.summary", VALUE("\"a bomb\""), true }, { "handling.tlp", VALUE("\"red\""), true } };
	struct statement s;
	struct issue_result theirs;
	char id[DRAFT_ID + 1], text[900], hex[2 * SHA256_SIZE + 1];
	guest_says(&h->home, &h->west, "warning", NULL, 0, &s);
	guest_stored(&h->home, &h->west, &s, field, 2, 0, &theirs);
	hex_encode(theirs.id.b, SHA256_SIZE, hex);
	snprintf(text, sizeof text, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"green\"},\"re\":[\"%.16s\"],"
		"\"audiences\":[{\"to\":[\"south.example\"]}]}", hex);
	draft_new(h, view_node(), text, id);
	json_t *o = shown(h, view_node(), id);
	assert_string_equal(json_string_value(json_object_get(o, "level")), "red");
	assert_true(json_is_true(json_object_get(o, "two_people")));
	/* South is no party to what west said. */
	assert_int_equal(json_array_size(json_object_get(json_array_get(json_object_get(o, "recipients"), 0), "re")), 0);
	fails(propose(h, view_node(), id, 1), TOCSIN_REFUSED, "rule release.blocked");
	json_decref(o);
}

/* ---- what the author closed ---- */

#define SECRET_TEXT "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"threat.actor\":\"Amaq-Wilayat-7731\",\"handling.tlp\":\"amber\"%s},\"audiences\":%s}"
#define TO_SOUTH "[{\"to\":[\"south.example\"],\"close\":[\"threat.actor\"]}]"

HOME_TEST(nobody_else_opens_what_the_author_closed)
{
	static const struct { const char *fields, *audiences; bool opens; } edits[] = {
		{ "", "[{\"to\":[\"south.example\"]}]", true },
		{ "", "[{\"to\":[\"south.example\"],\"open\":[\"threat.actor\"]}]", true },
		{ ",\"x.actor\":\"Amaq-Wilayat-7731\"", TO_SOUTH, true },
		{ ",\"advice\":\"Look for amaq wilayat 7731 there\"", TO_SOUTH, true },
		{ "", "[{\"to\":[\"south.example\",\"west.example\"],\"close\":[\"threat.actor\"]}]", false },
		{ "", "[{\"to\":[\"south.example\"],\"close\":[\"threat.actor\"]},{\"to\":[\"west.example\"]}]", true },
		{ "", "[{\"to\":[\"south.example\"],\"close\":[\"threat.*\"]}]", false },
		{ ",\"source.origin\":\"a fisherman\"", "[{\"to\":[\"south.example\"],\"close\":[\"threat.actor\"],\"open\":[\"source.origin\"]}]", true },
		{ ",\"advice\":\"Close the gate\"", "[{\"to\":[\"south.example\"],\"close\":[\"threat.actor\",\"advice\"]}]", false },
	};
	struct house *h = *state;
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		char id[DRAFT_ID + 1], text[1200];
		snprintf(text, sizeof text, SECRET_TEXT, "", TO_SOUTH);
		draft_new(h, &h->anna, text, id);
		snprintf(text, sizeof text, SECRET_TEXT, edits[i].fields, edits[i].audiences);
		ok(draft_change(h, &h->doris, id, 1, text));
		enum tocsin_err err = propose(h, &h->doris, id, 2);
		assert_int_equal(err, edits[i].opens ? TOCSIN_REFUSED : TOCSIN_OK);
		if (edits[i].opens)
			assert_non_null(strstr(fail_sentence(), "release.author-closed"));
		/* Its author may. */
		snprintf(text, sizeof text, SECRET_TEXT, "", "[{\"to\":[\"south.example\"],\"open\":[\"threat.actor\"]}]");
		ok(draft_change(h, &h->anna, id, 2, text));
		ok(propose(h, &h->anna, id, 3));
	}
}

#define NO_MARKINGS "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"threat.actor\":\"Amaq-Wilayat-7731\",\"handling.tlp\":\"%s\"%s},\"audiences\":[{\"to\":[\"%s\"]}]%s}"
#define MARKED ",\"markings\":{\"threat.actor\":{\"tlp\":\"red\"}}"

static void member(struct house *h, const char *group, const char *word)
{
	struct change *c = change_new();
	change_group_put(c, group, word);
	ok(store_commit(DESK(h)->store, c, NULL, NULL));
}

static void profile_is(struct house *h, const char *partner, const char *text)
{
	json_t *profile = json_of(text);
	ok(profiles_put(DESK(h), view_node(), partner, profile));
	json_decref(profile);
}

HOME_TEST(a_line_that_the_author_closed_by_its_marking_stays_closed_to_all_other_editors)
{
	static const struct { const char *to, *fields, *edited, *markings; bool opens; } edits[] = {
		{ "south.example", "", "south.example", "", true },
		{ "south.example", "", "south.example", ",\"markings\":{\"threat.actor\":{\"tlp\":\"amber\"}}", true },
		{ "south.example", ",\"x.who\":\"Amaq-Wilayat-7731\"", "south.example", MARKED, true },
		{ "south.example", ",\"advice\":\"Close the gate\"", "south.example", MARKED, false },
		/* Named by nobody before: no more than the others get. */
		{ "south.example", "", "west.example", "", true },
		{ "south.example", "", "west.example", MARKED, true },
		/* Reached by a group, red is closed to them. */
		{ "@coast", "", "south.example", MARKED, true },
		{ "@coast", "", "@coast", MARKED, false },
	};
	struct house *h = *state;
	profile_is(h, "south.example", "{\"tlp\":\"amber\"}");
	profile_is(h, "west.example", "{\"tlp\":\"red\"}");
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		char id[DRAFT_ID + 1], text[1200];
		bool group = edits[i].to[0] == '@';
		if (group) {
			member(h, "coast", "south.example");
			profile_is(h, "south.example", "{\"tlp\":\"red\"}");
		}
		snprintf(text, sizeof text, NO_MARKINGS, "amber", "", edits[i].to, MARKED);
		draft_new(h, &h->anna, text, id);
		snprintf(text, sizeof text, NO_MARKINGS, "amber", edits[i].fields, edits[i].edited, edits[i].markings);
		ok(draft_change(h, &h->doris, id, 1, text));
		if (!edits[i].opens) {
			ok(propose(h, &h->doris, id, 2));
			continue;
		}
		fails(propose(h, &h->doris, id, 2), TOCSIN_REFUSED, "rule release.author-closed");
		/* Its author may. */
		ok(draft_change(h, &h->anna, id, 2, text));
		if (strcmp(edits[i].markings, "") == 0)
			ok(propose(h, &h->anna, id, 3));
	}
}

HOME_TEST(what_its_author_has_not_marked_yet_a_colleague_may_mark)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY "},\"audiences\":[{\"to\":[\"south.example\"]}]}", id);
	ok(draft_change(h, &h->doris, id, 1, AMBER));
	ok(propose(h, &h->doris, id, 2));
	ok(release(h, &h->rolf, id, 2));
}

HOME_TEST(who_marks_anothers_draft_lower_does_not_release_it_alone)
{
	static const struct { const char *from; bool two; } cases[] = { { "green", false }, { "red", true }, { "amber", true } };
	struct house *h = *state;
	policy_is(h, "release.level", "red");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char id[DRAFT_ID + 1], text[1200];
		snprintf(text, sizeof text, NO_MARKINGS, cases[i].from, "", "south.example", "");
		draft_new(h, &h->doris, text, id);
		snprintf(text, sizeof text, NO_MARKINGS, "clear", "", "south.example", "");
		ok(draft_change(h, &h->anna, id, 1, text));
		json_t *o = shown(h, &h->anna, id);
		assert_true(json_is_true(json_object_get(o, "two_people")) == cases[i].two);
		json_decref(o);
		if (cases[i].two)
			fails(release(h, &h->anna, id, 2), TOCSIN_REFUSED, "rule release.two-people");
		else
			ok(release(h, &h->anna, id, 2));
	}
}

HOME_TEST(nobody_else_takes_away_what_the_author_says_it_is_about)
{
	struct house *h = *state;
	static const struct body_field field[] = { { "threat.summary", VALUE("\"a bomb\""), true }, { "handling.tlp", VALUE("\"red\""), true } };
	struct statement s;
	struct issue_result theirs;
	char id[DRAFT_ID + 1], about[1200], without[1200], re[100], hex[2 * SHA256_SIZE + 1];
	guest_says(&h->home, &h->west, "warning", NULL, 0, &s);
	guest_stored(&h->home, &h->west, &s, field, 2, 0, &theirs);
	hex_encode(theirs.id.b, SHA256_SIZE, hex);
	snprintf(re, sizeof re, ",\"re\":[\"%s\"]", hex);
	snprintf(about, sizeof about, NO_MARKINGS, "clear", "", "south.example", re);
	snprintf(without, sizeof without, NO_MARKINGS, "clear", "", "south.example", "");
	draft_new(h, view_node(), about, id);
	fails(draft_change(h, &h->doris, id, 1, without), TOCSIN_REFUSED, "rule release.author-closed");
	ok(draft_change(h, view_node(), id, 1, without));
	ok(draft_change(h, view_node(), id, 2, about));
}

HOME_TEST(an_author_who_attaches_a_file_has_not_taken_over_what_another_opened)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1], text[1200];
	snprintf(text, sizeof text, SECRET_TEXT, "", TO_SOUTH);
	draft_new(h, &h->anna, text, id);
	snprintf(text, sizeof text, SECRET_TEXT, "", "[{\"to\":[\"south.example\"]}]");
	ok(draft_change(h, &h->doris, id, 1, text));
	for (int64_t version = 2; version < 4; version++)
		ok(drafts_put_file(DESK(h), &h->anna, id, version, version == 2 ? "gate.txt" : "car.txt", "text/plain", bytes_str("a gate")));
	fails(propose(h, &h->anna, id, 4), TOCSIN_REFUSED, "rule release.author-closed");
	json_t *o = shown(h, &h->anna, id);
	assert_string_equal(json_string_value(json_object_get(o, "changed_by")), "anna-quillfeather");
	json_decref(o);
	/* Who attaches has written, too. */
	draft_new(h, &h->doris, AMBER, id);
	ok(drafts_put_file(DESK(h), &h->anna, id, 1, "gate.txt", "text/plain", bytes_str("a gate")));
	ok(propose(h, &h->doris, id, 2));
	fails(release(h, &h->anna, id, 2), TOCSIN_REFUSED, "rule release.two-people");
	ok(release(h, &h->rolf, id, 2));
}

HOME_TEST(a_profile_that_was_loosened_since_the_proposal_opens_nothing)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1], text[1200];
	json_t *close = json_of("{\"*\":[\"threat.actor\"]}");
	profile_is(h, "south.example", "{\"tlp\":\"amber\",\"close\":[\"threat.actor\"]}");
	snprintf(text, sizeof text, NO_MARKINGS, "amber", "", "south.example", "");
	draft_new(h, &h->anna, text, id);
	ok(propose(h, &h->anna, id, 1));
	profile_is(h, "south.example", "{\"tlp\":\"red\"}");
	fails(release(h, &h->rolf, id, 1), TOCSIN_REFUSED, "threat.actor would be open to south.example");
	state_is(h, id, "proposed", 0);
	/* Closer than proposed is no matter. */
	ok(release_now(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 1, .close = close }));
	assert_false(got(h, id, "south.example", "threat.actor"));
	json_decref(close);
}

/* ---- a property ---- */

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static const char *const names[] = { "threat.summary", "threat.actor", "threat.method", "where.place", "advice", "source.origin", "x.one" };
#define NAMES (sizeof names / sizeof *names)

/* What the author of the sequence closed last, by recipient and line. */
struct closings {
	bool south[NAMES], west[NAMES];
	char value[NAMES][24];
};

/* Random lists of lines into B; BITS: which. */
static void words(struct buf *b, uint64_t bits)
{
	bool first = true;
	for (size_t i = 0; i < NAMES; i++)
		if (bits >> i & 1) {
			buf_printf(b, "%s\"%s\"", first ? "" : ",", names[i]);
			first = false;
		}
}

static char *random_text(uint64_t *seed, const struct closings *k, bool summary_open, uint64_t *closed_south, uint64_t *closed_west,
	uint64_t *open_south, uint64_t *open_west)
{
	struct buf b;
	buf_init(&b, 100000);
	*closed_south = next(seed) & next(seed) & 127;
	*closed_west = next(seed) & next(seed) & 127;
	*open_south = next(seed) & 127 & ~*closed_south;
	*open_west = next(seed) & 127 & ~*closed_west;
	if (summary_open)
		*closed_south &= ~1ull, *closed_west &= ~1ull;
	buf_add_str(&b, "{\"kind\":\"warning\",\"fields\":{\"handling.tlp\":\"amber\",\"urgency\":\"urgent\"");
	for (size_t i = 0; i < NAMES; i++)
		buf_printf(&b, ",\"%s\":\"%s\"", names[i], k->value[i]);
	buf_add_str(&b, "},\"audiences\":[{\"to\":[\"south.example\"],\"close\":[");
	words(&b, *closed_south);
	buf_add_str(&b, "],\"open\":[");
	words(&b, *open_south);
	buf_add_str(&b, "]},{\"to\":[\"west.example\"],\"close\":[");
	words(&b, *closed_west);
	buf_add_str(&b, "],\"open\":[");
	words(&b, *open_west);
	buf_add_str(&b, "]}]}");
	return buf_detach(&b, NULL);
}

static void set_closed(bool *closed, uint64_t close, uint64_t open)
{
	for (size_t i = 0; i < NAMES; i++)
		closed[i] = (close >> i & 1) != 0 || (strcmp(names[i], "source.origin") == 0 && (open >> i & 1) == 0);
}

/* No statement of the draft holds a value that its author closed to that recipient. */
static size_t check_sent(struct house *h, const char *id, const struct closings *k)
{
	json_t *o = shown(h, view_node(), id), *one;
	size_t i, n = 0;
	json_array_foreach(json_object_get(o, "released"), i, one) {
		struct stored st;
		struct hash hash;
		struct snapshot *r;
		int64_t num;
		bool south = strcmp(json_string_value(json_object_get(one, "to")), "south.example") == 0;
		assert_true(hex_decode(bytes_str(json_string_value(json_object_get(one, "id"))), hash.b, SHA256_SIZE));
		ok(snapshot_open(DESK(h)->store, &r));
		ok(statement_num(r, &hash, &num));
		snapshot_close(r);
		stored_read(&h->home, num, &st);
		for (size_t v = 0; v < NAMES; v++)
			if (south ? k->south[v] : k->west[v])
				assert_null(memmem(st.row.body.p, st.row.body.n, k->value[v], strlen(k->value[v])));
		arena_free(st.arena);
		n++;
	}
	json_decref(o);
	return n;
}

HOME_TEST(whoever_edits_and_releases_in_between_what_the_author_closed_never_leaves)
{
	struct house *h = *state;
	uint64_t seed = 0x5eed1234abcdefull;
	size_t sent = 0, refused = 0;
	for (int round = 0; round < 60; round++) {
		struct closings k;
		char id[DRAFT_ID + 1];
		uint64_t cs, cw, os, ow;
		for (size_t i = 0; i < NAMES; i++)
			snprintf(k.value[i], sizeof k.value[i], "%016llx", (unsigned long long)(next(&seed) | 1ull << 63));
		char *text = random_text(&seed, &k, true, &cs, &cw, &os, &ow);
		draft_new(h, &h->anna, text, id);
		free(text);
		set_closed(k.south, cs, os);
		set_closed(k.west, cw, ow);
		int64_t version = 1;
		for (int step = 0; step < 6; step++) {
			const struct view *who = next(&seed) % 3 == 0 ? &h->anna : next(&seed) % 2 ? &h->doris : &h->rolf;
			switch (next(&seed) % 3) {
			case 0:
				text = random_text(&seed, &k, true, &cs, &cw, &os, &ow);
				if (draft_change(h, who, id, version, text) == TOCSIN_OK) {
					version++;
					if (who == &h->anna) {
						set_closed(k.south, cs, os);
						set_closed(k.west, cw, ow);
					}
				}
				free(text);
				break;
			case 1:
				refused += propose(h, who, id, version) != TOCSIN_OK;
				break;
			default:
				refused += release_now(DESK(h), who, id, &(struct release_ask) { .version = version,
					.consent = { .audience = true, .override = "a test" } }) != TOCSIN_OK;
			}
		}
		sent += check_sent(h, id, &k);
	}
	/* The sequences do both. */
	assert_true(sent > 10);
	assert_true(refused > 10);
}

/* ---- what stands in the way ---- */

HOME_TEST(a_closed_value_in_an_open_text_is_confirmed_by_author_and_releaser)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	const char *line[] = { "where.place" };
	const struct release_ask with = { .version = 1, .consent = { .line = line, .line_n = 1 } };
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{\"threat.summary\":\"A bomb at Harbour gate 4\",\"where.place\":\"Harbour gate 4\","
		"\"urgency\":\"urgent\",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"],\"close\":[\"where.place\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule leak.closed-value");
	ok(release_propose(DESK(h), &h->anna, id, &with));
	fails(release(h, &h->rolf, id, 1), TOCSIN_REFUSED, "rule leak.closed-value");
	ok(release_now(DESK(h), &h->rolf, id, &with));
	state_is(h, id, "released", 1);
	assert_false(got(h, id, "south.example", "where.place"));
}

HOME_TEST(a_closed_value_that_only_the_releaser_confirms_does_not_leave)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	const char *line[] = { "advice" };
	json_t *close = json_of("{\"*\":[\"advice\"]}");
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{\"threat.summary\":\"Close the harbour gates at once\",\"advice\":\"Close the harbour gates\","
		"\"urgency\":\"urgent\",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"]}]}", id);
	ok(propose(h, &h->anna, id, 1));
	fails(release_now(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 1, .close = close,
		.consent = { .line = line, .line_n = 1 } }), TOCSIN_REFUSED, "rule leak.closed-value");
	json_decref(close);
}

HOME_TEST(an_unusual_recipient_is_asked_for_again)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	const char *first = "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"]}]}";
	draft_new(h, &h->anna, first, id);
	ok(propose(h, &h->anna, id, 1));
	ok(release(h, &h->rolf, id, 1));
	draft_new(h, &h->anna, first, id);
	ok(propose(h, &h->anna, id, 1));
	draft_new(h, &h->anna, AMBER, id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.audience-unusual: west.example");
	ok(release_propose(DESK(h), &h->anna, id, &(struct release_ask) { .version = 1, .consent = { .audience = true } }));
	ok(release(h, &h->rolf, id, 1));
	draft_new(h, &h->anna, AMBER, id);
	ok(propose(h, &h->anna, id, 1));
}

HOME_TEST(nobody_unknown_or_nothing_is_reached_and_a_public_place_asks_for_its_twin)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"}}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.audience");
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"@nobody\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "empty audience reaches nobody");
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY "},\"audiences\":[{\"to\":[\"south.example\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.complete");
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"red\"},\"audiences\":[{\"to\":[\"south.example\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.blocked");
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\",\"target.kind\":[\"crowd\"]},"
		"\"audiences\":[{\"to\":[\"south.example\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.public-twin");
}

HOME_TEST(a_group_that_has_grown_since_the_proposal_is_looked_at_again)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	struct change *c = change_new();
	change_group_put(c, "coast", "south.example");
	ok(store_commit(DESK(h)->store, c, NULL, NULL));
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"clear\"},\"audiences\":[{\"to\":[\"@coast\"]}]}", id);
	ok(propose(h, &h->anna, id, 1));
	c = change_new();
	change_group_put(c, "coast", "west.example");
	ok(store_commit(DESK(h)->store, c, NULL, NULL));
	fails(release(h, &h->rolf, id, 1), TOCSIN_REFUSED, "rule release.version");
	state_is(h, id, "proposed", 0);
}

HOME_TEST(policy_and_profile_are_overridden_for_a_reason_and_a_distrusted_partner_can_be_warned)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	const char *opened = "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"],"
		"\"open\":[\"substance\"]}]}";
	json_t *profile = json_of("{\"close\":[\"threat.*\"]}");
	ok(profiles_put(DESK(h), view_node(), "south.example", profile));
	json_decref(profile);
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"]}]}", id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.blocked");
	ok(draft_change(h, &h->anna, id, 1, opened));
	ok(propose(h, &h->anna, id, 2));
	fails(release(h, &h->rolf, id, 2), TOCSIN_REFUSED, "rule release.override");
	ok(release_now(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 2, .consent = { .override = "lives are at stake" } }));
	home_state(&h->home, "south.example", "distrusted");
	draft_new(h, &h->anna, opened, id);
	ok(propose(h, &h->anna, id, 1));
	fails(release(h, &h->rolf, id, 1), TOCSIN_REFUSED, "south.example is distrusted");
	ok(release_now(DESK(h), &h->rolf, id, &(struct release_ask) { .version = 1, .consent = { .override = "the duty holds towards anybody" } }));
	state_is(h, id, "released", 1);
}

/* ---- duty to warn ---- */

static enum tocsin_err determine(struct house *h, const struct view *v, const char *id, const char *credible, const char *result,
	const char *ground, const char *reason)
{
	struct issue_result r;
	return determination_make(DESK(h), v, id, &(struct determination) { .credible = credible, .specific = "yes", .impending = "yes",
		.harm = "yes", .result = result, .ground = ground, .reason = reason, .words = "one source" }, &r);
}

HOME_TEST(four_tests_that_are_passed_are_a_duty_whatever_somebody_wants)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	fails(determine(h, &h->anna, id, "yes", "not-met", NULL, NULL), TOCSIN_BAD, "doubt favours warning");
	fails(determine(h, &h->anna, id, "doubt", "not-met", NULL, NULL), TOCSIN_BAD, "doubt favours warning");
	ok(determine(h, &h->anna, id, "doubt", NULL, NULL, NULL));
	assert_int_equal(clocks_open(h, "duty"), 1);
	ok(determine(h, &h->anna, id, "yes", "met", NULL, NULL));
	assert_int_equal(clocks_open(h, "duty"), 1);
	ok(determine(h, &h->anna, id, "no", NULL, NULL, NULL));
	assert_int_equal(clocks_open(h, "duty"), 0);
}

HOME_TEST(a_duty_is_waived_by_who_may_on_a_ground_with_a_reason_and_ends_with_a_release)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	ok(determine(h, &h->doris, id, "yes", NULL, NULL, NULL));
	fails(determine(h, &h->doris, id, "yes", "waived", "already-aware", "they told us"), TOCSIN_REFUSED, "waive");
	fails(determine(h, &h->rolf, id, "yes", "waived", NULL, "they told us"), TOCSIN_BAD, "duty.ground");
	fails(determine(h, &h->rolf, id, "yes", "waived", "already-aware", NULL), TOCSIN_BAD, "reason");
	fails(determine(h, &h->rolf, id, "yes", "waived", "too-busy", "we are"), TOCSIN_BAD, "duty.ground must be one of");
	assert_int_equal(clocks_open(h, "duty"), 1);
	ok(determine(h, &h->rolf, id, "yes", "waived", "already-aware", "they told us"));
	assert_int_equal(clocks_open(h, "duty"), 0);
	draft_new(h, &h->anna, AMBER, id);
	ok(determine(h, &h->doris, id, "yes", NULL, NULL, NULL));
	ok(propose(h, &h->anna, id, 1));
	ok(release(h, &h->rolf, id, 1));
	assert_int_equal(clocks_open(h, "duty"), 0);
}

HOME_TEST(a_duty_outlives_its_withdrawn_draft_until_it_is_waived_and_none_begins_there)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	ok(determine(h, &h->anna, id, "yes", NULL, NULL, NULL));
	ok(drafts_withdraw(DESK(h), &h->anna, id, 1, "another desk warns them"));
	assert_int_equal(clocks_open(h, "duty"), 1);
	ok(determine(h, &h->rolf, id, "yes", "waived", "already-aware", "they told us"));
	assert_int_equal(clocks_open(h, "duty"), 0);
	ok(determine(h, &h->anna, id, "yes", NULL, NULL, NULL));
	assert_int_equal(clocks_open(h, "duty"), 0);
	state_is(h, id, "withdrawn", 0);
}

HOME_TEST(where_there_is_a_duty_not_even_the_author_closes_what_it_is_about)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, "{\"kind\":\"warning\",\"fields\":{" SUMMARY ",\"handling.tlp\":\"amber\"},\"audiences\":[{\"to\":[\"south.example\"],"
		"\"close\":[\"threat.summary\"]}]}", id);
	ok(determine(h, &h->anna, id, "yes", NULL, NULL, NULL));
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule release.duty");
	ok(determine(h, &h->rolf, id, "yes", "waived", "already-aware", "they told us"));
	ok(propose(h, &h->anna, id, 1));
}

HOME_TEST(policy_can_ask_for_the_tests_before_a_release)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	policy_is(h, "duty.tests-before-release", "yes");
	draft_new(h, &h->anna, AMBER, id);
	fails(propose(h, &h->anna, id, 1), TOCSIN_REFUSED, "rule duty.tests");
	ok(determine(h, &h->anna, id, "yes", NULL, NULL, NULL));
	ok(propose(h, &h->anna, id, 1));
}

/* ---- imminent ---- */

HOME_TEST(what_is_imminent_leaves_by_one_and_is_reviewed_by_a_second_who_cannot_skip_the_tests)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	int64_t late;
	struct snapshot *r;
	draft_new(h, &h->doris, IMMINENT, id);
	ok(release(h, &h->doris, id, 1));
	state_is(h, id, "released", 2);
	assert_int_equal(clocks_open(h, "review"), 1);
	fails(release_review(DESK(h), &h->doris, id, true, "mine"), TOCSIN_REFUSED, "rule role");
	struct view both = h->doris;
	both.roles |= ROLE_RELEASER;
	fails(release_review(DESK(h), &both, id, true, "mine"), TOCSIN_REFUSED, "rule review.second");
	fails(release_review(DESK(h), &h->rolf, id, true, "fine"), TOCSIN_REFUSED, "rule review.determination");
	ok(snapshot_open(DESK(h)->store, &r));
	ok(draft_reviews_late(r, clock_now() + 365 * 86400 * CLOCK_SECOND, &late));
	snapshot_close(r);
	assert_int_equal(late, 1);
	ok(determine(h, &h->doris, id, "yes", NULL, NULL, NULL));
	assert_int_equal(clocks_open(h, "duty"), 0);
	ok(release_review(DESK(h), &h->rolf, id, false, "too much was open"));
	assert_int_equal(clocks_open(h, "review"), 0);
	fails(release_review(DESK(h), &h->rolf, id, true, "again"), TOCSIN_REFUSED, "rule release.state");
	json_t *o = shown(h, &h->rolf, id);
	const json_t *decisions = json_object_get(o, "decisions");
	assert_string_equal(json_string_value(json_object_get(json_array_get(decisions, 0), "what")), "released-alone");
	assert_string_equal(json_string_value(json_object_get(json_array_get(decisions, 1), "what")), "objected");
	json_decref(o);
}

/* As when what was released from it is forgotten. */
static void forgotten(struct house *h, const char *id)
{
	struct snapshot *r;
	struct draft_row row;
	struct arena *a = arena_new(1u << 20);
	struct change *c = change_new();
	ok(snapshot_open(DESK(h)->store, &r));
	ok(draft_get(r, id, a, &row));
	snapshot_close(r);
	change_forget_draft(c, row.num);
	ok(store_commit(DESK(h)->store, c, NULL, NULL));
	arena_free(a);
}

static const char *decided(const json_t *draft, size_t i, const char *what)
{
	return json_string_value(json_object_get(json_array_get(json_object_get(draft, "decisions"), i), what));
}

HOME_TEST(a_draft_that_is_forgotten_is_shown_and_reviewed_and_nothing_more_is_determined_of_it)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->doris, IMMINENT, id);
	ok(release(h, &h->doris, id, 1));
	ok(determine(h, &h->doris, id, "yes", NULL, NULL, NULL));
	forgotten(h, id);
	json_t *o = shown(h, &h->rolf, id);
	assert_string_equal(json_string_value(json_object_get(o, "state")), "released");
	assert_true(json_is_null(json_object_get(o, "composition")));
	assert_string_equal(json_string_value(json_object_get(json_object_get(o, "determination"), "result")), "met");
	assert_non_null(strstr(json_string_value(json_object_get(json_array_get(json_object_get(o, "missing"), 0), "words")), "is forgotten"));
	json_decref(o);
	fails(determine(h, &h->doris, id, "no", NULL, NULL, NULL), TOCSIN_MISSING, "is forgotten");
	ok(release_review(DESK(h), &h->rolf, id, true, "fine"));
	assert_int_equal(clocks_open(h, "review"), 0);
	o = shown(h, &h->rolf, id);
	assert_string_equal(decided(o, 1, "what"), "reviewed");
	/* Of what was released, not of nothing. */
	assert_string_equal(decided(o, 1, "sha256"), decided(o, 0, "sha256"));
	json_decref(o);
}

/* ---- once, whatever crashes ---- */

/* As a release leaves it behind that is stopped right after the decision. */
static void begun(struct house *h, const char *id, const char *detail)
{
	struct snapshot *r;
	struct draft_row row;
	struct arena *a = arena_new(1u << 20);
	struct change *c = change_new();
	ok(snapshot_open(DESK(h)->store, &r));
	ok(draft_get(r, id, a, &row));
	snapshot_close(r);
	change_draft_state(c, "", row.num, "proposed", 1, "releasing", clock_now());
	drafts_decide(c, &row, &h->rolf, "released", "", bytes_str(detail), clock_now());
	ok(store_commit(DESK(h)->store, c, NULL, NULL));
	arena_free(a);
}

static void to_the_south(void *arg, size_t i, struct change *c)
{
	(void)i;
	change_released(c, *(int64_t *)arg, "south.example");
}

HOME_TEST(a_release_that_was_stopped_goes_on_and_sends_nothing_twice)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	struct issue_result one;
	struct snapshot *r;
	struct draft_row row;
	struct arena *a = arena_new(1u << 20);
	draft_new(h, &h->anna, AMBER, id);
	ok(propose(h, &h->anna, id, 1));
	begun(h, id, "{\"confirmed\":[],\"audience\":false,\"override\":\"\",\"recipients\":["
		"{\"to\":\"south.example\",\"open\":[\"threat.summary\",\"handling.tlp\"],\"re\":[]},"
		"{\"to\":\"west.example\",\"open\":[\"threat.summary\",\"handling.tlp\"],\"re\":[]}]}");
	fails(draft_change(h, &h->anna, id, 1, AMBER), TOCSIN_REFUSED, "rule release.state");
	/* One of them was sent before it stopped. */
	ok(snapshot_open(DESK(h)->store, &r));
	ok(draft_get(r, id, a, &row));
	snapshot_close(r);
	const struct issue_release to_south = release_to("south.example");
	ok(desk_issue(DESK(h), &(struct issue) { .kind = "warning", .release = &to_south, .n = 1, .with = to_the_south, .arg = &row.num }, &one));
	int64_t before = last_num(&h->home);
	home_again(&h->home);
	ok(release_resume(DESK(h)));
	state_is(h, id, "released", 2);
	/* To the other one, and the record of it. */
	assert_int_equal(last_num(&h->home), before + 2);
	/* What was decided holds: the place was not among the lines. */
	assert_false(got(h, id, "west.example", "where.place"));
	ok(release_resume(DESK(h)));
	assert_int_equal(last_num(&h->home), before + 2);
	arena_free(a);
}

HOME_TEST(a_release_that_cannot_leave_waits_as_before_and_says_why)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	draft_new(h, &h->anna, AMBER, id);
	ok(propose(h, &h->anna, id, 1));
	begun(h, id, "{\"confirmed\":[],\"recipients\":[{\"to\":\"east.example\",\"open\":[\"threat.summary\"],\"re\":[]}]}");
	fails(release_resume(DESK(h)), TOCSIN_REFUSED, "east.example is not a partner");
	state_is(h, id, "proposed", 0);
	assert_int_equal(clocks_open(h, "release"), 2);
	ok(release(h, &h->rolf, id, 1));
	state_is(h, id, "released", 2);
}

/* ---- function keys only ---- */

HOME_TEST(nothing_that_leaves_holds_an_accounts_name)
{
	struct house *h = *state;
	char id[DRAFT_ID + 1];
	struct buf chain;
	draft_new(h, &h->anna, AMBER, id);
	ok(determine(h, &h->doris, id, "yes", NULL, NULL, NULL));
	ok(draft_change(h, &h->doris, id, 1, AMBER));
	ok(release_propose(DESK(h), &h->doris, id, &(struct release_ask) { .version = 2, .reason = "please" }));
	ok(release(h, &h->rolf, id, 2));
	const char *const people[] = { h->anna.account, h->rolf.account, h->doris.account };
	size_t sent = 0, kept = 0;
	for (int64_t num = 1; num <= last_num(&h->home); num++) {
		struct stored st;
		stored_read(&h->home, num, &st);
		bool leaves = strcmp(st.row.peer, HOME) != 0;
		sent += leaves;
		for (size_t i = 0; i < 3; i++) {
			const char *name = people[i];
			size_t n = strlen(name);
			assert_null(memmem(st.row.note.p, st.row.note.n, name, n));
			/* Not even of what is addressed to ourselves: the names are behind closed lines. */
			assert_null(memmem(st.row.body.p, st.row.body.n, name, n));
			if (leaves && st.row.opened.n > 0)
				assert_null(memmem(st.row.opened.p, st.row.opened.n, name, n));
			kept += !leaves && st.row.opened.n > 0 && memmem(st.row.opened.p, st.row.opened.n, name, n) != NULL;
		}
		arena_free(st.arena);
	}
	assert_int_equal(sent, 2);
	assert_int_equal(kept, 3);
	home_chain(&h->home, &chain);
	for (size_t i = 0; i < 3; i++)
		assert_null(memmem(chain.p, chain.n, people[i], strlen(people[i])));
	buf_free(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN(who_wrote_it_does_not_release_it),
		IN(who_edited_any_version_does_not_release_it_nor_who_proposed_it),
		IN(what_was_edited_after_its_proposal_is_proposed_again),
		IN(policy_says_from_which_level_on_two_people_release),
		IN(a_role_is_needed_and_refusing_says_why),
		IN(another_unit_does_not_see_a_draft_and_is_told_the_same_of_what_is_not_there),
		IN(each_recipient_gets_its_own_lines_and_whoever_releases_may_close_more),
		IN(who_is_in_several_audiences_gets_what_the_most_restrictive_of_them_says),
		IN(an_update_refers_to_what_each_recipient_got),
		IN(a_retraction_and_a_closure_take_the_same_path_and_reach_whoever_got_it),
		IN(what_rests_on_what_others_marked_is_marked_no_lower),
		IN(nobody_else_opens_what_the_author_closed),
		IN(a_line_that_the_author_closed_by_its_marking_stays_closed_to_all_other_editors),
		IN(what_its_author_has_not_marked_yet_a_colleague_may_mark),
		IN(who_marks_anothers_draft_lower_does_not_release_it_alone),
		IN(nobody_else_takes_away_what_the_author_says_it_is_about),
		IN(an_author_who_attaches_a_file_has_not_taken_over_what_another_opened),
		IN(a_profile_that_was_loosened_since_the_proposal_opens_nothing),
		IN(whoever_edits_and_releases_in_between_what_the_author_closed_never_leaves),
		IN(a_closed_value_in_an_open_text_is_confirmed_by_author_and_releaser),
		IN(a_closed_value_that_only_the_releaser_confirms_does_not_leave),
		IN(an_unusual_recipient_is_asked_for_again),
		IN(nobody_unknown_or_nothing_is_reached_and_a_public_place_asks_for_its_twin),
		IN(a_group_that_has_grown_since_the_proposal_is_looked_at_again),
		IN(policy_and_profile_are_overridden_for_a_reason_and_a_distrusted_partner_can_be_warned),
		IN(four_tests_that_are_passed_are_a_duty_whatever_somebody_wants),
		IN(a_duty_is_waived_by_who_may_on_a_ground_with_a_reason_and_ends_with_a_release),
		IN(a_duty_outlives_its_withdrawn_draft_until_it_is_waived_and_none_begins_there),
		IN(where_there_is_a_duty_not_even_the_author_closes_what_it_is_about),
		IN(policy_can_ask_for_the_tests_before_a_release),
		IN(what_is_imminent_leaves_by_one_and_is_reviewed_by_a_second_who_cannot_skip_the_tests),
		IN(a_draft_that_is_forgotten_is_shown_and_reviewed_and_nothing_more_is_determined_of_it),
		IN(a_release_that_was_stopped_goes_on_and_sends_nothing_twice),
		IN(a_release_that_cannot_leave_waits_as_before_and_says_why),
		IN(nothing_that_leaves_holds_an_accounts_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
