#include "test.h"

#include "base/file.h"
#include "base/ini.h"

struct conf {
	char *name, *url, *note;
	int64_t port, drift;
	bool open, quiet;
};

static const struct ini_key keys[] = {
	{ "node", "name", INI_STR, offsetof(struct conf, name), "n.example", 0, 20, "the node's name" },
	{ "node", "note", INI_STR, offsetof(struct conf, note), NULL, 0, 150, "free text" },
	{ "node", "quiet", INI_BOOL, offsetof(struct conf, quiet), "yes", 0, 0, "say less" },
	{ "exchange", "url", INI_STR, offsetof(struct conf, url), "", 0, 100, "where partners reach it" },
	{ "exchange", "port", INI_INT, offsetof(struct conf, port), "8443", 1, 65535, "port" },
	{ "exchange", "drift", INI_INT, offsetof(struct conf, drift), NULL, -5, 5, "minutes" },
	{ "exchange", "open", INI_BOOL, offsetof(struct conf, open), NULL, 0, 0, "take anyone" },
	{ NULL },
};

static char path[64];

static int enter(void **state __attribute__((unused)))
{
	memcpy(path, "/tmp/test-ini-XXXXXX", 21);
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int leave(void **state __attribute__((unused)))
{
	return unlink(path);
}

static enum tocsin_err load(struct bytes text, struct conf *c)
{
	*c = (struct conf){ 0 };
	assert_int_equal(file_replace(path, text, 0600), TOCSIN_OK);
	return ini_load(path, keys, c);
}

TEST(what_is_not_given_has_its_default)
{
	struct conf c = { 0 };
	assert_int_equal(ini_load("/nonexistent/tocsin.conf", keys, &c), TOCSIN_OK);
	assert_string_equal(c.name, "n.example");
	assert_string_equal(c.url, "");
	assert_null(c.note);
	assert_true(c.port == 8443 && c.drift == 0 && c.quiet && !c.open);
	ini_free(keys, &c);
	assert_null(c.name);
	assert_int_equal(load(BYTES_LIT(""), &c), TOCSIN_OK);
	assert_string_equal(c.name, "n.example");
	ini_free(keys, &c);
}

TEST(given_values_are_taken)
{
	struct conf c;
	assert_int_equal(load(BYTES_LIT("# a comment\n; another\n\n[node]\nname = south.example\nquiet=no\r\nnote = a b ; aside\n"
	                                "[exchange]\nurl: https://s.example\nport=1\ndrift=-5\nopen=true"), &c), TOCSIN_OK);
	assert_string_equal(c.name, "south.example");
	assert_string_equal(c.url, "https://s.example");
	assert_string_equal(c.note, "a b");
	assert_true(c.port == 1 && c.drift == -5 && !c.quiet && c.open);
	ini_free(keys, &c);
}

TEST(each_fault_names_file_line_and_key)
{
	static const struct { const char *text, *line, *says; } faults[] = {
		{ "[node]\nnam = x\n", "line 2", "nam" },
		{ "\n\n[other]\nname = x\n", "line 4", "[other]" },
		{ "name = x\n", "line 1", "name" },
		{ "[node]\nport = 1\n", "line 2", "port" },
		{ "[node]\nname = a\n\nname = a\n", "line 4", "twice" },
		{ "[node]\nname = a\n  continued\n", "line 3", "name" },
		{ "[node]\nname = 123456789012345678901\n", "line 2", "name" },
		{ "[node]\nquiet = maybe\n", "line 2", "quiet" },
		{ "[node]\nquiet = Yes\n", "line 2", "quiet" },
		{ "[node]\nquiet =\n", "line 2", "quiet" },
		{ "[exchange]\nport = 0\n", "line 2", "port" },
		{ "[exchange]\nport = 65536\n", "line 2", "port" },
		{ "[exchange]\nport = 08\n", "line 2", "port" },
		{ "[exchange]\nport = 80x\n", "line 2", "port" },
		{ "[exchange]\nport = 0x50\n", "line 2", "port" },
		{ "[exchange]\nport = \n", "line 2", "port" },
		{ "[exchange]\nport = 99999999999999999999\n", "line 2", "port" },
		{ "[exchange]\ndrift = -6\n", "line 2", "drift" },
		{ "[exchange]\ndrift = -0\n", "line 2", "drift" },
		{ "[exchange]\ndrift = -\n", "line 2", "drift" },
		{ "[node]\nname\n", "line 2", "key = value" },
		{ "[node\nname = a\n", "line 1", "[section]" },
		{ "[node]\nname = \xff\n", "line 2", "UTF-8" },
	};
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct conf c;
		enum tocsin_err err = load(bytes_str(faults[i].text), &c);
		if (err != TOCSIN_BAD || strstr(fail_sentence(), faults[i].line) == NULL)
			print_error("%s: %s\n", faults[i].text, fail_sentence());
		assert_int_equal(err, TOCSIN_BAD);
		assert_non_null(strstr(fail_sentence(), path));
		assert_non_null(strstr(fail_sentence(), faults[i].line));
		assert_non_null(strstr(fail_sentence(), faults[i].says));
		assert_null(c.name);
		assert_null(c.url);
	}
	struct conf c;
	assert_int_equal(load(BYTES_LIT("[node]\nname = a\0b\n"), &c), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "line 2"));
}

TEST(a_line_of_198_bytes_is_read_and_one_more_is_an_error_not_a_cut)
{
	char text[300];
	for (size_t length = 198; length <= 199; length++) {
		struct conf c;
		/* A comment of the length, then a key that must still be on line 3. */
		int n = snprintf(text, sizeof text, "[node]\n#");
		memset(text + n, 'x', length - 1);
		snprintf(text + n + length - 1, sizeof text - (size_t)n - length + 1, "\nname = a\n");
		enum tocsin_err err = load(bytes_str(text), &c);
		assert_int_equal(err, length == 198 ? TOCSIN_OK : TOCSIN_BAD);
		if (err == TOCSIN_OK)
			assert_string_equal(c.name, "a");
		else
			assert_non_null(strstr(fail_sentence(), "line 2: longer than 198"));
		ini_free(keys, &c);
	}
}

TEST(the_first_fault_is_the_one_that_is_told)
{
	struct conf c;
	assert_int_equal(load(BYTES_LIT("[node]\nname = a\nbad\nworse = 1\n"), &c), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "line 3"));
	assert_int_equal(load(BYTES_LIT("[node]\nname = a\nworse = 1\nbad\n"), &c), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "line 3"));
}

TEST(a_file_over_64_KiB_is_refused)
{
	static char big[65537];
	struct conf c;
	memset(big, '\n', sizeof big);
	assert_int_equal(load(bytes_of(big, 65536), &c), TOCSIN_OK);
	ini_free(keys, &c);
	assert_int_equal(load(bytes_of(big, 65537), &c), TOCSIN_BAD);
}

#define WITH_A_FILE(t) cmocka_unit_test_setup_teardown(t, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_FILE(what_is_not_given_has_its_default),
		WITH_A_FILE(given_values_are_taken),
		WITH_A_FILE(each_fault_names_file_line_and_key),
		WITH_A_FILE(a_line_of_198_bytes_is_read_and_one_more_is_an_error_not_a_cut),
		WITH_A_FILE(the_first_fault_is_the_one_that_is_told),
		WITH_A_FILE(a_file_over_64_KiB_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
