/*
 * exchange: what its parts share (internal.h): starting and stopping them in order, signing checkpoints, counters,
 * conflicts, status.
 */
#include "exchange/mailbox.h"
#include "exchange/relay.h"
#include "exchange/internal.h"

static const char *const codes[REFUSE_CODES] = { "accepted", "again", "size", "open", "realm", "note", "statement",
	"addressee", "stranger", "card", "signature", "time", "kind", "body", "rule", "busy", "distrusted" };

const char *refusal_code(enum refusal r)
{
	return codes[r];
}

bool refusal_is_passing(const char *code)
{
	return strcmp(code, "busy") == 0 || strcmp(code, "card") == 0 || strcmp(code, "kind") == 0 ||
		strcmp(code, "stranger") == 0;
}

void exchange_count(struct exchange *x, enum refusal r)
{
	pthread_mutex_lock(&x->lock);
	x->count[r]++;
	pthread_mutex_unlock(&x->lock);
}

void exchange_say(struct exchange *x, bool ready, const char *fmt, ...)
{
	va_list ap;
	pthread_mutex_lock(&x->lock);
	va_start(ap, fmt);
	vsnprintf(x->note, sizeof x->note, fmt, ap);
	va_end(ap);
	pthread_mutex_unlock(&x->lock);
	atomic_store(&x->ready, ready);
}

bool exchange_ready(struct exchange *x)
{
	return atomic_load(&x->ready);
}

/* ---- checkpoints ---- */

enum tocsin_err exchange_checkpoint(
	struct exchange *x, uint64_t n, uint64_t at_least, struct checkpoint *c, struct buf *note)
{
	enum tocsin_err err = TOCSIN_OK;
	pthread_mutex_lock(&x->sign_lock);
	if (x->signed_n != n || x->signed_checkpoint.size < at_least) {
		struct log_state st;
		store_log_state(x->desk->store, &st);
		if (st.n != n) {
			err = fail(TOCSIN_LATER, "the log moved on to %s meanwhile; try again", st.origin);
			goto out;
		}
		if (st.size < at_least) {
			err = fail(TOCSIN_REFUSED, "log %s has %llu entries, not %llu", st.origin,
				(unsigned long long)st.size, (unsigned long long)at_least);
			goto out;
		}
		struct checkpoint now = { .size = st.size, .root = st.root };
		memcpy(now.origin, st.origin, sizeof now.origin);
		struct buf fresh;
		buf_init(&fresh, LIMIT_CHECKPOINT_NOTE);
		err = keeper_checkpoint(x->desk->keeper, &now, &fresh);
		if (err == TOCSIN_OK)
			err = buf_end(&fresh, "a checkpoint");
		if (err != TOCSIN_OK) {
			buf_free(&fresh);
			goto out;
		}
		buf_free(&x->signed_note);
		x->signed_note = fresh;
		x->signed_checkpoint = now;
		x->signed_n = n;
	}
	*c = x->signed_checkpoint;
	buf_add_bytes(note, buf_bytes(&x->signed_note));
	err = buf_end(note, "a checkpoint");
out:
	pthread_mutex_unlock(&x->sign_lock);
	return err;
}

/* ---- conflicts ---- */

struct conflict_seen {
	const char *name, *what;
	struct hash a, b;
	size_t n;
	bool found;
};

static bool conflict_look(void *arg, const struct conflict_row *row)
{
	struct conflict_seen *seen = arg;
	if (strcmp(row->name, seen->name) != 0 || strcmp(row->what, seen->what) != 0)
		return true;
	seen->n++;
	struct hash a = sha256(row->a), b = sha256(row->b);
	seen->found = hash_equal(&a, &seen->a) && hash_equal(&b, &seen->b);
	return !seen->found;
}

#define CONFLICTS_LOOKED_AT 10000
#define CONFLICTS_OF_ONE 100           /* so many pairs prove the point; more would only fill the disk */

enum tocsin_err exchange_conflict(
	struct exchange *x, const char *name, const char *what, const char *sentence, struct bytes a, struct bytes b)
{
	struct conflict_seen seen = { .name = name, .what = what, .a = sha256(a), .b = sha256(b) };
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(x->desk->store, &r);
	if (err == TOCSIN_OK)
		err = conflict_each(r, 0, CONFLICTS_LOOKED_AT, conflict_look, &seen);
	snapshot_close(r);
	if (err != TOCSIN_OK || seen.found || seen.n >= CONFLICTS_OF_ONE)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to keep a conflict of %s", name);
	change_conflict(c,
		&(struct conflict_row){
			.at = clock_now(), .name = name, .what = what, .sentence = sentence, .a = a, .b = b });
	if (strcmp(what, CONFLICT_UNPROVEN) != 0)
		change_event(c, "conflict found", 0, name);
	log_say(LOG_ERROR, "conflict kept", "partner=%s what=\"%s\"", name, what);
	return store_commit(x->desk->store, c, NULL, NULL);
}

enum tocsin_err exchange_own_chain(struct exchange *x, struct buf *out)
{
	struct snapshot *r;
	enum tocsin_err err = snapshot_open(x->desk->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = card_chain(r, x->desk->name, out);
	snapshot_close(r);
	return err == TOCSIN_OK ? buf_end(out, "the card chain") : err;
}

/* ---- life ---- */

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 4 ? 4 : (unsigned)n;
}

enum tocsin_err exchange_start(
	const struct desk *d, struct http_client *client, const struct exchange_config *config, struct exchange **out)
{
	enum tocsin_err err = TOCSIN_BROKEN;
	*out = NULL;
	struct exchange *x = calloc(1, sizeof *x);
	if (x == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the exchange");
	x->desk = d;
	x->client = client;
	x->config = *config;
	if (x->config.tick_seconds == 0)
		x->config.tick_seconds = 10;
	pthread_mutex_init(&x->lock, NULL);
	pthread_mutex_init(&x->sign_lock, NULL);
	exchange_say(x, false, "comparing our log with what others have seen of it");
	/* One thread more than there are processors for work: cards, resume notes and witnessing wait for commits. */
	x->pool = pool_start((config->workers != 0 ? config->workers : processors()) + 1);
	if (x->pool == NULL)
		goto err;
	if ((x->contacts = contacts_new()) == NULL || (x->mailbox = mailbox_new()) == NULL) {
		(void)fail(TOCSIN_BROKEN, "no memory for the exchange");
		goto err;
	}
	if ((err = intake_start(x)) != TOCSIN_OK || (err = courier_start(x)) != TOCSIN_OK ||
		(err = tick_start(x)) != TOCSIN_OK || (err = relay_start(x)) != TOCSIN_OK ||
		(err = collect_start(x)) != TOCSIN_OK)
		goto err;
	*out = x;
	return TOCSIN_OK;
err:
	exchange_stop(x);
	return err;
}

void exchange_stop(struct exchange *x)
{
	if (x == NULL)
		return;
	atomic_store(&x->stopping, true);
	collect_stop(x);
	relay_stop(x);
	tick_stop(x);
	courier_stop(x);
	intake_stop(x);
	pool_stop(x->pool);
	contacts_free(x->contacts);
	mailbox_free(x->mailbox);
	buf_free(&x->signed_note);
	pthread_mutex_destroy(&x->sign_lock);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

void exchange_wake(struct exchange *x)
{
	courier_wake(x);
}

/* ---- status ---- */

json_t *exchange_status(struct exchange *x)
{
	struct log_state st;
	struct store_counts counts;
	store_log_state(x->desk->store, &st);
	store_counts_get(x->desk->store, &counts);
	json_t *count = json_object();
	pthread_mutex_lock(&x->lock);
	for (int i = 0; i < REFUSE_CODES; i++)
		json_object_set_new(count, codes[i], json_integer((json_int_t)x->count[i]));
	json_t *log = json_pack("{s:s, s:I, s:I, s:I, s:s}", "origin", st.origin, "n", (json_int_t)st.n, "size",
		(json_int_t)st.size, "published", (json_int_t)st.published_size, "resumed", x->resumed);
	json_t *o = json_pack("{s:b, s:s, s:b, s:o}", "ready", (int)atomic_load(&x->ready), "note", x->note, "asked",
		(int)x->asked, "log", log);
	pthread_mutex_unlock(&x->lock);
	json_object_set_new(o, "intake", count);
	json_object_set_new(o, "witnesses", tick_status(x));
	json_object_set_new(o, "partners", courier_status(x));
	return o;
}
