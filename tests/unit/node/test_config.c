#include "../test.h"

#include <sys/stat.h>

#include "base/file.h"
#include "node/config.h"

static char dir[64], file[128];

static int up(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/tocsin-config-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(file, sizeof file, "%s/tocsin.ini", dir);
	return 0;
}

static int down(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static enum tocsin_err load(const char *text, struct config *c)
{
	assert_int_equal(file_replace(file, bytes_str(text), 0600), TOCSIN_OK);
	return config_load(dir, c);
}

TEST(a_name_alone_is_a_configuration_and_the_rest_has_defaults)
{
	struct config c;
	assert_int_equal(load("[node]\nname = north.example\n", &c), TOCSIN_OK);
	assert_string_equal(c.name, "north.example");
	assert_string_equal(c.exchange_listen, "");
	assert_int_equal(c.tick, 10);
	assert_int_equal(c.overdue, 600);
	assert_int_equal(c.resume_wait, 3);
	assert_false(c.cover);
	assert_string_equal(c.notify_command, "");
	config_free(&c);
}

TEST(what_is_written_is_read_back_the_same)
{
	struct config c, again;
	struct buf text;
	assert_int_equal(
		load("[node]\nname = a.exercise\n[exchange]\nlisten = 127.0.0.1:80\n[desk]\nlisten = [::1]:81\n", &c),
		TOCSIN_OK);
	buf_init(&text, 65536);
	config_write(&c, &text);
	buf_add_char(&text, 0);
	assert_int_equal(load((const char *)text.p, &again), TOCSIN_OK);
	assert_string_equal(again.name, "a.exercise");
	assert_string_equal(again.exchange_listen, "127.0.0.1:80");
	assert_string_equal(again.desk_listen, "[::1]:81");
	assert_int_equal(again.tick, c.tick);
	assert_int_equal(again.retry, c.retry);
	config_free(&c);
	config_free(&again);
	buf_free(&text);
}

TEST(a_folder_without_a_configuration_is_no_node)
{
	struct config c;
	assert_int_equal(config_load(dir, &c), TOCSIN_MISSING);
	assert_non_null(strstr(fail_sentence(), "tocsin init"));
	assert_int_equal(load("[node]\nname = a.example\n", &c), TOCSIN_OK);
	config_free(&c);
}

TEST(what_cannot_be_right_is_refused_with_the_files_name)
{
	static const char *const bad[] = {
		"",
		"[node]\n",
		"[node]\nname = North.example\n",
		"[node]\nname = north\n",
		"[node]\nname = a.example\nname = b.example\n",
		"[node]\nname = a.example\ncolour = red\n",
		"[nodes]\nname = a.example\n",
		"[node]\nname = a.example\n[exchange]\ntick = 0\n",
		"[node]\nname = a.example\n[exchange]\ntick = 3601\n",
		"[node]\nname = a.example\n[exchange]\ntick = ten\n",
		"[node]\nname = a.example\n[exchange]\ncover = maybe\n",
		"[node]\nname = a.example\n[exchange]\ncert = /a\n",
		"[node]\nname = a.example\n[desk]\nkey = /a\n",
		"[node]\nname = a.example\n[notify]\ncommand = mail\n",
		"[node]\nname = a.example\n[log]\nlevel = loud\n",
		"[node]\nname = a.example\n[exchange]\nworkers = 65\n",
		"[node]\nname = a.example\n[exchange]\nresume-wait = 61\n",
	};
	struct config c;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (load(bad[i], &c) != TOCSIN_BAD) {
			print_error("%zu is taken\n", i);
			_fail(__FILE__, __LINE__);
		}
		assert_non_null(strstr(fail_sentence(), "tocsin.ini"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_name_alone_is_a_configuration_and_the_rest_has_defaults, up, down),
		cmocka_unit_test_setup_teardown(what_is_written_is_read_back_the_same, up, down),
		cmocka_unit_test_setup_teardown(a_folder_without_a_configuration_is_no_node, up, down),
		cmocka_unit_test_setup_teardown(what_cannot_be_right_is_refused_with_the_files_name, up, down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
