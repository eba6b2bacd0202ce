#include "../test.h"

#include "base/clock.h"
#include "base/limits.h"
#include "serve/request.h"

/* Nothing is staged. */
static enum tocsin_err no_files(void *arg, const char *const *ids, size_t n, struct arena *a, struct files *out)
{
	(void)arg;
	(void)a;
	out->n = 0;
	return fail(TOCSIN_MISSING, "there is no staged file %.16s of %zu", ids[0], n);
}

static struct arena *a;
static json_t *body;
static struct request request;

static int up(void **state)
{
	(void)state;
	a = arena_new(16u << 20);
	return a == NULL;
}

static int down(void **state)
{
	(void)state;
	json_decref(body);
	body = NULL;
	arena_free(a);
	return 0;
}

static enum tocsin_err take(const char *text)
{
	json_decref(body);
	body = NULL;
	assert_int_equal(json_parse(bytes_str(text), LIMIT_JSON, "a test", &body), TOCSIN_OK);
	return request_read(body, 0, no_files, NULL, a, &request);
}

static void bad(const char *text, const char *words)
{
	assert_int_equal(take(text), TOCSIN_BAD);
	if (strstr(fail_sentence(), words) == NULL) {
		print_error("\"%s\" does not say \"%s\"\n", fail_sentence(), words);
		_fail(__FILE__, __LINE__);
	}
}

static const struct body_field *field(const char *name)
{
	for (size_t i = 0; i < request.item[0].field_n; i++)
		if (strcmp(request.item[0].field[i].name, name) == 0)
			return &request.item[0].field[i];
	return NULL;
}

#define WARNING                                                                                                        \
	"\"kind\":\"warning\",\"to\":[\"a.example\"],\"fields\":{\"threat.summary\":\"x\",\"handling.tlp\":\"red\","   \
	"\"source.origin\":\"y\"}"

TEST(one_statement_alone_is_one_item)
{
	assert_int_equal(take("{" WARNING ",\"re\":[\"00ff\"]}"), TOCSIN_OK);
	assert_false(request.many);
	assert_int_equal(request.n, 1);
	assert_string_equal(request.item[0].kind, "warning");
	assert_string_equal(request.item[0].to[0], "a.example");
	assert_string_equal(request.item[0].re[0], "00ff");
	assert_int_equal(request.item[0].re_n, 1);
	assert_false(field("source.origin")->open);
	assert_true(field("threat.summary")->open);
}

TEST(lines_are_opened_and_closed_by_name_and_close_has_the_last_word)
{
	assert_int_equal(take("{" WARNING ",\"open\":[\"source.origin\"],\"close\":[\"threat.summary\"]}"), TOCSIN_OK);
	assert_true(field("source.origin")->open);
	assert_false(field("threat.summary")->open);
	assert_int_equal(take("{" WARNING ",\"open\":[\"source.origin\"],\"close\":[\"source.*\"]}"), TOCSIN_OK);
	assert_false(field("source.origin")->open);
	bad("{" WARNING ",\"close\":[\"source.method\"]}", "no field source.method to close");
	bad("{" WARNING ",\"open\":[\"\"]}", "to open");
}

TEST(urgency_comes_from_the_fields)
{
	assert_int_equal(take("{\"kind\":\"warning\",\"fields\":{\"threat.summary\":\"x\",\"handling.tlp\":\"red\","
			      "\"urgency\":\"imminent\"}}"),
		TOCSIN_OK);
	assert_int_equal(request.item[0].urgency, 0);
	assert_int_equal(take("{\"kind\":\"record\",\"fields\":{\"record.type\":\"call\",\"text\":\"x\"}}"), TOCSIN_OK);
	assert_int_equal(request.item[0].urgency, 2);
}

TEST(what_is_missing_is_named)
{
	bad("{}", "kind is missing");
	bad("{\"kind\":\"warning\"}", "fields is missing");
	bad("{\"kind\":\"gossip\",\"fields\":{}}", "gossip");
	bad("{\"kind\":\"warning\",\"fields\":{}}", "threat.summary");
	bad("{\"kind\":\"warning\",\"fields\":{\"threat.summary\":\"x\",\"handling.tlp\":\"pink\"}}", "handling.tlp");
}

TEST(items_stand_alone_and_a_fault_names_its_item)
{
	assert_int_equal(take("{\"items\":[{" WARNING "},{" WARNING "}]}"), TOCSIN_OK);
	assert_true(request.many);
	assert_int_equal(request.n, 2);
	bad("{\"items\":[{" WARNING "}],\"kind\":\"warning\"}", "stands alone");
	bad("{\"items\":[{" WARNING "},{\"kind\":\"warning\"}]}", "item 2: fields");
	bad("{\"items\":[{" WARNING ",\"too\":1}]}", "item 1: there is no member called too");
	bad("{\"items\":[{" WARNING ",\"close\":[1]}]}", "item 1: close");
	bad("{\"items\":[{\"items\":[{" WARNING "}]}]}", "item 1: items cannot hold items");
}

TEST(more_items_than_the_limit_are_bad)
{
	json_t *list = json_array(), *o = json_object();
	for (int i = 0; i < REQUEST_ITEMS; i++)
		json_array_append_new(list, json_loads("{" WARNING "}", 0, NULL));
	json_object_set_new(o, "items", list);
	assert_int_equal(request_read(o, 0, no_files, NULL, a, &request), TOCSIN_OK);
	assert_int_equal(request.n, REQUEST_ITEMS);
	json_array_append_new(list, json_loads("{" WARNING "}", 0, NULL));
	assert_int_equal(request_read(o, 0, no_files, NULL, a, &request), TOCSIN_BAD);
	json_decref(o);
}

TEST(an_arena_that_is_full_is_a_fault_and_no_crash)
{
	for (size_t room = 64; room < 40000; room += 997) {
		struct arena *small = arena_new(room);
		assert_non_null(small);
		json_t *o = json_loads("{" WARNING ",\"re\":[\"00\"]}", 0, NULL);
		enum tocsin_err err = request_read(o, 0, no_files, NULL, small, &request);
		assert_true(err == TOCSIN_OK || err == TOCSIN_BAD);
		json_decref(o);
		arena_free(small);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_statement_alone_is_one_item, up, down),
		cmocka_unit_test_setup_teardown(
			lines_are_opened_and_closed_by_name_and_close_has_the_last_word, up, down),
		cmocka_unit_test_setup_teardown(urgency_comes_from_the_fields, up, down),
		cmocka_unit_test_setup_teardown(what_is_missing_is_named, up, down),
		cmocka_unit_test_setup_teardown(items_stand_alone_and_a_fault_names_its_item, up, down),
		cmocka_unit_test_setup_teardown(more_items_than_the_limit_are_bad, up, down),
		cmocka_unit_test_setup_teardown(an_arena_that_is_full_is_a_fault_and_no_crash, up, down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
