#include "desk/clocked.h"

#include <pthread.h>

/* ---- one clock ---- */

HOME_TEST(a_clock_has_the_period_of_its_urgency_and_its_owner_is_reminded_once)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_REPLY_BY, 5, 0);
	people(h);
	assert_int_equal(next_at(h), INT64_MAX);
	starts(h, &s);
	says(h, 5, "reply-by", "due_at", "2026-01-01T08:00:00Z");
	assert_int_equal(next_at(h), T0 + 6 * HOUR);
	assert_int_equal(fires(h, T0 + 6 * HOUR - 1), 0);
	assert_int_equal(fires(h, T0 + 6 * HOUR), 1);
	assert_int_equal(fires(h, T0 + 7 * HOUR), 0);
	assert_int_equal(pages_to(h, "anna").all, 1);
	assert_string_equal(pages_to(h, "anna").what, "clock reminder: reply-by");
	assert_true(pages_to(h, "anna").life);
	assert_int_equal(events_of(h, "clock reminder"), 1);
	says(h, 5, "reply-by", "state", "running");
	ends(h, CLOCK_REPLY_BY, 5, "met", T0 + 7 * HOUR);
	says(h, 5, "reply-by", "state", "met");
	says(h, 5, "reply-by", "ended_at", "2026-01-01T07:00:00Z");
	assert_int_equal(pages_to(h, "anna").stopped, 1);
	assert_int_equal(next_at(h), INT64_MAX);
	assert_int_equal(fires(h, T0 + 9 * DAY), 0);
}

HOME_TEST(a_miss_goes_up_the_chain_one_after_the_other_until_nobody_is_left)
{
	struct home *h = *state;
	static const char *const chain[] = { "anna", "carl", "dora", "rita", "adam" };
	struct clock_start s = start_of(CLOCK_OPENING, 5, 1);
	people(h);
	s.due_at = T0 + HOUR;
	starts(h, &s);
	fires(h, T0 + 50 * MINUTE);
	int64_t at = T0 + HOUR;
	for (size_t i = 0; i < 5; i++, at += 30 * MINUTE) {
		assert_int_equal(next_at(h), at);
		assert_int_equal(fires(h, at - 1), 0);
		assert_int_equal(fires(h, at), 1);
		assert_string_equal(pages_to(h, chain[i]).what, i == 0 ? "clock missed: opening" : "clock escalated: opening");
	}
	assert_int_equal(fires(h, at), 1);
	assert_int_equal(fires(h, at + 100 * DAY), 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(pages_to(h, chain[i]).all, i == 0 ? 2 : 1);
	assert_int_equal(pages_to(h, "lost").all + pages_to(h, "omar").all, 0);
	assert_int_equal(events_of(h, "clock missed"), 1);
	assert_int_equal(events_of(h, "clock escalated"), 4);
	assert_int_equal(events_of(h, "clock unanswered"), 1);
	says(h, 5, "opening", "state", "missed");
	says(h, 5, "opening", "why", "nobody has opened it");
	says(h, 5, "opening", "ended_at", "");
}

HOME_TEST(of_what_is_imminent_duty_officers_are_told_between_releasing_officers_and_administrators)
{
	struct home *h = *state;
	static const char *const chain[] = { "anna", "carl", "dora", "rita", "zora", "adam" };
	people(h);
	sql(h, ACCOUNT("zora", "8", "desk", "4", "active"));
	struct clock_start s = start_of(CLOCK_OPENING, 5, 0);
	starts(h, &s);
	for (size_t i = 0; i < 6; i++) {
		for (int64_t at = next_at(h); pages_to(h, chain[i]).all < (i == 0 ? 2u : 1u); at = next_at(h))
			assert_int_equal(fires(h, at), 1);
		for (size_t k = i + 1; k < 6; k++)
			assert_int_equal(pages_to(h, chain[k]).all, 0);
	}
	s = start_of(CLOCK_OPENING, 6, 1);
	starts(h, &s);
	for (int64_t at = T0; at < T0 + 20 * HOUR; at += 10 * MINUTE)
		fires(h, at);
	assert_int_equal(pages_to(h, "adam").all, 2);
	assert_int_equal(pages_to(h, "zora").all, 1);
}

HOME_TEST(who_may_not_know_of_it_is_not_in_the_chain)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 0);
	people(h);
	s.compartment = "alpha";
	starts(h, &s);
	for (int64_t at = T0; at < T0 + DAY; at += MINUTE)
		fires(h, at);
	assert_int_equal(pages_to(h, "anna").all, 2);
	assert_int_equal(pages_to(h, "dora").all, 1);
	assert_int_equal(pages_to(h, "carl").all + pages_to(h, "rita").all + pages_to(h, "adam").all, 0);
}

HOME_TEST(whoever_deputises_for_a_releasing_officer_is_in_the_chain_while_that_lasts)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 0);
	people(h);
	/* To zora, of this unit, from rita; to yuri it has ended; xena has it of somebody of another unit. */
	sql(h, ACCOUNT("zora", "8", "desk", "1", "active") ACCOUNT("yuri", "9", "desk", "1", "active")
		ACCOUNT("xena", "10", "desk", "1", "active") ACCOUNT("olga", "11", "other", "2", "active")
		"INSERT INTO delegation VALUES (1,'d1','rita','zora',2,'ill',0,1767225600000000 + 86400000000,0);"
		"INSERT INTO delegation VALUES (2,'d2','rita','yuri',2,'ill',0,1767225600000000 + 86400000000,1);"
		"INSERT INTO delegation VALUES (3,'d3','olga','xena',2,'ill',0,1767225600000000 + 86400000000,0);");
	clock_set(T0);
	starts(h, &s);
	for (int64_t at = T0; at < T0 + 3 * HOUR; at += MINUTE) {
		clock_set(at);
		fires(h, at);
	}
	assert_int_equal(pages_to(h, "rita").all, 1);
	assert_int_equal(pages_to(h, "zora").all, 1);
	assert_int_equal(pages_to(h, "yuri").all + pages_to(h, "xena").all + pages_to(h, "olga").all, 0);
	assert_int_equal(pages_to(h, "adam").all, 1);
	clock_unset();
}

HOME_TEST(who_leaves_or_joins_the_chain_makes_nobody_else_be_left_out_or_told_twice)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 1);
	people(h);
	s.due_at = T0 + HOUR;
	starts(h, &s);
	fires(h, T0 + HOUR);
	fires(h, T0 + HOUR + 30 * MINUTE);
	assert_int_equal(pages_to(h, "carl").all, 1);
	sql(h, "DELETE FROM escalation WHERE account = 'carl';");
	fires(h, T0 + 2 * HOUR);
	assert_int_equal(pages_to(h, "dora").all, 1);
	sql(h, ACCOUNT("zora", "8", "desk", "4", "active") "INSERT INTO escalation VALUES ('desk',0,'zora'),('desk',1,'carl');");
	for (int64_t at = T0 + 2 * HOUR; at < T0 + 9 * HOUR; at += 10 * MINUTE)
		fires(h, at);
	assert_int_equal(pages_to(h, "zora").all, 1);
	assert_int_equal(pages_to(h, "carl").all, 1);
	assert_int_equal(pages_to(h, "dora").all, 1);
	assert_int_equal(pages_to(h, "rita").all, 1);
	assert_int_equal(pages_to(h, "adam").all, 1);
	assert_int_equal(events_of(h, "clock unanswered"), 1);
}

HOME_TEST(without_an_owner_the_first_of_the_chain_has_it_and_without_anybody_it_is_told_all_the_same)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 0);
	s.owner = "";
	s.unit = "nobody";
	people(h);
	starts(h, &s);
	s.unit = "desk";
	s.statement = 6;
	starts(h, &s);
	says(h, 5, "opening", "owner", "");
	says(h, 6, "opening", "owner", "carl");
	fires(h, T0 + DAY);
	assert_int_equal(events_of(h, "clock missed"), 2);
	assert_int_equal(pages_to(h, "carl").all, 1);
}

HOME_TEST(what_ends_in_time_is_met_and_what_ends_late_is_missed_whoever_was_quicker)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_REPLY_BY, 1, 1);
	people(h);
	for (s.statement = 1; s.statement <= 4; s.statement++) {
		s.due_at = T0 + HOUR;
		starts(h, &s);
	}
	/* 1 and 2 before the miss is told, 3 and 4 after it. */
	ends(h, CLOCK_REPLY_BY, 1, "met", T0 + HOUR);
	ends(h, CLOCK_REPLY_BY, 2, "met", T0 + HOUR + 1);
	fires(h, T0 + HOUR);
	ends(h, CLOCK_REPLY_BY, 3, "met", T0 + HOUR);
	ends(h, CLOCK_REPLY_BY, 4, "met", T0 + HOUR + 1);
	says(h, 1, "reply-by", "state", "met");
	says(h, 2, "reply-by", "state", "missed");
	says(h, 3, "reply-by", "state", "met");
	says(h, 4, "reply-by", "state", "missed");
	assert_int_equal(next_at(h), INT64_MAX);
	assert_int_equal(pages_to(h, "anna").stopped, pages_to(h, "anna").all);
	/* Ended once: frozen. */
	ends(h, CLOCK_REPLY_BY, 1, "void", T0 + 9 * DAY);
	says(h, 1, "reply-by", "state", "met");
	says(h, 1, "reply-by", "ended_at", "2026-01-01T01:00:00Z");
}

HOME_TEST(a_clock_that_is_put_back_makes_nothing_happen_again_and_one_put_forward_each_thing_once)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 0);
	people(h);
	starts(h, &s);
	assert_int_equal(fires(h, T0 + 400 * DAY), 1);
	assert_int_equal(pages_to(h, "anna").all, 1);
	assert_string_equal(pages_to(h, "anna").what, "clock missed: opening");
	assert_int_equal(fires(h, T0), 0);
	assert_int_equal(fires(h, T0 + 300 * DAY), 0);
	home_again(h);
	assert_int_equal(fires(h, T0 + 400 * DAY), 0);
	assert_int_equal(fires(h, T0 + 400 * DAY + 5 * MINUTE), 1);
	assert_int_equal(pages_to(h, "carl").all, 1);
}

HOME_TEST(acknowledging_stops_all_pages_and_the_clock_runs_on)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 1);
	struct view carl = view_of("carl", "desk", ROLE_DUTY, 1), omar = view_of("omar", "other", ROLE_DUTY, 3);
	people(h);
	s.due_at = T0 + HOUR;
	starts(h, &s);
	char id[17];
	snprintf(id, sizeof id, "%s", clock_says(h, 5, "opening", "id"));
	clock_set(T0 + 10 * MINUTE);
	fails(clocks_ack(&h->desk, &omar, id), TOCSIN_MISSING, "there is no clock");
	fails(clocks_ack(&h->desk, &omar, "0123456789abcdef"), TOCSIN_MISSING, "there is no clock");
	ok(clocks_ack(&h->desk, &carl, id));
	says(h, 5, "opening", "acked_by", "carl");
	/* No reminder any more, but what is missed is news. */
	assert_int_equal(fires(h, T0 + 59 * MINUTE), 0);
	fires(h, T0 + HOUR);
	fires(h, T0 + 90 * MINUTE);
	assert_int_equal(pages_to(h, "anna").all, 1);
	assert_int_equal(pages_to(h, "carl").all, 1);
	says(h, 5, "opening", "acked_by", "");
	ok(clocks_ack(&h->desk, &carl, id));
	assert_int_equal(pages_to(h, "anna").stopped, 1);
	assert_int_equal(pages_to(h, "carl").stopped, 1);
	assert_int_equal(fires(h, T0 + 9 * DAY), 0);
	assert_int_equal(pages_to(h, "dora").all, 0);
	says(h, 5, "opening", "state", "missed");
	ends(h, CLOCK_OPENING, 5, "met", T0 + 2 * HOUR);
	fails(clocks_ack(&h->desk, &carl, id), TOCSIN_REFUSED, "rule clock.ended");
	clock_unset();
}

HOME_TEST(whoever_was_paged_about_a_clock_sees_it_and_may_acknowledge_it)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 1);
	/* An administrator has no scopes. */
	struct view adam = view_of("adam", "desk", ROLE_ADMIN, 0);
	struct snapshot *r;
	json_t *list;
	int64_t due = 0, num = 0;
	people(h);
	s.due_at = T0 + HOUR;
	starts(h, &s);
	char id[17];
	snprintf(id, sizeof id, "%s", clock_says(h, 5, "opening", "id"));
	fails(clocks_ack(&h->desk, &adam, id), TOCSIN_MISSING, "there is no clock");
	for (int64_t at = T0; pages_to(h, "adam").all == 0; at += MINUTE)
		fires(h, at);
	ok(clocks_ack(&h->desk, &adam, id));
	says(h, 5, "opening", "acked_by", "adam");
	/* What is handed to it is in its list. */
	ok(clocks_hand(&h->desk, &adam, id, "adam"));
	ok(snapshot_open(h->desk.store, &r));
	ok(clocks_list(&h->desk, r, &adam, false, 100, &due, &num, &list));
	snapshot_close(r);
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
}

HOME_TEST(a_clock_is_handed_over_within_its_unit_only)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 1);
	struct view anna = view_of("anna", "desk", ROLE_ANALYST, 1);
	people(h);
	starts(h, &s);
	s.statement = 6;
	s.compartment = "alpha";
	starts(h, &s);
	char id[17], secret[17];
	snprintf(id, sizeof id, "%s", clock_says(h, 5, "opening", "id"));
	snprintf(secret, sizeof secret, "%s", clock_says(h, 6, "opening", "id"));
	ok(clocks_hand(&h->desk, &anna, id, "rita"));
	says(h, 5, "opening", "owner", "rita");
	assert_string_equal(pages_to(h, "rita").what, "clock handed over: opening");
	fails(clocks_hand(&h->desk, &anna, id, "omar"), TOCSIN_REFUSED, "rule clock.unit: omar is no active account");
	fails(clocks_hand(&h->desk, &anna, id, "lost"), TOCSIN_REFUSED, "rule clock.unit");
	fails(clocks_hand(&h->desk, &anna, id, "noone"), TOCSIN_REFUSED, "rule clock.unit");
	fails(clocks_hand(&h->desk, &anna, secret, "rita"), TOCSIN_REFUSED, "rule clock.unit");
	fails(clocks_hand(&h->desk, &anna, id, "ines"), TOCSIN_REFUSED, "rule clock.unit: ines has no role that holds clocks");
	fails(clocks_hand(&h->desk, &anna, id, "petra"), TOCSIN_REFUSED, "rule clock.unit: petra has no role");
	says(h, 5, "opening", "owner", "rita");
	ok(clocks_hand(&h->desk, &anna, secret, "dora"));
	struct change *c = change_new();
	clocks_move(c, "rita", "carl");
	ok(store_commit(h->desk.store, c, NULL, NULL));
	says(h, 5, "opening", "owner", "carl");
	says(h, 6, "opening", "owner", "dora");
}

struct racer {
	struct home *home;
	pthread_t thread;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	size_t done;
	do
		if (clocks_fire(&r->home->desk, T0 + DAY, 5, &done) != TOCSIN_OK)
			return r;
	while (done > 0);
	return NULL;
}

HOME_TEST(two_that_fire_at_the_same_time_do_each_step_once)
{
	struct home *h = *state;
	struct racer racer[2];
	people(h);
	for (int64_t i = 1; i <= 200; i++) {
		struct clock_start s = start_of(CLOCK_OPENING, i, 2);
		s.due_at = T0 + HOUR;
		starts(h, &s);
	}
	for (size_t i = 0; i < 2; i++) {
		racer[i].home = h;
		assert_int_equal(pthread_create(&racer[i].thread, NULL, race, &racer[i]), 0);
	}
	for (size_t i = 0; i < 2; i++) {
		void *failed;
		pthread_join(racer[i].thread, &failed);
		assert_null(failed);
	}
	assert_int_equal(events_of(h, "clock missed"), 200);
	assert_int_equal(pages_to(h, "anna").all, 200);
}

HOME_TEST(a_page_that_reached_nobody_goes_to_the_next_at_once)
{
	struct home *h = *state;
	struct clock_start s = start_of(CLOCK_OPENING, 5, 2);
	people(h);
	s.due_at = T0 + HOUR;
	starts(h, &s);
	fires(h, T0 + HOUR);
	assert_int_equal(fires(h, T0 + HOUR + 1), 0);
	struct snapshot *r;
	json_t *list;
	int64_t due = 0, num = 0;
	ok(snapshot_open(h->desk.store, &r));
	ok(clocks_list(&h->desk, r, view_node(), false, 1, &due, &num, &list));
	snapshot_close(r);
	json_decref(list);
	struct change *c = change_new();
	clocks_hurry(c, num, T0 + HOUR + 1);
	ok(store_commit(h->desk.store, c, NULL, NULL));
	assert_int_equal(fires(h, T0 + HOUR + 1), 1);
	assert_int_equal(pages_to(h, "carl").all, 1);
}

/* ---- lists ---- */

HOME_TEST(lists_hold_what_one_may_see_soonest_first_page_by_page)
{
	struct home *h = *state;
	struct view anna = view_of("anna", "desk", ROLE_ANALYST, 1), omar = view_of("omar", "other", ROLE_DUTY, 3),
		inspector = view_of("ines", "", ROLE_INSPECTOR, 4);
	people(h);
	for (int64_t i = 1; i <= 25; i++) {
		struct clock_start s = start_of(CLOCK_OPENING, i, 1);
		s.due_at = T0 + HOUR * (26 - i % 5);
		s.unit = i % 5 == 0 ? "other" : "desk";
		s.owner = i % 2 ? "anna" : "carl";
		s.compartment = i == 7 ? "alpha" : "";
		starts(h, &s);
	}
	static const struct {
		bool mine;
		size_t wanted;
	} rows[] = { { false, 23 }, { true, 13 } };
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	for (size_t k = 0; k < 2; k++) {
		int64_t due = 0, num = 0;
		size_t n = 0, pages = 0;
		char last[32] = "";
		do {
			json_t *list, *o;
			size_t i;
			ok(clocks_list(&h->desk, r, &anna, rows[k].mine, 4, &due, &num, &list));
			json_array_foreach(list, i, o) {
				const char *at = json_string_value(json_object_get(o, "due_at"));
				assert_true(strcmp(last, at) <= 0);
				snprintf(last, sizeof last, "%s", at);
				n++;
			}
			json_decref(list);
			assert_true(++pages < 10);
		} while (num != 0);
		assert_int_equal(n, rows[k].wanted);
	}
	int64_t due = 0, num = 0;
	json_t *list;
	ok(clocks_list(&h->desk, r, &omar, false, 100, &due, &num, &list));
	assert_int_equal(json_array_size(list), 5);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "owner")), "anna");
	json_decref(list);
	due = num = 0;
	ok(clocks_list(&h->desk, r, &inspector, false, 100, &due, &num, &list));
	assert_int_equal(json_array_size(list), 24);
	json_decref(list);
	/* Of another unit's people one sees the function. */
	struct view liaison = view_of("lila", "third", ROLE_LIAISON, 3);
	due = num = 0;
	ok(clocks_list(&h->desk, r, &liaison, false, 1, &due, &num, &list));
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "owner")), "anna function");
	json_decref(list);
	snapshot_close(r);
}

/* ---- whatever happens in between ---- */

#define CLOCKS 60
struct track {
	char id[17];
	int64_t due;
	bool ended;
};

struct told {
	struct track *track;
	size_t reminded[CLOCKS], missed[CLOCKS], escalated[CLOCKS], unanswered[CLOCKS];
};

static bool tell(void *arg, const struct event_row *row)
{
	struct told *t = arg;
	for (size_t i = 0; i < CLOCKS; i++)
		if (strcmp(row->subject, t->track[i].id) == 0) {
			t->reminded[i] += strcmp(row->kind, "clock reminder") == 0;
			t->missed[i] += strcmp(row->kind, "clock missed") == 0;
			t->escalated[i] += strcmp(row->kind, "clock escalated") == 0;
			t->unanswered[i] += strcmp(row->kind, "clock unanswered") == 0;
		}
	return true;
}

/* Time jumps forward and back, the node restarts, people acknowledge, answers come: every step at most once, no miss is
 * left out, and as many pages as steps that page. */
static void wander(struct home *h, uint32_t seed)
{
	struct track track[CLOCKS];
	struct told told = { .track = track };
	struct view dora = view_of("dora", "desk", ROLE_DUTY, 1);
	int64_t now = T0, latest = T0;
	uint64_t x = seed * UINT64_C(6364136223846793005) + 1;
#define NEXT(n) ((uint32_t)((x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407)) >> 33) % (n))
	for (int64_t i = 0; i < CLOCKS; i++) {
		struct clock_start s = start_of(CLOCK_OPENING, 1000 + i, (int)NEXT(3));
		s.due_at = T0 + (int64_t)(1 + NEXT(48)) * HOUR;
		starts(h, &s);
		track[i] = (struct track) { .due = s.due_at };
		snprintf(track[i].id, sizeof track[i].id, "%s", clock_says(h, 1000 + i, "opening", "id"));
	}
	for (int step = 0; step < 120; step++) {
		size_t done, i = NEXT(CLOCKS);
		switch (NEXT(8)) {
		case 0:
			now -= (int64_t)NEXT(600) * MINUTE;
			break;
		case 1:
			now += (int64_t)NEXT(600) * MINUTE;
			break;
		case 2:
			home_again(h);
			break;
		case 3:
			ends(h, CLOCK_OPENING, 1000 + (int64_t)i, NEXT(2) ? "met" : "void", now);
			track[i].ended = true;
			break;
		case 4:
			clock_set(now);
			if (clocks_ack(&h->desk, &dora, track[i].id) != TOCSIN_OK)
				assert_true(track[i].ended);
			break;
		default:
			now += (int64_t)NEXT(120) * MINUTE;
			break;
		}
		latest = now > latest ? now : latest;
		ok(clocks_fire(&h->desk, now, 1 + NEXT(20), &done));
	}
	now = latest + 60 * DAY;
	for (int i = 0; i < 10; i++, now += DAY)
		fires(h, now);
	struct snapshot *r;
	ok(snapshot_open(h->desk.store, &r));
	ok(event_each(r, 0, 100000, tell, &told));
	snapshot_close(r);
	size_t paged = 0;
	for (size_t i = 0; i < CLOCKS; i++) {
		assert_true(told.reminded[i] <= 1 && told.missed[i] <= 1 && told.unanswered[i] <= 1);
		assert_true(told.escalated[i] <= 4);
		assert_true(track[i].ended || told.missed[i] == 1);
		assert_true(told.escalated[i] == 0 || told.missed[i] == 1);
		assert_true(told.unanswered[i] == 0 || told.escalated[i] == 4);
		paged += told.missed[i] + told.escalated[i];
	}
	size_t all = pages_to(h, "anna").all + pages_to(h, "carl").all + pages_to(h, "dora").all + pages_to(h, "rita").all +
		pages_to(h, "adam").all;
	size_t reminders = 0;
	for (size_t i = 0; i < CLOCKS; i++)
		reminders += told.reminded[i];
	assert_int_equal(all, paged + reminders);
	clock_unset();
}

HOME_TEST(whatever_time_does_each_step_happens_once_and_no_miss_is_left_out_1)
{
	people(*state);
	wander(*state, 1);
}

HOME_TEST(whatever_time_does_each_step_happens_once_and_no_miss_is_left_out_2)
{
	people(*state);
	wander(*state, 20240322);
}

HOME_TEST(whatever_time_does_each_step_happens_once_and_no_miss_is_left_out_3)
{
	people(*state);
	wander(*state, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(a_clock_has_the_period_of_its_urgency_and_its_owner_is_reminded_once),
		home_test(a_miss_goes_up_the_chain_one_after_the_other_until_nobody_is_left),
		home_test(of_what_is_imminent_duty_officers_are_told_between_releasing_officers_and_administrators),
		home_test(who_may_not_know_of_it_is_not_in_the_chain),
		home_test(whoever_deputises_for_a_releasing_officer_is_in_the_chain_while_that_lasts),
		home_test(who_leaves_or_joins_the_chain_makes_nobody_else_be_left_out_or_told_twice),
		home_test(without_an_owner_the_first_of_the_chain_has_it_and_without_anybody_it_is_told_all_the_same),
		home_test(what_ends_in_time_is_met_and_what_ends_late_is_missed_whoever_was_quicker),
		home_test(a_clock_that_is_put_back_makes_nothing_happen_again_and_one_put_forward_each_thing_once),
		home_test(acknowledging_stops_all_pages_and_the_clock_runs_on),
		home_test(whoever_was_paged_about_a_clock_sees_it_and_may_acknowledge_it),
		home_test(a_clock_is_handed_over_within_its_unit_only),
		home_test(two_that_fire_at_the_same_time_do_each_step_once),
		home_test(a_page_that_reached_nobody_goes_to_the_next_at_once),
		home_test(lists_hold_what_one_may_see_soonest_first_page_by_page),
		home_test(whatever_time_does_each_step_happens_once_and_no_miss_is_left_out_1),
		home_test(whatever_time_does_each_step_happens_once_and_no_miss_is_left_out_2),
		home_test(whatever_time_does_each_step_happens_once_and_no_miss_is_left_out_3),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
