/*
 * ops_issue: POST /api/v1/statements: from checked items to statements that are durable.
 */
#include "desk/accept.h"
#include "desk/broker.h"
#include "desk/contact.h"
#include "desk/door.h"
#include "desk/door_answer.h"
#include "desk/issue.h"
#include "desk/release.h"
#include "desk/rules.h"
#include "desk/unnamed.h"
#include "domain/leak.h"
#include "serve/internal.h"
#include "serve/request.h"
#include "store/rows.h"

#define RELEASES_MAX 1024           /* of one call of desk_issue */
#define LOOK_ROOM (64u << 20)       /* of the last look at one release */

/* One release and what of its item decides which call of desk_issue it can share. */
struct planned {
	const struct request_item *item;
	const struct hash *re;
	size_t re_n;
	struct issue_release release;
	struct issue_result result;
};
struct plan {
	struct planned *p;
	size_t n, room;
};

/* The ids behind the item's words: whole ones as they are (they may be unknown here), beginnings by what the store
 * holds. */
static enum tocsin_err find_refs(struct snapshot *r, const struct view *v, const struct request_item *item,
	struct arena *a, struct hash **out)
{
	struct hash *re = arena_alloc(a, (item->re_n + 1) * sizeof *re);
	if (re == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the references");
	for (size_t i = 0; i < item->re_n; i++) {
		struct statement_row row;
		/* An account writes about what it sees: whether there is something else is not to be found out here. */
		bool held = false;
		enum tocsin_err err = TOCSIN_OK;
		if (v->everything && hex_decode(bytes_str(item->re[i]), re[i].b, SHA256_SIZE)) {
			int64_t num;
			err = statement_num(r, &re[i], &num);
			if (err == TOCSIN_OK)
				err = door_holds(r, num, &held);
			if (err != TOCSIN_BROKEN && !held)
				continue;
		}
		if (err != TOCSIN_BROKEN)
			err = access_statement(r, v, item->re[i], a, &row, NULL);
		if (err != TOCSIN_OK)
			return err;
		re[i] = row.id;
	}
	*out = re;
	return TOCSIN_OK;
}

static enum tocsin_err plan_add(struct plan *plan, const struct planned *p, struct arena *a)
{
	if (plan->n == plan->room) {
		size_t room = plan->room == 0 ? REQUEST_ITEMS : plan->room * 2;
		struct planned *more = room > 64 * RELEASES_MAX ? NULL : arena_alloc(a, room * sizeof *more);
		if (more == NULL)
			return fail(TOCSIN_BAD, "too many recipients at a time");
		if (plan->n > 0)
			memcpy(more, plan->p, plan->n * sizeof *more);
		plan->p = more;
		plan->room = room;
	}
	plan->p[plan->n++] = *p;
	return TOCSIN_OK;
}

struct stage {
	struct snapshot *read;
	const struct view *view;
};

static enum tocsin_err find_staged(void *arg, const char *const *ids, size_t n, struct arena *a, struct files *out)
{
	const struct stage *g = arg;
	return files_staged(g->read, g->view, ids, n, a, out);
}

/* All files that were attached are on their way: the stage is free of them. */
static enum tocsin_err unstage(struct serve *s, const struct request *request)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < request->n; i++)
		if (request->item[i].files != NULL)
			err = files_attached(s->desk, request->item[i].attach, request->item[i].files->n);
	return err;
}

/* The release by way of a broker that WORD names. */
static enum tocsin_err via_release(const struct desk *d, const struct view *v, const char *word, struct arena *a, struct issue_release *r)
{
	char broker[LIMIT_NAME + 1], to[LIMIT_NAME + 1];
	if (!broker_word(word, broker, to, &r->unnamed))
		return fail(TOCSIN_BAD, "\"%.100s\" is not via:BROKER:NAME or unnamed:BROKER:NAME", word);
	enum tocsin_err err = access_may(v, RIGHT_BROKER);
	if (err == TOCSIN_OK)
		err = broker_check(d, broker, to);
	r->via = arena_str(a, bytes_str(broker));
	r->to = arena_str(a, bytes_str(to));
	return err == TOCSIN_OK && (r->via == NULL || r->to == NULL) ? fail(TOCSIN_BROKEN, "no memory for an audience") : err;
}

/* Takes "contact:NAME" and "via:BROKER:NAME" words out of the item's list, each as a release of its own; *LEFT: how many others. */
static enum tocsin_err plan_contacts(struct serve *s, struct snapshot *r, const struct view *v, const struct planned *like, struct arena *a,
	struct plan *plan, const char **left, size_t *left_n)
{
	const struct request_item *item = like->item;
	enum tocsin_err err = TOCSIN_OK;
	*left_n = 0;
	for (size_t i = 0; err == TOCSIN_OK && i < item->to_n; i++) {
		struct planned p = *like;
		bool via = broker_is_word(item->to[i]);
		if (!via && strncmp(item->to[i], CONTACT_PREFIX, strlen(CONTACT_PREFIX)) != 0) {
			left[(*left_n)++] = item->to[i];
			continue;
		}
		err = via ? via_release(s->desk, v, item->to[i], a, &p.release) : contact_release(s->desk, r, item->to[i], a, &p.release);
		if (err == TOCSIN_OK)
			err = plan_add(plan, &p, a);
	}
	return err;
}

/* What is about something that went by way of a broker to the same goes as that did. */
static enum tocsin_err same_way(const struct desk *d, struct snapshot *r, struct planned *p, struct arena *a)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && p->release.via == NULL && i < p->re_n; i++) {
		int64_t num;
		struct statement_row row;
		err = statement_num(r, &p->re[i], &num);
		if (err == TOCSIN_OK)
			err = statement_by_num(r, num, a, &row);
		if (err == TOCSIN_OK && row.issued && strcmp(row.peer, p->release.to) == 0)
			err = broker_again(d, r, num, a, &p->release.via);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err;
}

static enum tocsin_err plan_item(struct serve *s, struct snapshot *r, const struct view *v, const struct request_item *item,
	struct arena *a, struct plan *plan)
{
	struct hash *re = NULL;
	const char **names = NULL, *self = s->desk->name;
	size_t n = 1, others = 0;
	const char **to = arena_alloc(a, (item->to_n + 1) * sizeof *to);
	enum tocsin_err err = to == NULL ? fail(TOCSIN_BROKEN, "no memory for an audience") : find_refs(r, v, item, a, &re);
	/* What a desk of several people releases by two leaves by no other door. */
	if (err == TOCSIN_OK)
		err = release_direct(s->desk, r, v, item->kind, re, item->re_n);
	if (err == TOCSIN_OK && strcmp(item->kind, "request") == 0)
		err = release_request(s->desk, v, item->field, item->field_n);
	struct planned like = { .item = item,
		.re = re,
		.re_n = item->re_n,
		.release = { .field = item->field, .field_n = item->field_n, .urgency = item->urgency } };
	if (item->files != NULL) {
		like.release.file = item->files->file;
		like.release.file_n = item->files->n;
	}
	if (err == TOCSIN_OK)
		err = plan_contacts(s, r, v, &like, a, plan, to, &others);
	if (err == TOCSIN_OK && others > 0)
		err = desk_audience(s->desk, to, others, a, &names, &n);
	else if (item->to_n > 0)
		n = 0;
	else if (strcmp(item->kind, "record") == 0)
		names = &self;          /* what one writes down is for oneself unless it says otherwise */
	else if (err == TOCSIN_OK)
		err = fail(TOCSIN_REFUSED, "nobody to send to: an empty audience reaches nobody");
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct planned p = like;
		p.release.to = names[i];
		err = same_way(s->desk, r, &p, a);
		if (err == TOCSIN_OK)
			err = plan_add(plan, &p, a);
	}
	return err;
}

/* Nothing closed stands in what is open: here nobody has looked at a preview and confirmed it. */
static enum tocsin_err last_look(const char *kind, const struct issue_release *r, struct bytes note, struct bytes body,
	struct arena *look)
{
	char why[300];
	arena_reset(look);
	enum tocsin_err err = leak_in_plaintext(kind, r->field, r->field_n, NULL, 0, note, body, look);
	if (err != TOCSIN_REFUSED)
		return err;
	snprintf(why, sizeof why, "%s", fail_sentence());
	return rule_refuse("leak.closed-value", "%s", why);
}

/* The same beforehand, for what would otherwise be refused when something else has left already. */
static enum tocsin_err look_ahead(const struct planned *p, uint32_t lines)
{
	const struct issue_release *r = &p->release;
	struct buf body, opened;
	struct hash root;
	struct arena *look = arena_new(LOOK_ROOM);
	buf_init(&body, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	enum tocsin_err err = look == NULL ? fail(TOCSIN_BROKEN, "no memory for the request")
					   : body_make(r->field, r->field_n, r->file, r->file_n, lines, &body, &opened, &root);
	if (err == TOCSIN_OK)
		err = last_look(p->item->kind, r, bytes_of(NULL, 0), buf_bytes(&body), look);
	buf_free(&opened);
	buf_free(&body);
	arena_free(look);
	return err;
}

/* Everything that desk_issue would refuse for what it says or to whom, so that several calls of it are all or none as
 * far as that can be known beforehand. */
static enum tocsin_err check_release(struct serve *s, struct snapshot *r, const struct view *v, const struct planned *p)
{
	struct statement st = { .realm = s->desk->realm, .re_n = p->re_n };
	bool dangling;
	const struct peer *self = directory_self(s->desk->directory),
			  *peer = directory_find(s->desk->directory, p->release.to);
	if (self == NULL || peer == NULL) {
		peer_release(self);
		peer_release(peer);
		return fail(TOCSIN_REFUSED, "%.200s is not a partner: add its card first (tocsin partner add)",
			p->release.to);
	}
	struct unnamed *once = NULL;
	enum tocsin_err err = unnamed_again(s->desk, r, p->re, p->re_n, p->release.to, p->release.via, &once);
	const struct kind *kind = kind_find(p->item->kind);
	memcpy(st.kind, kind->name, strlen(kind->name) + 1);
	card_party(self->card, &st.from);
	card_party(peer->card, &st.to);
	if (once != NULL)
		st.from = once->party;
	unnamed_free(once);
	peer_release(self);
	peer_release(peer);
	memcpy(st.re, p->re, p->re_n * sizeof *p->re);
	st.lines = body_lines_for(kind->lines, p->release.field_n);
	if (st.lines == 0)
		return fail(TOCSIN_BAD, "a %s has room for at most %d fields", kind->name, LIMIT_LINES);
	if (err == TOCSIN_OK)
		err = contact_rule(s->desk, kind, &p->release);
	if (err == TOCSIN_OK && p->release.unnamed)
		err = unnamed_rule(s->desk, p->release.field, p->release.field_n, p->release.file, p->release.file_n);
	if (err == TOCSIN_OK)
		err = desk_rule(r, &st, &dangling);
	return err == TOCSIN_OK && !v->everything ? look_ahead(p, st.lines) : err;
}

static bool can_share(const struct planned *a, const struct planned *b)
{
	return strcmp(a->item->kind, b->item->kind) == 0 && a->re_n == b->re_n &&
		(a->re_n == 0 || memcmp(a->re, b->re, a->re_n * sizeof *a->re) == 0);
}

struct sharing {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	const struct issue *issue;
	const struct issue_result *result;
	struct arena *look;
	char compartment[LIMIT_ACCOUNT + 1];
};

static void share(void *arg, size_t i, struct change *c)
{
	struct sharing *h = arg;
	access_share_own(h->desk, h->read, h->view, c, &h->result[i].id, h->issue->kind, h->issue->release[i].to, h->compartment);
}

static enum tocsin_err look_at(void *arg, size_t i, struct bytes note, struct bytes body)
{
	struct sharing *h = arg;
	return last_look(h->issue->kind, &h->issue->release[i], note, body, h->look);
}

/* Issues the releases from FIRST on that can share one call; how many into *N. */
static enum tocsin_err issue_some(struct serve *s, struct snapshot *r, const struct view *v, struct plan *plan,
	size_t first, struct arena *a, size_t *n)
{
	size_t end = first;
	while (end < plan->n && end - first < RELEASES_MAX && can_share(&plan->p[first], &plan->p[end]))
		end++;
	*n = end - first;
	struct issue_release *release = arena_alloc(a, *n * sizeof *release);
	struct issue_result *result = arena_zalloc(a, *n * sizeof *result);
	if (release == NULL || result == NULL)
		return fail(TOCSIN_BROKEN, "no memory for %zu statements", *n);
	for (size_t i = 0; i < *n; i++)
	{
		release[i] = plan->p[first + i].release;
		release[i].group = (unsigned)(plan->p[first + i].item - plan->p[first].item);
	}
	struct issue issue = { .kind = plan->p[first].item->kind,
		.re = plan->p[first].re,
		.re_n = plan->p[first].re_n,
		.release = release,
		.n = *n,
		.with = share };
	struct sharing h = { .desk = s->desk, .view = v, .read = r, .issue = &issue, .result = result };
	issue.arg = &h;
	/* Without accounts one person is the whole desk, and says what is open. */
	if (!v->everything) {
		issue.check = look_at;
		h.look = arena_new(LOOK_ROOM);
		if (h.look == NULL)
			return fail(TOCSIN_BROKEN, "no memory for the request");
	}
	enum tocsin_err err = access_compartment(r, v, issue.re, issue.re_n, h.compartment);
	if (err == TOCSIN_OK)
		err = desk_issue(s->desk, &issue, result);
	arena_free(h.look);
	for (size_t i = 0; err == TOCSIN_OK && i < *n; i++)
		plan->p[first + i].result = result[i];
	return err;
}

static bool one_call_does(const struct plan *plan)
{
	for (size_t i = 1; i < plan->n; i++)
		if (!can_share(&plan->p[0], &plan->p[i]))
			return false;
	return plan->n <= RELEASES_MAX;
}

/* Whether the one answer of PLAN leaves at its time, and is taken for that. */
static enum tocsin_err answer_later(struct serve *s, struct asked *q, struct snapshot *r, const struct plan *plan,
	struct arena *a, bool *later)
{
	enum tocsin_err err = TOCSIN_OK;
	*later = false;
	for (size_t i = 0; err == TOCSIN_OK && i < plan->n && !*later; i++) {
		const struct planned *p = &plan->p[i];
		for (size_t k = 0; err == TOCSIN_OK && strcmp(p->item->kind, "answer") == 0 && k < p->re_n && !*later; k++) {
			int64_t num = 0;
			err = access_num(r, &q->view, &p->re[k], &num);
			if (err == TOCSIN_OK && num != 0)
				err = door_answer_takes(r, num, later);
		}
	}
	if (err != TOCSIN_OK || !*later)
		return err;
	const struct planned *p = &plan->p[0];
	struct statement_row row;
	char compartment[LIMIT_ACCOUNT + 1];
	int64_t at;
	if (plan->n > 1 || p->re_n != 1)
		return fail(TOCSIN_BAD, "an answer to a request about a person is given alone");
	err = statement_by_id(r, &p->re[0], a, &row);
	if (err == TOCSIN_OK && strcmp(row.peer, p->release.to) != 0)
		err = fail(TOCSIN_REFUSED, "the answer to a request goes to who asks");
	if (err == TOCSIN_OK)
		err = check_release(s, r, &q->view, p);
	if (err == TOCSIN_OK)
		err = access_compartment(r, &q->view, p->re, p->re_n, compartment);
	if (err == TOCSIN_OK)
		err = door_answer(s->desk, &q->view, &row, compartment, p->release.field, p->release.field_n, &at);
	if (err == TOCSIN_OK)
		q->answer = json_pack("{s:[], s:o}", "results", "leaves_at", json_time(at));
	return err;
}

enum tocsin_err op_issue(struct serve *s, struct asked *q)
{
	struct request request;
	struct snapshot *r = NULL;
	struct plan plan = { 0 };
	struct arena *a = arena_new(64u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the request")
					: snapshot_open(s->desk->store, &r);
	struct stage stage = { r, &q->view };
	if (err == TOCSIN_OK)
		err = request_read(q->body, clock_now(), find_staged, &stage, a, &request);
	for (size_t i = 0; err == TOCSIN_OK && i < request.n; i++) {
		err = plan_item(s, r, &q->view, &request.item[i], a, &plan);
		if (err != TOCSIN_OK && request.many)
			err = fail_within(err, "item %zu", i + 1);
	}
	bool later = false;
	if (err == TOCSIN_OK)
		err = answer_later(s, q, r, &plan, a, &later);
	if (err != TOCSIN_OK || later) {
		snapshot_close(r);
		arena_free(a);
		return err;
	}
	if (!one_call_does(&plan))
		for (size_t i = 0; err == TOCSIN_OK && i < plan.n; i++) {
			err = check_release(s, r, &q->view, &plan.p[i]);
			if (err != TOCSIN_OK && request.many)
				err = fail_within(err, "item %td", plan.p[i].item - request.item + 1);
		}
	for (size_t i = 0, n = 0; err == TOCSIN_OK && i < plan.n; i += n)
		err = issue_some(s, r, &q->view, &plan, i, a, &n);
	snapshot_close(r);
	if (err == TOCSIN_OK) {
		exchange_wake(s->exchange);
		err = unstage(s, &request);
		json_t *list = json_array();
		for (size_t i = 0; i < plan.n; i++) {
			json_t *o = json_object();
			json_object_set_new(o, "id", json_hash(&plan.p[i].result.id));
			json_object_set_new(o, "to", json_string(plan.p[i].result.to));
			if (request.many)
				json_object_set_new(o, "item", json_integer(plan.p[i].item - request.item));
			json_array_append_new(list, o);
		}
		q->answer = json_object();
		json_object_set_new(q->answer, "results", list);
	}
	arena_free(a);
	return err;
}
