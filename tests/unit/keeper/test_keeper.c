/* The keeper as a process: what its handle does, and what happens when the process is gone. */
#include "kit.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "keeper/filter.h"

static void a_signature_of_every_role_verifies(void **state)
{
	struct kit *k = *state;
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	const struct keeper_public *p = keeper_public(keeper);
	enum { N = 300 };                    /* more than one call takes */
	static uint8_t sig[N][NOTE_SIGNATURE];
	static struct bytes text[N];
	struct buf all, note;
	buf_init(&all, 1 << 20);
	size_t end[N + 1] = { 0 };
	for (unsigned i = 0; i < N; i++) {
		kit_statement(&all, "tocsin/v1", KIT_NAME, p->identity.pub, i);
		end[i + 1] = all.n;
	}
	for (size_t i = 0; i < N; i++)
		text[i] = bytes_of(all.p + end[i], end[i + 1] - end[i]);
	assert_int_equal(keeper_sign(keeper, text, N, sig), TOCSIN_OK);
	for (size_t i = 0; i < N; i++)
		assert_true(note_ed25519_ok(p->sign.pub, text[i], sig[i]));
	assert_int_equal(keeper_sign(keeper, text, 0, sig), TOCSIN_OK);

	struct checkpoint c = kit_checkpoint(KIT_NAME "/log/1", 5, 1), back;
	buf_init(&note, 4096);
	assert_int_equal(keeper_checkpoint(keeper, &c, &note), TOCSIN_OK);
	assert_int_equal(checkpoint_open(buf_bytes(&note), &p->log, &back), TOCSIN_OK);
	assert_true(back.size == 5 && hash_equal(&back.root, &c.root));

	uint8_t blob[NOTE_COSIGNATURE_BLOB];
	struct bytes foreign = BYTES_LIT("south.example/log/1\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
	struct buf message;
	buf_init(&message, 4096);
	cosignature_message(&message, 1234, foreign);
	assert_int_equal(keeper_cosign(keeper, foreign, 1234, blob), TOCSIN_OK);
	assert_true(note_ed25519_ok(p->witness.pub, buf_bytes(&message), blob + 8));
	buf_free(&message);
	buf_free(&note);
	buf_free(&all);
	keeper_stop(keeper);
}

static void the_sentence_of_a_refusal_comes_back_with_its_code(void **state)
{
	struct kit *k = *state;
	uint8_t sig[1][NOTE_SIGNATURE];
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	struct buf text;
	buf_init(&text, 8192);
	kit_statement(&text, "tocsin/v1", "south.example", keeper_public(keeper)->identity.pub, 1);
	struct bytes t = buf_bytes(&text);
	assert_int_equal(keeper_sign(keeper, &t, 1, sig), TOCSIN_REFUSED);
	assert_non_null(strstr(fail_sentence(), "south.example"));
	while (text.n <= LIMIT_STATEMENT_TEXT)
		buf_add_char(&text, 'x');
	t = buf_bytes(&text);
	assert_int_equal(keeper_sign(keeper, &t, 1, sig), TOCSIN_BAD);
	buf_free(&text);
	assert_true(keeper_alive(keeper));
	keeper_stop(keeper);
}

static void file_keys_are_unwrapped(void **state)
{
	struct kit *k = *state;
	enum { N = 5000 };                   /* more than one call takes */
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	struct age_recipient r;
	struct buf file, out;
	struct age_header h;
	struct age_wrapped w;
	assert_int_equal(age_recipient_parse(bytes_str(keeper_public(keeper)->recipient), &r), TOCSIN_OK);
	buf_init(&file, 4096);
	buf_init(&out, 4096);
	assert_int_equal(age_seal(&r, 1, BYTES_LIT("hello"), &file), TOCSIN_OK);
	assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
	assert_int_equal(age_header_wrapped(&h, &w, 1), 1);
	struct keeper_unwrap *u = calloc(N, sizeof *u);
	assert_non_null(u);
	/* Points of low order cost the least, and are refused as everything else that does not fit. */
	u[0].wrapped = u[N - 1].wrapped = w;
	u[1].ok = true;
	assert_int_equal(keeper_unwrap(keeper, u, N), TOCSIN_OK);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(u[i].ok, i == 0 || i == N - 1);
	assert_int_equal(age_payload_open(&h, u[N - 1].key, buf_bytes(&file), &out), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&out), "hello"));
	free(u);
	buf_free(&file);
	buf_free(&out);
	keeper_stop(keeper);
}

static void padding_comes_in_any_number(void **state)
{
	struct kit *k = *state;
	enum { N = CALL_ENTRIES + 10 };
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	struct hash *e = calloc(N, sizeof *e), one;
	assert_non_null(e);
	assert_int_equal(keeper_padding(keeper, 1, 7, e, N), TOCSIN_OK);
	assert_int_equal(keeper_padding(keeper, 1, 7 + N - 1, &one, 1), TOCSIN_OK);
	assert_true(hash_equal(&e[N - 1], &one));
	assert_int_equal(keeper_padding(keeper, 2, 0, &one, 1), TOCSIN_BAD);
	keeper_stop(keeper);
	/* The same after a start. */
	struct hash again;
	keeper = kit_start(k);
	assert_int_equal(keeper_padding(keeper, 1, 7 + N - 1, &again, 1), TOCSIN_OK);
	assert_true(hash_equal(&again, &one));
	keeper_stop(keeper);
	free(e);
}

static void what_was_published_is_remembered_over_a_start(void **state)
{
	struct kit *k = *state;
	struct checkpoint c = kit_checkpoint(KIT_NAME "/log/1", 32, 3), back;
	struct buf note;
	kit_make(k);
	buf_init(&note, 4096);
	struct keeper *keeper = kit_start(k);
	assert_int_equal(keeper_last_published(keeper, &back), TOCSIN_MISSING);
	assert_int_equal(keeper_checkpoint(keeper, &c, &note), TOCSIN_OK);
	assert_int_equal(keeper_published(keeper, &c), TOCSIN_OK);
	keeper_stop(keeper);
	keeper = kit_start(k);
	assert_int_equal(keeper_last_published(keeper, &back), TOCSIN_OK);
	assert_string_equal(back.origin, c.origin);
	assert_true(back.size == 32 && hash_equal(&back.root, &c.root));
	/* A database that was set back. */
	c.size = 31;
	buf_clear(&note);
	assert_int_equal(keeper_checkpoint(keeper, &c, &note), TOCSIN_REFUSED);
	assert_int_equal(note.n, 0);
	assert_int_equal(keeper_published(keeper, &c), TOCSIN_REFUSED);
	assert_int_equal(keeper_next_log(keeper), TOCSIN_OK);
	keeper_stop(keeper);
	keeper = kit_start(k);
	assert_int_equal(keeper_public(keeper)->log_n, 2);
	assert_int_equal(keeper_last_published(keeper, &back), TOCSIN_MISSING);
	assert_int_equal(keeper_checkpoint(keeper, &c, &note), TOCSIN_REFUSED);
	keeper_stop(keeper);
	buf_free(&note);
}

static void fresh_keys_are_used_at_once_and_after_a_start(void **state)
{
	struct kit *k = *state;
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	const struct keeper_public *before = keeper_public(keeper);
	assert_int_equal(keeper_rotate(keeper), TOCSIN_OK);
	assert_int_equal(keeper_next_log(keeper), TOCSIN_OK);
	const struct keeper_public *after = keeper_public(keeper);
	/* What was asked for before still stands. */
	assert_string_equal(before->log.name, KIT_NAME "/log/1");
	assert_string_equal(after->log.name, KIT_NAME "/log/2");
	assert_false(vkey_same(&before->sign, &after->sign));
	assert_string_not_equal(before->recipient, after->recipient);
	assert_true(vkey_same(&before->identity, &after->identity));
	struct keeper_public was = *after;
	struct age_recipient old;
	assert_int_equal(age_recipient_parse(bytes_str(before->recipient), &old), TOCSIN_OK);
	keeper_stop(keeper);

	keeper = kit_start(k);
	after = keeper_public(keeper);
	assert_true(vkey_same(&was.sign, &after->sign));
	assert_true(vkey_same(&was.log, &after->log));
	assert_string_equal(was.recipient, after->recipient);
	struct buf file;
	struct age_header h;
	struct keeper_unwrap u = { 0 };
	buf_init(&file, 4096);
	assert_int_equal(age_seal(&old, 1, BYTES_LIT("late"), &file), TOCSIN_OK);
	assert_int_equal(age_header_parse(buf_bytes(&file), &h), TOCSIN_OK);
	assert_int_equal(age_header_wrapped(&h, &u.wrapped, 1), 1);
	assert_int_equal(keeper_unwrap(keeper, &u, 1), TOCSIN_OK);
	assert_true(u.ok);
	buf_free(&file);
	keeper_stop(keeper);
}

/* Every call of a dead keeper. */
static void all_fail(struct keeper *keeper)
{
	struct checkpoint c = kit_checkpoint(KIT_NAME "/log/1", 32, 3);
	struct keeper_unwrap u = { 0 };
	struct hash h;
	struct buf note;
	uint8_t sig[1][NOTE_SIGNATURE], blob[NOTE_COSIGNATURE_BLOB];
	struct bytes text = BYTES_LIT("x");
	buf_init(&note, 4096);
	assert_int_equal(keeper_sign(keeper, &text, 1, sig), TOCSIN_BROKEN);
	assert_non_null(strstr(fail_sentence(), "keeper"));
	assert_int_equal(keeper_sign_card(keeper, text, sig[0]), TOCSIN_BROKEN);
	assert_int_equal(keeper_checkpoint(keeper, &c, &note), TOCSIN_BROKEN);
	assert_int_equal(keeper_published(keeper, &c), TOCSIN_BROKEN);
	assert_int_equal(keeper_last_published(keeper, &c), TOCSIN_BROKEN);
	assert_int_equal(keeper_cosign(keeper, text, 1, blob), TOCSIN_BROKEN);
	assert_int_equal(keeper_unwrap(keeper, &u, 1), TOCSIN_BROKEN);
	assert_false(u.ok);
	assert_int_equal(keeper_padding(keeper, 1, 0, &h, 1), TOCSIN_BROKEN);
	assert_int_equal(keeper_next_log(keeper), TOCSIN_BROKEN);
	assert_int_equal(keeper_rotate(keeper), TOCSIN_BROKEN);
	assert_string_equal(keeper_public(keeper)->name, KIT_NAME);
	buf_free(&note);
}

static void a_killed_keeper_makes_every_call_fail_and_none_hang(void **state)
{
	struct kit *k = *state;
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	assert_true(keeper_alive(keeper));
	/* SIGPIPE at its default would end this test. */
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(kill(keeper_pid(keeper), SIGKILL), 0);
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)keeper_pid(keeper), &info, WEXITED | WNOWAIT), 0);
	all_fail(keeper);
	assert_false(keeper_alive(keeper));
	keeper_stop(keeper);
	/* And a new one takes over. */
	keeper_stop(kit_start(k));
}

static void a_keeper_that_dies_while_nobody_asks_is_noticed(void **state)
{
	struct kit *k = *state;
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	assert_int_equal(kill(keeper_pid(keeper), SIGKILL), 0);
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)keeper_pid(keeper), &info, WEXITED | WNOWAIT), 0);
	assert_false(keeper_alive(keeper));
	all_fail(keeper);
	keeper_stop(keeper);
}

static void a_stop_ends_the_process_and_signals_for_the_node_do_not(void **state)
{
	struct kit *k = *state;
	struct hash h;
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	int pid = keeper_pid(keeper);
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1 };
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		assert_int_equal(kill(pid, signals[i]), 0);
	assert_int_equal(keeper_padding(keeper, 1, 0, &h, 1), TOCSIN_OK);
	assert_true(keeper_alive(keeper));
	keeper_stop(keeper);
	assert_int_equal(kill(pid, 0), -1);
	keeper_stop(NULL);
}

static void the_process_holds_no_descriptor_but_the_pipe(void **state)
{
	struct kit *k = *state;
	char path[64], target[256], at[512];
	size_t sockets = 0, others = 0;
	kit_make(k);
	int extra = open("/etc/passwd", O_RDONLY);
	assert_true(extra >= 0);
	struct keeper *first = kit_start(k), *keeper = kit_start(k);
	snprintf(path, sizeof path, "/proc/%d/fd", keeper_pid(keeper));
	DIR *d = opendir(path);
	/* Not dumpable: only root can look at all. */
	if (d != NULL) {
		for (struct dirent *e; (e = readdir(d)) != NULL;) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(at, sizeof at, "%s/%.200s", path, e->d_name);
			ssize_t n = readlink(at, target, sizeof target - 1);
			assert_true(n > 0);
			target[n] = 0;
			if (strncmp(target, "socket:", 7) == 0)
				sockets++;
			else if (strcmp(target, "/dev/null") != 0 && strcmp(e->d_name, "2") != 0)
				others++;
		}
		closedir(d);
		assert_int_equal(sockets, 1);
		assert_int_equal(others, 0);
	} else {
		assert_int_not_equal(geteuid(), 0);
	}
	close(extra);
	keeper_stop(keeper);
	keeper_stop(first);
}

static void the_process_is_confined(void **state)
{
	struct kit *k = *state;
	char path[64];
	struct buf status;
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	snprintf(path, sizeof path, "/proc/%d/status", keeper_pid(keeper));
	buf_init(&status, 1 << 16);
	assert_int_equal(file_read(path, &status), TOCSIN_OK);
	assert_non_null(memmem(status.p, status.n, "\nNoNewPrivs:\t1\n", 15));
	if (!FILTER_SANITIZED)
		assert_non_null(memmem(status.p, status.n, "\nSeccomp:\t2\n", 12));
	buf_free(&status);
	keeper_stop(keeper);
}

struct worker {
	struct keeper *keeper;
	unsigned seed;
	size_t wrong;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct buf text;
	uint8_t sig[8][NOTE_SIGNATURE];
	struct bytes t[8];
	buf_init(&text, 1 << 16);
	for (unsigned round = 0; round < 40; round++) {
		size_t end[9] = { 0 };
		const struct keeper_public *p = keeper_public(w->keeper);
		buf_clear(&text);
		for (unsigned i = 0; i < 8; i++) {
			kit_statement(&text, "tocsin/v1", KIT_NAME, p->identity.pub, w->seed * 1000 + round * 8 + i);
			end[i + 1] = text.n;
		}
		for (size_t i = 0; i < 8; i++)
			t[i] = bytes_of(text.p + end[i], end[i + 1] - end[i]);
		w->wrong += keeper_sign(w->keeper, t, 8, sig) != TOCSIN_OK;
		for (size_t i = 0; i < 8; i++)
			w->wrong += !note_ed25519_ok(p->sign.pub, t[i], sig[i]);
		/* Refusals of one thread must not turn up in another. */
		char origin[64];
		snprintf(origin, sizeof origin, "thread-%u.example/log/1", w->seed);
		struct checkpoint c = kit_checkpoint(origin, 1, 1);
		w->wrong += keeper_published(w->keeper, &c) != TOCSIN_REFUSED || strstr(fail_sentence(), origin) == NULL;
	}
	buf_free(&text);
	return NULL;
}

static void four_threads_get_their_own_answers(void **state)
{
	struct kit *k = *state;
	pthread_t thread[4];
	struct worker w[4];
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	for (unsigned i = 0; i < 4; i++) {
		w[i] = (struct worker){ .keeper = keeper, .seed = i + 1 };
		assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_int_equal(w[i].wrong, 0);
	}
	keeper_stop(keeper);
}

static void *until_broken(void *arg)
{
	struct hash h;
	while (keeper_padding(arg, 1, 0, &h, 1) == TOCSIN_OK)
		continue;
	return NULL;
}

static void threads_in_a_call_come_back_when_the_keeper_is_killed(void **state)
{
	struct kit *k = *state;
	pthread_t thread[4];
	kit_make(k);
	struct keeper *keeper = kit_start(k);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, until_broken, keeper), 0);
	assert_int_equal(kill(keeper_pid(keeper), SIGKILL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	keeper_stop(keeper);
}

#define T_(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T_(a_signature_of_every_role_verifies),
		T_(the_sentence_of_a_refusal_comes_back_with_its_code),
		T_(file_keys_are_unwrapped),
		T_(padding_comes_in_any_number),
		T_(what_was_published_is_remembered_over_a_start),
		T_(fresh_keys_are_used_at_once_and_after_a_start),
		T_(a_killed_keeper_makes_every_call_fail_and_none_hang),
		T_(a_keeper_that_dies_while_nobody_asks_is_noticed),
		T_(a_stop_ends_the_process_and_signals_for_the_node_do_not),
		T_(the_process_holds_no_descriptor_but_the_pipe),
		T_(the_process_is_confined),
		T_(four_threads_get_their_own_answers),
		T_(threads_in_a_call_come_back_when_the_keeper_is_killed),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
