/*
 * courier_status: how delivery to each partner stands, for people.
 */
#include "exchange/courier.h"
#include "exchange/mailbox.h"

static json_t *time_or_none(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t > 0)
		clock_format(t, text);
	return json_string(text);
}

static bool add_count(void *arg, const char *partner, const char *state, int64_t count, int64_t oldest)
{
	json_t *all = arg, *o = json_object_get(all, partner);
	if (o == NULL) {
		o = json_object();
		json_object_set_new(all, partner, o);
	}
	json_object_set_new(o, state, json_integer(count));
	if (strcmp(state, "waiting") == 0)
		json_object_set_new(o, "waiting_since", time_or_none(oldest));
	return true;
}

static struct link *find(struct courier *c, const char *name)
{
	for (size_t low = 0, high = c->link_n; low < high;) {
		size_t mid = (low + high) / 2;
		int order = strcmp(c->link[mid]->name, name);
		if (order == 0)
			return c->link[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* When L is tried next; 0: nothing waits, or it is under way. */
static int64_t next_attempt(const struct link *l)
{
	int64_t now = clock_now(), wait = l->until - clock_mono();
	if (!l->due || l->requests > 0)
		return 0;
	int64_t at = l->due_at > now ? l->due_at : now;
	return wait > 0 && now + wait > at ? now + wait : at;
}

static json_t *partner_json(struct courier *c, const struct peer *p, json_t *counts)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:I}", "name", p->name, "state", peer_state_name(p->state),
		"url", p->card->url_n > 0 ? p->card->url[0] : "", "card", (json_int_t)p->card->seq);
	if (p->quorum > 0)
		json_object_set_new(o, "quorum", json_integer(p->quorum));
	else
		json_object_set_new(o, "quorum", json_string("none"));
	json_t *n = json_object_get(counts, p->name);
	json_t *waiting = json_object_get(n, "waiting"), *refused = json_object_get(n, "refused"),
		*since = json_object_get(n, "waiting_since");
	json_object_set_new(o, "waiting", waiting != NULL ? json_incref(waiting) : json_integer(0));
	json_object_set_new(o, "waiting_since", since != NULL ? json_incref(since) : json_string(""));
	json_object_set_new(o, "refused", refused != NULL ? json_incref(refused) : json_integer(0));
	const struct link *l = c != NULL ? find(c, p->name) : NULL;
	json_object_set_new(o, "under_way", json_integer(l != NULL ? (json_int_t)l->under_way.n : 0));
	int64_t answered = l != NULL ? l->last_answer : 0, fetched = c != NULL ? mailbox_seen(c->x->mailbox, p->name) : 0;
	json_object_set_new(o, "last_answer", time_or_none(answered > fetched ? answered : fetched));
	json_object_set_new(o, "trouble", json_string(l != NULL ? l->trouble : ""));
	json_object_set_new(o, "next_attempt", time_or_none(l != NULL ? next_attempt(l) : 0));
	json_object_set_new(o, "giving_back", json_boolean(l != NULL && l->restoring));
	return o;
}

json_t *courier_status(struct exchange *x)
{
	json_t *all = json_array(), *counts = json_object();
	const struct peer **peer = calloc(DIRECTORY_MAX, sizeof(struct peer *));
	struct snapshot *read = NULL;
	if (snapshot_open(x->desk->store, &read) != TOCSIN_OK || outbox_counts(read, add_count, counts) != TOCSIN_OK)
		log_say(LOG_ERROR, "outbox not read", "why=\"%s\"", fail_sentence());
	snapshot_close(read);
	pthread_mutex_lock(&x->lock);
	struct courier *c = x->courier;
	if (c != NULL)
		pthread_mutex_lock(&c->lock);
	size_t n = peer != NULL ? directory_all(x->desk->directory, peer, DIRECTORY_MAX) : 0;
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(all, partner_json(c, peer[i], counts));
		peer_release(peer[i]);
	}
	if (c != NULL)
		pthread_mutex_unlock(&c->lock);
	pthread_mutex_unlock(&x->lock);
	json_decref(counts);
	free(peer);
	return all;
}
