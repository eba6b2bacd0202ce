#include "test.h"

#include "domain/breach.h"

#define AT(s) ((INT64_C(1798761600) + (s)) * CLOCK_SECOND)      /* from 2027-01-01 on */
#define VALUE(s) { (const uint8_t *)(s), sizeof(s) - 1 }

/* north asks south at 0, which has it witnessed at 10 s and 1,000 s for it; north records at 2,000 s. */
struct thing {
	struct evidence_verdict request, record, extension, answer;
	struct evidence_line asked[2], recorded[4], more[2], said[1];
	struct breach b;
	struct breach_verdict v;
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
	e->level = EVIDENCE_WITNESSED;
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

#define LINES(e, list) do { (e).line = (list); (e).line_n = sizeof (list) / sizeof *(list); } while (0)

static void setup(struct thing *t)
{
	memset(t, 0, sizeof *t);
	statement(&t->request, "request", "north.example", "south.example", AT(0), 1);
	t->request.receipt_witnessed = (uint64_t)(AT(10) / CLOCK_SECOND);
	t->asked[0] = (struct evidence_line){ "within", VALUE("1000"), true };
	t->asked[1] = (struct evidence_line){ "question", VALUE("\"Who?\""), true };
	LINES(t->request, t->asked);
	statement(&t->record, "record", "north.example", "north.example", AT(2000), 2);
	about(&t->record, 1);
	static const struct evidence_line says[] = { { "record.type", VALUE("\"breach\""), true }, { "breach.by", VALUE("\"theirs\""), true },
		{ "breach.received", VALUE("\"2027-01-01T00:00:10Z\""), true }, { "breach.due", VALUE("\"2027-01-01T00:16:50Z\""), true } };
	memcpy(t->recorded, says, sizeof says);
	LINES(t->record, t->recorded);
	t->b = (struct breach){ &t->request, &t->record, NULL, NULL };
}

/* With its fifth line. */
static void check(struct thing *t, const char *elapsed)
{
	struct evidence_line line[5];
	memcpy(line, t->recorded, sizeof t->recorded);
	line[4] = (struct evidence_line){ "breach.elapsed", bytes_str(elapsed), true };
	t->record.line = line;
	t->record.line_n = 5;
	breach_check(&t->b, &t->v);
	LINES(t->record, t->recorded);
}

#define FAILS(t, elapsed, words) do { check(t, elapsed); assert_false((t)->v.ok); assert_non_null(strstr((t)->v.sentence, words)); } while (0)

static void what_follows_from_the_receipt_is_proven(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	check(&t, "1990");
	assert_string_equal(t.v.sentence, "the request was received, and its answer was due when the record says");
	assert_true(t.v.ok);
	assert_int_equal(t.v.due, AT(1010));
	assert_int_equal(t.v.until, AT(2000));
	/* Whoever admits it may count from when it accepted the request. */
	party(&t.record.statement.from, "south.example");
	party(&t.record.statement.to, "south.example");
	t.recorded[1].value = BYTES_LIT("\"ours\"");
	t.recorded[2].value = BYTES_LIT("\"2027-01-01T00:00:05Z\"");
	t.recorded[3].value = BYTES_LIT("\"2027-01-01T00:16:45Z\"");
	check(&t, "1995");
	assert_true(t.v.ok);
}

static void a_record_with_other_times_fails(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	t.recorded[3].value = BYTES_LIT("\"2027-01-01T00:16:49Z\"");
	FAILS(&t, "1990", "does not follow");
	setup(&t);
	t.recorded[2].value = BYTES_LIT("\"2027-01-01T00:00:09Z\"");
	t.recorded[3].value = BYTES_LIT("\"2027-01-01T00:16:49Z\"");
	FAILS(&t, "1991", "earlier than what the receipt proves");
	setup(&t);
	FAILS(&t, "900", "before the answer was due");
	FAILS(&t, "3000", "does not lead");
	t.record.issued_witnessed = (uint64_t)(AT(1009) / CLOCK_SECOND);
	FAILS(&t, "1990", "in its maker's log before");
	setup(&t);
	t.asked[0].value = BYTES_LIT("1000000000000000000");
	FAILS(&t, "1990", "neither due nor within");
	setup(&t);
	t.asked[0] = (struct evidence_line){ "due", VALUE("\"2027-01-01T00:00:05Z\""), true };
	t.recorded[3].value = BYTES_LIT("\"2027-01-01T00:00:05Z\"");
	FAILS(&t, "1990", "before it was received");
	setup(&t);
	t.request.receipt_witnessed = 0;
	FAILS(&t, "1990", "nobody witnessed");
	t.request.level = EVIDENCE_ONE_SIDED;
	FAILS(&t, "1990", "no receipt");
}

static void a_record_of_somebody_else_or_about_something_else_fails(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	about(&t.record, 3);
	FAILS(&t, "1990", "another request");
	setup(&t);
	party(&t.record.statement.from, "west.example");
	party(&t.record.statement.to, "west.example");
	FAILS(&t, "1990", "neither side");
	setup(&t);
	t.recorded[1].value = BYTES_LIT("\"ours\"");
	FAILS(&t, "1990", "neither side");
	setup(&t);
	party(&t.record.statement.to, "south.example");
	FAILS(&t, "1990", "made for itself");
	setup(&t);
	t.recorded[0].value = BYTES_LIT("\"call\"");
	FAILS(&t, "1990", "not a record of a breach");
	setup(&t);
	snprintf(t.request.statement.kind, sizeof t.request.statement.kind, "warning");
	FAILS(&t, "1990", "not a request");
	setup(&t);
	t.request.ok = false;
	t.request.sentence = "forged";
	FAILS(&t, "1990", "the request: forged");
}

static void an_answer_that_was_received_in_time_contradicts_it(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	statement(&t.answer, "answer", "south.example", "north.example", AT(500), 4);
	about(&t.answer, 1);
	t.said[0] = (struct evidence_line){ "result", VALUE("\"provided\""), true };
	LINES(t.answer, t.said);
	t.b.answer = &t.answer;
	t.answer.receipt_witnessed = (uint64_t)(AT(2000) / CLOCK_SECOND);
	FAILS(&t, "1990", "contradicted");
	assert_true(t.v.contradicted);
	t.answer.receipt_witnessed++;
	check(&t, "1990");
	assert_true(t.v.ok);
	t.answer.receipt_witnessed = (uint64_t)(AT(500) / CLOCK_SECOND);
	t.said[0].value = BYTES_LIT("\"needs-time\"");
	FAILS(&t, "1990", "not a final answer");
	assert_false(t.v.contradicted);
	t.said[0].value = BYTES_LIT("\"provided\"");
	party(&t.answer.statement.from, "west.example");
	FAILS(&t, "1990", "not a final answer");
}

static void more_time_counts_only_with_the_answer_that_asked_for_it(void **state)
{
	struct thing t;
	(void)state;
	setup(&t);
	statement(&t.extension, "answer", "south.example", "north.example", AT(500), 4);
	about(&t.extension, 1);
	t.more[0] = (struct evidence_line){ "result", VALUE("\"needs-time\""), true };
	t.more[1] = (struct evidence_line){ "due", VALUE("\"2027-01-01T00:30:00Z\""), true };
	LINES(t.extension, t.more);
	t.recorded[3].value = BYTES_LIT("\"2027-01-01T00:30:00Z\"");
	FAILS(&t, "1990", "does not follow");
	t.b.extension = &t.extension;
	check(&t, "1990");
	assert_true(t.v.ok);
	about(&t.extension, 3);
	FAILS(&t, "1990", "extension is not an answer");
}

static void a_period_out_of_its_range_is_none(void **state)
{
	int64_t within;
	(void)state;
	assert_true(ask_within(BYTES_LIT("60"), &within));
	assert_int_equal(within, 60 * CLOCK_SECOND);
	assert_false(ask_within(BYTES_LIT("0"), &within));
	assert_false(ask_within(BYTES_LIT("59"), &within));
	assert_false(ask_within(BYTES_LIT("-60"), &within));
	assert_false(ask_within(BYTES_LIT("1000000000000000000"), &within));
	assert_false(ask_within(BYTES_LIT("\"60\""), &within));
	assert_false(ask_within(BYTES_LIT(""), &within));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_from_the_receipt_is_proven),
		cmocka_unit_test(a_record_with_other_times_fails),
		cmocka_unit_test(a_record_of_somebody_else_or_about_something_else_fails),
		cmocka_unit_test(an_answer_that_was_received_in_time_contradicts_it),
		cmocka_unit_test(more_time_counts_only_with_the_answer_that_asked_for_it),
		cmocka_unit_test(a_period_out_of_its_range_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
