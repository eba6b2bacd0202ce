/*
 * Making a node's folder, and starting and stopping what runs on it.
 */
#include "house.h"

#include <dirent.h>

#include "node/folder.h"
#include "store/store.h"

static struct house h;

static int up(void **state)
{
	(void)state;
	house_make(&h, "north.exercise");
	return 0;
}

static int down(void **state)
{
	(void)state;
	house_free(&h);
	return 0;
}

static unsigned mode_of(const char *name)
{
	char path[HOUSE_PATH + 64];
	struct stat st;
	house_path(&h, name, path);
	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static size_t names_in(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

TEST(what_init_makes_is_for_its_own_user_alone)
{
	assert_int_equal(mode_of("."), 0700);
	assert_int_equal(mode_of("run"), 0700);
	assert_int_equal(mode_of("keys"), 0700);
	assert_int_equal(mode_of("tocsin.ini"), 0600);
	assert_int_equal(mode_of(NODE_TOKEN), 0600);
	assert_int_equal(mode_of(NODE_DB), 0600);
	assert_int_equal(mode_of("keys/sign.pem"), 0600);
}

TEST(two_nodes_have_two_tokens)
{
	struct house b;
	house_make(&b, "south.exercise");
	assert_int_not_equal(memcmp(h.token, b.token, 64), 0);
	house_free(&b);
}

static enum tocsin_err make(const char *dir, const char *name, const char *url, const char *listen)
{
	char n[300], l[300];
	struct config c = { .name = n, .exchange_listen = listen != NULL ? l : NULL };
	snprintf(n, sizeof n, "%s", name);
	snprintf(l, sizeof l, "%s", listen != NULL ? listen : "");
	return node_init(dir, &c, url, bytes_str(""));
}

TEST(init_refuses_a_folder_that_holds_something_and_leaves_it_alone)
{
	char keep[HOUSE_PATH + 64];
	assert_int_equal(make(h.dir, "north.exercise", NULL, NULL), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "not empty"));
	house_start(&h);
	house_stop(&h);
	/* A file is no folder. */
	house_path(&h, "tocsin.ini", keep);
	assert_int_equal(make(keep, "north.exercise", NULL, NULL), TOCSIN_BAD);
	assert_true(file_exists(keep));
}

TEST(init_that_fails_leaves_nothing_behind)
{
	char dir[HOUSE_PATH + 64], inner[HOUSE_PATH + 128];
	snprintf(dir, sizeof dir, "%s/new", h.top);
	assert_int_equal(make(dir, "North", NULL, NULL), TOCSIN_BAD);
	assert_int_equal(make(dir, "north", NULL, NULL), TOCSIN_BAD);
	assert_int_equal(make(dir, "north.exercise", "ftp://x", NULL), TOCSIN_BAD);
	assert_false(file_exists(dir));
	/* An address too long for a line of the file is found after the file was written. */
	char listen[250];
	memset(listen, 'a', sizeof listen - 1);
	listen[sizeof listen - 1] = 0;
	assert_int_equal(make(dir, "north.exercise", NULL, listen), TOCSIN_BAD);
	assert_false(file_exists(dir));
	/* An empty folder that was there stays, and stays empty. */
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(make(dir, "north.exercise", NULL, listen), TOCSIN_BAD);
	assert_true(file_exists(dir));
	assert_int_equal(names_in(dir), 0);
	/* Nor is anything made where the folder above is missing. */
	snprintf(inner, sizeof inner, "%s/a/b", dir);
	assert_int_not_equal(make(inner, "north.exercise", NULL, NULL), TOCSIN_OK);
	assert_int_equal(names_in(dir), 0);
	ok(make(dir, "north.exercise", NULL, NULL));
}

TEST(a_second_node_on_one_folder_is_refused_and_the_first_goes_on)
{
	struct house again = h;
	house_start(&h);
	snprintf(again.top, sizeof again.top, "%.50s/x", h.top);
	assert_int_equal(mkdir(again.top, 0700), 0);
	house_fails(&again, 1, "runs on");
	json_decref(house_json(&h, "GET", "/api/v1/status", NULL, 200));
	house_stop(&h);
	house_start(&h);
	house_stop(&h);
}

TEST(what_a_node_cannot_start_with_is_said)
{
	char path[HOUSE_PATH + 64], aside[HOUSE_PATH + 64];
	static const struct { const char *file; int status; const char *words;
	} missing[] = {
		{ "tocsin.ini", 1, "tocsin init" },
		{ NODE_DB, 5, "put it back" },
		{ "keys", 1, "keys" },
		{ NODE_TOKEN, 1, NODE_TOKEN },
	};
	for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
		house_path(&h, missing[i].file, path);
		snprintf(aside, sizeof aside, "%s/aside", h.top);
		assert_int_equal(rename(path, aside), 0);
		house_fails(&h, missing[i].status, missing[i].words);
		assert_int_equal(rename(aside, path), 0);
	}
	house_path(&h, NODE_TOKEN, path);
	assert_int_equal(chmod(path, 0644), 0);
	house_fails(&h, 1, NODE_TOKEN);
	ok(file_replace(path, BYTES_LIT("short\n"), 0600));
	house_fails(&h, 5, "hex digits");
	ok(file_replace(
		path, bytes_of("0000000000000000000000000000000000000000000000000000000000000000\n", 65), 0600));
	house_set(&h, "node", "name", "south.exercise");
	house_fails(&h, 1, "those of north.exercise");
	house_set(&h, "node", "name", "north.exercise");
	house_start(&h);
}

TEST(a_port_that_somebody_has_is_named_and_nothing_is_left_running)
{
	struct house b;
	char listen[64];
	house_start(&h);
	house_make(&b, "south.exercise");
	snprintf(listen, sizeof listen, "127.0.0.1:%u", h.exchange_port);
	house_set(&b, "exchange", "listen", listen);
	house_fails(&b, 5, listen);
	snprintf(listen, sizeof listen, "127.0.0.1:%u", h.desk_port);
	house_set(&b, "exchange", "listen", "127.0.0.1:0");
	house_set(&b, "desk", "listen", listen);
	house_fails(&b, 5, "[desk] listen");
	house_set(&b, "desk", "listen", "0.0.0.0:0");
	house_fails(&b, 1, "[desk] listen");
	house_free(&b);
}

TEST(keys_under_a_passphrase_need_it)
{
	struct house b;
	char file[HOUSE_PATH + 64], desk[] = "127.0.0.1:0", name[] = "south.exercise";
	struct config c = { .name = name, .desk_listen = desk };
	memset(&b, 0, sizeof b);
	snprintf(b.top, sizeof b.top, "/tmp/tocsin-house-XXXXXX");
	assert_non_null(mkdtemp(b.top));
	snprintf(b.dir, sizeof b.dir, "%s/node", b.top);
	snprintf(b.name, sizeof b.name, "%s", name);
	ok(node_init(b.dir, &c, NULL, bytes_str("correct horse")));
	snprintf(file, sizeof file, "%s/passphrase", b.top);
	ok(file_create(file, BYTES_LIT("correct horse\nand a remark\n"), 0600));
	setenv("TOCSIN_PASSPHRASE_FILE", file, 1);
	house_start(&b);
	json_decref(house_json(&b, "GET", "/api/v1/status", NULL, 200));
	house_stop(&b);
	ok(file_replace(file, BYTES_LIT("wrong\n"), 0600));
	house_fails(&b, 1, "passphrase");
	ok(file_replace(file, BYTES_LIT("\n"), 0600));
	house_fails(&b, 1, "holds no passphrase");
	ok(file_replace(file, BYTES_LIT("correct horse\n"), 0644));
	house_fails(&b, 1, file);
	/* As a service manager hands it over. */
	unsetenv("TOCSIN_PASSPHRASE_FILE");
	setenv("CREDENTIALS_DIRECTORY", b.top, 1);
	house_start(&b);
	house_stop(&b);
	unsetenv("CREDENTIALS_DIRECTORY");
	house_free(&b);
}

TEST(a_set_clock_goes_on_over_a_restart_and_running_backwards_is_an_alarm)
{
	json_t *st, *alarm;
	size_t i;
	bool found = false;
	house_start(&h);
	house_problem(&h, "PUT", "/api/v1/clock", "{\"now\":\"2024-02-30T00:00:00Z\"}", 400, "bad", "2024-02-30");
	json_decref(house_json(&h, "PUT", "/api/v1/clock", "{\"now\":\"2031-05-06T07:08:09Z\"}", 200));
	json_decref(house_json(&h, "POST", "/api/v1/statements",
		"{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"x\"}}", 200));
	house_stop(&h);
	house_start(&h);
	st = house_json(&h, "GET", "/api/v1/status", NULL, 200);
	assert_memory_equal(house_text(st, "clock"), "2031-05-06T07:", 14);
	assert_true(json_is_true(json_object_get(st, "clock_set")));
	json_decref(st);
	json_decref(house_json(&h, "PUT", "/api/v1/clock", "{\"now\":\"2019-05-06T07:08:09Z\"}", 200));
	house_stop(&h);
	house_start(&h);
	st = house_json(&h, "GET", "/api/v1/status", NULL, 200);
	assert_memory_equal(house_text(st, "clock"), "2019-05-06T07:", 14);
	json_array_foreach(json_object_get(st, "alarms"), i, alarm)
		found = found || strstr(house_text(alarm, "sentence"), "ran backwards") != NULL;
	assert_true(found);
	json_decref(st);
}

TEST(a_live_nodes_clock_cannot_be_set)
{
	struct house b;
	house_make(&b, "north.example");
	house_start(&b);
	house_problem(&b, "PUT", "/api/v1/clock", "{\"now\":\"2031-05-06T07:08:09Z\"}", 403, "refused", "live");
	json_t *st = house_json(&b, "GET", "/api/v1/status", NULL, 200);
	assert_string_equal(house_text(st, "realm"), "live");
	assert_true(json_is_false(json_object_get(st, "clock_set")));
	json_decref(st);
	house_free(&b);
}

TEST(a_database_that_was_put_back_learns_the_cards_that_were_signed_since)
{
	char db[HOUSE_PATH + 64], command[HOUSE_PATH + 64];
	struct buf copy;
	struct store *s;
	house_path(&h, NODE_DB, db);
	snprintf(command, sizeof command, "%s/copy", h.top);
	ok(store_open(db, &s));
	ok(store_backup(s, command));
	store_close(s);
	house_start(&h);
	json_decref(house_json(&h, "POST", "/api/v1/card/next", "{\"duty\":[\"by day\"],\"rotate\":true}", 200));
	house_stop(&h);
	buf_init(&copy, 64u << 20);
	ok(file_read(command, &copy));
	ok(file_replace(db, buf_bytes(&copy), 0600));
	buf_free(&copy);
	char wal[HOUSE_PATH + 80];
	snprintf(wal, sizeof wal, "%s-wal", db);
	unlink(wal);
	snprintf(wal, sizeof wal, "%s-shm", db);
	unlink(wal);
	house_start(&h);
	struct buf chain;
	assert_int_equal(house_ask(&h, "GET", "/api/v1/card", NULL, bytes_str(""), &chain), 200);
	buf_add_char(&chain, 0);
	assert_non_null(strstr((char *)chain.p, "seq 2\n"));
	assert_non_null(strstr((char *)chain.p, "duty by day\n"));
	buf_free(&chain);
}

TEST(a_hangup_reads_the_level_again_and_a_wrong_file_changes_nothing)
{
	house_start(&h);
	house_set(&h, "log", "level", "loud");
	kill(h.pid, SIGHUP);
	house_nap(300);
	json_decref(house_json(&h, "GET", "/api/v1/status", NULL, 200));
	struct buf out;
	house_out(&h, &out);
	assert_non_null(strstr((char *)out.p, "loud"));
	buf_free(&out);
	house_set(&h, "log", "level", "note");
	kill(h.pid, SIGHUP);
	house_nap(300);
	house_stop(&h);
	house_out(&h, &out);
	assert_non_null(strstr((char *)out.p, "configuration read again"));
	assert_non_null(strstr((char *)out.p, "level=note"));
	buf_free(&out);
}

/* A certificate for the loopback address, and its key. */
static void make_certificate(const char *cert, const char *key)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 2);
		execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
			"-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
			"-keyout", key, "-out", cert, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Asks the exchange listener for the card over TLS, trusting CA. */
static enum tocsin_err ask_exchange(const char *ca)
{
	char url[100];
	unsigned status = 0;
	struct buf out;
	const struct http_client_config config = { .ca_file = ca, .max_per_host = 1 };
	snprintf(url, sizeof url, "https://127.0.0.1:%u/exchange/v1/card", h.exchange_port);
	const struct http_request r = { .method = "GET", .url = url, .max_answer = 1u << 20, .timeout_ms = 20000 };
	buf_init(&out, 1u << 20);
	enum tocsin_err err = http_ask(&config, &r, &status, &out);
	buf_free(&out);
	return err == TOCSIN_OK && status != 200 ? TOCSIN_BAD : err;
}

TEST(a_hangup_renews_certificates)
{
	char cert[HOUSE_PATH + 64], key[HOUSE_PATH + 64], old[HOUSE_PATH + 64];
	struct buf copy;
	house_path(&h, "cert.pem", cert);
	house_path(&h, "key.pem", key);
	house_path(&h, "old.pem", old);
	make_certificate(cert, key);
	buf_init(&copy, 65536);
	ok(file_read(cert, &copy));
	ok(file_create(old, buf_bytes(&copy), 0600));
	buf_free(&copy);
	house_set(&h, "exchange", "cert", cert);
	house_set(&h, "exchange", "key", key);
	house_start(&h);
	ok(ask_exchange(old));
	make_certificate(cert, key);
	kill(h.pid, SIGHUP);
	house_nap(500);
	ok(ask_exchange(cert));
	assert_int_equal(ask_exchange(old), TOCSIN_OFFLINE);
	/* One that cannot be read changes nothing. */
	ok(file_replace(cert, BYTES_LIT("no certificate\n"), 0600));
	kill(h.pid, SIGHUP);
	house_nap(500);
	assert_int_equal(ask_exchange(old), TOCSIN_OFFLINE);
	json_decref(house_json(&h, "GET", "/api/v1/status", NULL, 200));
	house_stop(&h);
}

TEST(the_service_manager_is_told)
{
	struct sockaddr_un { sa_family_t family; char path[108]; } at = { .family = AF_UNIX };
	char text[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	snprintf(at.path, sizeof at.path, "%.60s/notify", h.top);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	setenv("NOTIFY_SOCKET", at.path, 1);
	house_start(&h);
	ssize_t n = recv(fd, text, sizeof text, 0);
	assert_int_equal(n, 7);
	assert_memory_equal(text, "READY=1", 7);
	house_stop(&h);
	n = recv(fd, text, sizeof text, 0);
	assert_int_equal(n, 10);
	assert_memory_equal(text, "STOPPING=1", 10);
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

TEST(a_node_whose_keeper_is_gone_ends_and_says_so)
{
	char path[100];
	struct buf text;
	int status;
	house_start(&h);
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)h.pid, (int)h.pid);
	buf_init(&text, 4096);
	/* Files of /proc have no size; a small read gets it all. */
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buf_grow(&text, 100), 100);
	close(fd);
	assert_in_range(n, 2, 30);
	assert_int_equal(kill((pid_t)strtol((char *)text.p, NULL, 10), SIGKILL), 0);
	buf_free(&text);
	assert_int_equal(waitpid(h.pid, &status, 0), h.pid);
	h.pid = 0;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 5);
	house_out(&h, &text);
	assert_non_null(strstr((char *)text.p, "holds the keys"));
	buf_free(&text);
	house_start(&h);
	json_decref(house_json(&h, "GET", "/api/v1/status", NULL, 200));
}

TEST(the_pid_file_is_there_while_the_node_runs)
{
	char path[HOUSE_PATH + 64];
	struct buf text;
	house_path(&h, "run/pid", path);
	house_start(&h);
	buf_init(&text, 64);
	ok(file_read(path, &text));
	buf_add_char(&text, 0);
	assert_int_equal(strtol((char *)text.p, NULL, 10), h.pid);
	buf_free(&text);
	house_stop(&h);
	assert_false(file_exists(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_init_makes_is_for_its_own_user_alone, up, down),
		cmocka_unit_test_setup_teardown(two_nodes_have_two_tokens, up, down),
		cmocka_unit_test_setup_teardown(
			init_refuses_a_folder_that_holds_something_and_leaves_it_alone, up, down),
		cmocka_unit_test_setup_teardown(init_that_fails_leaves_nothing_behind, up, down),
		cmocka_unit_test_setup_teardown(a_second_node_on_one_folder_is_refused_and_the_first_goes_on, up, down),
		cmocka_unit_test_setup_teardown(what_a_node_cannot_start_with_is_said, up, down),
		cmocka_unit_test_setup_teardown(
			a_port_that_somebody_has_is_named_and_nothing_is_left_running, up, down),
		cmocka_unit_test_setup_teardown(keys_under_a_passphrase_need_it, up, down),
		cmocka_unit_test_setup_teardown(
			a_set_clock_goes_on_over_a_restart_and_running_backwards_is_an_alarm, up, down),
		cmocka_unit_test_setup_teardown(a_live_nodes_clock_cannot_be_set, up, down),
		cmocka_unit_test_setup_teardown(
			a_database_that_was_put_back_learns_the_cards_that_were_signed_since, up, down),
		cmocka_unit_test_setup_teardown(
			a_hangup_reads_the_level_again_and_a_wrong_file_changes_nothing, up, down),
		cmocka_unit_test_setup_teardown(a_hangup_renews_certificates, up, down),
		cmocka_unit_test_setup_teardown(the_service_manager_is_told, up, down),
		cmocka_unit_test_setup_teardown(a_node_whose_keeper_is_gone_ends_and_says_so, up, down),
		cmocka_unit_test_setup_teardown(the_pid_file_is_there_while_the_node_runs, up, down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
