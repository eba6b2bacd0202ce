#include "desk/release.h"

#include "base/sha256.h"
#include "desk/clocks.h"
#include "desk/pages.h"
#include "desk/policy.h"
#include "desk/release_plan.h"
#include "desk/rules.h"
#include "store/rows_clock.h"

#define CHANGED "somebody has changed this draft meanwhile: read it again"

/* What each of these looks at. */
struct deciding {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	struct arena *arena, *scratch;
	struct draft_row row;
	struct plan plan;
	struct plan_obstacles obstacles;
	json_t *recipients;             /* what would leave: [{to, re, open}] */
	int64_t now;
};

static enum tocsin_err begin(struct deciding *g, const struct desk *d, const struct view *v, const char *id)
{
	*g = (struct deciding) { .desk = d, .view = v, .arena = arena_new(PLAN_ARENA), .scratch = arena_new(PLAN_SCRATCH),
		.recipients = json_array(), .now = clock_now() };
	enum tocsin_err err = g->arena == NULL || g->scratch == NULL ? fail(TOCSIN_BROKEN, "no memory for a release")
								   : snapshot_open(d->store, &g->read);
	return err == TOCSIN_OK ? drafts_find(g->read, v, id, g->arena, &g->row) : err;
}

static void end(struct deciding *g)
{
	snapshot_close(g->read);
	json_decref(g->recipients);
	arena_free(g->arena);
	arena_free(g->scratch);
}

static enum tocsin_err check_version(const struct deciding *g, int64_t version)
{
	if (g->row.version != version)
		return rule_refuse("release.version", "this is version %lld, and version %lld was looked at",
			(long long)g->row.version, (long long)version);
	return TOCSIN_OK;
}

static void note_recipient(void *arg, size_t i, const struct preview *v, bool overrides)
{
	struct deciding *g = arg;
	const struct plan_recipient *r = &g->plan.recipient[i];
	json_t *open = json_array(), *re = json_array();
	char hex[2 * SHA256_SIZE + 1];
	(void)overrides;
	for (size_t k = 0; k < v->handling.n; k++)
		if (v->handling.line[k].open)
			json_array_append_new(open, json_string(v->handling.line[k].name));
	for (size_t k = 0; k < r->re_n; k++) {
		hex_encode(r->re[k].b, SHA256_SIZE, hex);
		json_array_append_new(re, json_string(hex));
	}
	json_array_append_new(g->recipients, json_pack("{s:s, s:o, s:o}", "to", r->word, "open", open, "re", re));
}

static enum tocsin_err look(struct deciding *g, const json_t *close)
{
	enum tocsin_err err = plan_make(g->desk, g->read, &g->row, close, NULL, g->arena, g->scratch, &g->plan);
	return err == TOCSIN_OK ? plan_look(&g->plan, note_recipient, g, &g->obstacles) : err;
}

static json_t *consent_json(const struct release_consent *c)
{
	json_t *lines = json_array();
	for (size_t i = 0; i < c->line_n; i++)
		json_array_append_new(lines, json_string(c->line[i]));
	return json_pack("{s:o, s:b}", "confirmed", lines, "audience", c->audience);
}

/* Submits C with the decision WHAT; DETAIL is taken. */
static enum tocsin_err decide(struct deciding *g, struct change *c, const char *what, const char *reason, json_t *detail)
{
	struct buf b;
	buf_init(&b, 16u << 20);
	if (detail != NULL)
		json_write(&b, detail);
	json_decref(detail);
	enum tocsin_err err = c == NULL ? fail(TOCSIN_BROKEN, "no memory for a decision") : buf_end(&b, "a decision");
	if (err == TOCSIN_OK) {
		drafts_decide(c, &g->row, g->view, what, reason == NULL ? "" : reason, buf_bytes(&b), g->now);
		err = store_commit(g->desk->store, c, NULL, NULL);
	} else {
		change_free(c);
	}
	buf_free(&b);
	return err;
}

/* ---- proposing ---- */

struct telling {
	struct deciding *g;
	struct change *c;
};

static bool tell(void *arg, const char *account)
{
	struct telling *t = arg;
	if (strcmp(account, t->g->view->account) != 0)
		pages_add(t->c, &(struct page_add) { .what = "release asked for", .account = account,
			.life = t->g->plan.c.urgency == 0, .now = t->g->now });
	return true;
}

enum tocsin_err release_propose(const struct desk *d, const struct view *v, const char *id, const struct release_ask *ask)
{
	struct deciding g;
	enum tocsin_err err = begin(&g, d, v, id);
	if (err == TOCSIN_OK)
		err = access_may(v, RIGHT_DRAFT);
	if (err == TOCSIN_OK && strcmp(g.row.state, "draft") != 0)
		err = rule_refuse("release.state", "draft %s is %s", id, g.row.state);
	if (err == TOCSIN_OK)
		err = check_version(&g, ask->version);
	if (err == TOCSIN_OK)
		err = look(&g, NULL);
	if (err == TOCSIN_OK)
		err = plan_refuse(&g.obstacles, &ask->consent, false);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (c != NULL) {
		struct telling t = { &g, c };
		change_draft_state(c, CHANGED, g.row.num, "draft", g.row.version, "proposed", g.now);
		clocks_start(d, c, &(struct clock_start) { .kind = CLOCK_RELEASE, .draft = g.row.num, .unit = g.row.unit,
			.compartment = g.row.compartment, .urgency = g.plan.c.urgency, .now = g.now });
		/* What is imminent a duty officer may release, too, who is there at night. */
		err = unit_roles_each(g.read, g.row.unit, ROLE_RELEASER | (g.plan.c.urgency == 0 ? ROLE_DUTY : 0),
			g.row.compartment, tell, &t);
	}
	if (err == TOCSIN_OK) {
		json_t *detail = consent_json(&ask->consent);
		json_object_set(detail, "recipients", g.recipients);
		err = decide(&g, c, "proposed", ask->reason, detail);
	} else {
		change_free(c);
	}
	end(&g);
	return err;
}

/* ---- releasing ---- */

/* Who wrote and proposed this version. */
struct hands {
	const struct deciding *g;
	bool wrote;                     /* the one who asks wrote some version */
	bool proposed, by_me;           /* this version was proposed; by the one who asks */
	json_t *detail;                 /* of the proposal */
};

static bool see_version(void *arg, const struct draft_version_row *row)
{
	struct hands *h = arg;
	h->wrote = h->wrote || strcmp(row->account, h->g->view->account) == 0;
	return true;
}

static bool see_approval(void *arg, const struct approval_row *row)
{
	struct hands *h = arg;
	if (row->version != h->g->row.version || strcmp(row->what, "proposed") != 0)
		return true;
	h->proposed = true;
	h->by_me = strcmp(row->account, h->g->view->account) == 0;
	json_decref(h->detail);
	h->detail = NULL;
	return row->detail.n == 0 || json_parse(row->detail, 16u << 20, "a stored decision", &h->detail) == TOCSIN_OK;
}

static enum tocsin_err see_hands(struct hands *h)
{
	enum tocsin_err err = draft_version_each(h->g->read, h->g->row.num, see_version, h);
	return err == TOCSIN_OK ? approval_each(h->g->read, h->g->row.num, see_approval, h) : err;
}

/* By two people, by one, or not at all; *WHAT: the decision. */
static enum tocsin_err how(const struct deciding *g, const struct hands *h, const char **what)
{
	bool proposed = strcmp(g->row.state, "proposed") == 0 && h->proposed;
	bool two = proposed && !h->wrote && !h->by_me;
	*what = "released";
	if (strcmp(g->row.state, "proposed") != 0 && strcmp(g->row.state, "draft") != 0)
		return rule_refuse("release.state", "draft %s is %s", g->row.id, g->row.state);
	if (two || g->view->everything || !g->obstacles.two_people)
		return TOCSIN_OK;
	if (g->plan.c.urgency == 0 && access_may(g->view, RIGHT_RELEASE_IMMINENT) == TOCSIN_OK) {
		*what = "released-alone";
		return TOCSIN_OK;
	}
	if (!proposed && !h->wrote)
		return rule_refuse("release.two-people", "this version was not proposed by whoever wrote it");
	return rule_refuse("release.two-people", "%s wrote or proposed it, and it is TLP:%s", g->view->account,
		tlp_name(g->obstacles.strictest));
}

static bool confirmed(const struct release_consent *c, const char *line)
{
	for (size_t i = 0; i < c->line_n; i++)
		if (strcmp(c->line[i], line) == 0)
			return true;
	return false;
}

/* What holds of the releaser's consent: lines are confirmed by both, an unusual audience by either. */
static enum tocsin_err both(struct deciding *g, const struct hands *h, const struct release_consent *given,
	struct release_consent *out)
{
	const json_t *lines = json_object_get(h->detail, "confirmed");
	*out = *given;
	out->audience = given->audience || json_is_true(json_object_get(h->detail, "audience"));
	if (h->wrote || g->view->everything)
		return TOCSIN_OK;
	out->line_n = 0;
	out->line = arena_alloc(g->arena, (json_array_size(lines) + 1) * sizeof *out->line);
	if (out->line == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a release");
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));
		const char *copy = line == NULL ? NULL : arena_str(g->arena, bytes_str(line));
		if (copy != NULL && confirmed(given, copy))
			out->line[out->line_n++] = copy;
	}
	return TOCSIN_OK;
}

/* The lines of NOW that were not among those of WAS, in words. */
static void opened_since(const json_t *was, const json_t *now, struct buf *out)
{
	for (size_t i = 0; i < json_array_size(now); i++) {
		bool there = false;
		for (size_t k = 0; k < json_array_size(was) && !there; k++)
			there = json_equal(json_array_get(was, k), json_array_get(now, i));
		if (!there && out->n < 200)
			buf_printf(out, "%s%s", out->n > 0 ? ", " : "", json_string_value(json_array_get(now, i)));
	}
}

/* A profile that was loosened since it was proposed would open lines of which nobody decided that they leave. */
static enum tocsin_err same_lines(const struct deciding *g, const struct hands *h)
{
	const json_t *was = json_object_get(h->detail, "recipients");
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < json_array_size(g->recipients); i++) {
		struct buf b;
		const json_t *now = json_array_get(g->recipients, i);
		buf_init(&b, 1000);
		opened_since(json_object_get(json_array_get(was, i), "open"), json_object_get(now, "open"), &b);
		if (b.n > 0)
			err = rule_refuse("release.version", "%.*s would be open to %.100s, and was closed when it was proposed: "
				"close it, or edit the draft and propose it again", (int)b.n, b.p, json_string_value(json_object_get(now, "to")));
		buf_free(&b);
	}
	return err;
}

/* A group that has grown since it was proposed would reach people whom nobody looked at. */
static enum tocsin_err same_audience(const struct deciding *g, const struct hands *h)
{
	const json_t *was = json_object_get(h->detail, "recipients");
	bool same = json_array_size(was) == json_array_size(g->recipients);
	for (size_t i = 0; same && i < json_array_size(was); i++)
		same = json_equal(json_object_get(json_array_get(was, i), "to"),
			json_object_get(json_array_get(g->recipients, i), "to"));
	return same ? same_lines(g, h)
		    : rule_refuse("release.version", "its groups have other members than when it was proposed: edit it, and propose it again");
}

/* A broker learns who hands something over, and for whom: to use one is a right of its own. */
static enum tocsin_err may_broker(const struct deciding *g)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < g->plan.recipient_n; i++)
		if (g->plan.recipient[i].via != NULL)
			err = access_may(g->view, RIGHT_BROKER);
	return err;
}

static enum tocsin_err check_release(struct deciding *g, struct hands *h, const struct release_ask *ask,
	struct release_consent *consent, const char **what)
{
	enum tocsin_err err = check_version(g, ask->version);
	if (err == TOCSIN_OK)
		err = look(g, ask->close);
	if (err == TOCSIN_OK)
		err = may_broker(g);
	if (err == TOCSIN_OK)
		err = see_hands(h);
	if (err == TOCSIN_OK)
		err = how(g, h, what);
	if (err == TOCSIN_OK && strcmp(g->row.state, "proposed") == 0 && h->detail != NULL)
		err = same_audience(g, h);
	if (err == TOCSIN_OK)
		err = both(g, h, &ask->consent, consent);
	return err == TOCSIN_OK ? plan_refuse(&g->obstacles, consent, true) : err;
}

enum tocsin_err release_now(const struct desk *d, const struct view *v, const char *id, const struct release_ask *ask)
{
	struct deciding g;
	struct release_consent consent;
	const char *what = "released";
	enum tocsin_err err = begin(&g, d, v, id);
	struct hands h = { .g = &g };
	int64_t num = g.row.num;
	if (err == TOCSIN_OK)
		err = access_may(v, RIGHT_RELEASE);
	bool begun = err == TOCSIN_OK && strcmp(g.row.state, "releasing") == 0;
	if (err == TOCSIN_OK && !begun)
		err = check_release(&g, &h, ask, &consent, &what);
	if (err == TOCSIN_OK && !begun) {
		struct change *c = change_new();
		json_t *detail = consent_json(&consent);
		json_object_set(detail, "recipients", g.recipients);
		json_object_set_new(detail, "override", json_string(consent.override == NULL ? "" : consent.override));
		json_object_set_new(detail, "urgency", json_integer(g.plan.c.urgency));
		if (c != NULL) {
			change_draft_state(c, CHANGED, g.row.num, g.row.state, g.row.version, "releasing", g.now);
			clocks_end(c, CLOCK_RELEASE, 0, g.row.num, "met", g.now);
		}
		const char *reason = consent.override != NULL && consent.override[0] != 0 ? consent.override : ask->reason;
		err = decide(&g, c, what, reason, detail);
	}
	json_decref(h.detail);
	end(&g);
	return err == TOCSIN_OK ? release_go(d, num) : err;
}

/* ---- refusing ---- */

/* The operator has no account, and no pages. */
static void tell_author(const struct deciding *g, struct change *c, const char *what)
{
	if (strcmp(g->row.author, g->view->account) != 0 && strcmp(g->row.author, "operator") != 0)
		pages_add(c, &(struct page_add) { .what = what, .account = g->row.author, .now = g->now });
}

enum tocsin_err release_refuse(const struct desk *d, const struct view *v, const char *id, const struct release_ask *ask)
{
	struct deciding g;
	enum tocsin_err err = begin(&g, d, v, id);
	if (err == TOCSIN_OK)
		err = access_may(v, RIGHT_RELEASE);
	if (err == TOCSIN_OK && strcmp(g.row.state, "proposed") != 0)
		err = rule_refuse("release.state", "draft %s is %s, and nobody asks for its release", id, g.row.state);
	if (err == TOCSIN_OK)
		err = check_version(&g, ask->version);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (c != NULL) {
		change_draft_state(c, CHANGED, g.row.num, "proposed", g.row.version, "refused", g.now);
		clocks_end(c, CLOCK_RELEASE, 0, g.row.num, "met", g.now);
		tell_author(&g, c, "release refused");
	}
	if (err == TOCSIN_OK)
		err = decide(&g, c, "refused", ask->reason, NULL);
	end(&g);
	return err;
}

/* ---- reviewing ---- */

struct released_by {
	char account[LIMIT_ACCOUNT + 1];
	struct hash digest;                     /* of what was released: it is known when that is forgotten */
};

static bool see_releaser(void *arg, const struct approval_row *row)
{
	struct released_by *r = arg;
	if (strncmp(row->what, "released", 8) != 0)
		return true;
	snprintf(r->account, sizeof r->account, "%s", row->account);
	r->digest = row->digest;
	return true;
}

struct reviewing {
	struct deciding *g;
	const char *what, *reason;
	struct released_by by;
};

static void reviewed(void *arg, struct change *c)
{
	struct reviewing *r = arg;
	change_draft_reviewed(c, "somebody has reviewed it already", r->g->row.num);
	clocks_end(c, CLOCK_REVIEW, 0, r->g->row.num, "met", r->g->now);
	drafts_decide_on(c, &r->g->row, &r->by.digest, r->g->view, r->what, r->reason, bytes_of(NULL, 0), r->g->now);
	if (strcmp(r->what, "objected") == 0)
		tell_author(r->g, c, "review objected");
}

static enum tocsin_err check_review(struct deciding *g, struct released_by *by)
{
	struct hands h = { .g = g };
	struct determined_row duty;
	if (strcmp(g->row.state, "released") != 0 || g->row.review_by == 0)
		return rule_refuse("release.state", "draft %s does not wait for a review", g->row.id);
	enum tocsin_err err = see_hands(&h);
	json_decref(h.detail);
	if (err == TOCSIN_OK)
		err = approval_each(g->read, g->row.num, see_releaser, by);
	if (err == TOCSIN_OK && (h.wrote || h.by_me || strcmp(by->account, g->view->account) == 0))
		err = rule_refuse("review.second", "%s wrote, proposed or released it", g->view->account);
	if (err == TOCSIN_OK && strcmp(g->row.kind, "warning") == 0) {
		err = determined_last(g->read, g->row.num, g->arena, &duty);
		if (err == TOCSIN_MISSING)
			err = rule_refuse("review.determination", "the four tests of draft %s are still to be written", g->row.id);
	}
	return err;
}

enum tocsin_err release_review(const struct desk *d, const struct view *v, const char *id, bool approves, const char *reason)
{
	struct deciding g;
	struct hash *ids = NULL;
	size_t n = 0;
	enum tocsin_err err = begin(&g, d, v, id);
	struct reviewing r = { &g, approves ? "reviewed" : "objected", reason, { .account = "" } };
	if (err == TOCSIN_OK)
		err = access_may(v, RIGHT_REVIEW);
	if (err == TOCSIN_OK)
		err = check_review(&g, &r.by);
	if (err == TOCSIN_OK)
		err = release_ids(g.read, &g.row, g.arena, g.scratch, &ids, &n);
	if (err == TOCSIN_OK) {
		char functions[LIMIT_FUNCTION + 32];
		snprintf(functions, sizeof functions, "reviewed by %s", v->function);
		const struct release_who who = { .released_by = v->account, .functions = functions, .text = approves
			? "Reviewed by a second person, who agrees with the release." : "Reviewed by a second person, who objects to the release." };
		err = release_record(d, g.read, &g.row, &r.by.digest, &who, ids, n, reviewed, &r);
	}
	end(&g);
	return err;
}

/* ---- without a draft ---- */

enum tocsin_err release_direct(const struct desk *d, struct snapshot *read, const struct view *v, const char *kind,
	const struct hash *re, size_t n)
{
	static const struct { const char *kind; enum right right; } rights[] = { { "warning", RIGHT_RELEASE },
		{ "retraction", RIGHT_RETRACT }, { "closure", RIGHT_CLOSE }, { "response", RIGHT_RESPOND },
		{ "answer", RIGHT_REQUEST }, { "record", RIGHT_RECORD }, { "request", RIGHT_REQUEST } };
	enum tlp level = TLP_RED;
	enum tocsin_err err = v->everything ? TOCSIN_OK : fail(TOCSIN_REFUSED, "a %s is not sent without a draft", kind);
	if (v->everything)
		return TOCSIN_OK;
	for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
		if (strcmp(rights[i].kind, kind) == 0)
			err = access_may(v, rights[i].right);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		int64_t num;
		char hex[2 * SHA256_SIZE + 1];
		hex_encode(re[i].b, SHA256_SIZE, hex);
		err = access_num(read, v, &re[i], &num);
		if (err == TOCSIN_OK && num == 0)
			err = fail(TOCSIN_MISSING, "there is no statement whose id begins with %.16s here", hex);
	}
	bool warning = strcmp(kind, "warning") == 0, closure = strcmp(kind, "closure") == 0;
	if (err == TOCSIN_OK && closure)
		err = plan_level(d, read, re, n, &level);
	if (err == TOCSIN_OK && (warning || ((closure || strcmp(kind, "retraction") == 0) && plan_two_people(d, kind, level))))
		err = rule_refuse("issue.draft", "a %s is written as a draft, and released by a second person", kind);
	return err;
}

enum tocsin_err release_request(const struct desk *d, const struct view *v, const struct body_field *field, size_t n)
{
	enum tlp level = TLP_RED;
	bool person = false;
	for (size_t i = 0; !v->everything && i < n; i++) {
		struct bytes value = field[i].value;
		char word[32];
		snprintf(word, sizeof word, "%.*s", value.n >= 2 && value.n < sizeof word ? (int)value.n - 2 : 0, (const char *)value.p + 1);
		person = person || (strcmp(field[i].name, "request.type") == 0 && strcmp(word, "person") == 0);
		if (strcmp(field[i].name, "handling.tlp") == 0 && !tlp_find(word, &level))
			level = TLP_RED;
	}
	return person && plan_two_people(d, "request", level)
		? rule_refuse("issue.draft", "a request about a person is written as a draft, and released by a second person") : TOCSIN_OK;
}
