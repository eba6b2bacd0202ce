/* What is found, by whom, and what is found no more. */
#include "fixture.h"

#include "base/file.h"
#include "store/rows_access.h"
#include "store/rows_search.h"

static struct arena *arena;

static int64_t put(struct fixture *f, int i, const char *kind, const char *peer)
{
	struct change_result result;
	struct hash id = sha256(bytes_of(&i, sizeof i));
	struct change *c = fresh();
	change_statement(c, &(struct statement_row){ .id = id, .at = AT(i), .kind = kind, .peer = peer, .note = BYTES_LIT("note"),
		.body = BYTES_LIT("body"), .opened = BYTES_LIT(""), .known_at = AT(i) });
	change_entry(c, &id, "statement", &id);
	assert_ok(store_commit(f->s, c, &result, NULL));
	return result.num;
}

static void share(struct fixture *f, int64_t num, const char *unit, bool whole)
{
	struct change *c = fresh();
	change_scope_add(c, unit, "");
	change_share(c, unit, "", "", num, whole);
	change_search_shared(c, num);
	assert_ok(commit(f, c));
}

static void add(struct fixture *f, int64_t num, enum search_part part, const char *words)
{
	struct change *c = fresh();
	change_search_add(c, num, part, words);
	assert_ok(commit(f, c));
}

static int64_t scope(struct fixture *f, const char *unit)
{
	int64_t num;
	struct snapshot *r = look(f);
	assert_ok(scope_find(r, unit, "", &num));
	snapshot_close(r);
	return num;
}

#define MOST 64
#define ALL (-1)
static struct search_hit hits[MOST];
static size_t n;
static int64_t on;

static void find_page(struct fixture *f, const char *words, int64_t as, const char *kind, const char *peer, int64_t before, size_t max)
{
	struct asked_words asked;
	arena_reset(arena);
	assert_ok(asked_parse(bytes_str(words), arena, &asked));
	struct snapshot *r = look(f);
	assert_ok(search_find(r, &(struct search_ask){ &asked, as == ALL, &as, 1, kind, peer, before }, hits, max, &n, &on));
	snapshot_close(r);
}

/* The numbers that are found, newest first, as "3 1". */
static void finds(struct fixture *f, const char *words, int64_t as, const char *want)
{
	char got[400] = "";
	size_t k = 0;
	find_page(f, words, as, NULL, NULL, 0, MOST);
	for (size_t i = 0; i < n; i++)
		k += (size_t)snprintf(got + k, sizeof got - k, "%s%lld%s", i > 0 ? " " : "", (long long)hits[i].num, hits[i].whole ? "w" : "");
	assert_string_equal(got, want);
}

static void each_scope_finds_what_it_sees_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	int64_t a = put(f, 1, "warning", "south.example"), b = put(f, 2, "warning", "west.example"), c = put(f, 3, "record", "north.example");
	share(f, a, "east", false);
	share(f, b, "west", false);
	share(f, c, "east", false);
	share(f, c, "west", false);
	add(f, a, SEARCH_ALONE, "a car with a bomb . south gate");
	add(f, b, SEARCH_ALONE, "a car with nothing");
	add(f, c, SEARCH_ALONE, "no car 水 电 站");
	int64_t east = scope(f, "east"), west = scope(f, "west");
	finds(f, "car", east, "3 1");
	finds(f, "car", west, "3 2");
	finds(f, "car", ALL, "3 2 1");
	finds(f, "CAR bomb", east, "1");
	finds(f, "bomb", west, "");
	finds(f, "\"car with\"", ALL, "2 1");
	finds(f, "水电", east, "3");
	finds(f, "电水", east, "");
	/* A phrase ends where a text ends, and words are no expressions. */
	finds(f, "\"bomb south\"", east, "");
	finds(f, "car OR bomb", east, "");
	finds(f, "NOT*", east, "");
	/* Nobody asks for what is not words. */
	finds(f, "s:2", west, "");
	finds(f, "\"k:warning\"", east, "");
	finds(f, "car", 99, "");
	finds(f, "car", 0, "");
	find_page(f, "car", ALL, "warning", NULL, 0, MOST);
	assert_int_equal(n, 2);
	find_page(f, "car", ALL, NULL, "west.example", 0, MOST);
	assert_int_equal(n, 1);
	find_page(f, "car", ALL, "warning", "north.example", 0, MOST);
	assert_int_equal(n, 0);
}

static void closed_lines_are_found_by_who_sees_them_whole(void **state)
{
	struct fixture *f = *state;
	int64_t a = put(f, 1, "warning", "south.example");
	share(f, a, "author", true);
	share(f, a, "other", false);
	struct change *c = fresh();
	change_search_add(c, a, SEARCH_OPEN, "a car");
	change_search_add(c, a, SEARCH_WHOLE, "a car . an agent");
	assert_ok(commit(f, c));
	finds(f, "agent", scope(f, "author"), "1w");
	finds(f, "car", scope(f, "author"), "1w");
	finds(f, "agent", scope(f, "other"), "");
	finds(f, "car", scope(f, "other"), "1");
	finds(f, "car", ALL, "1w");
	/* Shared further, and shared whole with who saw it in part. */
	share(f, a, "third", false);
	finds(f, "car", scope(f, "third"), "1");
	finds(f, "agent", scope(f, "third"), "");
	share(f, a, "other", true);
	finds(f, "agent", scope(f, "other"), "1w");
	finds(f, "car", scope(f, "other"), "1w");
	finds(f, "agent", scope(f, "third"), "");
}

static void pages_go_on_where_the_one_before_ended(void **state)
{
	struct fixture *f = *state;
	for (int i = 1; i <= 9; i++) {
		int64_t num = put(f, i, "warning", "south.example");
		share(f, num, "east", i % 2 == 0);
		add(f, num, i % 2 == 0 ? SEARCH_WHOLE : SEARCH_OPEN, "car");
		if (i % 4 == 0)
			add(f, num, SEARCH_OPEN, "car");
	}
	int64_t before = 0, east = scope(f, "east"), want = 9;
	do {
		find_page(f, "car", east, NULL, NULL, before, 2);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(hits[i].num, want--);
		assert_true(on == 0 || n == 2);
		before = on;
	} while (on != 0);
	assert_int_equal(want, 0);
}

/* How often WORD stands in the database and its log. */
static size_t stands(struct fixture *f, const char *word)
{
	static const char *const ends[] = { "", "-wal" };
	size_t found = 0;
	for (size_t k = 0; k < 2; k++) {
		char name[128];
		struct buf b;
		snprintf(name, sizeof name, "%s%s", f->path, ends[k]);
		buf_init(&b, 64u << 20);
		if (file_read(name, &b) == TOCSIN_OK)
			for (size_t i = 0; i + strlen(word) <= b.n; i++)
				found += memcmp(b.p + i, word, strlen(word)) == 0;
		buf_free(&b);
	}
	return found;
}

static void what_is_forgotten_is_found_no_more_and_leaves_the_index(void **state)
{
	struct fixture *f = *state;
	bool untidy;
	int64_t a = put(f, 1, "warning", "south.example"), b = put(f, 2, "warning", "south.example");
	share(f, a, "east", false);
	share(f, b, "east", false);
	/* Long enough to have pages of its own. */
	struct buf words;
	buf_init(&words, 1u << 20);
	for (unsigned i = 0; i < 4000; i++)
		buf_printf(&words, "a%s %x ", i % 50 == 0 ? " grigoriev xylophone" : "", i * 2654435761u);
	buf_add_char(&words, 0);
	add(f, a, SEARCH_ALONE, (const char *)words.p);
	buf_free(&words);
	add(f, b, SEARCH_ALONE, "a harmless trombone");
	finds(f, "xylophone", scope(f, "east"), "1");
	struct change *c = fresh();
	change_statement_forget(c, a);
	assert_ok(commit(f, c));
	finds(f, "xylophone", ALL, "");
	finds(f, "a", ALL, "2");
	/* Neither by being followed late nor by being shared further. */
	add(f, a, SEARCH_ALONE, "a grigoriev xylophone");
	share(f, a, "east", true);
	finds(f, "xylophone", ALL, "");
	struct snapshot *r = look(f);
	assert_ok(search_untidy(r, &untidy));
	assert_true(untidy);
	snapshot_close(r);
	c = fresh();
	change_search_tidy(c);
	assert_ok(commit(f, c));
	r = look(f);
	assert_ok(search_untidy(r, &untidy));
	assert_false(untidy);
	snapshot_close(r);
	finds(f, "trombone", ALL, "2");
	/* What was in the log of the database goes when that is written back: at the latest when it is closed. */
	store_close(f->s);
	f->s = NULL;
	assert_true(stands(f, "trombone") > 0);
	assert_int_equal(stands(f, "xylophone"), 0);
	assert_int_equal(stands(f, "grigoriev"), 0);
}

#define searches(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)

int main(void)
{
	arena = arena_new(1u << 20);
	const struct CMUnitTest tests[] = {
		searches(each_scope_finds_what_it_sees_and_nothing_else),
		searches(closed_lines_are_found_by_who_sees_them_whole),
		searches(pages_go_on_where_the_one_before_ended),
		searches(what_is_forgotten_is_found_no_more_and_leaves_the_index),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
