/*
 * screen: what screening a request about a person costs: the rules alone, and with its sender's record read from the
 * database and the request counted in it, in batches as the follower does. Prints one line a measurement.
 *
 *   screen_bench [FOLDER [REQUESTS [PROTECTED [PAST]]]]
 *
 * The floor is the hashing that the request's names and words need. Times are of this process's processor time.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "desk/protected.h"
#include "desk/screening.h"
#include "desk/screening_part.h"
#include "store/rows_screen.h"

#define BATCH 64                        /* as desk/follow.c */
#define PARTNER "south.example"
#define T0 (INT64_C(1767225600) * CLOCK_SECOND)
#define V(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static struct body_field fields[] = {
	{ "request.type", V("\"person\""), true },
	{ "subject.kind", V("\"person\""), true },
	{ "subject.role", V("\"suspect\""), true },
	{ "subject.name", V("[\"Marek Dvorak\",\"Marek Dvořák\"]"), true },
	{ "subject.born", V("\"1979-04-11\""), true },
	{ "subject.nationality", V("\"CZ\""), true },
	{ "question", V("\"Was this man in your country between 3 and 9 May, and under which address did he stay?\""), true },
	{ "purpose", V("\"Investigation of an armed robbery of a jeweller in Brno on 3 May\""), true },
	{ "legal-basis", V("\"Convention on mutual assistance in criminal matters, Article 7\""), true },
	{ "offence", V("\"Armed robbery, section 173 of the criminal code\""), true },
	{ "link", V("\"His fingerprint was found on the glass of the case that was broken open\""), true },
	{ "evidence", V("\"Fingerprint report of 6 May, and a witness who picked him from twelve photographs\""), true },
	{ "source.grade", V("\"B2\""), true },
	{ "urgency", V("\"routine\""), true },
};
#define FIELDS (sizeof fields / sizeof *fields)

static double used(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static bool ok(enum tocsin_err err)
{
	if (err != TOCSIN_OK)
		fprintf(stderr, "%s\n", fail_sentence());
	return err == TOCSIN_OK;
}

/* ---- hashing alone ---- */

static bool counted(void *arg, const struct hash *tag)
{
	(void)tag;
	++*(int64_t *)arg;
	return false;
}

/* Tags that one request needs, and what screening it costs without any list or database; microseconds. */
static bool rules_alone(int64_t n, int64_t *tags, double *each)
{
	static struct screening s;
	struct screen_rules *rules = NULL;
	struct screen_field field[FIELDS];
	struct screen_record record = { .requests = 1000, .person_requests = 300, .warnings = 100 };
	struct screen_request q = { .kind = "request", .field = field, .field_n = FIELDS, .at = T0 };
	uint8_t secret[32] = { 1 };
	struct arena *a = arena_new(64u << 20);
	for (size_t i = 0; i < FIELDS; i++)
		field[i] = (struct screen_field) { bytes_str(fields[i].name), fields[i].value };
	bool good = a != NULL && ok(screen_rules_read(screen_rules_default(), &rules));
	double from = used();
	*tags = 0;
	for (int64_t i = 0; good && i < n; i++) {
		arena_reset(a);
		good = ok(screen(rules, &q, &record, secret, counted, tags, a, &s));
	}
	*each = (used() - from) * 1e6 / (double)n;
	*tags /= n;
	if (good && s.verdict != SCREEN_PASS)
		fprintf(stderr, "the request does not pass: %s\n", s.finding[0].rule);
	screen_rules_free(rules);
	arena_free(a);
	return good;
}

static double floor_of(int64_t n, int64_t tags)
{
	uint8_t secret[32] = { 1 };
	struct hash tag;
	double from = used();
	for (int64_t i = 0; i < n * tags; i++) {
		secret[2] = (uint8_t)i;
		subject_tag(secret, BYTES_LIT("armed investigation of robbery"), &tag);
	}
	return (used() - from) * 1e6 / (double)n;
}

/* ---- with the database ---- */

static bool fill(const struct desk *d, int64_t people, int64_t past)
{
	static const struct hash none;
	bool good = ok(screener_reserve(d->screener, (size_t)people));
	for (int64_t i = 0; good && i < people; i++) {
		struct hash tag = sha256(bytes_of(&i, sizeof i));
		screener_add_tag(d->screener, &tag);
	}
	struct change *c = change_new();
	for (int64_t i = 0; good && c != NULL && i < past; i++) {
		int64_t day = T0 / ASKED_DAY - i % 365;
		struct hash tag = sha256(bytes_of(&i, sizeof i));
		change_asked(c, 1000000 + i, PARTNER, day, i % 3 == 0);
		change_asked_day(c, PARTNER, day, &(struct asked_sum) { .requests = 1, .person = i % 30 == 0, .subjects = i % 90 == 0 });
		change_asked_tag(c, PARTNER, i % 2 == 0 ? &tag : &none, day * ASKED_DAY, 1000000 + i);
	}
	return good && ok(store_commit(d->store, c, NULL, NULL));
}

struct request {
	struct statement_row row;
	struct statement statement;
	struct followed_line line[FIELDS];
	struct buf body, opened;
};

static bool make_request(struct request *r)
{
	buf_init(&r->body, LIMIT_ENVELOPE);
	buf_init(&r->opened, LIMIT_ENVELOPE);
	r->statement.lines = 16;
	if (!ok(body_make(fields, FIELDS, NULL, 0, 16, &r->body, &r->opened, &r->statement.root)))
		return false;
	r->row = (struct statement_row) { .kind = "request", .peer = PARTNER, .body = buf_bytes(&r->body), .known_at = T0, .at = T0 };
	for (size_t i = 0; i < FIELDS; i++)
		r->line[i] = (struct followed_line) { bytes_str(fields[i].name), fields[i].value, false };
	return true;
}

static bool follow(const struct desk *d, const struct request *r, int64_t n)
{
	static struct screening s;
	struct arena *a = arena_new(64u << 20);
	bool good = a != NULL;
	for (int64_t done = 0; good && done < n;) {
		struct change *change[BATCH];
		size_t k = 0;
		struct snapshot *read = NULL;
		good = ok(snapshot_open(d->store, &read));
		for (; good && k < BATCH && done < n; k++, done++) {
			struct statement_row row = r->row;
			struct followed f = { .desk = d, .read = read, .arena = a, .row = &row, .statement = &r->statement, .line = r->line,
				.line_n = FIELDS, .now = T0 };
			row.num = done + 1;
			arena_reset(a);
			change[k] = change_new();
			good = change[k] != NULL && ok(screening_of(&f, change[k], &s));
		}
		snapshot_close(read);
		struct change_result result[BATCH];
		if (k > 0)
			store_commit_each(d->store, change, k, result, NULL);
	}
	arena_free(a);
	return good;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *w)
{
	(void)st;
	(void)what;
	(void)w;
	return remove(path);
}

/* What mkdtemp() has made, keys and database. */
static void remove_all(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "/tmp";
	int64_t n = argc > 2 ? strtoll(argv[2], NULL, 10) : 5000, people = argc > 3 ? strtoll(argv[3], NULL, 10) : 10000, past = argc > 4 ? strtoll(argv[4], NULL, 10) : 1000;
	char dir[4096], path[4200];
	static struct request r;
	struct desk d = { .realm = REALM_LIVE, .name = "north.example" };
	snprintf(dir, sizeof dir, "%s/tocsin-screen-XXXXXX", folder);
	if (mkdtemp(dir) == NULL || file_join(path, sizeof path, dir, "node.db") != TOCSIN_OK)
		return 1;
	bool good = ok(keeper_init(dir, "north.example", BYTES_LIT(""))) && ok(keeper_start(dir, BYTES_LIT(""), &d.keeper)) &&
		ok(store_create(path, "north.example/log/1", 1)) && ok(store_open(path, &d.store)) &&
		ok(screener_open(d.store, d.keeper, &d.screener)) && fill(&d, people, past) && make_request(&r);
	int64_t tags = 0;
	double alone = 0;
	good = good && rules_alone(n, &tags, &alone);
	double least = good ? floor_of(n, tags) : 0, from = used();
	good = good && follow(&d, &r, n);
	double all = (used() - from) * 1e6 / (double)n;
	if (good) {
		printf("%-44s %8.0f requests/s  %7.1f us each (%lld tags)\n", "hashing alone: the floor", 1e6 / least, least, (long long)tags);
		printf("%-44s %8.0f requests/s  %7.1f us each  %.2f of the floor\n", "the rules", 1e6 / alone, alone, least / alone);
		printf("%lld protected, %lld past requests%*s %8.0f requests/s  %7.1f us each  %.2f of the floor\n", (long long)people,
			(long long)past, 12, "", 1e6 / all, all, least / all);
	}
	screener_free(d.screener);
	store_close(d.store);
	keeper_stop(d.keeper);
	buf_free(&r.body);
	buf_free(&r.opened);
	remove_all(dir);
	return good ? 0 : 1;
}
