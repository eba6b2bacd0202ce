/*
 * status: what the node does, what is wrong, and what is not proven, as JSON for the operation, the page and the
 * metrics.
 */
#include <sys/statvfs.h>

#include "desk/clocks.h"
#include "serve/internal.h"
#include "store/rows_door.h"
#include "store/rows.h"
#include "store/rows_draft.h"
#include "store/rows_page.h"
#include "store/rows_test.h"

#define CONFLICTS_SHOWN 100
#define CLOCKS_LATE (60 * CLOCK_SECOND)
#define ROOM_LEAST ((uint64_t)256 << 20)        /* bytes free on the disk, below which it is an alarm */

static void alarm_add(json_t *alarms, const char *code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void alarm_add(json_t *alarms, const char *code, const char *fmt, ...)
{
	char sentence[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, ap);
	va_end(ap);
	json_t *text = json_string(sentence), *o = json_object();
	json_object_set_new(o, "code", json_string(code));
	/* Cut in the middle of a character it would be no string. */
	json_object_set_new(o, "sentence", text != NULL ? text : json_string(code));
	json_array_append_new(alarms, o);
}

/* ---- witnesses: those of the table, with what the tick knows of them ---- */

struct witness_list {
	struct serve *serve;
	const json_t *seen;
	json_t *list;
};

static bool add_witness(void *arg, const char *name)
{
	struct witness_list *l = arg;
	const json_t *o;
	size_t i;
	json_t *w = json_object();
	json_object_set_new(w, "name", json_string(name));
	json_object_set_new(w, "last_seen", json_string(""));
	json_object_set_new(w, "size", json_integer(0));
	json_object_set_new(w, "trouble", json_string(""));
	json_array_foreach(l->seen, i, o) {
		if (strcmp(json_string_value(json_object_get(o, "name")), name) != 0)
			continue;
		json_object_set(w, "last_seen", json_object_get(o, "at"));
		json_object_set(w, "size", json_object_get(o, "size"));
		json_object_set(w, "trouble", json_object_get(o, "trouble"));
	}
	const struct peer *p = directory_find(l->serve->desk->directory, name);
	json_object_set_new(w, "state", json_string(p == NULL ? "unknown" : peer_state_name(p->state)));
	peer_release(p);
	json_array_append_new(l->list, w);
	return true;
}

/* ---- alarms ---- */

static bool add_conflict(void *arg, const struct conflict_row *row)
{
	char at[CLOCK_TEXT + 1];
	clock_format(row->at, at);
	alarm_add(arg, "conflict", "%s: %s (%s, found %s); both are kept as evidence", row->name, row->sentence,
		row->what, at);
	return true;
}

struct late {
	json_t *alarms;
	int64_t unwitnessed, overdue;
};

static bool add_late(void *arg, const char *origin, int64_t count, int64_t oldest, int64_t overdue)
{
	struct late *l = arg;
	char since[CLOCK_TEXT + 1];
	clock_format(oldest, since);
	l->unwitnessed += count;
	l->overdue += overdue;
	if (overdue > 0)
		alarm_add(l->alarms, "overdue",
			"%lld receipts of %s are not witnessed in time, the oldest came %s: that it was not back-dated "
			"is not proven",
			(long long)overdue, origin, since);
	return true;
}

static void partner_alarms(json_t *alarms, const json_t *partners)
{
	const json_t *p;
	size_t i;
	json_array_foreach(partners, i, p) {
		const char *name = json_string_value(json_object_get(p, "name")),
			   *state = json_string_value(json_object_get(p, "state"));
		json_int_t refused = json_integer_value(json_object_get(p, "refused"));
		if (refused > 0)
			alarm_add(alarms, "refused",
				"%s refused %lld statements: see each for why, then close its delivery or send another",
				name, (long long)refused);
		if (state != NULL && strcmp(state, "distrusted") == 0)
			alarm_add(alarms, "distrusted", "%s is distrusted: nothing of what it sends is taken", name);
	}
}

static void node_alarms(struct serve *s, json_t *alarms)
{
	struct statvfs fs;
	struct notify_counts told;
	const struct keeper_public *k = keeper_public(s->desk->keeper);
	const struct peer *self = directory_self(s->desk->directory);
	if (s->config.alarm[0] != 0)
		alarm_add(alarms, "start", "%s", s->config.alarm);
	if (!keeper_alive(s->desk->keeper))
		alarm_add(alarms, "keeper",
			"the process that holds the keys is gone: nothing can be signed or opened until the node is "
			"restarted");
	if (self != NULL && !vkey_same(&self->card->sign[0], &k->sign))
		alarm_add(alarms, "card",
			"the keys in use are not those of our card: partners will refuse what is signed (tocsin card "
			"rotate)");
	peer_release(self);
	if (statvfs(s->config.dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < ROOM_LEAST)
		alarm_add(alarms, "disk",
			"the disk has only %llu MB left: a full one means that nothing can be accepted or issued",
			(unsigned long long)((uint64_t)fs.f_bavail * fs.f_frsize >> 20));
	char trouble[400] = "";
	if (s->config.follow != NULL)
		follow_trouble(s->config.follow, trouble, sizeof trouble);
	if (trouble[0] != 0)
		alarm_add(alarms, "follow", "who may see what came, its clocks and what search finds stand still: %s", trouble);
	trouble[0] = 0;
	if (s->config.waits != NULL)
		s->config.waits(s->config.waits_arg, trouble, sizeof trouble);
	if (trouble[0] != 0)
		alarm_add(alarms, "keep", "clocks, forgetting and what else is due wait: %s", trouble);
	notify_counts_get(s->config.notify, &told);
	if (told.failed > 0)
		alarm_add(alarms, "notify",
			"%llu notifications failed twice since the start: people may not know of what came",
			(unsigned long long)told.failed);
}

static bool count_draft(void *arg, const struct draft_row *row)
{
	(void)row;
	(*(size_t *)arg)++;
	return true;
}

static enum tocsin_err draft_alarms(struct snapshot *r, json_t *alarms)
{
	size_t begun = 0;
	int64_t late = 0;
	enum tocsin_err err = draft_releasing(r, count_draft, &begun);
	if (err == TOCSIN_OK)
		err = draft_reviews_late(r, clock_now(), &late);
	if (begun > 0)
		alarm_add(alarms, "release", "%zu releases were begun and are not over: release them again, and read why they stand "
			"(tocsin draft list --state releasing)", begun);
	if (late > 0)
		alarm_add(alarms, "review", "%lld drafts that one person released alone were not reviewed by a second in time "
			"(tocsin review)", (long long)late);
	return err;
}

/* What is due is done at once; when it is not, nobody is reminded of anything.  What everybody was told in vain is told
 * here. */
#define UNSCREENED_MAX 1000

static enum tocsin_err door_alarms(struct snapshot *r, json_t *alarms)
{
	size_t n = 0;
	enum tocsin_err err = door_unscreened(r, UNSCREENED_MAX, &n);
	if (n > 0)
		alarm_add(alarms, "door", "%zu%s requests could not be screened, and stay closed: look at the rules of screening", n,
			n == UNSCREENED_MAX ? " or more" : "");
	return err;
}

static enum tocsin_err clock_alarms(struct snapshot *r, json_t *alarms)
{
	int64_t next, oldest;
	size_t n = 0;
	char since[CLOCK_TEXT + 1];
	enum tocsin_err err = clocks_next(r, &next);
	if (err == TOCSIN_OK && next < clock_now() - CLOCKS_LATE) {
		clock_format(next, since);
		alarm_add(alarms, "clocks",
			"nobody is told of clocks that are due since %s: look into the node's log, and restart it", since);
	}
	if (err == TOCSIN_OK)
		err = clocks_unanswered(r, &n, &oldest);
	if (err == TOCSIN_OK && n > 0) {
		clock_format(oldest, since);
		alarm_add(alarms, "unanswered",
			"%zu%s of our clocks ran out and nobody has acknowledged it, the oldest was due %s (tocsin clocks, tocsin page)", n,
			n < CLOCKS_UNANSWERED_MAX ? "" : " or more", since);
	}
	return err;
}

/* ---- pages ---- */

#define PAGES_SHOWN 10
#define PAGES_COUNTED 100

struct unreached {
	json_t *alarms;
	size_t n;
	int64_t since;
	char id[PAGE_ID + 1], account[LIMIT_ACCOUNT + 1];       /* of the oldest page */
};

static bool add_channel(void *arg, const struct channel_row *row)
{
	struct unreached *u = arg;
	char since[CLOCK_TEXT + 1];
	clock_format(row->troubled_at, since);
	if (u->n++ < PAGES_SHOWN)
		alarm_add(u->alarms, "channel", "the %s of %s (channel %s) does not work since %s: %s", row->kind, row->account, row->id,
			since, row->trouble);
	return true;
}

static bool add_test(void *arg, const struct test_row *row)
{
	struct unreached *u = arg;
	char since[CLOCK_TEXT + 1];
	clock_format(row->missed_at, since);
	if (u->n++ < PAGES_SHOWN)
		alarm_add(u->alarms, "test", "no test of the channel to %s has gone well since %s: call its duty contact (tocsin partner show %s)",
			row->partner, since, row->partner);
	return true;
}

static bool count_page(void *arg, const struct page_row *row)
{
	struct unreached *u = arg;
	if (u->n++ == 0) {
		u->since = row->at;
		snprintf(u->id, sizeof u->id, "%s", row->id);
		snprintf(u->account, sizeof u->account, "%s", row->account);
	}
	return true;
}

static enum tocsin_err page_alarms(struct serve *s, struct snapshot *r, json_t *alarms)
{
	char trouble[400] = "", since[CLOCK_TEXT + 1];
	struct unreached channels = { .alarms = alarms }, tests = { .alarms = alarms }, pages = { .alarms = alarms };
	if (s->config.pager != NULL)
		pager_trouble(s->config.pager, trouble, sizeof trouble);
	if (trouble[0] != 0)
		alarm_add(alarms, "pager", "nobody is paged: %s", trouble);
	enum tocsin_err err = channels_troubled(r, PAGES_COUNTED, add_channel, &channels);
	if (err == TOCSIN_OK && channels.n > PAGES_SHOWN)
		alarm_add(alarms, "channel", "%zu%s channels more do not work (tocsin channel list --all)", channels.n - PAGES_SHOWN,
			channels.n == PAGES_COUNTED ? " or more" : "");
	if (err == TOCSIN_OK)
		err = tests_missed(r, PAGES_COUNTED, add_test, &tests);
	if (err == TOCSIN_OK && tests.n > PAGES_SHOWN)
		alarm_add(alarms, "test", "%zu%s partners more did not answer tests of their channels", tests.n - PAGES_SHOWN,
			tests.n == PAGES_COUNTED ? " or more" : "");
	if (err == TOCSIN_OK)
		err = pages_failed(r, PAGES_COUNTED, count_page, &pages);
	if (err == TOCSIN_OK && pages.n > 0) {
		clock_format(pages.since, since);
		alarm_add(alarms, "page", "%zu%s pages reached nobody, the oldest %s that was for %s (tocsin page list --account %s): see why (tocsin channel list --all), "
			"ring that person up, then tocsin page ack %s",
			pages.n, pages.n == PAGES_COUNTED ? " or more" : "", since, pages.account, pages.account, pages.id);
	}
	return err;
}

/* ---- all of it ---- */

static json_t *counters_json(struct serve *s, const struct late *late)
{
	struct store_counts c;
	struct http_counts h;
	struct notify_counts told;
	json_t *o = json_object();
	store_counts_get(s->desk->store, &c);
	notify_counts_get(s->config.notify, &told);
	json_object_set_new(o, "commits", json_integer((json_int_t)c.commits));
	json_object_set_new(o, "changes", json_integer((json_int_t)c.changes));
	json_object_set_new(o, "statements", json_integer(c.statements));
	json_object_set_new(o, "receipts_unwitnessed", json_integer(late->unwitnessed));
	json_object_set_new(o, "receipts_overdue", json_integer(late->overdue));
	json_object_set_new(o, "events", json_integer(store_event_seq(s->desk->store)));
	json_object_set_new(o, "operations", json_integer((json_int_t)atomic_load(&s->requests)));
	json_object_set_new(o, "tokens_refused", json_integer((json_int_t)atomic_load(&s->refused)));
	json_object_set_new(o, "notified", json_integer((json_int_t)told.run));
	json_object_set_new(o, "notify_failed", json_integer((json_int_t)told.failed));
	pthread_mutex_lock(&s->lock);
	if (s->desk_server != NULL) {
		http_server_counts(s->desk_server, &h);
		json_object_set_new(o, "desk_connections", json_integer((json_int_t)h.connections));
		json_object_set_new(o, "desk_gate_refused", json_integer((json_int_t)h.gate_refused));
	}
	pthread_mutex_unlock(&s->lock);
	return o;
}

static void add_log(struct serve *s, const json_t *exchange, json_t *o)
{
	struct log_state st;
	json_t *log = json_object();
	store_log_state(s->desk->store, &st);
	json_object_set_new(log, "origin", json_string(st.origin));
	json_object_set_new(log, "n", json_integer((json_int_t)st.n));
	json_object_set_new(log, "size", json_integer((json_int_t)st.size));
	json_object_set_new(log, "root", json_hash(&st.root));
	json_object_set_new(log, "published_size", json_integer((json_int_t)st.published_size));
	json_object_set(log, "resumed", json_object_get(json_object_get(exchange, "log"), "resumed"));
	json_object_set_new(o, "log", log);
}

static json_t *not_proven(void)
{
	static const char *const sentences[] = {
		"A receipt proves that a node's log took a statement in, not that a person read it.",
		("What a statement says is its author's claim; nothing here proves that it is true, or that nothing "
		"else was said."),
		"Something without a receipt may have arrived all the same: a recipient can read and keep silent.",
		"With quorum none, no organisation but the recipient vouches for the time of a receipt.",
	};
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		json_array_append_new(list, json_string(sentences[i]));
	return list;
}

enum tocsin_err status_make(struct serve *s, json_t **out)
{
	struct snapshot *r = NULL;
	json_t *exchange = exchange_status(s->exchange), *alarms = json_array(), *witnesses = json_array(),
	       *o = json_object();
	struct witness_list l = { s, json_object_get(exchange, "witnesses"), witnesses };
	struct late late = { .alarms = alarms };
	bool ready = json_is_true(json_object_get(exchange, "ready"));
	node_alarms(s, alarms);
	if (!ready)
		alarm_add(alarms, "ready", "nothing is signed for the log yet: %s",
			json_string_value(json_object_get(exchange, "note")));
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = witness_each(r, add_witness, &l);
	if (err == TOCSIN_OK)
		err = receipt_counts(r, add_late, &late);
	if (err == TOCSIN_OK)
		err = conflict_each(r, 0, CONFLICTS_SHOWN, add_conflict, alarms);
	if (err == TOCSIN_OK)
		err = clock_alarms(r, alarms);
	if (err == TOCSIN_OK)
		err = page_alarms(s, r, alarms);
	if (err == TOCSIN_OK)
		err = draft_alarms(r, alarms);
	if (err == TOCSIN_OK)
		err = door_alarms(r, alarms);
	snapshot_close(r);
	partner_alarms(alarms, json_object_get(exchange, "partners"));

	json_object_set_new(o, "name", json_string(s->desk->name));
	json_object_set_new(o, "realm", json_string(s->desk->realm == REALM_LIVE ? "live" : "exercise"));
	json_object_set_new(o, "version", json_string(TOCSIN_VERSION));
	json_object_set_new(o, "ready", json_boolean(ready));
	json_object_set(o, "note", json_object_get(exchange, "note"));
	json_object_set_new(o, "clock", json_time(clock_now()));
	json_object_set_new(o, "clock_set", json_boolean(clock_is_set()));
	add_log(s, exchange, o);
	json_object_set(o, "partners", json_object_get(exchange, "partners"));
	json_object_set_new(o, "witnesses", witnesses);
	json_object_set_new(o, "counters", counters_json(s, &late));
	json_object_set_new(o, "alarms", alarms);
	json_object_set_new(o, "not_proven", not_proven());
	json_object_del(exchange, "partners");
	json_object_del(exchange, "witnesses");
	json_object_del(exchange, "log");
	json_object_set_new(o, "exchange", exchange);
	if (err != TOCSIN_OK) {
		json_decref(o);
		return err;
	}
	*out = o;
	return TOCSIN_OK;
}

/* ---- for whom ---- */

/* Alarms that tell of the node and not of what it holds, with words that say no more than that. */
static const struct {
	const char *code, *words;               /* NULL: its own */
} told[] = {
	{ "ready", NULL },
	{ "start", NULL },
	{ "keeper", NULL },
	{ "card", NULL },
	{ "disk", NULL },
	{ "conflict", NULL },
	{ "distrusted", NULL },
	{ "follow", "who may see what came, its clocks and what search finds stand still: call whoever runs this node" },
	{ "clocks", "nobody is told of clocks that are due: call whoever runs this node" },
	{ "pager", "nobody is paged: call whoever runs this node" },
	{ "test", NULL },
};

static json_t *alarm_told(const json_t *alarm)
{
	const char *code = json_string_value(json_object_get(alarm, "code"));
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (strcmp(code, told[i].code) == 0)
			return told[i].words == NULL ? json_deep_copy(alarm)
						     : json_pack("{s:s, s:s}", "code", code, "sentence", told[i].words);
	return NULL;
}

/* Leaves of O what everybody may know: how much passes, and with whom, is not that. */
static void reduce(json_t *o)
{
	static const char *const of_partner[] = { "waiting", "waiting_since", "refused", "under_way", "last_answer", "trouble",
		"next_attempt", "giving_back" };
	json_t *alarms = json_array(), *item, *log = json_object_get(o, "log");
	size_t i;
	json_array_foreach(json_object_get(o, "alarms"), i, item) {
		json_t *alarm = alarm_told(item);
		if (alarm != NULL)
			json_array_append_new(alarms, alarm);
	}
	json_object_set_new(o, "alarms", alarms);
	json_array_foreach(json_object_get(o, "partners"), i, item)
		for (size_t k = 0; k < sizeof of_partner / sizeof *of_partner; k++)
			json_object_del(item, of_partner[k]);
	json_object_del(log, "size");
	json_object_del(log, "root");
	json_object_del(o, "counters");
	json_object_del(o, "exchange");
}

bool status_all(const struct view *v)
{
	return v->everything || (v->roles & ROLE_ADMIN) != 0;
}

enum tocsin_err status_for(struct asked *q, json_t **out)
{
	enum tocsin_err err = status_make(q->serve, out);
	if (err == TOCSIN_OK && !status_all(&q->view))
		reduce(*out);
	return err;
}

enum tocsin_err op_status(struct serve *s, struct asked *q)
{
	(void)s;
	return status_for(q, &q->answer);
}
