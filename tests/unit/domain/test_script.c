/* check.sh and the commands of README.txt: a bundle on disk, checked with stock tools alone. */
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"

#include "bundle.h"

#define AT "2024-03-06T09:12:00Z"
#define WITNESSED 1709716400u

struct disk {
	struct node north, south, east;
	const struct node *witness[1];
	struct bundle b;
	char dir[64];
};

static void put(const struct disk *d, const char *name, struct bytes content)
{
	char path[256];
	assert_int_equal(file_join(path, sizeof path, d->dir, name), TOCSIN_OK);
	assert_int_equal(file_replace(path, content, 0644), TOCSIN_OK);
}

static void put_all(struct disk *d)
{
	struct buf readme;
	char path[256];
	buf_init(&readme, 65536);
	bundle_prove(&d->b, ENTRY_ISSUED, &d->north, 16, 3, d->witness, 1, WITNESSED, &d->b.issued);
	bundle_prove(&d->b, ENTRY_ACCEPTED, &d->south, 47, 46, d->witness, 1, WITNESSED + 10, &d->b.receipt);
	bundle_quorum(&d->b, 1, d->witness, 1);
	evidence_readme(&d->b.s, &d->b.id, true, &readme);
	put(d, "statement.note", buf_bytes(&d->b.note));
	put(d, "body.txt", buf_bytes(&d->b.body));
	put(d, "opened.txt", buf_bytes(&d->b.opened));
	put(d, "issued.tlog-proof", buf_bytes(&d->b.issued));
	put(d, "receipt.tlog-proof", buf_bytes(&d->b.receipt));
	put(d, "sender.cards", buf_bytes(&d->north.chain));
	put(d, "recipient.cards", buf_bytes(&d->south.chain));
	put(d, "quorum.txt", buf_bytes(&d->b.quorum));
	put(d, "README.txt", buf_bytes(&readme));
	put(d, "check.sh", evidence_script());
	assert_int_equal(file_join(path, sizeof path, d->dir, "witnesses"), TOCSIN_OK);
	assert_int_equal(file_mkdir(path, 0755), TOCSIN_OK);
	put(d, "witnesses/east.example.cards", buf_bytes(&d->east.chain));
	buf_free(&readme);
}

static int setup(void **state)
{
	struct disk *d = calloc(1, sizeof *d);
	memcpy(d->dir, "/tmp/tocsin-script-XXXXXX", 26);
	assert_non_null(mkdtemp(d->dir));
	node_make(&d->north, "north.example", "1");
	node_make(&d->south, "south.example", "1");
	node_make(&d->east, "east.example", "1");
	d->witness[0] = &d->east;
	bundle_warn(&d->b, &d->north, &d->south, AT);
	put_all(d);
	*state = d;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static int teardown(void **state)
{
	struct disk *d = *state;
	nftw(d->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	bundle_free(&d->b);
	node_free(&d->north);
	node_free(&d->south);
	node_free(&d->east);
	free(d);
	return 0;
}

/* Runs COMMAND by sh in the bundle's folder; what it printed into OUT. The exit status. */
static int run(const struct disk *d, const char *command, struct buf *out)
{
	int pipe_fd[2], status;
	assert_int_equal(pipe(pipe_fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(d->dir) != 0 || dup2(pipe_fd[1], 1) < 0 || dup2(pipe_fd[1], 2) < 0)
			_exit(126);
		close(pipe_fd[0]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(pipe_fd[1]);
	for (;;) {
		char chunk[4096];
		ssize_t n = read(pipe_fd[0], chunk, sizeof chunk);
		if (n <= 0)
			break;
		buf_add(out, chunk, (size_t)n);
	}
	close(pipe_fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static bool says(const struct buf *out, const char *what)
{
	if (memmem(out->p, out->n, what, strlen(what)) != NULL)
		return true;
	print_message("%.*s\n", (int)out->n, (const char *)out->p);
	return false;
}

static void finds_it_whole(struct disk *d)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	int status = run(d, "sh check.sh .", &out);
	assert_true(says(&out, "CONSISTENT"));
	assert_int_equal(status, 0);
	buf_free(&out);
}

static void finds_fault(struct disk *d, const char *what)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	int status = run(d, "sh check.sh .", &out);
	assert_true(says(&out, "FAILED"));
	assert_true(says(&out, what));
	assert_int_equal(status, 1);
	buf_free(&out);
}

static void the_script_finds_a_whole_bundle_consistent(void **state)
{
	struct disk *d = *state;
	struct buf out;
	char id[65];
	buf_init(&out, 1 << 20);
	hex_encode(d->b.id.b, 32, id);
	int64_t start = clock_mono();
	int status = run(d, "sh check.sh .", &out);
	assert_true(clock_mono() - start < 10 * CLOCK_SECOND);
	assert_true(says(&out, id));
	assert_true(says(&out, "ok      statement.note is signed by north.example"));
	assert_true(says(&out, "ok      body.txt has the root that was signed (32 lines)"));
	assert_true(says(&out, "ok      opened.txt fits the closed lines that it opens"));
	assert_true(says(&out,
		"ok      issued: entry 3 of 16 in north.example/log/1, witnessed not later than 2024-03-06T09:13:20Z by 1"));
	assert_true(says(&out,
		"ok      received: entry 46 of 47 in south.example/log/1, witnessed not later than 2024-03-06T09:13:30Z by 1"));
	assert_true(says(&out, "CONSISTENT"));
	assert_int_equal(status, 0);
	buf_free(&out);
}

static void the_commands_of_the_readme_work(void **state)
{
	struct disk *d = *state;
	struct buf out;
	char root[2 * 65 + 1], id[65];
	buf_init(&out, 1 << 20);
	/* Also when the sender has changed its key since. */
	node_rotate(&d->north, "2", "2024-04-01T00:00:00Z", false);
	put(d, "sender.cards", buf_bytes(&d->north.chain));
	int status = run(d, "sed -n 's/^    //p' README.txt | grep -v 'check.sh' | sh -eu", &out);
	assert_true(says(&out, "Signature Verified Successfully"));
	hex_encode(d->b.id.b, 32, id);
	assert_true(says(&out, id));
	/* Printed twice, one below the other: what was computed, what was signed. */
	hex_encode(d->b.s.root.b, 32, root);
	root[64] = '\n';
	hex_encode(d->b.s.root.b, 32, root + 65);
	assert_true(says(&out, root));
	struct hash entry;
	statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &d->b.id, &entry);
	hex_encode(entry.b, 32, id);
	assert_true(says(&out, id));
	assert_int_equal(status, 0);
	buf_free(&out);
}

static void the_script_takes_lines_kept_back(void **state)
{
	struct disk *d = *state;
	struct buf body, opened;
	static const char *const only[] = { "where.place", NULL };
	buf_init(&body, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	assert_int_equal(evidence_body(buf_bytes(&d->b.body), 32, buf_bytes(&d->b.opened), only, NULL, &body, &opened),
		TOCSIN_OK);
	put(d, "body.txt", buf_bytes(&body));
	put(d, "opened.txt", buf_bytes(&opened));
	finds_it_whole(d);
	buf_free(&body);
	buf_free(&opened);
}

static struct bytes spoil(struct buf *copy, struct bytes is, const char *from, const char *to)
{
	buf_clear(copy);
	buf_add_bytes(copy, is);
	uint8_t *at = memmem(copy->p, copy->n, from, strlen(from));
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	return buf_bytes(copy);
}

static void the_script_finds_what_was_changed(void **state)
{
	struct disk *d = *state;
	struct buf copy;
	buf_init(&copy, LIMIT_ENVELOPE);
	put(d, "body.txt", spoil(&copy, buf_bytes(&d->b.body), "concert hall", "football box"));
	finds_fault(d, "body.txt does not have the root");
	put(d, "body.txt", buf_bytes(&d->b.body));
	put(d, "opened.txt", spoil(&copy, buf_bytes(&d->b.opened), "a listener", "a defector"));
	finds_fault(d, "opened.txt does not fit");
	put(d, "opened.txt", buf_bytes(&d->b.opened));
	put(d, "statement.note", spoil(&copy, buf_bytes(&d->b.note), "at 2024", "at 2023"));
	finds_fault(d, "statement.note is not signed by north.example");
	put(d, "statement.note", buf_bytes(&d->b.note));
	put(d, "sender.cards", spoil(&copy, buf_bytes(&d->north.chain), "at 2024", "at 2023"));
	finds_fault(d, "sender.cards does not verify");
	put(d, "sender.cards", buf_bytes(&d->east.chain));
	finds_fault(d, "sender.cards is not that of north.example");
	put(d, "sender.cards", buf_bytes(&d->north.chain));
	put(d, "receipt.tlog-proof", spoil(&copy, buf_bytes(&d->b.receipt), "index 46", "index 45"));
	finds_fault(d, "receipt.tlog-proof does not verify");
	put(d, "receipt.tlog-proof", spoil(&copy, buf_bytes(&d->b.receipt), "\n47\n", "\n46\n"));
	finds_fault(d, "receipt.tlog-proof does not verify");
	put(d, "receipt.tlog-proof", buf_bytes(&d->b.issued));
	finds_fault(d, "receipt.tlog-proof does not verify");
	put(d, "receipt.tlog-proof", buf_bytes(&d->b.receipt));
	finds_it_whole(d);
	buf_free(&copy);
}

static void the_script_finds_a_cosignature_that_fails(void **state)
{
	struct disk *d = *state;
	struct node liar;
	node_make(&liar, "east.example", "liar");
	liar.witness.vkey = d->east.witness.vkey;
	const struct node *witness[] = { &liar };
	bundle_prove(&d->b, ENTRY_ACCEPTED, &d->south, 47, 46, witness, 1, WITNESSED, &d->b.receipt);
	put(d, "receipt.tlog-proof", buf_bytes(&d->b.receipt));
	finds_fault(d, "receipt.tlog-proof does not verify");
	node_free(&liar);
}

static void the_script_knows_a_stripped_cosigner(void **state)
{
	struct disk *d = *state;
	const struct key both[] = { d->north.sign[0], d->east.sign[0] };
	memcpy(d->b.s.by[0], "east.example", 13);
	d->b.s.by_n = 1;
	bundle_text(&d->b);
	bundle_sign(&d->b, both, 2);
	put_all(d);
	finds_it_whole(d);
	bundle_sign(&d->b, both, 1);
	put(d, "statement.note", buf_bytes(&d->b.note));
	finds_fault(d, "not signed by east.example, as it announces");
}

static void the_script_follows_a_chain_and_its_revocations(void **state)
{
	struct disk *d = *state;
	node_rotate(&d->north, "2", "2024-03-06T10:00:00Z", true);
	node_rotate(&d->south, "2", "2024-03-01T10:00:00Z", false);
	put_all(d);
	finds_it_whole(d);
	bundle_prove(&d->b, ENTRY_ISSUED, &d->north, 16, 3, d->witness, 1, WITNESSED + 7200, &d->b.issued);
	bundle_prove(&d->b, ENTRY_ACCEPTED, &d->south, 47, 46, d->witness, 1, WITNESSED + 7200, &d->b.receipt);
	put(d, "issued.tlog-proof", buf_bytes(&d->b.issued));
	put(d, "receipt.tlog-proof", buf_bytes(&d->b.receipt));
	finds_fault(d, "was revoked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(the_script_finds_a_whole_bundle_consistent),
		T(the_commands_of_the_readme_work),
		T(the_script_takes_lines_kept_back),
		T(the_script_finds_what_was_changed),
		T(the_script_finds_a_cosignature_that_fails),
		T(the_script_knows_a_stripped_cosigner),
		T(the_script_follows_a_chain_and_its_revocations),
	};
	return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
