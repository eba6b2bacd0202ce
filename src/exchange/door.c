/*
 * door: the routes of the exchange listener, which faces partners and the Internet. Nothing of the desk can be reached
 * through it.
 *
 * It runs on the listener's thread: what only reads is answered at once; what verifies signatures or waits for commits
 * goes to the pool.
 */
#include "exchange/mailbox.h"

#include "desk/broker.h"
#include "desk/cards.h"

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define OCTETS "application/octet-stream"
#define FOR_EVER "public, max-age=31536000, immutable"

static void say(struct http_call *call, unsigned status, const char *sentence)
{
	char *line = arena_printf(http_call_arena(call), "%s\n", sentence);
	http_call_answer(call, status, TEXT_PLAIN, line != NULL ? bytes_str(line) : BYTES_LIT(""));
}

static void say_later(struct http_call *call, const char *sentence)
{
	http_call_add_header(call, "Retry-After", "5");
	say(call, 503, sentence);
}

/* What our own fault is, is for the log; the other side only learns that there is one. */
static void say_failed(struct http_call *call, enum tocsin_err err)
{
	if (err == TOCSIN_MISSING) {
		say(call, 404, fail_sentence());
		return;
	}
	log_say(LOG_ERROR, "exchange failed", "path=%s sentence=\"%s\"", http_call_path(call), fail_sentence());
	say_later(call, "this node cannot answer now; try again later");
}

/* ---- work for the pool ---- */

typedef void call_work(struct exchange *x, struct http_call *call);
struct call_job {
	struct exchange *x;
	struct http_call *call;
	call_work *work;
};

static void call_run(void *arg)
{
	struct call_job j = *(struct call_job *)arg;    /* the arena goes with the answer */
	j.work(j.x, j.call);
}

static void to_pool(struct exchange *x, struct http_call *call, call_work *work)
{
	struct call_job *j = arena_alloc(http_call_arena(call), sizeof *j);
	if (j != NULL)
		*j = (struct call_job){ x, call, work };
	if (j == NULL || !exchange_work(x, false, call_run, j))
		say_later(call, "this node has more to do than it can; try again later");
}

/* ---- envelopes ---- */

static void envelopes_done(void *arg, unsigned status, struct buf *body, const char *sentence)
{
	struct http_call *call = arg;
	if (status == 503)
		say_later(call, sentence);
	else
		http_call_answer_buf(call, status, status == 200 ? OCTETS : TEXT_PLAIN, body);
}

static void envelopes(struct exchange *x, struct http_call *call)
{
	struct batch *b = arena_alloc(http_call_arena(call), sizeof *b);
	if (b == NULL)
		say_later(call, "this node has more to do than it can; try again later");
	else if (batch_parse(http_call_body(call), b) != TOCSIN_OK)
		say(call, 400, fail_sentence());
	else
		intake_batch(x, b, envelopes_done, call);
}

/* ---- receipts ---- */

/* The proof of entry INDEX of log N under its published checkpoint; MISSING while that does not cover it. */
static enum tocsin_err receipt_write(struct exchange *x, uint64_t log_n, uint64_t index, struct buf *out)
{
	struct checkpoint c;
	struct note n;
	struct merkle_proof p;
	struct buf note;
	buf_init(&note, LIMIT_NOTE);
	enum tocsin_err err = store_log_published(x->desk->store, log_n, &note);
	if (err == TOCSIN_OK && (err = note_parse(buf_bytes(&note), LIMIT_NOTE, &n)) == TOCSIN_OK &&
		(err = checkpoint_parse(n.text, &c)) == TOCSIN_OK) {
		if (index >= c.size)
			err = fail(TOCSIN_MISSING, "the published checkpoint does not cover this statement yet");
		else
			err = store_log_inclusion(x->desk->store, log_n, index, c.size, &p);
	}
	if (err == TOCSIN_OK) {
		tlogproof_format(out, index, &p, buf_bytes(&note));
		err = buf_end(out, "a receipt");
	}
	buf_free(&note);
	return err;
}

/* The entry of ID in the current log, or, when it was never logged again since a log was retired, in the log where it
 * was accepted. */
static enum tocsin_err receipt_find(
	struct exchange *x, struct snapshot *r, const struct hash *id, struct arena *a, struct buf *out)
{
	struct statement_row row;
	struct log_state st;
	uint64_t index;
	enum tocsin_err err = statement_by_id(r, id, a, &row);
	if (err == TOCSIN_OK && row.issued)
		err = fail(TOCSIN_MISSING, "this node has not accepted a statement with that id");
	if (err != TOCSIN_OK)
		return err;
	store_log_state(x->desk->store, &st);
	if (row.log_n != st.n) {
		err = store_log_position(r, id, st.n, &index);
		if (err == TOCSIN_OK)
			return receipt_write(x, st.n, index, out);
		if (err != TOCSIN_MISSING)
			return err;
	}
	return receipt_write(x, row.log_n, row.log_index, out);
}

static void receipt(struct exchange *x, struct http_call *call, const char *hex)
{
	struct hash id;
	struct snapshot *r = NULL;
	struct buf out;
	if (!hex_decode(bytes_str(hex), id.b, sizeof id.b)) {
		say(call, 404, "a statement's id is 64 lower-case hex digits");
		return;
	}
	buf_init(&out, LIMIT_CHECKPOINT_NOTE + 8192);
	struct arena *a = arena_new(2 * LIMIT_ENVELOPE);
	enum tocsin_err err =
		a != NULL ? snapshot_open(x->desk->store, &r) : fail(TOCSIN_BROKEN, "no memory for a receipt");
	if (err == TOCSIN_OK)
		err = receipt_find(x, r, &id, a, &out);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		http_call_answer_buf(call, 200, TEXT_PLAIN, &out);
	else
		say_failed(call, err);
	buf_free(&out);
	arena_free(a);
}

/* ---- labels ---- */

/* The entry that stands for LABEL in the newest of our logs that has it. */
static enum tocsin_err label_find(struct exchange *x, struct snapshot *r, const struct hash *label, struct buf *out)
{
	struct log_state st;
	struct hash entry;
	uint64_t index;
	enum tocsin_err err = TOCSIN_MISSING;
	broker_entry(x->desk->realm, x->desk->name, label, &entry);
	store_log_state(x->desk->store, &st);
	for (uint64_t n = st.n; n > 0 && err == TOCSIN_MISSING; n--) {
		err = store_log_position(r, &entry, n, &index);
		if (err == TOCSIN_OK)
			return receipt_write(x, n, index, out);
	}
	return err == TOCSIN_MISSING ? fail(err, "there is no such label in the log of this node") : err;
}

static void label(struct exchange *x, struct http_call *call, const char *hex)
{
	struct hash h;
	struct snapshot *r = NULL;
	struct buf out;
	if (!hex_decode(bytes_str(hex), h.b, sizeof h.b)) {
		say(call, 404, "a label is 64 lower-case hex digits");
		return;
	}
	buf_init(&out, LIMIT_CHECKPOINT_NOTE + 8192);
	enum tocsin_err err = snapshot_open(x->desk->store, &r);
	if (err == TOCSIN_OK)
		err = label_find(x, r, &h, &out);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		http_call_answer_buf(call, 200, TEXT_PLAIN, &out);
	else
		say_failed(call, err);
	buf_free(&out);
}

/* ---- cards ---- */

static void card_get(struct exchange *x, struct http_call *call)
{
	struct buf out;
	buf_init(&out, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = exchange_own_chain(x, &out);
	if (err == TOCSIN_OK)
		http_call_answer_buf(call, 200, TEXT_PLAIN, &out);
	else
		say_failed(call, err);
	buf_free(&out);
}

static bool is_distrusted(struct exchange *x, const char *name)
{
	const struct peer *p = directory_find(x->desk->directory, name);
	bool yes = p != NULL && p->state == PEER_DISTRUSTED;
	peer_release(p);
	return yes;
}

/* The chain of NAME as it is held, when it is longer than POSTED: who lost its own last cards (a database that was put
 * back) gets them here. */
static bool longer_chain(struct exchange *x, const char *name, struct bytes posted, struct buf *held)
{
	struct snapshot *r;
	if (snapshot_open(x->desk->store, &r) != TOCSIN_OK)
		return false;
	bool longer = card_chain(r, name, held) == TOCSIN_OK && !held->failed && held->n > posted.n;
	snapshot_close(r);
	return longer;
}

static void card_post(struct exchange *x, struct http_call *call)
{
	char name[LIMIT_NAME + 1] = "";
	const char *what = "";
	bool stranger = false;
	enum tocsin_err err = contact_take(x, http_call_body(call), http_call_peer(call), &stranger);
	if (err == TOCSIN_OK && !stranger)
		err = cards_take(x->desk, http_call_body(call), false, name, &what);
	if (stranger && err == TOCSIN_OK) {
		say(call, 200, "introduced");
	} else if (err == TOCSIN_LATER) {
		http_call_add_header(call, "Retry-After", "3600");
		say(call, 429, fail_sentence());
	} else if (err == TOCSIN_OK) {
		struct buf held;
		buf_init(&held, LIMIT_CHAIN_BYTES);
		if (strcmp(what, "known") == 0 && longer_chain(x, name, http_call_body(call), &held))
			http_call_answer_buf(call, 200, TEXT_PLAIN, &held);
		else
			say(call, 200, what);
		buf_free(&held);
		if (strcmp(what, "extended") == 0)
			courier_wake(x);        /* what waited for this card can go */
	} else if (err == TOCSIN_BAD) {
		say(call, 400, fail_sentence());
	} else if (err == TOCSIN_REFUSED) {
		say(call, name[0] != '\0' && is_distrusted(x, name) ? 409 : 403, fail_sentence());
	} else {
		say_failed(call, err);
	}
}

/* ---- the log ---- */

static void log_checkpoint(struct exchange *x, struct http_call *call, uint64_t n)
{
	struct buf out;
	buf_init(&out, LIMIT_NOTE);
	enum tocsin_err err = store_log_published(x->desk->store, n, &out);
	if (err == TOCSIN_OK) {
		http_call_add_header(call, "Cache-Control", "no-cache");
		http_call_answer_buf(call, 200, TEXT_PLAIN, &out);
	} else {
		say_failed(call, err);
	}
	buf_free(&out);
}

static void log_tile(struct exchange *x, struct http_call *call, uint64_t n, const struct tile_path *t)
{
	struct buf out;
	buf_init(&out, TILE_WIDTH * (2 + ENTRY_SIZE));
	enum tocsin_err err = store_log_tile(x->desk->store, n, t, &out);
	if (err == TOCSIN_OK) {
		http_call_add_header(call, "Cache-Control", FOR_EVER);
		http_call_answer_buf(call, 200, OCTETS, &out);
	} else {
		say_failed(call, err);
	}
	buf_free(&out);
}

/* REST is what is behind "/log/": of the current log, or, behind "<n>/", of the n-th. */
static void log_get(struct exchange *x, struct http_call *call, const char *rest)
{
	struct log_state st;
	struct tile_path t;
	store_log_state(x->desk->store, &st);
	uint64_t n = st.n;
	const char *slash = strchr(rest, '/');
	if (slash != NULL && text_u64(bytes_of(rest, (size_t)(slash - rest)), st.n, &n)) {
		if (n == 0) {
			say(call, 404, "logs are numbered from 1");
			return;
		}
		rest = slash + 1;
	}
	if (strcmp(rest, "checkpoint") == 0)
		log_checkpoint(x, call, n);
	else if (tile_path_parse(bytes_str(rest), &t))
		log_tile(x, call, n, &t);
	else
		say(call, 404, "the log has \"checkpoint\" and \"tile/...\"");
}

/* ---- routes ---- */

enum needs { ANYTIME, READY };
enum route { ROOT, ENVELOPES, RECEIPT, LABEL, CARD, RESUME, MAILBOX, MAILBOX_ANSWER, LOG, WITNESS, ROUTES };
static const struct {
	const char *path;
	bool prefix;                    /* more may follow */
	const char *methods;
	enum needs needs;
} routes[ROUTES] = {
	[ROOT] = { "/", false, "GET, HEAD", ANYTIME },
	[ENVELOPES] = { "/exchange/v1/envelopes", false, "POST", READY },
	[RECEIPT] = { "/exchange/v1/receipts/", true, "GET, HEAD", READY },
	[LABEL] = { "/exchange/v1/labels/", true, "GET, HEAD", READY },
	[CARD] = { "/exchange/v1/card", false, "GET, HEAD, POST", ANYTIME },
	/* Two nodes that start at once ask each other; neither answer signs anything for the log that is in doubt. */
	[RESUME] = { "/exchange/v1/resume", false, "POST", ANYTIME },
	[MAILBOX] = { "/exchange/v1/mailbox", false, "POST", READY },
	[MAILBOX_ANSWER] = { "/exchange/v1/mailbox/answer", false, "POST", READY },
	[LOG] = { "/log/", true, "GET, HEAD", READY },
	[WITNESS] = { "/witness/add-checkpoint", false, "POST", ANYTIME },
};

static bool method_in(const char *methods, const char *method)
{
	size_t n = strlen(method);
	for (const char *p = methods; (p = strstr(p, method)) != NULL; p += n)
		if ((p == methods || p[-1] == ' ') && (p[n] == '\0' || p[n] == ','))
			return n > 0;
	return false;
}

static void root(struct exchange *x, struct http_call *call)
{
	char *line = arena_printf(
		http_call_arena(call), "%s is a Tocsin node (%s).", x->desk->name, realm_prefix(x->desk->realm));
	say(call, 200, line != NULL ? line : "a Tocsin node");
}

void exchange_handle(void *arg, struct http_call *call)
{
	struct exchange *x = arg;
	const char *path = http_call_path(call), *method = http_call_method(call);
	enum route r = 0;
	while (r < ROUTES &&
		(routes[r].prefix ? strncmp(path, routes[r].path, strlen(routes[r].path))
				  : strcmp(path, routes[r].path)) != 0)
		r++;
	if (r == ROUTES) {
		say(call, 404, "there is nothing here");
		return;
	}
	if (!method_in(routes[r].methods, method)) {
		http_call_add_header(call, "Allow", routes[r].methods);
		say(call, 405, "that method is not served here");
		return;
	}
	if (routes[r].needs == READY && !exchange_ready(x)) {
		say_later(call, "this node is not ready: it is comparing its log with what others have seen of it");
		return;
	}
	const char *rest = path + strlen(routes[r].path);
	switch (r) {
	case ROOT:      root(x, call); break;
	case ENVELOPES: envelopes(x, call); break;
	case RECEIPT:   receipt(x, call, rest); break;
	case LABEL:     label(x, call, rest); break;
	case CARD:
		if (strcmp(method, "POST") == 0)
			to_pool(x, call, card_post);
		else
			card_get(x, call);
		break;
	case RESUME:    to_pool(x, call, resume_answer); break;
	case MAILBOX:   to_pool(x, call, mailbox_fetch); break;
	case MAILBOX_ANSWER: to_pool(x, call, mailbox_answer); break;
	case LOG:       log_get(x, call, rest); break;
	case WITNESS:   to_pool(x, call, witness_add_checkpoint); break;
	case ROUTES:    break;
	}
}
