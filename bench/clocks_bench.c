/*
 * clocks: what running clocks cost: starting them, looking for what is due, firing a step of each, a page of a list,
 * ending them. Prints one line a measurement.
 *
 *   clocks_bench [FOLDER [CLOCKS]]
 *
 * Clocks are of one unit with three people; times are of the wall and of all threads' processor time: trust ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "desk/clocks.h"
#include "desk/policy.h"
#include "store/rows_people.h"
#include "store/rows_unit.h"

#define OF_CHANGE 250
#define FIRE_MAX 512                    /* as node/timer.c */
#define DAY (86400 * CLOCK_SECOND)
#define T0 (INT64_C(1767225600) * CLOCK_SECOND)

struct watch {
	int64_t wall;
	struct rusage use;
};

static double seconds(struct timeval a, struct timeval b)
{
	return (double)(a.tv_sec - b.tv_sec) + (double)(a.tv_usec - b.tv_usec) / 1e6;
}

static void start(struct watch *w)
{
	w->wall = clock_mono();
	getrusage(RUSAGE_SELF, &w->use);
}

static void stop(const struct watch *w, const char *what, int64_t n)
{
	struct rusage use;
	double wall = (double)(clock_mono() - w->wall) / 1e6;
	getrusage(RUSAGE_SELF, &use);
	printf("%-36s %9.0f a second   %6.1f us of processor each\n", what, (double)n / wall,
		(seconds(use.ru_utime, w->use.ru_utime) + seconds(use.ru_stime, w->use.ru_stime)) * 1e6 / (double)n);
	fflush(stdout);
}

static bool ok(enum tocsin_err err)
{
	if (err != TOCSIN_OK)
		fprintf(stderr, "%s\n", fail_sentence());
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

static bool start_all(const struct desk *d, int64_t n)
{
	struct watch w;
	start(&w);
	for (int64_t done = 0; done < n;) {
		struct change *c = change_new();
		for (size_t i = 0; c != NULL && i < OF_CHANGE && done < n; i++, done++)
			clocks_start(d, c, &(struct clock_start) { .kind = CLOCK_OPENING, .statement = 1 + done, .unit = "desk",
				.owner = "anna", .urgency = 1, .due_at = T0 + 100 * DAY, .now = T0 });
		if (!ok(store_commit(d->store, c, NULL, NULL)))
			return false;
	}
	stop(&w, "clocks started", n);
	return true;
}

static bool look(const struct desk *d)
{
	struct watch w;
	start(&w);
	for (int i = 0; i < 10000; i++) {
		struct snapshot *r;
		int64_t at;
		if (!ok(snapshot_open(d->store, &r)) || !ok(clocks_next(r, &at)))
			return false;
		snapshot_close(r);
	}
	stop(&w, "looks for what is due next", 10000);
	return true;
}

static bool list(const struct desk *d)
{
	struct watch w;
	int64_t due = 0, num = 0;
	start(&w);
	for (int i = 0; i < 100; i++) {
		struct snapshot *r;
		json_t *page;
		if (!ok(snapshot_open(d->store, &r)) || !ok(clocks_list(d, r, view_node(), false, 100, &due, &num, &page)))
			return false;
		snapshot_close(r);
		json_decref(page);
	}
	stop(&w, "pages of a hundred", 100);
	return true;
}

/* One step of each at NOW. */
static bool fire(const struct desk *d, int64_t now, const char *what, int64_t n)
{
	struct watch w;
	int64_t all = 0;
	size_t done;
	start(&w);
	do {
		if (!ok(clocks_fire(d, now, FIRE_MAX, &done)))
			return false;
		all += (int64_t)done;
	} while (done > 0);
	stop(&w, what, n);
	if (all != n)
		fprintf(stderr, "%lld steps of %lld\n", (long long)all, (long long)n);
	return all == n;
}

static bool end_all(const struct desk *d, int64_t n)
{
	struct watch w;
	start(&w);
	for (int64_t done = 0; done < n;) {
		struct change *c = change_new();
		for (size_t i = 0; c != NULL && i < OF_CHANGE && done < n; i++, done++)
			clocks_end(c, CLOCK_OPENING, 1 + done, 0, "met", T0 + 200 * DAY);
		if (!ok(store_commit(d->store, c, NULL, NULL)))
			return false;
	}
	stop(&w, "clocks ended, with their pages", n);
	return true;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";
	int64_t n = argc > 2 ? strtoll(argv[2], NULL, 10) : 10000;
	struct desk d = { .realm = REALM_EXERCISE };
	char path[4096];
	snprintf(path, sizeof path, "%s/clocks_bench.db", dir);
	if (n < 1 || !ok(store_create(path, "north.exercise/log/1", 1)) || !ok(store_open(path, &d.store)))
		return 1;
	bool good = ok(policy_open(d.store, &d.policy)) && add_people(&d) && start_all(&d, n) && look(&d) && list(&d) &&
		fire(&d, T0 + 76 * DAY, "reminders", n) && fire(&d, T0 + 101 * DAY, "misses", n) &&
		fire(&d, T0 + 102 * DAY, "escalations", n) && fire(&d, T0 + 103 * DAY, "escalations, the last", n) &&
		end_all(&d, n) && look(&d);
	policy_free(d.policy);
	store_close(d.store);
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(path, sizeof path, "%s/clocks_bench.db%s", dir, ends[i]);
		unlink(path);
	}
	return good ? 0 : 1;
}
