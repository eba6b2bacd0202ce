/*
 * The desk's API on a whole node in a process of its own, asked as commands and browsers ask.
 */
#include "../node/house.h"

#include "api/operation.h"
#include "base/tar.h"
#include "serve/auth.h"

static struct house node, other;

static int up(void **state)
{
	(void)state;
	house_make(&node, "north.exercise");
	house_make(&other, "south.exercise");
	house_start(&node);
	return 0;
}

static int down(void **state)
{
	(void)state;
	house_free(&node);
	house_free(&other);
	return 0;
}

static const char warning[] =
	"{\"kind\":\"warning\",\"to\":[\"south.exercise\"],\"fields\":{\"threat.summary\":\"Ferry 12 & "
	"<b>Pier</b>\",\"handling.tlp\":\"amber\",\"source.origin\":\"listening post\"}}";

TEST(every_reading_operation_without_a_name_in_its_path_answers)
{
	const struct api_operation *op;
	for (size_t i = 0; (op = api_each(i)) != NULL; i++) {
		struct buf out;
		/* One that needs a parameter, or one of several, does not answer without it, and a stream does not end. */
		bool needs = op->id == API_EVENT_STREAM || op->id == API_EXPOSURE;
		for (const struct api_field *f = op->query; f->name != NULL; f++)
			needs = needs || f->required;
		if (strcmp(op->method, "GET") != 0 || strchr(op->path, '{') != NULL || needs)
			continue;
		unsigned status = house_ask(&node, "GET", op->path, NULL, bytes_str(""), &out);
		if (status != 200 || out.n == 0)
			broken("%s: %u", op->path, status);
		buf_free(&out);
	}
}

TEST(a_path_that_is_nothing_and_a_method_that_does_not_fit_are_told_apart)
{
	house_problem(&node, "GET", "/api/v1/nothing", NULL, 404, "missing", "nothing at");
	house_problem(&node, "GET", "/api/v1/partners/", NULL, 404, "missing", "nothing at");
	house_problem(&node, "GET", "/api/v1/statements/a/b", NULL, 404, "missing", "nothing at");
	house_problem(&node, "DELETE", "/api/v1/status", NULL, 405, "bad", "DELETE");
	house_problem(&node, "POST", "/api/v1/clock", "{}", 405, "bad", "POST");
}

TEST(a_body_that_is_not_what_the_table_says_is_bad)
{
	house_problem(&node, "POST", "/api/v1/statements", "{", 400, "bad", "body");
	house_problem(&node, "POST", "/api/v1/statements", "[]", 400, "bad", "object");
	house_problem(
		&node, "POST", "/api/v1/statements", "{\"kind\":\"warning\",\"kind\":\"warning\"}", 400, "bad", "body");
	house_problem(&node, "POST", "/api/v1/statements", "{\"kinds\":\"warning\"}", 400, "bad", "kinds");
	house_problem(&node, "POST", "/api/v1/statements", "{\"to\":\"x\"}", 400, "bad", "to must be a list");
	house_problem(&node, "POST", "/api/v1/statements", "{\"to\":[1]}", 400, "bad", "to must be a list");
	house_problem(&node, "POST", "/api/v1/statements", "{\"items\":[]}", 400, "bad", "items");
	house_problem(&node, "POST", "/api/v1/statements", "", 400, "bad", "kind is missing");
	house_problem(&node, "PUT", "/api/v1/clock", "{}", 400, "bad", "now is missing");
	house_problem(&node, "GET", "/api/v1/statements?limit=1001", NULL, 400, "bad", "limit");
	house_problem(&node, "GET", "/api/v1/statements?limit=0", NULL, 400, "bad", "limit");
	house_problem(&node, "GET", "/api/v1/statements?limit=01", NULL, 400, "bad", "limit");
	house_problem(&node, "GET", "/api/v1/statements?direction=up", NULL, 400, "bad", "direction");
	struct buf out;
	assert_int_equal(house_ask(&node, "POST", "/api/v1/statements", "text/plain", bytes_str(warning), &out), 400);
	buf_free(&out);
	/* One byte more than a body may have. */
	char *large = malloc(LIMIT_JSON + 2);
	assert_non_null(large);
	memset(large, ' ', LIMIT_JSON + 1);
	memcpy(large, "{}", 2);
	large[LIMIT_JSON + 1] = 0;
	house_problem(&node, "POST", "/api/v1/statements", large, 400, "bad", "at most");
	free(large);
}

TEST(a_statement_to_a_stranger_or_to_nobody_is_refused)
{
	house_problem(&node, "POST", "/api/v1/statements", warning, 403, "refused", "south.exercise is not a partner");
	house_problem(&node, "POST", "/api/v1/statements",
		"{\"kind\":\"warning\",\"fields\":{\"threat.summary\":\"x\",\"handling.tlp\":\"red\"}}", 403, "refused",
		"nobody");
	house_problem(&node, "POST", "/api/v1/statements",
		"{\"kind\":\"warning\",\"to\":[\"@all\"],\"fields\":{\"threat.summary\":\"x\",\"handling.tlp\":\"red\"}"
		"}",
		403, "refused", "@all");
}

TEST(a_partner_is_added_confirmed_by_its_number_alone_and_distrusted)
{
	house_introduce(&node, &other);
	json_t *p = house_json(&node, "GET", "/api/v1/partners/south.exercise", NULL, 200);
	char safety[100], send[200];
	snprintf(safety, sizeof safety, "%s", house_text(p, "safety"));
	assert_int_equal(strlen(safety), 71);
	assert_string_equal(house_text(p, "state"), "unconfirmed");
	assert_string_equal(house_text(p, "quorum"), "none");
	json_decref(p);

	safety[0] = safety[0] == '9' ? '0' : (char)(safety[0] + 1);
	snprintf(send, sizeof send, "{\"safety\":\"%s\"}", safety);
	house_problem(&node, "POST", "/api/v1/partners/south.exercise/confirm", send, 403, "refused",
		"not the safety number");
	safety[0] = safety[0] == '0' ? '9' : (char)(safety[0] - 1);
	/* One group less is not the number. */
	snprintf(send, sizeof send, "{\"safety\":\"%.65s\"}", safety);
	house_problem(&node, "POST", "/api/v1/partners/south.exercise/confirm", send, 403, "refused",
		"not the safety number");
	snprintf(send, sizeof send, "{\"safety\":\"%s\"}", safety);
	for (char *c = send + 12; *c != 0; c++)
		if (*c == ' ')
			*c = '-';
	json_decref(house_json(&node, "POST", "/api/v1/partners/south.exercise/confirm", send, 200));
	p = house_json(&node, "GET", "/api/v1/partners/south.exercise", NULL, 200);
	assert_string_equal(house_text(p, "state"), "confirmed");
	json_decref(p);

	house_problem(&node, "POST", "/api/v1/partners/south.exercise/distrust", "{}", 400, "bad", "reason");
	p = house_json(&node, "POST", "/api/v1/partners/south.exercise/distrust", "{\"reason\":\"a test\"}", 200);
	assert_string_equal(house_text(p, "state"), "distrusted");
	json_decref(p);
	p = house_json(&node, "POST", "/api/v1/partners/south.exercise/confirm", "", 200);
	assert_string_equal(house_text(p, "state"), "confirmed");
	json_decref(p);
	house_problem(&node, "POST", "/api/v1/partners/west.exercise/confirm", "{}", 404, "missing", "west.exercise");
	house_problem(&node, "GET", "/api/v1/partners/north.exercise", NULL, 404, "missing", "not a partner");
}

TEST(a_quorum_that_no_witness_can_meet_is_set_but_said)
{
	json_t *p = house_json(&node, "POST", "/api/v1/partners/south.exercise/quorum", "{\"k\":1}", 200);
	assert_int_equal(json_integer_value(json_object_get(p, "quorum")), 1);
	assert_non_null(json_object_get(p, "note"));
	json_decref(p);
	house_problem(&node, "POST", "/api/v1/partners/south.exercise/quorum", "{\"k\":65}", 400, "bad", "k must be");
	house_problem(
		&node, "POST", "/api/v1/partners/south.exercise/quorum", "{\"k\":\"none\"}", 400, "bad", "k must be");
	p = house_json(&node, "POST", "/api/v1/partners/south.exercise/quorum", "{\"k\":0}", 200);
	assert_string_equal(house_text(p, "quorum"), "none");
	json_decref(p);
}

TEST(a_group_holds_partners_only_and_is_replaced_as_a_whole)
{
	house_problem(&node, "PUT", "/api/v1/groups/baltic", "{\"members\":[\"west.exercise\"]}", 404, "missing",
		"west.exercise");
	house_problem(&node, "PUT", "/api/v1/groups/baltic", "{\"members\":[]}", 400, "bad", "reaches nobody");
	house_problem(&node, "PUT", "/api/v1/groups/Baltic", "{\"members\":[\"south.exercise\"]}", 400, "bad", "name");
	house_problem(&node, "DELETE", "/api/v1/groups/baltic", NULL, 404, "missing", "no group");
	json_decref(house_json(
		&node, "PUT", "/api/v1/groups/baltic", "{\"members\":[\"south.exercise\",\"south.exercise\"]}", 200));
	json_t *g = house_json(&node, "GET", "/api/v1/groups", NULL, 200);
	const json_t *first = json_array_get(json_object_get(g, "items"), 0);
	assert_int_equal(json_array_size(json_object_get(g, "items")), 1);
	assert_string_equal(house_text(first, "name"), "baltic");
	assert_int_equal(json_array_size(json_object_get(first, "members")), 1);
	json_decref(g);
	json_t *r = house_json(&node, "POST", "/api/v1/statements",
		"{\"kind\":\"warning\",\"to\":[\"@baltic\",\"south.exercise\"],\"fields\":{\"threat.summary\":\"x\","
		"\"handling.tlp\":\"red\"}}",
		200);
	assert_int_equal(json_array_size(json_object_get(r, "results")), 1);
	json_decref(r);
	json_decref(house_json(&node, "DELETE", "/api/v1/groups/baltic", NULL, 200));
	g = house_json(&node, "GET", "/api/v1/groups", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(g, "items")), 0);
	json_decref(g);
}

TEST(a_witness_is_a_partner_and_shows_as_never_seen)
{
	house_problem(&node, "PUT", "/api/v1/witnesses/west.exercise", NULL, 404, "missing", "west.exercise");
	house_problem(&node, "DELETE", "/api/v1/witnesses/south.exercise", NULL, 404, "missing", "not a witness");
	json_decref(house_json(&node, "PUT", "/api/v1/witnesses/south.exercise", NULL, 200));
	json_decref(house_json(&node, "PUT", "/api/v1/witnesses/south.exercise", NULL, 200));
	json_t *w = house_json(&node, "GET", "/api/v1/witnesses", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(w, "items")), 1);
	assert_string_equal(house_text(json_array_get(json_object_get(w, "items"), 0), "last_seen"), "");
	json_decref(w);
	json_decref(house_json(&node, "DELETE", "/api/v1/witnesses/south.exercise", NULL, 200));
}

static size_t count_statements(void)
{
	json_t *l = house_json(&node, "GET", "/api/v1/statements?limit=1000", NULL, 200);
	size_t n = json_array_size(json_object_get(l, "items"));
	json_decref(l);
	return n;
}

/* N records as items, the LAST of them being the text given. */
static char *items(size_t n, const char *last)
{
	struct buf b;
	buf_init(&b, 8u << 20);
	buf_add_str(&b, "{\"items\":[");
	for (size_t i = 0; i + 1 < n; i++)
		buf_printf(
			&b, "{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"number %zu\"}},", i);
	buf_add_str(&b, last);
	buf_add_str(&b, "]}");
	char *s = buf_detach(&b, NULL);
	assert_non_null(s);
	return s;
}

TEST(items_are_issued_all_or_none)
{
	static const char good[] = "{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"last\"}}";
	static const struct { const char *last; unsigned status; const char *code, *words;
	} bad[] = {
		{ "{\"kind\":\"record\",\"fields\":{\"text\":\"no type\"}}", 400, "bad", "item 5" },
		{ "{\"kind\":\"warning\",\"to\":[\"west.exercise\"],\"fields\":{\"threat.summary\":\"x\",\"handling."
		  "tlp\":\"red\"}}",
			403, "refused", "item 5" },
		{ "{\"kind\":\"response\",\"to\":[\"south.exercise\"],\"fields\":{\"stage\":\"opened\"}}", 403,
			"refused", "item 5" },
		{ "{\"kind\":\"warning\",\"to\":[\"south.exercise\"],\"re\":[\"00000000\"],\"fields\":{\"threat."
		  "summary\":\"x\",\"handling.tlp\":\"red\"}}",
			404, "missing", "item 5" },
		{ "{\"items\":[]}", 400, "bad", "item 5" },
	};
	size_t before = count_statements();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *send = items(5, bad[i].last);
		house_problem(&node, "POST", "/api/v1/statements", send, bad[i].status, bad[i].code, bad[i].words);
		free(send);
	}
	assert_int_equal(count_statements(), before);
	char *send = items(256, good);
	json_t *r = house_json(&node, "POST", "/api/v1/statements", send, 200);
	assert_int_equal(json_array_size(json_object_get(r, "results")), 256);
	for (size_t i = 0; i < 256; i++)
		assert_int_equal(
			json_integer_value(json_object_get(json_array_get(json_object_get(r, "results"), i), "item")),
			i);
	json_decref(r);
	free(send);
	assert_int_equal(count_statements(), before + 256);
	send = items(257, good);
	house_problem(&node, "POST", "/api/v1/statements", send, 400, "bad", "256");
	free(send);
}

TEST(a_list_goes_on_where_the_page_before_ended)
{
	json_t *all = house_json(&node, "GET", "/api/v1/statements?limit=1000&kind=record", NULL, 200);
	const json_t *items_all = json_object_get(all, "items");
	char path[200] = "/api/v1/statements?limit=100&kind=record";
	size_t seen = 0;
	for (;;) {
		json_t *page = house_json(&node, "GET", path, NULL, 200);
		const json_t *item;
		size_t i;
		json_array_foreach(json_object_get(page, "items"), i, item) assert_string_equal(
			house_text(item, "id"), house_text(json_array_get(items_all, seen++), "id"));
		const json_t *next = json_object_get(page, "next");
		bool more = json_is_integer(next);
		snprintf(path, sizeof path, "/api/v1/statements?limit=100&kind=record&before=%lld",
			(long long)json_integer_value(next));
		json_decref(page);
		if (!more)
			break;
	}
	assert_int_equal(seen, json_array_size(items_all));
	json_decref(all);
}

TEST(one_statement_is_found_by_the_beginning_of_its_id)
{
	json_t *r = house_json(&node, "POST", "/api/v1/statements", warning, 200), *o;
	char id[65], path[200];
	snprintf(id, sizeof id, "%s", house_text(json_array_get(json_object_get(r, "results"), 0), "id"));
	json_decref(r);
	snprintf(path, sizeof path, "/api/v1/statements/%.12s", id);
	o = house_json(&node, "GET", path, NULL, 200);
	assert_string_equal(house_text(o, "id"), id);
	assert_string_equal(house_text(o, "delivery"), "waiting");
	json_decref(o);
	house_problem(&node, "GET", "/api/v1/statements/0123", NULL, 400, "bad", "");
	house_problem(&node, "GET", "/api/v1/statements?kind=nonsense", NULL, 400, "bad", "no kind of statement called nonsense");
	house_problem(&node, "GET", "/api/v1/search?q=a&kind=nonsense", NULL, 400, "bad", "no kind of statement called nonsense");
	house_problem(&node, "GET", "/api/v1/statements/XYZ", NULL, 400, "bad", "");
	snprintf(path, sizeof path, "/api/v1/statements/%064d", 0);
	house_problem(&node, "GET", path, NULL, 404, "missing", "");
}

TEST(a_wait_for_a_receipt_that_does_not_come_ends_in_time_and_one_that_is_settled_at_once)
{
	json_t *l = house_json(&node, "GET", "/api/v1/statements?limit=1&kind=warning", NULL, 200), *o;
	char path[200];
	int64_t start = clock_mono();
	snprintf(path, sizeof path, "/api/v1/statements/%s?wait=1",
		house_text(json_array_get(json_object_get(l, "items"), 0), "id"));
	json_decref(l);
	o = house_json(&node, "GET", path, NULL, 200);
	assert_string_equal(house_text(o, "delivery"), "waiting");
	assert_in_range(clock_mono() - start, 900000, 5000000);
	json_decref(o);
	l = house_json(&node, "GET", "/api/v1/statements?limit=1&kind=record", NULL, 200);
	snprintf(path, sizeof path, "/api/v1/statements/%s?wait=30",
		house_text(json_array_get(json_object_get(l, "items"), 0), "id"));
	json_decref(l);
	start = clock_mono();
	json_decref(house_json(&node, "GET", path, NULL, 200));
	assert_true(clock_mono() - start < 5000000);
}

TEST(closing_a_delivery_ends_the_wait_for_it_and_is_done_once)
{
	json_t *r = house_json(&node, "POST", "/api/v1/statements", warning, 200), *o;
	char path[200], close_path[200];
	const char *id = house_text(json_array_get(json_object_get(r, "results"), 0), "id");
	snprintf(path, sizeof path, "/api/v1/statements/%s?wait=60", id);
	snprintf(close_path, sizeof close_path, "/api/v1/statements/%s/close-delivery", id);
	json_decref(r);
	int64_t start = clock_mono();
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		house_nap(300);
		struct buf out;
		unsigned status = house_ask(&node, "POST", close_path, "application/json",
			bytes_str("{\"reason\":\"told by telephone\"}"), &out);
		_exit(status == 200 ? 0 : 1);
	}
	o = house_json(&node, "GET", path, NULL, 200);
	assert_string_equal(house_text(o, "delivery"), "closed");
	assert_string_equal(house_text(o, "trouble"), "told by telephone");
	assert_true(clock_mono() - start < 20000000);
	json_decref(o);
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	house_problem(&node, "POST", close_path, "{\"reason\":\"again\"}", 409, "refused", "told by telephone");
	house_problem(&node, "POST", close_path, "{\"reason\":\"\"}", 400, "bad", "reason");
}

TEST(events_come_in_order_and_a_wait_for_the_next_one_is_answered_by_it)
{
	json_t *e = house_json(&node, "GET", "/api/v1/events", NULL, 200), *item;
	json_int_t before = 0;
	size_t i;
	json_array_foreach(json_object_get(e, "items"), i, item) {
		assert_true(json_integer_value(json_object_get(item, "seq")) > before);
		before = json_integer_value(json_object_get(item, "seq"));
	}
	assert_true(before > 0);
	json_decref(e);
	json_t *st = house_json(&node, "GET", "/api/v1/status", NULL, 200);
	json_int_t last = json_integer_value(json_object_get(json_object_get(st, "counters"), "events"));
	json_decref(st);
	char path[200];
	snprintf(path, sizeof path, "/api/v1/events?after=%lld&wait=60", (long long)last);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		house_nap(300);
		struct buf out;
		char *send = items(1, "{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"news\"}}");
		unsigned status =
			house_ask(&node, "POST", "/api/v1/statements", "application/json", bytes_str(send), &out);
		_exit(status == 200 ? 0 : 1);
	}
	int64_t start = clock_mono();
	e = house_json(&node, "GET", path, NULL, 200);
	assert_true(clock_mono() - start < 20000000);
	bool found = false;
	json_array_foreach(json_object_get(e, "items"), i, item) found = found ||
		(strcmp(house_text(item, "kind"), "statement issued") == 0 && strlen(house_text(item, "id")) == 64);
	assert_true(found);
	json_decref(e);
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	house_problem(&node, "GET", "/api/v1/events?wait=86401", NULL, 400, "bad", "wait");
}

TEST(the_next_card_is_made_with_fresh_keys_and_checked_before_anything_is_rotated)
{
	json_t *st;
	house_problem(
		&node, "POST", "/api/v1/card/next", "{\"url\":[\"ftp://x\"],\"rotate\":true}", 400, "bad", "ftp://x");
	house_problem(
		&node, "POST", "/api/v1/card/next", "{\"duty\":[\"a\\u0007b\"],\"rotate\":true}", 400, "bad", "duty");
	house_problem(&node, "POST", "/api/v1/card/next",
		"{\"url\":[\"http://a\",\"http://b\",\"http://c\",\"http://d\",\"http://e\"]}", 400, "bad", "url");
	json_t *r =
		house_json(&node, "POST", "/api/v1/card/next", "{\"rotate\":true,\"duty\":[\"day and night\"]}", 200);
	assert_int_equal(json_integer_value(json_object_get(r, "seq")), 2);
	json_decref(r);
	st = house_json(&node, "GET", "/api/v1/status", NULL, 200);
	const json_t *alarm;
	size_t i;
	json_array_foreach(json_object_get(st, "alarms"), i, alarm)
		assert_string_not_equal(house_text(alarm, "code"), "card");
	json_decref(st);
	struct buf chain;
	assert_int_equal(house_ask(&node, "GET", "/api/v1/card", NULL, bytes_str(""), &chain), 200);
	buf_add_char(&chain, 0);
	assert_non_null(strstr((char *)chain.p, "duty day and night\n"));
	assert_non_null(strstr((char *)chain.p, "seq 2\n"));
	buf_free(&chain);
	/* What is signed now is signed by the new key. */
	json_decref(house_json(&node, "POST", "/api/v1/statements",
		"{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"after\"}}", 200));
}

TEST(evidence_of_a_record_is_an_archive_and_names_that_are_not_there_are_told)
{
	struct tar_file *files = calloc(TAR_FILES, sizeof *files);
	struct buf out;
	char path[300];
	size_t n;
	json_t *l = house_json(&node, "GET", "/api/v1/statements?limit=1&kind=warning", NULL, 200);
	const char *id = house_text(json_array_get(json_object_get(l, "items"), 0), "id");
	snprintf(path, sizeof path, "/api/v1/statements/%s/evidence?only=threat.summary&reveal=source.origin", id);
	assert_int_equal(house_ask(&node, "GET", path, NULL, bytes_str(""), &out), 200);
	ok(tar_read(buf_bytes(&out), files, &n));
	bool opened = false, body = false;
	for (size_t i = 0; i < n; i++) {
		struct bytes c = files[i].content;
		assert_string_not_equal(files[i].name, "receipt.tlog-proof");
		if (strcmp(files[i].name, "opened.txt") == 0)
			opened = memmem(c.p, c.n, "listening post", 14) != NULL;
		if (strcmp(files[i].name, "body.txt") == 0)
			body = memmem(c.p, c.n, "Ferry 12", 8) != NULL && memmem(c.p, c.n, "amber", 5) == NULL;
	}
	assert_true(opened && body);
	buf_free(&out);
	free(files);
	snprintf(path, sizeof path, "/api/v1/statements/%s/evidence?only=no.such", id);
	house_problem(&node, "GET", path, NULL, 404, "missing", "no.such");
	snprintf(path, sizeof path, "/api/v1/statements/%s/evidence?reveal=a,,b", id);
	house_problem(&node, "GET", path, NULL, 400, "bad", "empty name");
	json_decref(l);
}

TEST(the_status_page_says_exercise_and_shows_no_content)
{
	struct buf out;
	assert_int_equal(house_ask(&node, "GET", "/", NULL, bytes_str(""), &out), 200);
	buf_add_char(&out, 0);
	const char *page = (const char *)out.p;
	assert_non_null(strstr(page, "EXERCISE"));
	assert_non_null(strstr(page, "north.exercise"));
	assert_non_null(strstr(page, "quorum none"));
	assert_non_null(strstr(page, "<td>warning</td>"));
	assert_non_null(strstr(page, "not proven"));
	assert_null(strstr(page, "Ferry"));
	assert_null(strstr(page, "listening"));
	assert_null(strstr(page, "<script"));
	buf_free(&out);
}

TEST(metrics_are_open_metrics_to_their_end)
{
	struct buf out;
	assert_int_equal(house_ask(&node, "GET", "/metrics", NULL, bytes_str(""), &out), 200);
	buf_add_char(&out, 0);
	assert_non_null(strstr((char *)out.p, "\ntocsin_outbox_waiting{partner=\"south.exercise\"} "));
	assert_non_null(strstr((char *)out.p, "\ntocsin_intake_total{code=\"signature\"} 0\n"));
	assert_string_equal((char *)out.p + out.n - 1 - strlen("# EOF\n"), "# EOF\n");
	buf_free(&out);
}

/* ---- the desk listener ---- */

static unsigned raw(const char *method, const char *path, const char *head, struct buf *out)
{
	char request[2000];
	snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n%s\r\n", method,
		path, head);
	house_raw(&node, request, out);
	assert_true(out->n > 12);
	return (unsigned)strtoul((char *)out->p + 9, NULL, 10);
}

TEST(the_desk_listener_wants_the_token_and_takes_it_in_both_forms)
{
	struct buf out;
	char head[400], plain[100], base64[200];
	assert_int_equal(raw("GET", "/api/v1/status", "", &out), 401);
	assert_non_null(strcasestr((char *)out.p, "\r\nWWW-Authenticate: Basic "));
	assert_null(strstr((char *)out.p, "log/1"));
	buf_free(&out);
	snprintf(head, sizeof head, "Authorization: Bearer %s\r\n", node.token);
	assert_int_equal(raw("GET", "/api/v1/status", head, &out), 200);
	buf_free(&out);
	int n = snprintf(plain, sizeof plain, "anybody:%s", node.token);
	base64_encode(plain, (size_t)n, true, base64);
	snprintf(head, sizeof head, "Authorization: Basic %s\r\n", base64);
	assert_int_equal(raw("GET", "/", head, &out), 200);
	assert_non_null(
		strcasestr((char *)out.p, "\r\nContent-Security-Policy: default-src 'none'; style-src 'self';"));
	assert_non_null(strcasestr((char *)out.p, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strcasestr((char *)out.p, "\r\nCache-Control: no-store\r\n"));
	buf_free(&out);
}

TEST(another_web_page_cannot_make_a_browser_change_anything)
{
	struct buf out;
	char head[400];
	static const char *const foreign[] = { "Origin: https://evil.example\r\n", "Origin: null\r\n",
		"Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n" };
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		snprintf(head, sizeof head, "Authorization: Bearer %s\r\n%s", node.token, foreign[i]);
		assert_int_equal(raw("DELETE", "/api/v1/groups/none", head, &out), 403);
		buf_free(&out);
	}
	snprintf(head, sizeof head,
		"Authorization: Bearer %s\r\nOrigin: http://desk.example\r\nSec-Fetch-Site: same-origin\r\n",
		node.token);
	assert_int_equal(raw("DELETE", "/api/v1/groups/none", head, &out), 404);
	buf_free(&out);
}

TEST(wrong_tokens_are_refused_and_soon_no_longer_looked_at)
{
	struct buf out;
	char head[400], wrong[65];
	memcpy(wrong, node.token, sizeof wrong);
	wrong[63] = wrong[63] == '0' ? '1' : '0';
	for (int i = 0; i < AUTH_TRIES; i++) {
		snprintf(head, sizeof head, "Authorization: Bearer %s\r\n", wrong);
		assert_int_equal(raw("GET", "/", head, &out), 401);
		buf_free(&out);
	}
	assert_int_equal(raw("GET", "/", head, &out), 429);
	assert_non_null(strcasestr((char *)out.p, "\r\nRetry-After: 60\r\n"));
	buf_free(&out);
}

TEST(whoever_has_a_right_token_passes_beside_one_who_guesses)
{
	struct buf out;
	char head[400], wrong[65];
	memcpy(wrong, node.token, sizeof wrong);
	wrong[63] = wrong[63] == '0' ? '1' : '0';
	for (int i = 0; i <= AUTH_TRIES; i++) {
		snprintf(head, sizeof head, "Authorization: Bearer %s\r\n", wrong);
		(void)raw("GET", "/", head, &out);
		buf_free(&out);
	}
	snprintf(head, sizeof head, "Authorization: Bearer %s\r\n", node.token);
	assert_int_equal(raw("GET", "/", head, &out), 200);
	buf_free(&out);
}

/* ---- the end ---- */

TEST(a_call_that_waits_is_answered_when_the_node_stops)
{
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		struct buf out;
		unsigned status =
			house_ask(&node, "GET", "/api/v1/events?after=1000000&wait=600", NULL, bytes_str(""), &out);
		_exit(status == 200 ? 0 : 1);
	}
	house_nap(500);
	int64_t start = clock_mono();
	house_stop(&node);
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(clock_mono() - start < 30000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reading_operation_without_a_name_in_its_path_answers),
		cmocka_unit_test(a_path_that_is_nothing_and_a_method_that_does_not_fit_are_told_apart),
		cmocka_unit_test(a_body_that_is_not_what_the_table_says_is_bad),
		cmocka_unit_test(a_statement_to_a_stranger_or_to_nobody_is_refused),
		cmocka_unit_test(a_partner_is_added_confirmed_by_its_number_alone_and_distrusted),
		cmocka_unit_test(a_quorum_that_no_witness_can_meet_is_set_but_said),
		cmocka_unit_test(a_group_holds_partners_only_and_is_replaced_as_a_whole),
		cmocka_unit_test(a_witness_is_a_partner_and_shows_as_never_seen),
		cmocka_unit_test(items_are_issued_all_or_none),
		cmocka_unit_test(a_list_goes_on_where_the_page_before_ended),
		cmocka_unit_test(one_statement_is_found_by_the_beginning_of_its_id),
		cmocka_unit_test(a_wait_for_a_receipt_that_does_not_come_ends_in_time_and_one_that_is_settled_at_once),
		cmocka_unit_test(closing_a_delivery_ends_the_wait_for_it_and_is_done_once),
		cmocka_unit_test(events_come_in_order_and_a_wait_for_the_next_one_is_answered_by_it),
		cmocka_unit_test(the_next_card_is_made_with_fresh_keys_and_checked_before_anything_is_rotated),
		cmocka_unit_test(evidence_of_a_record_is_an_archive_and_names_that_are_not_there_are_told),
		cmocka_unit_test(the_status_page_says_exercise_and_shows_no_content),
		cmocka_unit_test(metrics_are_open_metrics_to_their_end),
		cmocka_unit_test(the_desk_listener_wants_the_token_and_takes_it_in_both_forms),
		cmocka_unit_test(another_web_page_cannot_make_a_browser_change_anything),
		cmocka_unit_test(wrong_tokens_are_refused_and_soon_no_longer_looked_at),
		cmocka_unit_test(whoever_has_a_right_token_passes_beside_one_who_guesses),
		cmocka_unit_test(a_call_that_waits_is_answered_when_the_node_stops),
	};
	return cmocka_run_group_tests(tests, up, down);
}
