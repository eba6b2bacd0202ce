/*
 * ops_draft: drafts as they are written and read; profiles.
 */
#include "desk/audit.h"
#include "desk/determination.h"
#include "desk/drafts.h"
#include "desk/files.h"
#include "desk/profiles.h"
#include "desk/release.h"
#include "serve/drafts.h"
#include "serve/internal.h"

static const char *const composition_members[] = { "kind", "fields", "markings", "audiences", "re", "public", "urgency",
	"unit", "compartment", NULL };

/* What of BODY is the composition; returned owned. */
static json_t *composition_of(const json_t *body)
{
	json_t *o = json_object();
	for (size_t i = 0; composition_members[i] != NULL; i++) {
		json_t *v = json_object_get(body, composition_members[i]);
		if (v != NULL)
			json_object_set(o, composition_members[i], v);
	}
	return o;
}

enum tocsin_err answer_draft(struct serve *s, struct asked *q, const char *id)
{
	struct snapshot *r = NULL;
	enum tocsin_err err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = release_show(s->desk, r, &q->view, id, &q->answer);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = audit_note(s->desk, &q->view, "draft.read", id, "");
	if (err == TOCSIN_OK)
		etag_set(q, json_integer_value(json_object_get(q->answer, "version")));
	return err;
}

enum tocsin_err draft_version(struct serve *s, struct asked *q, const char *id, int64_t *version)
{
	struct draft_row row;
	struct snapshot *r = NULL;
	struct arena *a = arena_new(16u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a draft") : snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = drafts_find(r, &q->view, id, a, &row);
	if (err == TOCSIN_OK)
		*version = row.version;
	snapshot_close(r);
	arena_free(a);
	return err;
}

/* The staged files IDS become those of draft ID. */
static enum tocsin_err attach(struct serve *s, struct asked *q, const char *id, const json_t *ids)
{
	struct draft_row row;
	struct snapshot *r = NULL;
	size_t n = json_array_size(ids);
	const char *name[LIMIT_ATTACHMENTS];
	if (n == 0)
		return TOCSIN_OK;
	for (size_t i = 0; i < n; i++)
		name[i] = json_string_value(json_array_get(ids, i));
	struct arena *a = arena_new(80u << 20);
	struct change *c = change_new();
	enum tocsin_err err = a == NULL || c == NULL ? fail(TOCSIN_BROKEN, "no memory for attachments")
						     : snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = drafts_find(r, &q->view, id, a, &row);
	if (err == TOCSIN_OK)
		err = files_staged_to_draft(r, &q->view, c, row.num, name, n, a);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = store_commit(s->desk->store, c, NULL, NULL);
	else
		change_free(c);
	arena_free(a);
	return err;
}

static enum tocsin_err determine_too(struct serve *s, struct asked *q, const char *id)
{
	struct determination t;
	struct issue_result result;
	const json_t *given = json_object_get(q->body, "determination");
	if (given == NULL)
		return TOCSIN_OK;
	enum tocsin_err err = read_determination(given, &t);
	return err == TOCSIN_OK ? determination_make(s->desk, &q->view, id, &t, &result) : err;
}

static enum tocsin_err propose_too(struct serve *s, struct asked *q, const char *id)
{
	struct release_ask ask;
	if (!json_is_true(json_object_get(q->body, "propose")))
		return TOCSIN_OK;
	enum tocsin_err err = read_ask(q, &ask);
	ask.version = 1;
	return err == TOCSIN_OK ? release_propose(s->desk, &q->view, id, &ask) : err;
}

/* What was written stays, whatever becomes of the rest: its author reads why. */
enum tocsin_err op_draft_add(struct serve *s, struct asked *q)
{
	char id[DRAFT_ID + 1], sentence[512];
	json_t *given = composition_of(q->body);
	enum tocsin_err err = drafts_add(s->desk, &q->view, given, id);
	json_decref(given);
	if (err != TOCSIN_OK)
		return err;
	enum tocsin_err rest = attach(s, q, id, json_object_get(q->body, "attach"));
	if (rest == TOCSIN_OK)
		rest = determine_too(s, q, id);
	if (rest == TOCSIN_OK)
		rest = propose_too(s, q, id);
	snprintf(sentence, sizeof sentence, "%s", rest == TOCSIN_OK ? "" : fail_sentence());
	if (rest == TOCSIN_BROKEN)
		return fail(rest, "%s", sentence);
	err = answer_draft(s, q, id);
	if (err == TOCSIN_OK && rest != TOCSIN_OK) {
		json_t *words = json_string(sentence);
		json_object_set_new(q->answer, "refused", words != NULL ? words : json_string("it cannot be said why"));
	}
	return err;
}

enum tocsin_err op_drafts(struct serve *s, struct asked *q)
{
	const char *state, *before;
	int64_t limit = 0;
	struct snapshot *r = NULL;
	enum tocsin_err err = query_str(q, "state", &state);
	if (err == TOCSIN_OK)
		err = query_str(q, "before", &before);
	if (err == TOCSIN_OK)
		err = query_int(q, "limit", 100, &limit);
	if (err == TOCSIN_OK)
		err = snapshot_open(s->desk->store, &r);
	if (err == TOCSIN_OK)
		err = drafts_list(r, &q->view, state, before, (size_t)limit, &q->answer);
	snapshot_close(r);
	return err;
}

enum tocsin_err op_draft(struct serve *s, struct asked *q)
{
	return answer_draft(s, q, q->parameter);
}

enum tocsin_err op_draft_edit(struct serve *s, struct asked *q)
{
	int64_t version = 0;
	enum tocsin_err err = draft_version(s, q, q->parameter, &version);
	const json_t *seen = json_object_get(q->body, "version");
	if (err == TOCSIN_OK && seen == NULL)
		err = etag_match(q, version);
	else if (err == TOCSIN_OK && json_integer_value(seen) != version) {
		q->status = 412;
		err = fail(TOCSIN_REFUSED, "somebody has changed it meanwhile: read it again (version %lld)", (long long)version);
	}
	if (err != TOCSIN_OK)
		return err;
	json_t *given = composition_of(q->body);
	err = drafts_edit(s->desk, &q->view, q->parameter, version, given);
	json_decref(given);
	if (err == TOCSIN_LATER)
		q->status = 412;
	return err == TOCSIN_OK ? answer_draft(s, q, q->parameter) : err;
}

/* ---- profiles ---- */

enum tocsin_err op_profile(struct serve *s, struct asked *q)
{
	struct snapshot *r = NULL;
	const struct peer *p = directory_find(s->desk->directory, q->parameter);
	enum tocsin_err err = p == NULL || p->state == PEER_SELF ? fail(TOCSIN_MISSING, "%.200s is not a partner", q->parameter)
								 : snapshot_open(s->desk->store, &r);
	peer_release(p);
	if (err == TOCSIN_OK)
		err = profiles_json(r, q->parameter, &q->answer);
	snapshot_close(r);
	return err;
}

enum tocsin_err op_profile_put(struct serve *s, struct asked *q)
{
	enum tocsin_err err = profiles_put(s->desk, &q->view, q->parameter, q->body);
	return err == TOCSIN_OK ? op_profile(s, q) : err;
}
