/* A subject's way to be corrected or deleted: who decides, who is told, and what is found. */
#include "home.h"

#include "desk/correction.h"
#include "desk/follow.h"
#include "desk/forget.h"
#include "desk/keep.h"

static const struct view dora = { .account = "dora", .roles = ROLE_PROTECTION, .everything = true };
static const struct view rita = { .account = "rita", .roles = ROLE_RELEASER, .everything = true };
static const struct view blind = { .account = "blind", .roles = ROLE_PROTECTION, .unit = "desk" };

static void follow_all(struct home *h)
{
	size_t done;
	do
		ok(follow_some(&h->desk, 1000, &done));
	while (done > 0);
}

static void keep_all(struct home *h)
{
	int64_t next;
	bool more;
	do
		ok(keep_work(&h->desk, clock_now(), &next, &more));
	while (more);
	follow_all(h);
}

/* A case about NAME. */
static void opened(struct home *h, const char *name, char id[CORRECTION_ID + 1])
{
	json_t *names = json_pack("[s]", name), *out;
	ok(correction_open(&h->desk, &dora, &(struct correction_ask) { .who = "the person", .checked = "passport", .asks = "delete",
		.names = names }, &out));
	snprintf(id, CORRECTION_ID + 1, "%s", json_string_value(json_object_get(out, "id")));
	json_decref(out);
	json_decref(names);
	follow_all(h);
}

/* Proposes WHAT about R; the proposal's id. */
static enum tocsin_err proposed(struct home *h, const char *id, const struct hash *statement, const char *what, char item[CORRECTION_ID + 1])
{
	char hex[2 * SHA256_SIZE + 1];
	json_t *out = NULL, *fields = strcmp(what, "correct") == 0 ? json_pack("{s:s}", "threat.summary", "a car, and no bomb") : NULL;
	hex_encode(statement->b, SHA256_SIZE, hex);
	enum tocsin_err err = correction_propose(&h->desk, &dora, id, &(struct correction_proposal) { .statement = hex, .what = what,
		.reason = "it is not true", .fields = fields }, &out);
	const json_t *items = json_object_get(out, "items");
	if (err == TOCSIN_OK)
		snprintf(item, CORRECTION_ID + 1, "%s",
			json_string_value(json_object_get(json_array_get(items, json_array_size(items) - 1), "id")));
	json_decref(out);
	json_decref(fields);
	return err;
}

static enum tocsin_err agree(struct home *h, const struct view *v, const char *item)
{
	json_t *out = NULL;
	enum tocsin_err err = correction_agree(&h->desk, v, item, &out);
	json_decref(out);
	return err;
}

static size_t found(struct home *h, const char *id)
{
	json_t *out = NULL;
	size_t n = 0;
	int64_t before = 0;
	do {
		ok(correction_find(&h->desk, &dora, id, &before, &out));
		n += json_array_size(out);
		json_decref(out);
	} while (before != 0);
	return n;
}

static size_t statements(struct home *h)
{
	return (size_t)last_num(h);
}

/* A warning of G's with SUMMARY. */
static void told(struct home *h, struct guest *g, const char *summary, struct issue_result *r)
{
	struct body_field field = { "threat.summary", bytes_str(summary), true };
	guest_writes(h, g, "warning", NULL, &field, r);
	follow_all(h);
}

HOME_TEST(what_names_the_subject_in_any_order_or_case_is_found_and_nothing_else)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[CORRECTION_ID + 1];
	guest_meets(h, &g, "south.example");
	told(h, &g, "\"they look for KOWALSKI, Jan\"", &r);
	told(h, &g, "\"they look for Kowalska and for Jane\"", &r);
	told(h, &g, "\"Jan of nowhere\"", &r);
	opened(h, "Jan Kowalski", id);
	assert_int_equal(found(h, id), 1);
	guest_free(&g);
}

HOME_TEST(a_second_person_agrees_once_and_not_who_proposed)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[CORRECTION_ID + 1], item[CORRECTION_ID + 1], again[CORRECTION_ID + 1];
	guest_meets(h, &g, "south.example");
	told(h, &g, "\"they look for Jan Kowalski\"", &r);
	opened(h, "Jan Kowalski", id);
	ok(proposed(h, id, &r.id, "restrict", item));
	fails(proposed(h, id, &r.id, "delete", again), TOCSIN_REFUSED, "proposed already");
	fails(agree(h, &dora, item), TOCSIN_REFUSED, "rule correction.two-people");
	json_t *out = NULL;
	fails(correction_close(&h->desk, &dora, id, false, &out), TOCSIN_REFUSED, "rule correction.undecided");
	ok(agree(h, &rita, item));
	fails(agree(h, &rita, item), TOCSIN_REFUSED, "decided already");
	fails(correction_refuse(&h->desk, &rita, item, "no", &out), TOCSIN_REFUSED, "decided already");
	ok(correction_close(&h->desk, &dora, id, false, &out));
	json_decref(out);
	fails(proposed(h, id, &r.id, "delete", again), TOCSIN_REFUSED, "rule correction.closed");
	guest_free(&g);
}

HOME_TEST(its_author_is_told_once_whatever_is_done_again)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[CORRECTION_ID + 1], item[CORRECTION_ID + 1];
	guest_meets(h, &g, "south.example");
	told(h, &g, "\"they look for Jan Kowalski\"", &r);
	opened(h, "Jan Kowalski", id);
	ok(proposed(h, id, &r.id, "correct", item));
	size_t before = statements(h);
	ok(agree(h, &rita, item));
	keep_all(h);
	assert_int_equal(statements(h), before + 1);
	keep_all(h);
	home_again(h);
	keep_all(h);
	assert_int_equal(statements(h), before + 1);
	struct stored st;
	stored_read(h, last_num(h), &st);
	assert_string_equal(st.row.kind, "record");
	assert_string_equal(st.row.peer, "south.example");
	assert_memory_equal(&st.s.re[0], &r.id, sizeof r.id);
	arena_free(st.arena);
	guest_free(&g);
}

HOME_TEST(our_own_is_withdrawn_and_forgotten_unless_it_is_held)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct stored st;
	char id[CORRECTION_ID + 1], item[CORRECTION_ID + 1];
	json_t *out;
	ok(policy_set(&h->desk, view_node(), "forget.wait", "0s"));
	ok(policy_set(&h->desk, view_node(), "retract.two-people", "yes"));
	guest_meets(h, &g, "south.example");
	issue_warning(h, "south.example", &r);
	struct change *c = change_new();
	change_outbox_done(c, r.num);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	opened(h, "somebody", id);
	stored_read(h, r.num, &st);
	ok(hold_put(&h->desk, &dora, &st.row, "court order 12", &out));
	json_decref(out);
	ok(proposed(h, id, &r.id, "delete", item));
	size_t before = statements(h);
	fails(agree(h, &rita, item), TOCSIN_REFUSED, "rule forget.hold");
	keep_all(h);
	assert_int_equal(statements(h), before);
	ok(hold_release(&h->desk, &dora, &st.row, &out));
	json_decref(out);
	arena_free(st.arena);
	ok(agree(h, &rita, item));
	keep_all(h);
	assert_int_equal(statements(h), before + 1);
	struct stored retraction;
	stored_read(h, last_num(h), &retraction);
	assert_string_equal(retraction.row.kind, "retraction");
	arena_free(retraction.arena);
	struct arena *a = arena_new(1u << 20);
	struct snapshot *read;
	struct statement_row row;
	ok(snapshot_open(h->desk.store, &read));
	ok(statement_by_num(read, r.num, a, &row));
	assert_true((row.marks & STATEMENT_MARK_FORGOTTEN) != 0);
	snapshot_close(read);
	arena_free(a);
	guest_free(&g);
}

HOME_TEST(who_does_not_see_the_case_is_told_what_is_told_of_none)
{
	struct home *h = *state;
	char id[CORRECTION_ID + 1], other[200], seen[200];
	json_t *out = NULL;
	opened(h, "Jan Kowalski", id);
	fails(correction_show(&h->desk, &blind, id, &out), TOCSIN_MISSING, "there is no case");
	snprintf(seen, sizeof seen, "%s", fail_sentence());
	fails(correction_show(&h->desk, &blind, "0123456789abcdef", &out), TOCSIN_MISSING, "there is no case");
	snprintf(other, sizeof other, "%s", fail_sentence());
	assert_int_equal(strlen(seen), strlen(other));
	int64_t before = 0;
	fails(correction_find(&h->desk, &blind, id, &before, &out), TOCSIN_MISSING, "there is no case");
}

HOME_TEST(a_discreet_reply_is_the_same_whether_anything_is_held_or_not)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	char id[2][CORRECTION_ID + 1], item[CORRECTION_ID + 1];
	json_t *out[2];
	guest_meets(h, &g, "south.example");
	told(h, &g, "\"they look for Jan Kowalski\"", &r);
	opened(h, "Jan Kowalski", id[0]);
	opened(h, "Zbigniew Nikt", id[1]);
	ok(proposed(h, id[0], &r.id, "delete", item));
	ok(agree(h, &rita, item));
	for (int i = 0; i < 2; i++) {
		ok(correction_close(&h->desk, &dora, id[i], true, &out[i]));
		json_decref(out[i]);
		ok(correction_reply(&h->desk, &dora, id[i], &out[i]));
	}
	const char *a = json_string_value(json_object_get(out[0], "text")), *b = json_string_value(json_object_get(out[1], "text"));
	assert_int_equal(strlen(a), strlen(b));
	assert_string_equal(strchr(a, '\n'), strchr(b, '\n'));
	json_decref(out[0]);
	json_decref(out[1]);
	guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(what_names_the_subject_in_any_order_or_case_is_found_and_nothing_else),
		home_test(a_second_person_agrees_once_and_not_who_proposed),
		home_test(its_author_is_told_once_whatever_is_done_again),
		home_test(our_own_is_withdrawn_and_forgotten_unless_it_is_held),
		home_test(who_does_not_see_the_case_is_told_what_is_told_of_none),
		home_test(a_discreet_reply_is_the_same_whether_anything_is_held_or_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
