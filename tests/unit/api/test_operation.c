#include "../test.h"

#include "api/operation.h"

static const struct api_operation *row(enum api_id id)
{
	for (size_t i = 0; api_each(i) != NULL; i++)
		if (api_each(i)->id == id)
			return api_each(i);
	return NULL;
}

TEST(every_operation_is_there_once_and_is_found_by_its_own_path)
{
	size_t n = 0;
	for (; api_each(n) != NULL; n++) {
		const struct api_operation *op = api_each(n), *found;
		struct api_match m;
		char path[200];
		assert_ptr_equal(row(op->id), op);
		/* {name} replaced by something. */
		const char *brace = strchr(op->path, '{');
		if (brace == NULL)
			snprintf(path, sizeof path, "%s", op->path);
		else
			snprintf(path, sizeof path, "%.*ssome.thing%s", (int)(brace - op->path), op->path,
				strchr(brace, '}') + 1);
		assert_int_equal(api_find(op->method, path, &found, &m), TOCSIN_OK);
		assert_ptr_equal(found, op);
		assert_string_equal(m.parameter, brace == NULL ? "" : "some.thing");
		/* What it answers is told: members, or another type than JSON. */
		assert_true((op->answer == NULL) == (op->answer_type != NULL));
		assert_true(op->body == BODY_JSON || op->fields->name == NULL);
		assert_true((op->body == BODY_NONE) == (op->body_max == 0));
		assert_true(strcmp(op->method, "GET") != 0 || op->token == TOKEN_READ);
		/* Whoever may only read may log in and out. */
		assert_true(strcmp(op->method, "GET") == 0 || op->token != TOKEN_READ || op->id == API_LOGIN || op->id == API_LOGOUT);
	}
	assert_int_equal(n, API_COUNT);
}

TEST(a_path_is_matched_whole)
{
	const struct api_operation *op;
	struct api_match m;
	static const char *const nothing[] = { "", "/api", "/api/v1/", "/api/v1/status/", "/api/v1/statusx",
		"/api/v1/partners/", "/api/v1/partners//confirm", "/api/v1/partners/a/confirmx", "/api/v1/partners/a/",
		"/api/v1/statements/a/evidence/b", "//", "/api/v1/{name}x" };
	for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
		assert_int_equal(api_find("GET", nothing[i], &op, &m), TOCSIN_MISSING);
	assert_int_equal(api_find("PATCH", "/api/v1/status", &op, &m), TOCSIN_BAD);
	assert_int_equal(api_find("get", "/api/v1/status", &op, &m), TOCSIN_BAD);
}

TEST(a_parameter_has_a_limit)
{
	const struct api_operation *op;
	struct api_match m;
	char path[API_PARAMETER + 100] = "/api/v1/partners/";
	size_t n = strlen(path);
	memset(path + n, 'a', API_PARAMETER - 1);
	assert_int_equal(api_find("GET", path, &op, &m), TOCSIN_OK);
	assert_int_equal(strlen(m.parameter), API_PARAMETER - 1);
	memset(path + n, 'a', API_PARAMETER);
	assert_int_equal(api_find("GET", path, &op, &m), TOCSIN_MISSING);
}

static enum tocsin_err body(enum api_id id, const char *text)
{
	json_t *j = NULL;
	assert_int_equal(json_parse(bytes_str(text), 65536, "a test", &j), TOCSIN_OK);
	enum tocsin_err err = api_check_body(row(id), j);
	json_decref(j);
	return err;
}

TEST(a_body_has_the_members_of_the_table_and_no_others)
{
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":0}"), TOCSIN_OK);
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":64}"), TOCSIN_OK);
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":65}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":-1}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":1.0}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":null}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_QUORUM, "{}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_QUORUM, "{\"k\":1,\"l\":1}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_QUORUM, "[1]"), TOCSIN_BAD);
	assert_int_equal(body(API_CARD_NEXT, "{\"rotate\":true,\"url\":[],\"duty\":[\"x\"]}"), TOCSIN_OK);
	assert_int_equal(body(API_CARD_NEXT, "{\"rotate\":1}"), TOCSIN_BAD);
	assert_int_equal(body(API_CARD_NEXT, "{\"url\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}"), TOCSIN_BAD);
	assert_int_equal(body(API_CARD_NEXT, "{\"url\":[[]]}"), TOCSIN_BAD);
	assert_int_equal(body(API_CARD_NEXT, "{\"url\":\"x\"}"), TOCSIN_BAD);
	assert_int_equal(body(API_PARTNER_DISTRUST, "{\"reason\":\"\"}"), TOCSIN_BAD);
	assert_int_equal(body(API_CLOCK, "{\"now\":\"2024-03-06T09:12:00Z\"}"), TOCSIN_OK);
	assert_int_equal(body(API_CLOCK, "{\"now\":\"2024-03-06T09:12:00\"}"), TOCSIN_BAD);
	assert_string_equal(fail_sentence(), "now must be a time as 2024-03-06T09:12:00Z");
	assert_int_equal(body(API_ISSUE, "{\"fields\":[]}"), TOCSIN_BAD);
	assert_int_equal(body(API_ISSUE, "{\"items\":[{},1]}"), TOCSIN_BAD);
	assert_int_equal(body(API_STATUS, "{}"), TOCSIN_OK);
	assert_int_equal(body(API_STATUS, "{\"a\":1}"), TOCSIN_BAD);
}

TEST(a_query_parameter_is_checked_by_its_type)
{
	const struct api_field *limit = row(API_STATEMENTS)->query;
	int64_t v;
	while (strcmp(limit->name, "limit") != 0)
		limit++;
	assert_int_equal(api_check_query(limit, NULL, 100, &v), TOCSIN_OK);
	assert_int_equal(v, 100);
	assert_int_equal(api_check_query(limit, "1000", 100, &v), TOCSIN_OK);
	assert_int_equal(v, 1000);
	static const char *const bad[] = { "", "0", "1001", "-1", "+1", " 1", "1 ", "1e3", "0x1",
		"99999999999999999999999" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(api_check_query(limit, bad[i], 100, &v), TOCSIN_BAD);
}

TEST(each_failure_has_its_status)
{
	assert_int_equal(api_status(NULL, TOCSIN_BAD), 400);
	assert_int_equal(api_status(NULL, TOCSIN_REFUSED), 403);
	assert_int_equal(api_status(row(API_PARTNER_ADD), TOCSIN_REFUSED), 409);
	assert_int_equal(api_status(NULL, TOCSIN_MISSING), 404);
	assert_int_equal(api_status(NULL, TOCSIN_LATER), 503);
	assert_int_equal(api_status(NULL, TOCSIN_OFFLINE), 502);
	assert_int_equal(api_status(NULL, TOCSIN_BROKEN), 500);
}

TEST(a_problem_is_json_also_when_its_sentence_is_no_text)
{
	struct buf out;
	json_t *j = NULL;
	buf_init(&out, 4096);
	api_problem(&out, 400, TOCSIN_BAD, "half a letter: \xc3");
	assert_int_equal(json_parse(buf_bytes(&out), 4096, "a problem", &j), TOCSIN_OK);
	assert_string_equal(json_string_value(json_object_get(j, "code")), "bad");
	assert_int_equal(json_integer_value(json_object_get(j, "status")), 400);
	assert_true(json_is_string(json_object_get(j, "detail")));
	json_decref(j);
	buf_free(&out);
}

TEST(the_table_describes_itself)
{
	json_t *j = api_describe();
	assert_int_equal(json_array_size(json_object_get(j, "items")), API_COUNT);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_is_there_once_and_is_found_by_its_own_path),
		cmocka_unit_test(a_path_is_matched_whole),
		cmocka_unit_test(a_parameter_has_a_limit),
		cmocka_unit_test(a_body_has_the_members_of_the_table_and_no_others),
		cmocka_unit_test(a_query_parameter_is_checked_by_its_type),
		cmocka_unit_test(each_failure_has_its_status),
		cmocka_unit_test(a_problem_is_json_also_when_its_sentence_is_no_text),
		cmocka_unit_test(the_table_describes_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
