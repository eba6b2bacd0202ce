/* The door's rules at work: the requester's record, protected people, rules that are changed. */
#include "home.h"

#include "base/file.h"
#include "desk/profiles.h"
#include "desk/protected.h"
#include "desk/screening.h"
#include "store/rows_screen.h"

static const struct body_field person[] = {
	{ "request.type", VALUE("\"person\""), true },
	{ "subject.name", VALUE("\"Marek Dvorak\""), true },
	{ "subject.born", VALUE("\"1979-04-11\""), true },
	{ "subject.nationality", VALUE("\"CZ\""), true },
	{ "question", VALUE("\"Was this man in your country in May?\""), true },
	{ "purpose", VALUE("\"Investigation of an armed robbery\""), true },
	{ "legal-basis", VALUE("\"Convention, Article 7\""), true },
	{ "offence", VALUE("\"Armed robbery\""), true },
	{ "link", VALUE("\"His fingerprint was found on the glass\""), true },
	{ "evidence", VALUE("\"Fingerprint report\""), true },
	{ "urgency", VALUE("\"routine\""), true },
};
#define PERSON (sizeof person / sizeof *person)

static struct arena *kept;

/* Screens statement NUM as the follower would, and commits what it counts. */
static void screened(struct home *h, int64_t num, struct screening *out)
{
	struct stored st;
	struct followed_line line[64];
	struct followed f = { .desk = &h->desk, .now = clock_now() };
	struct change *c = change_new();
	stored_read(h, num, &st);
	for (uint32_t i = 0; i < st.body.n; i++)
		if (st.body.line[i].open)
			line[f.line_n++] = (struct followed_line) { st.body.line[i].name, st.body.line[i].value, false };
	f.row = &st.row;
	f.statement = &st.s;
	f.line = line;
	arena_free(kept);
	f.arena = kept = arena_new(64u << 20);
	ok(snapshot_open(h->desk.store, &f.read));
	ok(screening_of(&f, c, out));
	snapshot_close(f.read);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	arena_free(st.arena);
}

/* G asks for FIELDS. */
static int64_t asks(struct home *h, struct guest *g, const struct body_field *fields, size_t n, struct screening *out)
{
	struct statement s;
	struct issue_result r;
	guest_says(h, g, "request", NULL, 0, &s);
	guest_stored(h, g, &s, fields, n, 0, &r);
	screened(h, r.num, out);
	return r.num;
}

/* The same about NAME. */
static int64_t asks_about(struct home *h, struct guest *g, const char *name, struct screening *out)
{
	struct body_field f[PERSON];
	char value[200];
	memcpy(f, person, sizeof f);
	snprintf(value, sizeof value, "\"%s\"", name);
	f[1].value = bytes_str(value);
	snprintf(value + 100, 100, "\"Where was he on day %u?\"", random_below(1000000000));
	f[4].value = bytes_str(value + 100);
	return asks(h, g, f, PERSON, out);
}

static const struct screen_finding *found(const struct screening *s, const char *rule)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->finding[i].rule, rule) == 0)
			return &s->finding[i];
	return NULL;
}

static void refuse(struct home *h, int64_t num, bool refused)
{
	struct change *c = change_new();
	screening_decided(c, num, refused);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

static struct asked_sum sum_of(struct home *h, const char *partner)
{
	struct asked_sum sum;
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(asked_sum(r, partner, 0, INT64_MAX, &sum));
	snapshot_close(r);
	return sum;
}

HOME_TEST(an_ordinary_request_passes_and_is_counted)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	guest_meets(h, &g, "south.example");
	asks(h, &g, person, PERSON, &s);
	for (size_t i = 0; i < s.n; i++)
		print_error("%s\n", s.finding[i].rule);
	assert_int_equal(s.verdict, SCREEN_PASS);
	assert_true(s.person);
	struct asked_sum sum = sum_of(h, "south.example");
	assert_int_equal(sum.requests, 1);
	assert_int_equal(sum.person, 1);
	assert_int_equal(sum.subjects, 1);
	assert_int_equal(sum_of(h, "other.example").requests, 0);
	guest_free(&g);
}

HOME_TEST(a_warning_counts_as_given)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	struct statement st;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	guest_says(h, &g, "warning", NULL, 0, &st);
	guest_stored(h, &g, &st, warning_fields, WARNING_FIELDS, 0, &r);
	screened(h, r.num, &s);
	assert_int_equal(s.verdict, SCREEN_PASS);
	assert_int_equal(sum_of(h, "south.example").warnings, 1);
	assert_int_equal(sum_of(h, "south.example").requests, 0);
	guest_free(&g);
}

HOME_TEST(what_was_refused_counts_once_and_can_be_taken_back)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	int64_t num[4];
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i < 4; i++) {
		char name[40];
		snprintf(name, sizeof name, "Marek %c", (char)('A' + i));
		num[i] = asks_about(h, &g, name, &s);
		assert_null(found(&s, "record.refused"));
		if (i < 3) {
			refuse(h, num[i], true);
			refuse(h, num[i], true);
		}
		assert_int_equal(sum_of(h, "south.example").refused, i < 3 ? i + 1 : 3);
		if (i == 2)
			break;
	}
	asks_about(h, &g, "Marek Z", &s);
	assert_non_null(found(&s, "record.refused"));
	assert_int_equal(s.verdict, SCREEN_HOLD);
	refuse(h, num[0], false);
	asks_about(h, &g, "Marek Y", &s);
	assert_null(found(&s, "record.refused"));
	guest_free(&g);
}

HOME_TEST(nearly_the_same_again_is_noticed_by_subject_and_by_words)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	guest_meets(h, &g, "south.example");
	for (int i = 0; i < 3; i++) {
		asks_about(h, &g, i == 1 ? "DVORAK, Marek" : "Marek Dvorak", &s);
		assert_null(found(&s, "fishing.near"));
	}
	asks_about(h, &g, "Marek Dvor\xd0\xb0k", &s);
	assert_non_null(found(&s, "fishing.near"));
	assert_int_equal(sum_of(h, "south.example").subjects, 1);
	struct body_field other[PERSON];
	memcpy(other, person, sizeof other);
	static const char *const names[] = { "\"A One\"", "\"B Two\"", "\"C Three\"", "\"D Four\"" };
	for (size_t i = 0; i < 4; i++) {
		other[1].value = bytes_str(names[i]);
		asks(h, &g, other, PERSON, &s);
	}
	assert_non_null(found(&s, "fishing.near"));
	assert_int_equal(sum_of(h, "south.example").subjects, 5);
	guest_free(&g);
}

static void add(struct home *h, const char *name, char id[PROTECTED_ID + 1])
{
	json_t *names = json_pack("[s]", name);
	ok(protected_add(&h->desk, view_node(), names, "journalist", "fled in 2024", id));
	json_decref(names);
}

HOME_TEST(a_protected_person_is_not_reached_until_taken_off_the_list)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	char id[PROTECTED_ID + 1], other[PROTECTED_ID + 1];
	guest_meets(h, &g, "south.example");
	add(h, "Marek Dvorak", id);
	add(h, "Kenji Watanabe", other);
	asks_about(h, &g, "DVO\xc5\x98\xc3\x81K Marek", &s);
	assert_non_null(found(&s, "protected.subject"));
	assert_int_equal(s.verdict, SCREEN_REFUSE);
	/* As after a restart. */
	screener_free(h->desk.screener);
	ok(screener_open(h->desk.store, h->desk.keeper, &h->desk.screener));
	asks_about(h, &g, "Marek Dvorak", &s);
	assert_non_null(found(&s, "protected.subject"));
	ok(protected_remove(&h->desk, view_node(), id));
	assert_int_equal(protected_remove(&h->desk, view_node(), id), TOCSIN_MISSING);
	asks_about(h, &g, "Marek Dvorak", &s);
	assert_null(found(&s, "protected.subject"));
	asks_about(h, &g, "Kenji Watanabe", &s);
	assert_non_null(found(&s, "protected.subject"));
	guest_free(&g);
}

HOME_TEST(no_byte_of_the_list_is_readable_in_the_database)
{
	struct home *h = *state;
	char id[PROTECTED_ID + 1];
	struct buf file;
	json_t *list;
	add(h, "Zebedee Quillfeather", id);
	ok(protected_list(&h->desk, view_node(), 10, NULL, &list));
	const json_t *one = json_array_get(json_object_get(list, "items"), 0);
	assert_string_equal(json_string_value(json_array_get(json_object_get(one, "names"), 0)), "Zebedee Quillfeather");
	assert_string_equal(json_string_value(json_object_get(one, "id")), id);
	json_decref(list);
	char path[1024];
	snprintf(path, sizeof path, "%s-copy", h->db);
	ok(store_backup(h->desk.store, path));
	buf_init(&file, 64u << 20);
	ok(file_read(path, &file));
	assert_null(memmem(file.p, file.n, "uillfeather", 11));
	assert_null(memmem(file.p, file.n, "fled in 2024", 12));
	assert_non_null(memmem(file.p, file.n, id, strlen(id)));
	buf_free(&file);
}

HOME_TEST(the_list_is_read_in_pages_and_limits_are_told)
{
	struct home *h = *state;
	char id[3][PROTECTED_ID + 1], none[PROTECTED_ID + 1];
	json_t *list;
	for (size_t i = 0; i < 3; i++)
		add(h, i == 0 ? "A One" : i == 1 ? "B Two" : "C Three", id[i]);
	ok(protected_list(&h->desk, view_node(), 2, NULL, &list));
	assert_int_equal(json_array_size(json_object_get(list, "items")), 2);
	assert_string_equal(json_string_value(json_object_get(list, "next")), id[1]);
	json_decref(list);
	ok(protected_list(&h->desk, view_node(), 2, id[1], &list));
	assert_int_equal(json_array_size(json_object_get(list, "items")), 1);
	assert_true(json_is_null(json_object_get(list, "next")));
	json_decref(list);
	json_t *names = json_pack("[s]", "D Four"), *empty = json_array(), *signs = json_pack("[s]", "...");
	assert_int_equal(protected_add(&h->desk, view_node(), names, "enemy", "", none), TOCSIN_BAD);
	assert_int_equal(protected_add(&h->desk, view_node(), empty, "other", "", none), TOCSIN_BAD);
	assert_int_equal(protected_add(&h->desk, view_node(), signs, "other", "", none), TOCSIN_BAD);
	json_decref(names);
	json_decref(empty);
	json_decref(signs);
}

HOME_TEST(rules_that_are_changed_hold_at_once_and_after_a_restart)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	json_t *all, *rules, *rule;
	size_t i;
	guest_meets(h, &g, "south.example");
	ok(screening_rules_json(&h->desk, &all));
	assert_int_equal(json_integer_value(json_object_get(all, "version")), 0);
	rules = json_object_get(all, "rules");
	json_array_foreach(json_object_get(rules, "rules"), i, rule)
		if (strcmp(json_string_value(json_object_get(rule, "name")), "quota") == 0)
			json_object_set_new(rule, "over", json_integer(1));
	ok(screening_rules_put(&h->desk, view_node(), rules, 0));
	assert_int_equal(screening_rules_put(&h->desk, view_node(), rules, 0), TOCSIN_LATER);
	json_object_set_new(rules, "version", json_integer(9));
	assert_int_equal(screening_rules_put(&h->desk, view_node(), rules, 1), TOCSIN_BAD);
	json_decref(all);
	asks_about(h, &g, "Marek One", &s);
	assert_null(found(&s, "quota"));
	asks_about(h, &g, "Marek Two", &s);
	assert_non_null(found(&s, "quota"));
	screener_free(h->desk.screener);
	ok(screener_open(h->desk.store, h->desk.keeper, &h->desk.screener));
	asks_about(h, &g, "Marek Three", &s);
	assert_non_null(found(&s, "quota"));
	guest_free(&g);
}

HOME_TEST(who_is_abroad_is_told_by_the_partners_profile)
{
	static struct screening s;
	struct home *h = *state;
	struct guest g;
	guest_meets(h, &g, "south.example");
	asks_about(h, &g, "Marek One", &s);
	assert_int_equal(sum_of(h, "south.example").abroad, 0);
	json_t *profile = json_pack("{s:s}", "country", "NO"), *wrong = json_pack("{s:s}", "country", "Norway");
	ok(profiles_put(&h->desk, view_node(), "south.example", profile));
	assert_int_equal(profiles_put(&h->desk, view_node(), "south.example", wrong), TOCSIN_BAD);
	json_decref(profile);
	json_decref(wrong);
	asks_about(h, &g, "Marek Two", &s);
	assert_int_equal(sum_of(h, "south.example").abroad, 1);
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(an_ordinary_request_passes_and_is_counted),
		home_test(a_warning_counts_as_given),
		home_test(what_was_refused_counts_once_and_can_be_taken_back),
		home_test(nearly_the_same_again_is_noticed_by_subject_and_by_words),
		home_test(a_protected_person_is_not_reached_until_taken_off_the_list),
		home_test(no_byte_of_the_list_is_readable_in_the_database),
		home_test(the_list_is_read_in_pages_and_limits_are_told),
		home_test(rules_that_are_changed_hold_at_once_and_after_a_restart),
		home_test(who_is_abroad_is_told_by_the_partners_profile),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(kept);
	return failed;
}
