/* How specific a warning is, from its open lines. */
#include "rules.h"

#include "domain/specificity.h"

#define BASE "\"handling.tlp\":\"green\",\"threat.summary\":\"An attack\""

static char vector[512];

static const char *make(const char *json)
{
	struct buf b;
	take("warning", json);
	buf_init(&b, sizeof vector - 1);
	specificity_make(draft.field, draft.n, &b);
	assert_false(b.failed);
	memcpy(vector, b.p, b.n);
	vector[b.n] = '\0';
	assert_true(specificity_ok(buf_bytes(&b)));
	buf_free(&b);
	return vector;
}

TEST(each_part_is_computed_from_its_lines)
{
	assert_string_equal(make("{" BASE "}"), "who=none what=said target=none where=none when=none how=none");
	assert_string_equal(make("{" BASE ",\"threat.actor\":\"A cell\",\"threat.method\":\"Rifles\",\"threat.harm\":[\"injury\",\"death\"],"
		"\"target.kind\":\"venue\",\"target.who\":\"Visitors\",\"where.area\":\"circle 55.8258,37.3903 1000\",\"where.place\":\"A hall\","
		"\"when.from\":\"2024-03-07T06:00:00Z\",\"when.until\":\"2024-03-09T23:30:00Z\"}"),
		"who=said what=death+injury target=venue+named where=1000m when=66h how=said");
	assert_string_equal(make("{" BASE ",\"target.who\":\"Visitors\",\"where.place\":\"A hall\",\"when.until\":\"2024-03-09T23:30:00Z\"}"),
		"who=none what=said target=named where=place when=until how=none");
	assert_string_equal(make("{" BASE ",\"where.area\":\"geocode ISO3166-2 RU-MOS\",\"when.words\":\"soon\"}"),
		"who=none what=said target=none where=code when=words how=none");
	assert_string_equal(make("{" BASE ",\"when.from\":\"2024-03-07T06:00:00Z\",\"when.until\":\"2024-03-07T06:00:00Z\"}"),
		"who=none what=said target=none where=none when=1h how=none");
	/* Of several areas the largest. */
	assert_string_equal(make("{" BASE ",\"where.area\":[\"circle 1,1 500\",\"circle 2,2 7000\",\"geocode A B\"]}"),
		"who=none what=said target=none where=7000m when=none how=none");
}

TEST(a_polygon_counts_by_the_box_around_it)
{
	/* A tenth of a degree at the equator is 11.1 km: half the diagonal is 7.86 km; at 60 degrees it is narrower. */
	make("{" BASE ",\"where.area\":\"polygon 0,0 0,0.1 0.1,0.1 0.1,0 0,0\"}");
	assert_in_range(strtol(strstr(vector, "where=") + 6, NULL, 10), 7850, 7870);
	make("{" BASE ",\"where.area\":\"polygon 60,0 60,0.1 60.1,0.1 60.1,0 60,0\"}");
	long metres = strtol(strstr(vector, "where=") + 6, NULL, 10);
	assert_in_range(metres, 6190, 6240);
}

TEST(closed_lines_count_for_nothing)
{
	take("warning", "{" BASE ",\"threat.actor\":\"A cell\",\"where.area\":\"circle 55.8258,37.3903 1000\"}");
	struct buf b;
	assert_int_equal(draft_close(&draft, "threat.actor"), TOCSIN_OK);
	assert_int_equal(draft_close(&draft, "where.area"), TOCSIN_OK);
	buf_init(&b, 512);
	specificity_make(draft.field, draft.n, &b);
	assert_true(bytes_equal_str(buf_bytes(&b), "who=none what=said target=none where=none when=none how=none"));
	buf_free(&b);
}

TEST(the_vector_is_read_strictly)
{
	static const char *const bad[] = { "", "who=said", "who=named what=said target=none where=none when=none how=none",
		"who=said what=injury+death target=none where=none when=none how=none", "who=said what=death+death target=none where=none when=none how=none",
		"who=said what=said target=named+venue where=none when=none how=none", "who=said what=said target=none where=0m when=none how=none",
		"who=said what=said target=none where=01m when=none how=none", "who=said what=said target=none where=m when=none how=none",
		"who=said what=said target=none where=none when=66 how=none", "who=said  what=said target=none where=none when=none how=none",
		"who=said what=said target=none where=none when=none how=none ", "who=said what=said target=none where=none when=none how=none x=y",
		"who=said what= target=none where=none when=none how=none", "who=said what=death+ target=none where=none when=none how=none" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct bytes b = exact(bytes_str(bad[i]));
		if (specificity_ok(b))
			stop("taken: %s", bad[i]);
		exact_free(b);
	}
}

TEST(it_is_told_in_words)
{
	struct buf b;
	make("{" BASE ",\"threat.harm\":[\"injury\",\"death\"],\"target.kind\":\"place-of-worship\",\"target.who\":\"Visitors\","
		"\"where.area\":\"circle 1,1 21500\",\"when.from\":\"2024-03-07T06:00:00Z\",\"when.until\":\"2024-03-09T23:30:00Z\"}");
	buf_init(&b, 1000);
	specificity_words(bytes_str(vector), &b);
	buf_add_char(&b, '\0');
	assert_string_equal((char *)b.p, "Who: not said. What: death, injury. Target: place of worship, named. Where: within 21,500 m. "
		"When: a window of 66 hours. How: not said.");
	buf_free(&b);
}

TEST(an_author_cannot_write_it_otherwise)
{
	arena_reset(arena);
	assert_int_equal(draft_read("warning", bytes_str("{" BASE ",\"specificity\":\"very\"}"), arena, &draft), TOCSIN_BAD);
	/* Nor a true one of another warning: it is computed again. */
	take("warning", "{" BASE ",\"specificity\":\"who=said what=said target=none where=none when=none how=said\"}");
	struct handling_ask ask = ask_for("south.example", true, &profile_none);
	static struct handling h;
	struct body_field f[HANDLING_FIELDS];
	size_t n;
	assert_int_equal(handling_propose(&ask, &h), TOCSIN_OK);
	assert_int_equal(handling_fields(&ask, &h, arena, f, &n), TOCSIN_OK);
	assert_true(bytes_equal_str(field_of(f, n, "specificity")->value, "\"who=none what=said target=none where=none when=none how=none\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_is_computed_from_its_lines),
		cmocka_unit_test(a_polygon_counts_by_the_box_around_it),
		cmocka_unit_test(closed_lines_count_for_nothing),
		cmocka_unit_test(the_vector_is_read_strictly),
		cmocka_unit_test(it_is_told_in_words),
		cmocka_unit_test(an_author_cannot_write_it_otherwise),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
