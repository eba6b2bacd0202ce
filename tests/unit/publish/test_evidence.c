/*
 * Bundles of whole nodes: two partners and a witness, checked by the code that verifies them offline.
 */
#include "../node/house.h"

#include "base/tar.h"
#include "domain/evidence.h"

static struct house north, south, witness;
static char id[65];

#define WARNING                                                                                                        \
	"{\"kind\":\"warning\",\"to\":[\"south.exercise\"],\"fields\":{\"threat.summary\":\"a "                        \
	"bomb\",\"handling.tlp\":\"amber\",\"where.place\":\"the hall\",\"source.origin\":\"a voice\"}}"

static void wait_for_delivery(const char *want)
{
	char path[100];
	snprintf(path, sizeof path, "/api/v1/statements/%s", id);
	for (int i = 0; i < 300; i++) {
		json_t *o = house_json(&north, "GET", path, NULL, 200);
		bool is = strcmp(house_text(o, "delivery"), want) == 0;
		json_decref(o);
		if (is)
			return;
		house_nap(100);
	}
	broken("the statement is never %s", want);
}

static int up(void **state)
{
	(void)state;
	struct house *all[] = { &north, &south, &witness };
	static const char *const names[] = { "north.exercise", "south.exercise", "watch.exercise" };
	for (size_t i = 0; i < 3; i++) {
		house_make(all[i], names[i]);
		house_start(all[i]);
	}
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			if (i != k)
				house_introduce(all[i], all[k]);
	for (size_t i = 0; i < 2; i++) {
		char path[100];
		json_decref(house_json(all[i], "PUT", "/api/v1/witnesses/watch.exercise", NULL, 200));
		snprintf(path, sizeof path, "/api/v1/partners/%s/quorum", names[1 - i]);
		json_decref(house_json(all[i], "POST", path, "{\"k\":1}", 200));
	}
	json_t *r = house_json(&north, "POST", "/api/v1/statements", WARNING, 200);
	snprintf(id, sizeof id, "%s", house_text(json_array_get(json_object_get(r, "results"), 0), "id"));
	json_decref(r);
	wait_for_delivery("witnessed");
	return 0;
}

static int down(void **state)
{
	(void)state;
	house_free(&north);
	house_free(&south);
	house_free(&witness);
	return 0;
}

struct checked {
	struct buf archive, card[3];
	struct arena *arena;
	struct evidence_verdict v;
	struct tar_file *file;
	size_t n;
};

static void fetch(const struct house *h, const char *query, struct checked *c)
{
	char path[400];
	struct evidence_file file[TAR_FILES];
	struct evidence *e = calloc(1, sizeof *e);
	struct bytes trusted[3];
	const struct house *all[] = { &north, &south, &witness };
	memset(c, 0, sizeof *c);
	snprintf(path, sizeof path, "/api/v1/statements/%s/evidence%s", id, query);
	unsigned status = 0;
	/* 503 until the node's own log has published the entry. */
	for (int i = 0; i < 100 && status != 200; i++) {
		buf_free(&c->archive);
		status = house_ask(h, "GET", path, NULL, bytes_str(""), &c->archive);
		if (status == 503)
			house_nap(200);
		else if (status != 200)
			broken("%s: %u %.*s", path, status, (int)c->archive.n, (const char *)c->archive.p);
	}
	c->file = calloc(TAR_FILES, sizeof *c->file);
	c->arena = arena_new(64u << 20);
	ok(tar_read(buf_bytes(&c->archive), c->file, &c->n));
	for (size_t i = 0; i < c->n; i++)
		file[i] = (struct evidence_file){ c->file[i].name, c->file[i].content };
	ok(evidence_take(file, c->n, e));
	for (size_t i = 0; i < 3; i++) {
		buf_init(&c->card[i], LIMIT_CHAIN_BYTES);
		assert_int_equal(house_ask(all[i], "GET", "/api/v1/card", NULL, bytes_str(""), &c->card[i]), 200);
		trusted[i] = buf_bytes(&c->card[i]);
	}
	ok(evidence_check(e, trusted, 3, c->arena, &c->v));
	free(e);
}

static void checked_free(struct checked *c)
{
	buf_free(&c->archive);
	for (size_t i = 0; i < 3; i++)
		buf_free(&c->card[i]);
	arena_free(c->arena);
	free(c->file);
}

static struct bytes content(const struct checked *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->file[i].name, name) == 0)
			return c->file[i].content;
	return bytes_of(NULL, 0);
}

TEST(the_senders_bundle_proves_what_was_told_and_witnessed_in_both_logs)
{
	struct checked c;
	/* The issued entry is in it as soon as our own log has published it. */
	do
		fetch(&north, "", &c);
	while (!c.v.issued && (checked_free(&c), house_nap(200), true));
	assert_true(c.v.ok);
	assert_int_equal(c.v.level, EVIDENCE_WITNESSED);
	assert_string_equal(c.v.statement.to.name, "south.exercise");
	assert_int_equal(c.v.quorum_k, 1);
	assert_int_equal(c.v.quorum_count, 1);
	assert_true(content(&c, "witnesses/watch.exercise.cards").n > 0);
	assert_true(content(&c, "check.sh").n > 0);
	assert_true(content(&c, "README.txt").n > 0);
	bool told = false;
	for (size_t i = 0; i < c.v.line_n; i++)
		told = told || (strcmp(c.v.line[i].name, "where.place") == 0 && c.v.line[i].told);
	assert_true(told);
	assert_null(memmem(c.archive.p, c.archive.n, "a voice", 7));
	checked_free(&c);
}

TEST(only_keeps_other_lines_back_and_reveal_opens_a_closed_one)
{
	struct checked c;
	fetch(&north, "?only=threat.summary&reveal=source.origin", &c);
	assert_true(c.v.ok);
	assert_int_equal(c.v.line_n, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(c.v.line[i].told, strcmp(c.v.line[i].name, "threat.summary") == 0);
	assert_true(c.v.kept_back_n > 0);
	assert_null(memmem(c.archive.p, c.archive.n, "the hall", 8));
	assert_non_null(memmem(c.archive.p, c.archive.n, "a voice", 7));
	checked_free(&c);
}

TEST(the_recipients_bundle_proves_that_its_own_log_took_it)
{
	struct checked c;
	fetch(&south, "", &c);
	assert_true(c.v.ok);
	assert_true(c.v.level == EVIDENCE_RECEIVED || c.v.level == EVIDENCE_WITNESSED);
	assert_false(c.v.issued);
	assert_null(content(&c, "issued.tlog-proof").p);
	assert_string_equal(c.v.statement.from.name, "north.exercise");
	checked_free(&c);
}

TEST(the_recipient_cannot_open_what_was_closed_to_it)
{
	char path[300];
	struct buf out;
	snprintf(path, sizeof path, "/api/v1/statements/%s/evidence?reveal=source.origin", id);
	unsigned status = house_ask(&south, "GET", path, NULL, bytes_str(""), &out);
	assert_int_equal(status, 404);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_senders_bundle_proves_what_was_told_and_witnessed_in_both_logs),
		cmocka_unit_test(only_keeps_other_lines_back_and_reveal_opens_a_closed_one),
		cmocka_unit_test(the_recipients_bundle_proves_that_its_own_log_took_it),
		cmocka_unit_test(the_recipient_cannot_open_what_was_closed_to_it),
	};
	return cmocka_run_group_tests(tests, up, down);
}
