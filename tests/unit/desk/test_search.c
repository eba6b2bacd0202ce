/* What is found, by whom, and what of it is shown. */
#include "home.h"

#include "desk/follow.h"
#include "desk/search.h"
#include "desk/unit.h"
#include "store/rows_access.h"
#include "store/rows_search.h"

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

/* The view of somebody in UNIT. */
static struct view of_unit(struct home *h, const char *unit)
{
	struct view v = { .account = "anna", .function = "analyst", .roles = ROLE_ANALYST, .token = TOKEN_READ, .scope_n = 1 };
	struct snapshot *r;
	snprintf(v.unit, sizeof v.unit, "%s", unit);
	ok(snapshot_open(h->desk.store, &r));
	ok(scope_find(r, unit, "", &v.scope[0]));
	snapshot_close(r);
	if (v.scope[0] == 0)
		v.scope_n = 0;
	return v;
}

static json_t *items;
static int64_t on;

static void search_page(struct home *h, const struct view *v, const char *words, int64_t before, size_t limit)
{
	json_decref(items);
	items = NULL;
	ok(desk_search(&h->desk, v, &(struct search_question){ .words = words, .before = before, .limit = limit }, &items, &on));
}

static size_t found(struct home *h, const struct view *v, const char *words)
{
	search_page(h, v, words, 0, SEARCH_MOST);
	return json_array_size(items);
}

/* Line LINE of item I is NAME, and its parts are WANT, with what was found between stars. */
static void shows(size_t i, size_t line, const char *name, const char *want)
{
	struct buf b;
	size_t k;
	const json_t *part, *o = json_array_get(json_object_get(json_array_get(items, i), "lines"), line);
	buf_init(&b, 65536);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "name")), name);
	json_array_foreach(json_object_get(o, "parts"), k, part)
		buf_printf(&b, "%s%s%s", k % 2 ? "*" : "", json_string_value(part), k % 2 ? "*" : "");
	buf_add_char(&b, 0);
	assert_string_equal((char *)b.p, want);
	buf_free(&b);
}

static void share_with(struct home *h, int64_t num, const char *kind, const char *peer, const char *unit, bool whole)
{
	struct change *c = change_new();
	struct snapshot *r;
	ok(unit_put(&h->desk, view_node(), unit, unit));
	ok(snapshot_open(h->desk.store, &r));
	ok(access_share(&h->desk, r, c, num, kind, peer, unit, "", whole));
	snapshot_close(r);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static void says(struct home *h, struct guest *g, const char *value, struct issue_result *r)
{
	struct body_field f = { "threat.summary", bytes_str(value), true };
	guest_writes(h, g, "warning", NULL, &f, r);
}

HOME_TEST(closed_lines_are_found_by_the_unit_that_wrote_them_only)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	share_with(h, r.num, "warning", "south.example", "desk", true);
	share_with(h, r.num, "warning", "south.example", "border", false);
	follow_all(h);
	struct view desk = of_unit(h, "desk"), border = of_unit(h, "border"), nobody = of_unit(h, "nobody");
	assert_int_equal(found(h, &desk, "somebody BOMB"), 1);
	shows(0, 0, "source.name", "*somebody* who must not be named");
	shows(0, 1, "threat.summary", "a car with a *bomb*");
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(json_array_get(items, 0), "lines"), 0), "closed")));
	assert_int_equal(found(h, &border, "somebody"), 0);
	assert_int_equal(found(h, &border, "bomb named"), 0);
	assert_int_equal(found(h, &border, "bomb"), 1);
	assert_int_equal(found(h, &nobody, "bomb"), 0);
	assert_int_equal(found(h, view_node(), "somebody"), 1);
	/* Nothing of it tells a number. */
	char *text = json_dumps(items, 0);
	assert_null(strstr(text, "num"));
	free(text);
	/* Shared further, it is found at once. */
	share_with(h, r.num, "warning", "south.example", "coast", false);
	struct view coast = of_unit(h, "coast");
	assert_int_equal(found(h, &coast, "bomb"), 1);
	assert_int_equal(found(h, &coast, "somebody"), 0);
	share_with(h, r.num, "warning", "south.example", "border", true);
	assert_int_equal(found(h, &border, "somebody"), 1);
	guest_free(&g);
}

HOME_TEST(a_word_in_open_and_closed_lines_is_shown_in_those_that_are_read)
{
	static const struct body_field both[] = {
		{ "threat.summary", VALUE("\"a car with a bomb\""), true },
		{ "handling.tlp", VALUE("\"amber\""), true },
		{ "source.name", VALUE("\"the bomb maker's cousin\""), false },
	};
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	struct issue_release release = { .to = "south.example", .field = both, .field_n = 3, .urgency = 1 };
	ok(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r));
	share_with(h, r.num, "warning", "south.example", "desk", true);
	share_with(h, r.num, "warning", "south.example", "border", false);
	follow_all(h);
	struct view desk = of_unit(h, "desk"), border = of_unit(h, "border");
	assert_int_equal(found(h, &desk, "bomb"), 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(items, 0), "lines")), 2);
	assert_int_equal(found(h, &border, "bomb"), 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(items, 0), "lines")), 1);
	shows(0, 0, "threat.summary", "a car with a *bomb*");
	guest_free(&g);
}

HOME_TEST(any_script_is_found_and_shown_with_what_was_found)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	says(h, &g, "\"Взрывчатка в КРОКУС Сити Холле, вечером\"", &r);
	says(h, &g, "\"他们在水电站大坝附近\"", &r);
	says(h, &g, "{\"authoritative\":\"fr\",\"by-en\":\"the desk\",\"en\":\"At the café\",\"fr\":\"Près du café Müller\"}", &r);
	follow_all(h);
	struct view v = of_unit(h, "desk");
	assert_int_equal(found(h, &v, "крокус"), 1);
	shows(0, 0, "threat.summary", "Взрывчатка в *КРОКУС* Сити Холле, вечером");
	assert_int_equal(found(h, &v, "\"крокус сити\" вечером"), 1);
	shows(0, 0, "threat.summary", "Взрывчатка в *КРОКУС Сити* Холле, *вечером*");
	assert_int_equal(found(h, &v, "\"сити крокус\""), 0);
	assert_int_equal(found(h, &v, "水电站"), 1);
	shows(0, 0, "threat.summary", "他们在*水电站*大坝附近");
	assert_int_equal(found(h, &v, "站水"), 0);
	assert_int_equal(found(h, &v, "CAFE muller"), 1);
	shows(0, 0, "threat.summary", "At the *café*");
	shows(0, 1, "threat.summary", "Près du *café* *Müller*");
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(json_array_get(items, 0), "lines"), 1), "language")), "fr");
	/* A long text is shown from a little before what was found. */
	struct buf b;
	buf_init(&b, LIMIT_LINE);
	buf_add_char(&b, '"');
	for (size_t i = 0; i < 100; i++)
		buf_add_str(&b, "слово ");
	buf_add_str(&b, "зебра\\n");
	for (size_t i = 0; i < 100; i++)
		buf_add_str(&b, " слово");
	buf_add_char(&b, '"');
	buf_add_char(&b, 0);
	says(h, &g, (const char *)b.p, &r);
	buf_free(&b);
	follow_all(h);
	assert_int_equal(found(h, &v, "зебра"), 1);
	const json_t *parts = json_object_get(json_array_get(json_object_get(json_array_get(items, 0), "lines"), 0), "parts");
	assert_int_equal(json_array_size(parts), 3);
	assert_int_equal(strncmp(json_string_value(json_array_get(parts, 0)), "… ", 4), 0);
	assert_true(json_string_length(json_array_get(parts, 0)) < 80);
	assert_null(strchr(json_string_value(json_array_get(parts, 2)), '\n'));
	assert_true(json_string_length(json_array_get(parts, 2)) < 260);
	guest_free(&g);
}

HOME_TEST(what_the_index_says_and_the_lines_do_not_is_not_shown)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	says(h, &g, "\"A car\"", &r);
	follow_all(h);
	struct view v = of_unit(h, "desk");
	/* Words that are in no line; a scope that does not see it. */
	struct change *c = change_new();
	change_search_drop(c, r.num);
	change_search_add(c, r.num, SEARCH_ALONE, "a car a xylophone");
	ok(store_commit(h->desk.store, c, NULL, NULL));
	assert_int_equal(found(h, &v, "car"), 1);
	assert_int_equal(found(h, &v, "xylophone"), 0);
	assert_int_equal(found(h, &v, "car xylophone"), 0);
	guest_free(&g);
}

HOME_TEST(what_is_forgotten_is_not_found_and_the_index_is_written_anew)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r, late;
	bool untidy;
	struct snapshot *read;
	guest_meets(h, &g, "south.example");
	says(h, &g, "\"A xylophone\"", &r);
	says(h, &g, "\"Another xylophone\"", &late);
	ok(search_tidy(&h->desk));
	struct change *c = change_new();
	/* Before it was followed. */
	change_statement_forget(c, late.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	follow_all(h);
	struct view v = of_unit(h, "desk");
	assert_int_equal(found(h, &v, "xylophone"), 1);
	c = change_new();
	change_statement_forget(c, r.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	assert_int_equal(found(h, &v, "xylophone"), 0);
	ok(search_tidy(&h->desk));
	ok(snapshot_open(h->desk.store, &read));
	ok(search_untidy(read, &untidy));
	snapshot_close(read);
	assert_false(untidy);
	guest_free(&g);
}

HOME_TEST(a_search_reads_page_by_page_what_it_may)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	size_t all = 0;
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i < 7; i++)
		says(h, &g, "\"A car\"", &r);
	follow_all(h);
	struct view v = of_unit(h, "desk");
	on = 0;
	do {
		search_page(h, &v, "car", on, 3);
		all += json_array_size(items);
	} while (on != 0);
	assert_int_equal(all, 7);
	fails(desk_search(&h->desk, &v, &(struct search_question){ .words = "...", .limit = 5 }, &items, &on), TOCSIN_BAD, "no word");
	fails(desk_search(&h->desk, &v, &(struct search_question){ .words = "a", .kind = "a\" OR \"b", .limit = 5 }, &items, &on), TOCSIN_BAD, "kind");
	fails(desk_search(&h->desk, &v, &(struct search_question){ .words = "a", .peer = "\"", .limit = 5 }, &items, &on), TOCSIN_BAD, "name");
	fails(desk_search(&h->desk, &v, &(struct search_question){ .words = "a", .limit = 51 }, &items, &on), TOCSIN_BAD, "1 to 50");
	guest_free(&g);
}

struct trail {
	size_t n;
	char detail[400];
};

static bool searched(void *arg, const struct audit_row *row)
{
	struct trail *t = arg;
	if (strcmp(row->what, "search") == 0 && t->n++ == 0)
		snprintf(t->detail, sizeof t->detail, "%s: %s", row->who, row->detail);
	return true;
}

HOME_TEST(each_search_is_in_the_audit_trail_with_its_words_and_what_it_showed)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct snapshot *read;
	struct trail t = { 0 };
	char want[200], hex[65];
	guest_meets(h, &g, "south.example");
	says(h, &g, "\"A car\"", &r);
	follow_all(h);
	struct view v = of_unit(h, "desk");
	assert_int_equal(found(h, &v, "bomb"), 0);
	assert_int_equal(found(h, &v, "the CAR a"), 0);
	assert_int_equal(found(h, &v, "CAR a"), 1);
	ok(snapshot_open(h->desk.store, &read));
	ok(audit_before(read, 0, NULL, NULL, 100, searched, &t));
	snapshot_close(read);
	assert_int_equal(t.n, 3);
	hex_encode(r.id.b, 32, hex);
	hex[16] = '\0';
	snprintf(want, sizeof want, "anna: CAR a; shown: %s", hex);
	assert_string_equal(t.detail, want);
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(closed_lines_are_found_by_the_unit_that_wrote_them_only),
		home_test(a_word_in_open_and_closed_lines_is_shown_in_those_that_are_read),
		home_test(any_script_is_found_and_shown_with_what_was_found),
		home_test(what_the_index_says_and_the_lines_do_not_is_not_shown),
		home_test(what_is_forgotten_is_not_found_and_the_index_is_written_anew),
		home_test(a_search_reads_page_by_page_what_it_may),
		home_test(each_search_is_in_the_audit_trail_with_its_words_and_what_it_showed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(items);
	return failed;
}
