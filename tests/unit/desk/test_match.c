#include "clocked.h"

#include "desk/lead.h"
#include "desk/match.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct body_field ivan[] = {
	{ "threat.summary", VALUE("\"he plans an attack\""), true },
	{ "subject.name", VALUE("\"PETROV, Ivan\""), true },
};

static void follow(struct home *h)
{
	size_t done;
	enum tocsin_err err;
	do {
		err = follow_some(&h->desk, 1000, &done);
		assert_true(err == TOCSIN_OK || err == TOCSIN_LATER);
	} while (done > 0 || err == TOCSIN_LATER);
}

static void work(struct home *h)
{
	int64_t next;
	bool issued;
	ok(match_work(&h->desk, clock_now(), &next, &issued));
}

static void tip(struct home *h, struct guest *g)
{
	struct statement s;
	struct issue_result r;
	guest_says(h, g, "warning", NULL, 0, &s);
	guest_stored(h, g, &s, ivan, 2, 0, &r);
	follow(h);
}

/* The tag of the name that FROM sends to TO. */
static void tag_of(const char *from, const char *to, char hex[2 * SHA256_SIZE + 1])
{
	uint8_t key[MATCH_KEY], directed[MATCH_KEY];
	char text[200];
	struct hash tag;
	assert_true(hex_decode(bytes_str(KEY), key, sizeof key));
	int n = snprintf(text, sizeof text, "match %s %s", from, to);
	crypto_auth_hmacsha256(directed, (const unsigned char *)text, (size_t)n, key);
	subject_tag(directed, BYTES_LIT("ivan petrov"), &tag);
	hex_encode(tag.b, SHA256_SIZE, hex);
}

/* G names TAG among N tags under the key ID. */
static void names(struct home *h, struct guest *g, const char *id, const char *tag, int n)
{
	char list[2000] = "[", key[64];
	struct statement s;
	struct issue_result r;
	size_t at = 1;
	for (int i = 0; i < n; i++)
		if (i == n - 1)
			at += (size_t)snprintf(list + at, sizeof list - at, "%s\"%s\"", i > 0 ? "," : "", tag);
		else
			at += (size_t)snprintf(list + at, sizeof list - at, "%s\"%064x\"", i > 0 ? "," : "", (unsigned)i);
	snprintf(list + at, sizeof list - at, "]");
	snprintf(key, sizeof key, "\"%s\"", id);
	const struct body_field field[] = { { "match.key", bytes_str(key), true }, { "match.tags", bytes_str(list), true } };
	guest_says(h, g, "match", NULL, 0, &s);
	guest_stored(h, g, &s, field, 2, 0, &r);
	follow(h);
}

/* With whom the one lead is matched; the caller frees it. */
static json_t *matches(struct home *h)
{
	struct snapshot *r;
	int64_t before = 0;
	json_t *items = NULL, *lead = NULL;
	ok(snapshot_open(h->desk.store, &r));
	ok(leads_list(r, view_node(), true, false, 10, &before, &items));
	assert_int_equal(json_array_size(items), 1);
	before = 0;
	ok(lead_show(&h->desk, r, view_node(), json_string_value(json_object_get(json_array_get(items, 0), "id")), 100, &before, &lead));
	snapshot_close(r);
	json_t *out = json_incref(json_object_get(lead, "matches"));
	json_decref(lead);
	json_decref(items);
	return out;
}

static void matched_with(struct home *h, const char *name)
{
	json_t *m = matches(h);
	assert_int_equal(json_array_size(m), name != NULL);
	if (name != NULL)
		assert_string_equal(json_string_value(json_object_get(json_array_get(m, 0), "with")), name);
	json_decref(m);
}

/* Two partners with the same key, and its id. */
static void begin(struct home *h, struct guest *south, struct guest *west, char id[MATCH_KEY_ID + 1])
{
	json_t *o;
	clock_set(T0);
	people(h);
	guest_meets(h, south, "south.example");
	guest_meets(h, west, "west.example");
	ok(match_agree(&h->desk, view_node(), "south.example", KEY));
	ok(match_agree(&h->desk, view_node(), "west.example", KEY));
	ok(match_about(&h->desk, "south.example", &o));
	snprintf(id, MATCH_KEY_ID + 1, "%s", json_string_value(json_object_get(o, "key")));
	json_decref(o);
}

HOME_TEST(tags_that_are_sent_on_by_a_third_node_or_sent_back_match_nothing)
{
	struct home *h = *state;
	struct guest south, west;
	char id[MATCH_KEY_ID + 1], theirs[2 * SHA256_SIZE + 1], ours[2 * SHA256_SIZE + 1];
	begin(h, &south, &west, id);
	tag_of("south.example", HOME, theirs);
	tag_of(HOME, "south.example", ours);
	tip(h, &west);
	names(h, &west, id, theirs, MATCH_TAGS);
	names(h, &west, id, ours, MATCH_TAGS);
	names(h, &south, id, ours, MATCH_TAGS);
	matched_with(h, NULL);
	names(h, &south, "0123456789abcdef", theirs, MATCH_TAGS);
	names(h, &south, id, theirs, MATCH_TAGS - 1);
	matched_with(h, NULL);
	names(h, &south, id, theirs, MATCH_TAGS);
	matched_with(h, "south.example");
	guest_free(&south);
	guest_free(&west);
}

HOME_TEST(what_a_partner_named_meets_a_lead_that_comes_later_and_a_key_that_comes_later)
{
	struct home *h = *state;
	struct guest south, west;
	char id[MATCH_KEY_ID + 1], theirs[2 * SHA256_SIZE + 1];
	begin(h, &south, &west, id);
	tag_of("south.example", HOME, theirs);
	names(h, &south, id, theirs, MATCH_TAGS);
	tip(h, &west);
	matched_with(h, "south.example");
	names(h, &west, id, theirs, MATCH_TAGS);
	ok(match_end(&h->desk, view_node(), "west.example"));
	fails(match_end(&h->desk, view_node(), "west.example"), TOCSIN_MISSING, "no matching key");
	tag_of("west.example", HOME, theirs);
	names(h, &west, id, theirs, MATCH_TAGS);
	matched_with(h, "south.example");
	ok(match_agree(&h->desk, view_node(), "west.example", KEY));
	work(h);
	json_t *m = matches(h);
	assert_int_equal(json_array_size(m), 2);
	json_decref(m);
	guest_free(&south);
	guest_free(&west);
}

HOME_TEST(a_key_is_shared_with_a_confirmed_partner_only_and_the_same_one_again_changes_nothing)
{
	struct home *h = *state;
	struct guest south, west;
	char id[MATCH_KEY_ID + 1];
	begin(h, &south, &west, id);
	ok(match_agree(&h->desk, view_node(), "south.example", KEY));
	fails(match_agree(&h->desk, view_node(), "south.example", "abc"), TOCSIN_BAD, "64 hex digits");
	fails(match_agree(&h->desk, view_node(), "nobody.example", KEY), TOCSIN_MISSING, "not a partner");
	home_state(h, "south.example", "unconfirmed");
	fails(match_agree(&h->desk, view_node(), "south.example", KEY), TOCSIN_REFUSED, "match.confirmed");
	guest_free(&south);
	guest_free(&west);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(tags_that_are_sent_on_by_a_third_node_or_sent_back_match_nothing),
		home_test(what_a_partner_named_meets_a_lead_that_comes_later_and_a_key_that_comes_later),
		home_test(a_key_is_shared_with_a_confirmed_partner_only_and_the_same_one_again_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
