#include "desk/follow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "desk/ask.h"
#include "desk/door.h"
#include "desk/search.h"
#include "store/rows_access.h"

#define BATCH 64                                /* statements that are submitted together */
#define ARENA (64u << 20)                       /* for one statement */
#define IDLE_MS 60000
#define AGAIN_MS 5000                           /* after a failure */
#define TIDY (60 * CLOCK_SECOND)                /* between two times that the index of search is written anew */

/* In this order; one that needs what another one adds does it at the next statement. */
static follower *const followers[] = {
	access_follow,
	clocks_follow,
	ask_follow,
	broker_follow,
	lead_follow,
	match_follow,
	reach_follow,
	search_follow,
	forget_follow,
	test_follow,
	voucher_follow,
	exposure_follow,
	silence_follow,
	unnamed_follow,
};

struct bytes followed_value(const struct followed *f, const char *name)
{
	for (size_t i = 0; i < f->line_n; i++) {
		struct bytes v = f->line[i].value;
		if (!bytes_equal_str(f->line[i].name, name))
			continue;
		if (v.n >= 2 && v.p[0] == '"' && memchr(v.p, '\\', v.n) == NULL)
			return bytes_of(v.p + 1, v.n - 2);
		return v;
	}
	return bytes_of(NULL, 0);
}

/* ---- one statement ---- */

/* Each line of OPENED is "<position> <open line>\n". */
static enum tocsin_err add_openings(struct bytes opened, struct followed_line *line, size_t room, size_t *n)
{
	struct text t = text_over(opened);
	struct bytes raw, position;
	while (!text_at_end(&t)) {
		struct body_line l;
		if (*n == room || !text_line(&t, LIMIT_LINE + 16, &raw) || !text_word(&raw, &position))
			return fail(TOCSIN_BROKEN, "the stored openings of a statement are damaged");
		enum tocsin_err err = body_line_parse(raw, &l);
		if (err != TOCSIN_OK)
			return fail_within(TOCSIN_BROKEN, "a stored opening");
		line[(*n)++] = (struct followed_line) { l.name, l.value, true };
	}
	return TOCSIN_OK;
}

static enum tocsin_err read_lines(struct followed *f)
{
	struct body body;
	if ((f->row->marks & STATEMENT_MARK_FORGOTTEN) != 0 || f->row->body.n == 0)
		return TOCSIN_OK;
	enum tocsin_err err = body_parse(f->row->body, f->statement->lines, false, f->arena, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored body");
	size_t room = (size_t)body.n * 2, n = 0;
	struct followed_line *line = arena_alloc(f->arena, room * sizeof *line);
	if (line == NULL)
		return fail(TOCSIN_BROKEN, "no memory to follow a statement");
	for (uint32_t i = 0; i < body.n; i++)
		if (body.line[i].open)
			line[n++] = (struct followed_line) { body.line[i].name, body.line[i].value, false };
	if (f->row->issued)
		err = add_openings(f->row->opened, line, room, &n);
	f->line = line;
	f->line_n = n;
	return err;
}

/* AGAIN: why it is followed again; NULL: it came just now. */
static enum tocsin_err follow_one(struct followed *f, const char *again, struct change *c)
{
	struct statement *s = arena_zalloc(f->arena, sizeof *s);
	struct note note;
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "no memory to follow a statement");
	enum tocsin_err err = note_parse(f->row->note, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, s);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored statement");
	f->statement = s;
	err = read_lines(f);
	if (err == TOCSIN_OK)
		err = followed_draft(f->read, f->row->num, f->arena, &f->draft, &f->draft_unit, &f->draft_compartment,
			&f->draft_author);
	if (err == TOCSIN_OK)
		err = again == NULL ? door_follow(f, c) : door_follow_again(f, again, c);
	for (size_t i = 0; err == TOCSIN_OK && !f->held && i < sizeof followers / sizeof *followers; i++)
		err = followers[i](f, c);
	if (err == TOCSIN_OK && f->held)
		err = ask_follow_held(f, c);
	/* What was refused is forgotten in its time. */
	if (err == TOCSIN_OK && f->held && f->refused)
		err = forget_follow(f, c);
	return err;
}

/* ---- some of them ---- */

struct batch {
	struct change *change[BATCH];
	struct change_result result[BATCH];
	struct hash id[BATCH];
	size_t n;
	bool answers;                           /* one of them is an answer */
};

/* Each is applied only behind the one before it, so that a failure leaves none out. */
static enum tocsin_err submit(const struct desk *d, struct batch *b, size_t *done)
{
	enum tocsin_err err = TOCSIN_OK;
	store_commit_each(d->store, b->change, b->n, b->result, NULL);
	for (size_t i = 0; i < b->n; i++)
		if (b->result[i].err == TOCSIN_OK)
			(*done)++;
		else if (err == TOCSIN_OK)
			err = fail(b->result[i].err, "%s", b->result[i].sentence);
	return err;
}

/* Whether ROW refers to a statement of B: what was derived from that cannot be read yet. */
static bool refers_into(const struct batch *b, const struct statement_row *row)
{
	for (size_t i = 0; i < row->re_n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (hash_equal(&row->re[i], &b->id[k]))
				return true;
	/* Of two answers to one request the second is told by what the first made of it. */
	return b->answers && strcmp(row->kind, "answer") == 0;
}

/* Fills B with the changes of what comes behind FROM. */
static enum tocsin_err gather(const struct desk *d, struct snapshot *read, int64_t from, size_t max, struct batch *b)
{
	int64_t last;
	struct arena *a = arena_new(ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory to follow statements") : statement_last(read, &last);
	for (int64_t num = from + 1; err == TOCSIN_OK && num <= last && b->n < BATCH && b->n < max; num++) {
		struct statement_row row;
		arena_reset(a);
		err = statement_by_num(read, num, a, &row);
		if (err != TOCSIN_OK || refers_into(b, &row))
			break;
		struct followed f = { .desk = d, .read = read, .arena = a, .row = &row, .now = clock_now() };
		struct change *c = change_new();
		if (c == NULL) {
			err = fail(TOCSIN_BROKEN, "no memory to follow statements");
			break;
		}
		change_followed(c, num - 1, num);
		err = follow_one(&f, NULL, c);
		if (err != TOCSIN_OK) {
			change_free(c);
			break;
		}
		b->id[b->n] = row.id;
		b->change[b->n++] = c;
	}
	arena_free(a);
	return err;
}

/* Fills B with what the door has let go on, and what it could not screen. */
static enum tocsin_err gather_again(const struct desk *d, struct snapshot *read, size_t max, struct batch *b)
{
	struct door_again again[BATCH];
	size_t n = 0;
	int64_t now = clock_now();
	enum tocsin_err err = door_again(read, now, again, max < BATCH ? max : BATCH, &n);
	struct arena *a = err != TOCSIN_OK || n == 0 ? NULL : arena_new(ARENA);
	if (err == TOCSIN_OK && n > 0 && a == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to follow statements");
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement_row row;
		arena_reset(a);
		err = statement_by_num(read, again[i].statement, a, &row);
		/* What refers to one of these is followed when that is. */
		if (err != TOCSIN_OK || refers_into(b, &row))
			break;
		struct followed f = { .desk = d, .read = read, .arena = a, .row = &row, .now = now };
		struct change *c = change_new();
		if (c == NULL)
			err = fail(TOCSIN_BROKEN, "no memory to follow statements");
		else
			err = follow_one(&f, again[i].why, c);
		if (err != TOCSIN_OK) {
			change_free(c);
			break;
		}
		b->id[b->n] = row.id;
		b->answers = b->answers || strcmp(row.kind, "answer") == 0;
		b->change[b->n++] = c;
	}
	arena_free(a);
	return err;
}

enum tocsin_err follow_some(const struct desk *d, size_t max, size_t *done)
{
	struct batch *b = calloc(1, sizeof *b);
	struct snapshot *read = NULL;
	int64_t from = 0;
	*done = 0;
	enum tocsin_err err = b == NULL ? fail(TOCSIN_BROKEN, "no memory to follow statements")
					: snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = followed_last(read, &from);
	if (err == TOCSIN_OK)
		err = gather_again(d, read, max, b);
	/* Those are submitted alone: what comes behind them may rest on them. */
	if (err == TOCSIN_OK && b->n == 0)
		err = gather(d, read, from, max, b);
	snapshot_close(read);
	/* What came before the one that failed is followed nevertheless. */
	char sentence[512];
	snprintf(sentence, sizeof sentence, "%s", err == TOCSIN_OK ? "" : fail_sentence());
	if (b != NULL && b->n > 0) {
		enum tocsin_err late = submit(d, b, done);
		if (late != TOCSIN_OK) {
			free(b);
			return late;
		}
	}
	free(b);
	return err == TOCSIN_OK ? TOCSIN_OK : fail(err, "%s", sentence);
}

/* ---- the thread ---- */

struct follow {
	const struct desk *desk;
	pthread_t thread;
	atomic_bool stop, gone;
	pthread_mutex_t lock;                   /* of the sentence */
	char trouble[400];
};

static void say(struct follow *f, const char *sentence)
{
	pthread_mutex_lock(&f->lock);
	if (strcmp(f->trouble, sentence) != 0) {
		snprintf(f->trouble, sizeof f->trouble, "%s", sentence);
		if (sentence[0] != 0)
			log_say(LOG_ERROR, "following stands", "why=\"%s\"", sentence);
	}
	pthread_mutex_unlock(&f->lock);
}

static void *run(void *arg)
{
	struct follow *f = arg;
	int64_t tidied = clock_mono() - TIDY;
	while (!atomic_load(&f->stop)) {
		size_t done;
		int64_t seq = store_event_seq(f->desk->store);
		enum tocsin_err err = follow_some(f->desk, BATCH, &done);
		say(f, err == TOCSIN_OK || err == TOCSIN_LATER ? "" : fail_sentence());
		/* Who may see it is known now: whoever waits for its events looks again. */
		if (done > 0)
			store_wake(f->desk->store);
		if (done == 0 && err == TOCSIN_OK && clock_mono() - tidied >= TIDY) {
			err = search_tidy(f->desk);
			tidied = clock_mono();
			if (err != TOCSIN_OK && err != TOCSIN_LATER)
				say(f, fail_sentence());
		}
		if (done == 0 && !atomic_load(&f->stop))
			store_wait(f->desk->store, err == TOCSIN_OK ? seq : INT64_MAX, err == TOCSIN_OK ? IDLE_MS : AGAIN_MS);
	}
	atomic_store(&f->gone, true);
	return NULL;
}

enum tocsin_err follow_start(const struct desk *d, struct follow **out)
{
	struct follow *f = calloc(1, sizeof *f);
	*out = NULL;
	if (f == NULL)
		return fail(TOCSIN_BROKEN, "no memory to follow statements");
	f->desk = d;
	pthread_mutex_init(&f->lock, NULL);
	if (pthread_create(&f->thread, NULL, run, f) != 0) {
		pthread_mutex_destroy(&f->lock);
		free(f);
		return fail(TOCSIN_BROKEN, "cannot start the thread that follows statements");
	}
	*out = f;
	return TOCSIN_OK;
}

void follow_trouble(struct follow *f, char *out, size_t room)
{
	pthread_mutex_lock(&f->lock);
	snprintf(out, room, "%s", f->trouble);
	pthread_mutex_unlock(&f->lock);
}

void follow_stop(struct follow *f)
{
	if (f == NULL)
		return;
	atomic_store(&f->stop, true);
	/* It may be just about to wait: it is woken until it is gone. */
	while (!atomic_load(&f->gone)) {
		store_wake(f->desk->store);
		usleep(2000);
	}
	pthread_join(f->thread, NULL);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
