#include "sample.h"

static bool parses(void *arg, struct bytes b)
{
	(void)arg;
	struct tile_path t;
	return tile_path_parse(b, &t);
}

static const struct { const char *path; struct tile_path t; } good[] = {
	{ "tile/0/000", { false, 0, 0, 256 } },
	{ "tile/63/999", { false, 63, 999, 256 } },
	{ "tile/1/x001/000", { false, 1, 1000, 256 } },
	{ "tile/0/x001/x234/067", { false, 0, 1234067, 256 } },
	{ "tile/0/x001/x234/067.p/1", { false, 0, 1234067, 1 } },
	{ "tile/2/007.p/255", { false, 2, 7, 255 } },
	{ "tile/entries/000", { true, 0, 0, 256 } },
	{ "tile/entries/x999/x999/999.p/17", { true, 0, 999999999, 17 } },
	{ "tile/0/x036/x028/x797/x018/x963/967", { false, 0, UINT64_C(36028797018963967), 256 } },
};

static void roundtrip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct tile_path t;
		char out[TILE_PATH];
		assert_true(tile_path_parse(bytes_str(good[i].path), &t));
		assert_int_equal(t.entries, good[i].t.entries);
		assert_int_equal(t.level, good[i].t.level);
		assert_int_equal(t.n, good[i].t.n);
		assert_int_equal(t.width, good[i].t.width);
		tile_path_format(&t, out);
		assert_string_equal(out, good[i].path);
	}
}

static void refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "tile", "tile/", "tile//000", "/tile/0/000", "Tile/0/000", "tile/0", "tile/0/", "tile/00/000", "tile/64/000",
			"tile/-1/000",
		"tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/0/x000/x001/000", "tile/0/x001", "tile/0/x001/",
		"tile/0/001/000",
		"tile/0/x001/x000", "tile/0/X001/000", "tile/0/00a", "tile/0/+01", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
		"tile/0/000.p/01",
		"tile/0/000.p/256", "tile/0/000.p/1/", "tile/0/000.p/1 ", "tile/0/000 ", "tile/0/000/", "tile/0/000.P/1",
		"tile/0/x001.p/1/000",
		"tile/entries/", "tile/entries/0/000", "tile/data/000", "tile/0/../000", "tile/0/%30%30%30",
		"tile/0/x036/x028/x797/x018/x963/968",
		"tile/0/x018/x446/x744/x073/x709/x551/616",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (sample_try_str(parses, NULL, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	for (const char *p = "tile/0/x001/x234/067"; *p != '\0'; p++) {
		/* No suffix of a path is one, and no proper prefix. */
		if (p[0] != 't')
			assert_false(sample_try_str(parses, NULL, p));
	}
	sample_cut(parses, NULL, BYTES_LIT("tile/0/x001/x234/067"));
	static const char nul[] = "tile/0/000\0";
	assert_false(sample_try(parses, NULL, bytes_of(nul, sizeof nul - 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a tile's path reads and writes alike", roundtrip, NULL, NULL, NULL },
		{ "every other spelling of a path, and a tile that no log has, is refused", refused, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
