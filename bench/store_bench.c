/*
 * store: how many rows a second the writer makes durable, and what readers cost. Prints one line a measurement.
 *
 *   store_bench [FOLDER [STATEMENTS [BATCH [SUBMISSIONS]]]]
 *
 * Statements with a note of 600 bytes and a body of 2,000 go in as changes {statement, entry, outbox row, event}, BATCH
 * a submission, SUBMISSIONS at a time; then their receipts, BATCH a change with their outbox rows deleted.  Times are
 * of the wall: trust ratios.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/log.h"
#include "store/rows.h"

#define NOTE 600
#define BODY 2000
#define BATCH_MAX 1024

struct pending {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	unsigned now;
	bool failed;
};

static void done(void *arg, const struct change_result *r, size_t n, const struct commit_info *info)
{
	struct pending *p = arg;
	(void)info;
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < n; i++)
		if (r[i].err != TOCSIN_OK || r[i].duplicate) {
			fprintf(stderr, "%s\n", r[i].duplicate ? "a duplicate" : r[i].sentence);
			p->failed = true;
		}
	p->now--;
	pthread_cond_signal(&p->cond);
	pthread_mutex_unlock(&p->lock);
}

static void wait_below(struct pending *p, unsigned most)
{
	pthread_mutex_lock(&p->lock);
	while (p->now > most)
		pthread_cond_wait(&p->cond, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

static void submit(struct store *s, struct pending *p, unsigned most, struct change **c, size_t n)
{
	wait_below(p, most - 1);
	pthread_mutex_lock(&p->lock);
	p->now++;
	pthread_mutex_unlock(&p->lock);
	store_submit(s, c, n, done, p);
}

static struct change *statement(int64_t i, const uint8_t *bytes)
{
	struct change *c = change_new();
	if (c == NULL)
		return NULL;
	uint64_t seed[2] = { (uint64_t)i, (uint64_t)getpid() };
	struct hash id = sha256(bytes_of(seed, sizeof seed)), entry = sha256(hash_bytes(&id));
	struct statement_row row = { .id = id,
		.at = INT64_C(1700000000000000) + i / 5000 * CLOCK_SECOND,
		.issued = true,
		.kind = "warning",
		.peer = "south.example",
		.note = bytes_of(bytes, NOTE),
		.body = bytes_of(bytes + NOTE, BODY),
		.known_at = clock_now() };
	change_statement(c, &row);
	change_entry(c, &entry, NULL, NULL);
	change_outbox(c, "south.example", 1, row.known_at);
	change_event(c, "warning issued", 0, "south.example");
	return c;
}

struct clock {
	int64_t wall;
	struct rusage use;
};

static void start(struct clock *c)
{
	c->wall = clock_mono();
	getrusage(RUSAGE_SELF, &c->use);
}

static double seconds(struct timeval a, struct timeval b)
{
	return (double)(a.tv_sec - b.tv_sec) + (double)(a.tv_usec - b.tv_usec) / 1e6;
}

static void stop(const struct clock *c, const char *what, int64_t n)
{
	struct rusage use;
	double wall = (double)(clock_mono() - c->wall) / 1e6;
	getrusage(RUSAGE_SELF, &use);
	printf("%-36s %9.0f a second   %6.1f us of processor each (%.1f in the kernel), %ld kB resident\n", what,
	        (double)n / wall,
	        (seconds(use.ru_utime, c->use.ru_utime) + seconds(use.ru_stime, c->use.ru_stime)) * 1e6 / (double)n,
	        seconds(use.ru_stime, c->use.ru_stime) * 1e6 / (double)n, use.ru_maxrss);
	fflush(stdout);
}

static bool ok(enum tocsin_err err)
{
	if (err != TOCSIN_OK)
		fprintf(stderr, "%s\n", fail_sentence());
	return err == TOCSIN_OK;
}

/* In parts, so that one sees the rate as the database grows. */
static bool write_statements(struct store *s, int64_t total, int64_t batch, unsigned most, const uint8_t *bytes)
{
	static struct change *c[BATCH_MAX];
	struct pending p = { .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };
	int64_t part = total > 200000 ? 100000 : total;
	for (int64_t from = 0; from < total && !p.failed; from += part) {
		struct clock t;
		char what[64];
		start(&t);
		for (int64_t i = from; i < from + part; i += batch) {
			for (int64_t k = 0; k < batch; k++)
				c[k] = statement(i + k, bytes);
			submit(s, &p, most, c, (size_t)batch);
		}
		wait_below(&p, 0);
		snprintf(what, sizeof what, "statements, from %lld on", (long long)from);
		stop(&t, what, part);
	}
	return !p.failed;
}

static bool write_receipts(struct store *s, int64_t total, int64_t batch, unsigned most, const uint8_t *bytes)
{
	struct pending p = { .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };
	struct merkle_proof proof = { .n = 16 };
	struct clock t;
	start(&t);
	for (int64_t i = 0; i < total; i += batch) {
		struct change *c = change_new();
		change_receipt_checkpoint(c, bytes_of(bytes, 250));
		for (int64_t k = 0; k < batch; k++) {
			change_receipt(c, i + k + 1, "south.example/log/1", (uint64_t)(i + k), &proof, clock_now());
			change_outbox_done(c, i + k + 1);
		}
		submit(s, &p, most, &c, 1);
	}
	wait_below(&p, 0);
	stop(&t, "receipts with outbox deletes", total);
	return !p.failed;
}

static bool read_outbox(struct store *s, int64_t total, int64_t batch)
{
	struct arena *a = arena_new(64 << 20);
	struct clock t;
	start(&t);
	for (int64_t i = 0; i < total; i += batch) {
		struct snapshot *r;
		struct outbox_item *items;
		size_t n;
		if (!ok(snapshot_open(s, &r)) ||
		        !ok(outbox_due(r, "south.example", INT64_MAX, (size_t)batch, 8 << 20, NULL, NULL, a, &items, &n)) ||
		        n != (size_t)batch)
			return false;
		snapshot_close(r);
		arena_reset(a);
	}
	stop(&t, "outbox rows read with content", total);
	arena_free(a);
	return true;
}

static bool look_up(struct store *s, int64_t total)
{
	struct clock t;
	struct snapshot *r;
	if (!ok(snapshot_open(s, &r)))
		return false;
	start(&t);
	for (int64_t i = 0; i < 10000; i++) {
		uint64_t seed[2] = { (uint64_t)(i * 7919 % total), (uint64_t)getpid() };
		struct hash id = sha256(bytes_of(seed, sizeof seed));
		int64_t num;
		if (!ok(statement_num(r, &id, &num)))
			return false;
	}
	stop(&t, "statements found by id", 10000);
	snapshot_close(r);
	return true;
}

static bool prove(struct store *s, int64_t total)
{
	struct clock t;
	struct log_state log;
	start(&t);
	store_log_state(s, &log);
	for (int64_t i = 0; i < 100000; i++) {
		struct merkle_proof p;
		/* As intake asks: for the newest entries. */
		if (!ok(store_log_inclusion(s, log.n, log.size - 1 - (uint64_t)(i % 64), log.size, &p)))
			return false;
	}
	stop(&t, "inclusion proofs of new entries", 100000);
	start(&t);
	for (int64_t i = 0; i < 10000; i++) {
		struct merkle_proof p;
		if (!ok(store_log_inclusion(s, log.n, (uint64_t)(i * 7919 % total), log.size, &p)))
			return false;
	}
	stop(&t, "inclusion proofs of any entry", 10000);
	return true;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";
	int64_t total = argc > 2 ? strtoll(argv[2], NULL, 10) : 65536,
	        batch = argc > 3 ? strtoll(argv[3], NULL, 10) : 64;
	unsigned most = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 4;
	static uint8_t bytes[NOTE + BODY];
	char path[4096];
	snprintf(path, sizeof path, "%s/store_bench.db", dir);
	if (batch < 1 || batch > BATCH_MAX || total < batch || most < 1) {
		fprintf(stderr, "a batch is 1 to %d, and there are at least as many statements\n", BATCH_MAX);
		return 1;
	}
	total -= total % batch;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 131);
	struct store *s = NULL;
	if (!ok(store_create(path, "north.example/log/1", 1)) || !ok(store_open(path, &s)))
		return 1;
	struct change *partner = change_new();
	change_partner_put(
	        partner, &(struct partner_row){ .name = "south.example", .state = "confirmed", .reason = "" });
	bool good = ok(store_commit(s, partner, NULL, NULL)) && write_statements(s, total, batch, most, bytes) &&
	        read_outbox(s, total < 65536 ? total : 65536, batch) && look_up(s, total) && prove(s, total) &&
	        write_receipts(s, total < 65536 ? total : 65536, batch, most, bytes);
	struct stat st;
	if (stat(path, &st) == 0)
		printf("%-36s %9.0f bytes\n", "database, a statement", (double)st.st_size / (double)total);
	struct clock t;
	start(&t);
	store_close(s);
	if (good && ok(store_open(path, &s))) {
		stop(&t, "closing and opening again", 1);
		store_close(s);
	}
	static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(path, sizeof path, "%s/store_bench.db%s", dir, ends[i]);
		unlink(path);
	}
	return good ? 0 : 1;
}
