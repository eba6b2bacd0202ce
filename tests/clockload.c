/*
 * clockload: makes the database of a node that does not run hold many running clocks, and three people to page.
 *
 *   clockload DATABASE CLOCKS START SECONDS
 *
 * Clocks of the kind "opening", all from START (a time as 2027-01-01T00:00:00Z) for SECONDS, owned by anna; carl, then dora
 * are the escalation of their unit.
 */
#include <stdio.h>
#include <stdlib.h>

#include "desk/clocks.h"
#include "desk/policy.h"
#include "store/rows_people.h"
#include "store/rows_unit.h"

#define OF_CHANGE 250

static bool ok(enum tocsin_err err)
{
	if (err != TOCSIN_OK)
		fprintf(stderr, "clockload: %s\n", fail_sentence());
	return err == TOCSIN_OK;
}

static bool add_people(const struct desk *d)
{
	static const char *const names[] = { "anna", "carl", "dora" };
	struct change *c = change_new();
	for (size_t i = 0; c != NULL && i < 3; i++) {
		change_account_add(c, &(struct account_row) { .name = names[i], .unit = "desk", .roles = ROLE_ANALYST,
			.function = "duty officer", .password = "", .totp = BYTES_LIT("") });
		if (i > 0)
			change_escalation_add(c, "desk", i, names[i]);
	}
	return ok(store_commit(d->store, c, NULL, NULL));
}

static bool add_clocks(const struct desk *d, int64_t n, int64_t start, int64_t seconds)
{
	for (int64_t done = 0; done < n;) {
		struct change *c = change_new();
		for (size_t i = 0; c != NULL && i < OF_CHANGE && done < n; i++, done++)
			clocks_start(d, c, &(struct clock_start) { .kind = CLOCK_OPENING, .statement = 1 + done, .unit = "desk",
				.owner = "anna", .urgency = 1, .due_at = start + seconds * CLOCK_SECOND, .now = start });
		if (!ok(store_commit(d->store, c, NULL, NULL)))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct desk d = { .realm = REALM_EXERCISE };
	int64_t start;
	if (argc != 5 || !clock_parse(bytes_str(argv[3]), &start)) {
		fprintf(stderr, "usage: clockload DATABASE CLOCKS START SECONDS\n");
		return 2;
	}
	if (!ok(store_open(argv[1], &d.store)))
		return 1;
	bool good = ok(policy_open(d.store, &d.policy)) && add_people(&d) &&
		add_clocks(&d, strtoll(argv[2], NULL, 10), start, strtoll(argv[4], NULL, 10));
	policy_free(d.policy);
	store_close(d.store);
	return good ? 0 : 1;
}
