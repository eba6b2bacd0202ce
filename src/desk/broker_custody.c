/*
 * broker_custody: at the broker: what is tendered here for a third.
 */
#include "base/log.h"
#include "base/text.h"
#include "desk/broker_part.h"
#include "desk/directory.h"
#include "desk/policy.h"

#define DAY (86400 * CLOCK_SECOND)

struct stepping {
	const struct custody_row *row;
	const char *state, *code;
	int64_t told;
	bool close;                             /* its relay is not to be sent any more */
};

static void with_refused(void *arg, size_t i, struct change *c)
{
	const struct stepping *t = arg;
	(void)i;
	change_custody_step(c, t->row, "refused", t->code, false);
}

static void with_relay(void *arg, size_t i, struct change *c)
{
	(void)i;
	change_custody_relayed(c, ((const struct stepping *)arg)->row);
}

static void with_told(void *arg, size_t i, struct change *c)
{
	const struct stepping *t = arg;
	(void)i;
	change_custody_told(c, t->row, t->state, t->code, t->told);
	if (t->close)
		change_outbox_close(c, t->row->relay, "its time in custody is over");
}

/* A custody to the tenderer of T's row. */
static void begin(struct broker_issue *b, const struct desk *d, struct arena *a, const struct broker_read *tender,
	struct stepping *t, int64_t now)
{
	*b = (struct broker_issue){ .desk = d, .kind = "custody", .to = t->row->tenderer, .re = &tender->row.id, .arena = a,
		.urgency = 1, .with = with_told, .arg = t };
	broker_field(b, "custody.state", t->state);
	broker_time(b, "custody.when", now);
	if (t->code[0] != 0)
		broker_field(b, "custody.code", t->code);
	broker_hash(b, "envelope.label", &t->row->label);
}

/* Why ROW is not taken; "": it is. */
static enum tocsin_err judge(const struct desk *d, struct snapshot *read, const struct custody_row *row,
	const struct broker_read *tender, int64_t now, const char **code)
{
	int64_t held = 0, bytes = 0, today = 0;
	struct party to = { .name = "" };
	struct bytes words = broker_value(&tender->body, "envelope.to"), name;
	*code = row->code;
	if (row->code[0] != 0)
		return TOCSIN_OK;
	if (!policy_flag(d, "broker.serve")) {
		*code = "closed";
		return TOCSIN_OK;
	}
	snprintf(to.name, sizeof to.name, "%s", row->recipient);
	if (!text_word(&words, &name) || !hex_decode(words, to.fp, STATEMENT_FP) ||
		broker_file(&tender->body, BROKER_ENVELOPE).n == 0 || broker_file(&tender->body, BROKER_CARDS).n == 0) {
		*code = "malformed";
		return TOCSIN_OK;
	}
	const struct peer *p = directory_find(d->directory, row->recipient);
	if (p == NULL || p->state == PEER_SELF || p->state == PEER_DISTRUSTED || strcmp(row->recipient, row->tenderer) == 0 ||
		!chain_is_party(&p->chain, &to))
		*code = "unknown";
	peer_release(p);
	if (row->until <= now || row->until > now + policy_int(d, "broker.longest"))
		*code = "until";
	enum tocsin_err err = custody_sum(read, &held, &bytes);
	if (err == TOCSIN_OK)
		err = custody_since(read, row->tenderer, now - DAY, &today);
	if (err == TOCSIN_OK && (today >= policy_int(d, "broker.a-day") || bytes + row->size > policy_int(d, "broker.bytes")))
		*code = "quota";
	return err;
}

static enum tocsin_err refuse(const struct desk *d, struct arena *a, const struct broker_read *tender,
	const struct custody_row *row, const char *code, int64_t now, bool *issued)
{
	struct broker_issue b;
	struct stepping t = { .row = row, .state = "refused", .code = code };
	begin(&b, d, a, tender, &t, now);
	b.with = with_refused;
	return broker_issue_now(&b, issued);
}

static enum tocsin_err take(const struct desk *d, struct snapshot *read, const struct custody_row *row)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a tender");
	change_custody_step(c, row, "taken", "", true);
	enum tocsin_err err = broker_log(d, read, c, &row->label);
	if (err != TOCSIN_OK) {
		change_free(c);
		return err;
	}
	err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

static enum tocsin_err relay(const struct desk *d, struct arena *a, const struct broker_read *tender,
	const struct custody_row *row, int64_t now, bool *issued)
{
	struct stepping t = { .row = row };
	struct broker_issue b = { .desk = d, .kind = "relay", .to = row->recipient, .arena = a, .urgency = 1, .with = with_relay,
		.arg = &t };
	broker_hash(&b, "envelope.label", &row->label);
	broker_time(&b, "envelope.until", row->until);
	broker_attach(&b, BROKER_ENVELOPE, broker_file(&tender->body, BROKER_ENVELOPE));
	broker_attach(&b, BROKER_CARDS, broker_file(&tender->body, BROKER_CARDS));
	enum tocsin_err err = broker_issue_now(&b, issued);
	if (err == TOCSIN_OK || err == TOCSIN_BROKEN)
		return err;
	log_say(LOG_WARN, "not relayed", "partner=%s why=\"%s\"", row->recipient, fail_sentence());
	return refuse(d, a, tender, row, "unknown", now, issued);
}

static enum tocsin_err held(const struct desk *d, struct arena *a, const struct broker_read *tender,
	const struct custody_row *row, int64_t now, bool *issued)
{
	struct broker_issue b;
	struct stepping t = { .row = row, .state = "held", .code = "", .told = row->told };
	begin(&b, d, a, tender, &t, now);
	return broker_issue_now(&b, issued);
}

/* How much a word weighs: what is said later counts only when it is more. */
static int weight(const char *state, const char *code)
{
	if (strcmp(state, "delivered") == 0)
		return strcmp(code, "silent") == 0 ? 1 : 3;
	return strcmp(state, "refused") == 0 ? 2 : strcmp(state, "not-fetched") == 0 ? 1 : 0;
}

static enum tocsin_err said_nothing_new(const struct desk *d, const struct custody_row *row)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a custody");
	change_custody_told(c, row, row->state, row->code, row->heard);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* What the recipient said is passed on with its own signature, and its receipt, which says nothing to this node. */
static enum tocsin_err pass_on(const struct desk *d, struct snapshot *read, struct arena *a, const struct broker_read *tender,
	const struct custody_row *row, bool *issued)
{
	struct broker_issue b;
	struct stepping t = { .row = row, .told = row->heard };
	struct broker_read *word = arena_alloc(a, sizeof *word);
	if (word == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a custody");
	enum tocsin_err err = broker_read(read, row->heard, a, word);
	if (err == TOCSIN_REFUSED)
		return said_nothing_new(d, row);
	if (err != TOCSIN_OK)
		return err;
	struct bytes state = broker_value(&word->body, "custody.state"), code = broker_value(&word->body, "custody.code");
	bool delivered = bytes_equal_str(state, "delivered"), refused = bytes_equal_str(state, "refused");
	t.state = delivered ? "delivered" : "refused";
	t.code = refused && code.n > 0 && code.n <= 16 ? arena_str(a, code) : refused ? "unsaid" : "";
	if (t.code == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a custody");
	if ((!delivered && !refused) || strcmp(word->s.from.name, row->recipient) != 0 ||
		weight(t.state, t.code) <= weight(row->state, row->code))
		return said_nothing_new(d, row);
	begin(&b, d, a, tender, &t, word->row.known_at);
	struct bytes proof = broker_file(&word->body, BROKER_RECEIPT);
	if (proof.n > 0)
		broker_attach(&b, BROKER_RECEIPT, proof);
	broker_attach(&b, BROKER_NOTE, word->row.note);
	broker_attach(&b, BROKER_BODY, word->row.body);
	return broker_issue_now(&b, issued);
}

/* Calls what is to be done with the tender of ROW there. */
static enum tocsin_err do_step(const struct desk *d, struct snapshot *read, struct arena *a, const struct custody_row *row,
	int64_t now, bool *issued)
{
	const char *code;
	struct broker_read *tender = arena_alloc(a, sizeof *tender);
	if (tender == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a tender");
	enum tocsin_err err = broker_read(read, row->tender, a, tender);
	if (err != TOCSIN_OK)
		return err;
	if (strcmp(row->state, "new") == 0) {
		err = judge(d, read, row, tender, now, &code);
		if (err != TOCSIN_OK)
			return err;
		return code[0] != 0 ? refuse(d, a, tender, row, code, now, issued) : take(d, read, row);
	}
	if (strcmp(row->state, "taken") == 0)
		return relay(d, a, tender, row, now, issued);
	if (strcmp(row->state, "relayed") == 0)
		return held(d, a, tender, row, now, issued);
	return row->heard > row->told ? pass_on(d, read, a, tender, row, issued) : said_nothing_new(d, row);
}

enum tocsin_err broker_step(const struct desk *d, const struct custody_row *row, int64_t now, bool *issued)
{
	struct snapshot *read = NULL;
	struct arena *a = arena_new(BROKER_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a tender") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = do_step(d, read, a, row, now, issued);
	snapshot_close(read);
	/* What was forgotten meanwhile cannot be carried on, and must not keep the others from it. */
	if (err == TOCSIN_REFUSED || err == TOCSIN_BAD) {
		struct change *c = change_new();
		log_say(LOG_WARN, "a tender stands", "why=\"%s\"", fail_sentence());
		if (c == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a tender");
		else {
			change_custody_step(c, row, "refused", "unsent", false);
			err = store_commit(d->store, c, NULL, NULL);
			err = err == TOCSIN_LATER ? TOCSIN_OK : err;
		}
	}
	arena_free(a);
	return err;
}

enum tocsin_err broker_over(const struct desk *d, const struct custody_row *row, int64_t now, bool *issued)
{
	struct snapshot *read = NULL;
	struct receipt_row receipt;
	struct broker_issue b;
	struct arena *a = arena_new(BROKER_ARENA);
	struct broker_read *tender = a == NULL ? NULL : arena_alloc(a, sizeof *tender);
	enum tocsin_err err = tender == NULL ? fail(TOCSIN_BROKEN, "no memory for a tender") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = broker_read(read, row->tender, a, tender);
	if (err == TOCSIN_OK) {
		enum tocsin_err here = receipt_get(read, row->relay, a, &receipt);
		struct stepping t = { .row = row, .state = here == TOCSIN_OK ? "delivered" : "not-fetched",
			.code = here == TOCSIN_OK ? "silent" : "", .told = row->told, .close = here != TOCSIN_OK };
		err = here == TOCSIN_OK || here == TOCSIN_MISSING ? TOCSIN_OK : here;
		begin(&b, d, a, tender, &t, now);
		if (err == TOCSIN_OK)
			err = broker_issue_now(&b, issued);
	} else if (err == TOCSIN_REFUSED) {
		struct change *c = change_new();
		if (c != NULL)
			change_custody_step(c, row, "refused", "unsent", false);
		err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a tender") : store_commit(d->store, c, NULL, NULL);
		err = err == TOCSIN_LATER ? TOCSIN_OK : err;
	}
	snapshot_close(read);
	arena_free(a);
	return err;
}
