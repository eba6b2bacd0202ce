#include "test.h"

#include "domain/tendered.h"

#define AT(s) ((INT64_C(1798761600) + (s)) * CLOCK_SECOND)      /* from 2027-01-01 on */
#define VALUE(s) { (const uint8_t *)(s), sizeof(s) - 1 }

/* north hands what is for south to bridge at 0, to be kept until 1,000 s; bridge's receipt was witnessed at 10 s. */
struct thing {
	struct evidence_verdict statement, tender, held, word;
	struct evidence_line handed[3], holds[2], says[3];
	char label[2 * SHA256_SIZE + 3], to[200];
	struct tendered t;
	struct tendered_verdict v;
};

static void party(struct party *p, const char *name)
{
	memset(p, 0, sizeof *p);
	snprintf(p->name, sizeof p->name, "%s", name);
	memset(p->fp, name[0], sizeof p->fp);
}

static void statement(struct evidence_verdict *e, const char *kind, const char *from, const char *to, int64_t at, uint8_t id)
{
	e->ok = true;
	e->sentence = "fits";
	e->level = EVIDENCE_ONE_SIDED;
	snprintf(e->statement.kind, sizeof e->statement.kind, "%s", kind);
	party(&e->statement.from, from);
	party(&e->statement.to, to);
	e->statement.at = at;
	memset(&e->id, id, sizeof e->id);
}

static void about(struct evidence_verdict *e, uint8_t id)
{
	memset(&e->statement.re[0], id, sizeof e->statement.re[0]);
	e->statement.re_n = 1;
}

static void label_of(struct thing *t, uint8_t id)
{
	struct hash h, label;
	memset(&h, id, sizeof h);
	tendered_label(REALM_LIVE, &h, &label);
	t->label[0] = '"';
	hex_encode(label.b, SHA256_SIZE, t->label + 1);
	memcpy(t->label + 1 + 2 * SHA256_SIZE, "\"", 2);
	t->handed[1].value = bytes_str(t->label);
}

static void setup(struct thing *t)
{
	char fp[2 * STATEMENT_FP + 1];
	memset(t, 0, sizeof *t);
	statement(&t->statement, "warning", "north.example", "south.example", AT(0), 1);
	statement(&t->tender, "tender", "north.example", "bridge.example", AT(0), 2);
	t->tender.level = EVIDENCE_WITNESSED;
	t->tender.receipt_witnessed = (uint64_t)(AT(10) / CLOCK_SECOND);
	hex_encode(t->statement.statement.to.fp, STATEMENT_FP, fp);
	snprintf(t->to, sizeof t->to, "\"south.example %s\"", fp);
	t->handed[0] = (struct evidence_line){ "envelope.to", bytes_str(t->to), true };
	t->handed[1] = (struct evidence_line){ "envelope.label", { NULL, 0 }, true };
	t->handed[2] = (struct evidence_line){ "envelope.until", VALUE("\"2027-01-01T00:16:40Z\""), true };
	label_of(t, 1);
	t->tender.line = t->handed;
	t->tender.line_n = 3;
	statement(&t->held, "custody", "bridge.example", "north.example", AT(5), 3);
	statement(&t->word, "custody", "bridge.example", "north.example", AT(1001), 4);
	about(&t->held, 2);
	about(&t->word, 2);
	t->holds[0] = (struct evidence_line){ "custody.state", VALUE("\"held\""), true };
	t->holds[1] = (struct evidence_line){ "custody.when", VALUE("\"2027-01-01T00:00:05Z\""), true };
	t->held.line = t->holds;
	t->held.line_n = 2;
	t->says[0] = (struct evidence_line){ "custody.state", VALUE("\"not-fetched\""), true };
	t->says[1] = (struct evidence_line){ "custody.when", VALUE("\"2027-01-01T00:16:41Z\""), true };
	t->says[2] = (struct evidence_line){ "custody.code", VALUE("\"quota\""), true };
	t->word.line = t->says;
	t->word.line_n = 2;
	t->t = (struct tendered){ &t->statement, &t->tender, { &t->held, &t->word }, 2 };
}

static void check(struct thing *t)
{
	tendered_check(&t->t, &t->v);
}

#define FAILS(t, words) do { check(t); assert_false((t)->v.ok); assert_non_null(strstr((t)->v.sentence, words)); } while (0)

static char *printed(const struct thing *t)
{
	static char text[4096];
	struct buf out;
	buf_init(&out, sizeof text);
	tendered_print(&t->v, &out);
	snprintf(text, sizeof text, "%.*s", (int)out.n, (const char *)out.p);
	buf_free(&out);
	return text;
}

static void the_brokers_receipt_proves_that_it_was_handed_over(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	check(&t);
	assert_true(t.v.ok);
	assert_int_equal(t.v.handed, AT(10));
	assert_string_equal(tendered_state(&t.v), "not-fetched");
	assert_false(t.v.last->doubtful);
	assert_non_null(strstr(printed(&t), "handed to bridge.example for south.example not later than 2027-01-01T00:00:10Z (proven by bridge.example's log)"));
	assert_non_null(strstr(printed(&t), "bridge.example says: never fetched until 2027-01-01T00:16:40Z"));
	assert_non_null(strstr(printed(&t), "not proven: that south.example could have had it"));
	t.t.custody_n = 0;
	check(&t);
	assert_true(t.v.ok);
	assert_string_equal(tendered_state(&t.v), "silent");
}

static void a_label_of_another_statement_fails(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	label_of(&t, 9);
	FAILS(&t, "that of another statement");
	setup(&t);
	t.handed[1].told = false;       /* opened afterwards: the broker was never shown it */
	FAILS(&t, "shows no label");
	setup(&t);
	t.tender.line_n = 1;
	FAILS(&t, "shows no label");
	setup(&t);
	t.statement.statement.realm = t.tender.statement.realm = REALM_EXERCISE;
	FAILS(&t, "that of another statement");
}

static void a_tender_for_somebody_else_or_to_no_third_fails(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	t.handed[0].value = BYTES_LIT("\"south.example 00\"");
	FAILS(&t, "for somebody else");
	setup(&t);
	party(&t.tender.statement.to, "south.example");
	FAILS(&t, "to no third");
	setup(&t);
	snprintf(t.tender.statement.kind, sizeof t.tender.statement.kind, "relay");
	FAILS(&t, "as the tender is none");
	setup(&t);
	t.statement.statement.realm = REALM_EXERCISE;
	FAILS(&t, "different realms");
	setup(&t);
	t.handed[2].value = BYTES_LIT("\"tomorrow\"");
	FAILS(&t, "until when");
}

static void without_a_witnessed_receipt_it_is_not_proven(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	t.tender.level = EVIDENCE_ONE_SIDED;
	t.tender.receipt_witnessed = 0;
	FAILS(&t, "no receipt of the broker");
	assert_null(strstr(printed(&t), "proven:"));
	setup(&t);
	t.tender.level = EVIDENCE_RECEIVED;
	t.tender.receipt_witnessed = 0;
	FAILS(&t, "nobody witnessed when");
	setup(&t);
	t.tender.ok = false;
	t.tender.sentence = "signed by nobody you named";
	FAILS(&t, "the tender: signed by nobody");
	setup(&t);
	t.statement.refused = true;
	t.statement.sentence = "the root is another";
	FAILS(&t, "the statement: the root");
}

static void custody_is_the_brokers_word_about_this_tender(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	party(&t.word.statement.from, "south.example");
	FAILS(&t, "custody-2 is not the broker's word");
	setup(&t);
	t.word.statement.from.fp[0] ^= 1;       /* the name alone is nobody */
	FAILS(&t, "custody-2 is not the broker's word");
	setup(&t);
	about(&t.word, 7);
	FAILS(&t, "custody-2 is about another tender");
	setup(&t);
	t.word.statement.re_n = 0;
	FAILS(&t, "custody-2 is about another tender");
	setup(&t);
	party(&t.held.statement.to, "else.example");
	FAILS(&t, "custody-1 was said to somebody else");
	setup(&t);
	snprintf(t.word.statement.kind, sizeof t.word.statement.kind, "record");
	FAILS(&t, "custody-2 is not one");
	setup(&t);
	t.says[0].value = BYTES_LIT("\"eaten\"");
	FAILS(&t, "does not say what became of it");
	setup(&t);
	t.word.ok = false;
	t.word.sentence = "signed by nobody you named";
	FAILS(&t, "custody-2: signed by nobody");
}

static void the_recipients_receipt_outweighs_every_word(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	t.says[0].value = BYTES_LIT("\"delivered\"");
	check(&t);
	assert_string_equal(tendered_state(&t.v), "delivered");
	assert_false(t.v.taken);
	assert_non_null(strstr(printed(&t), "the word of bridge.example alone: there is no receipt"));
	assert_null(strstr(printed(&t), "took it"));
	setup(&t);
	t.statement.level = EVIDENCE_WITNESSED;
	t.statement.receipt_witnessed = (uint64_t)(AT(400) / CLOCK_SECOND);
	check(&t);
	assert_string_equal(tendered_state(&t.v), "received");
	assert_non_null(strstr(printed(&t), "south.example took it: receipt, not later than 2027-01-01T00:06:40Z"));
}

static void what_weighs_more_counts_in_whichever_order_it_comes(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	t.says[0].value = BYTES_LIT("\"refused\"");
	t.word.line_n = 3;
	t.t.custody[0] = &t.word;
	t.t.custody[1] = &t.held;
	t.held.statement.at = AT(2000);
	check(&t);
	assert_true(t.v.ok);
	assert_string_equal(tendered_state(&t.v), "refused");
	assert_non_null(strstr(printed(&t), "bridge.example says: refused (quota)"));
	t.says[2].value = BYTES_LIT("\"\x1b[2Jx\"");
	check(&t);
	assert_string_equal(t.v.last->code, "????x");
}

static void a_time_that_cannot_be_is_marked(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	t.word.statement.at = AT(900);
	t.says[1].value = BYTES_LIT("\"2027-01-01T00:15:00Z\"");
	check(&t);
	assert_true(t.v.last->doubtful);
	setup(&t);
	t.says[1].value = BYTES_LIT("\"2026-12-31T00:00:00Z\"");
	check(&t);
	assert_true(t.v.last->doubtful);
	assert_non_null(strstr(printed(&t), "doubtful"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_brokers_receipt_proves_that_it_was_handed_over),
		cmocka_unit_test(a_label_of_another_statement_fails),
		cmocka_unit_test(a_tender_for_somebody_else_or_to_no_third_fails),
		cmocka_unit_test(without_a_witnessed_receipt_it_is_not_proven),
		cmocka_unit_test(custody_is_the_brokers_word_about_this_tender),
		cmocka_unit_test(the_recipients_receipt_outweighs_every_word),
		cmocka_unit_test(what_weighs_more_counts_in_whichever_order_it_comes),
		cmocka_unit_test(a_time_that_cannot_be_is_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
