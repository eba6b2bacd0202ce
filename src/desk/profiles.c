#include "desk/profiles.h"

#include "desk/directory.h"
#include "store/rows_policy.h"

enum tocsin_err profiles_of(struct snapshot *read, const char *partner, struct arena *a, struct profile *out)
{
	struct bytes content;
	*out = profile_none;
	enum tocsin_err err = profile_get(read, partner, a, &content);
	if (err != TOCSIN_OK || content.n == 0)
		return err;
	err = profile_parse(content, a, out);
	return err == TOCSIN_OK ? err : fail_within(TOCSIN_BROKEN, "the stored profile of %s", partner);
}

enum tocsin_err profiles_json(struct snapshot *read, const char *partner, json_t **out)
{
	struct bytes content;
	struct arena *a = arena_new(2 * PROFILE_BYTES);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a profile")
					: profile_get(read, partner, a, &content);
	if (err == TOCSIN_OK)
		err = json_parse(content.n == 0 ? BYTES_LIT("{}") : content, PROFILE_BYTES, "a profile", out);
	arena_free(a);
	return err;
}

static enum tocsin_err check(struct bytes text)
{
	struct profile p;
	struct arena *a = arena_new(1u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a profile") : profile_parse(text, a, &p);
	arena_free(a);
	return err;
}

enum tocsin_err profiles_put(const struct desk *d, const struct view *v, const char *partner, const json_t *profile)
{
	struct buf text;
	const struct peer *peer = directory_find(d->directory, partner);
	bool known = peer != NULL && peer->state != PEER_SELF;
	peer_release(peer);
	if (!known)
		return fail(TOCSIN_MISSING, "%.200s is not a partner", partner);
	buf_init(&text, PROFILE_BYTES);
	json_write(&text, profile);
	enum tocsin_err err = text.failed ? fail(TOCSIN_BAD, "a profile has at most %d bytes", PROFILE_BYTES)
					  : check(buf_bytes(&text));
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a profile");
	if (err == TOCSIN_OK) {
		if (json_object_size(profile) == 0)
			change_profile_remove(c, partner);
		else
			change_profile_put(c, partner, buf_bytes(&text), clock_now());
		audit_add(c, v, "profile.put", partner, "");
		err = store_commit(d->store, c, NULL, NULL);
	}
	buf_free(&text);
	return err;
}
