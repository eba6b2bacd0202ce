#include "desk/protected.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "desk/audit.h"
#include "desk/screening_part.h"
#include "store/rows_screen.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define MORE (NONCE + crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define PAD 512                         /* what is sealed is filled up to a multiple of this */
#define SEALED_MOST 65536
#define ARENA (1u << 20)

const char *const protected_kinds[] = { "refugee", "journalist", "defender", "opponent", "own-source", "other", NULL };

/* ---- sealing ---- */

/* PLAIN (JSON) with spaces up to a multiple of PAD, sealed. */
static enum tocsin_err seal(const struct screener *s, const char *id, struct buf *plain, struct buf *out)
{
	uint8_t *p;
	while (plain->n % PAD != 0 && !plain->failed)
		buf_add_char(plain, ' ');
	if (plain->failed || (p = buf_grow(out, plain->n + MORE)) == NULL)
		return fail(TOCSIN_BAD, "names and note together are too long");
	random_bytes(p, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE, NULL, plain->p, plain->n, (const uint8_t *)id, strlen(id), NULL, p,
		s->sealing);
	return TOCSIN_OK;
}

static enum tocsin_err unseal(const struct screener *s, const char *id, struct bytes sealed, json_t **out)
{
	struct buf plain;
	uint8_t *p = NULL;
	buf_init_secret(&plain, SEALED_MOST);
	enum tocsin_err err = sealed.n < MORE || (p = buf_grow(&plain, sealed.n - MORE)) == NULL ||
		crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL, NULL, sealed.p + NONCE, sealed.n - NONCE, (const uint8_t *)id,
			strlen(id), sealed.p, s->sealing) != 0
		? fail(TOCSIN_BROKEN, "entry %.40s of the list of protected people does not open: it was changed, or the keys are others", id)
		: json_parse(buf_bytes(&plain), SEALED_MOST, "an entry of the protected list", out);
	buf_free(&plain);
	return err;
}

/* ---- adding ---- */

struct entry {
	char id[PROTECTED_ID + 1];
	struct hash tag[SUBJECT_NAMES * SCREEN_TAGS];
	size_t n;
	struct buf sealed;
};

static enum tocsin_err tag_name(const struct screener *s, const json_t *j, struct entry *e)
{
	struct hash tag[SCREEN_TAGS];
	size_t n = 0;
	struct bytes name = bytes_of(json_string_value(j), json_string_length(j));
	if (name.p == NULL || name.n == 0 || name.n > PROTECTED_NAME || !text_is_clean(name) || text_has_bidi(name))
		return fail(TOCSIN_BAD, "a name is one line of at most %d bytes", PROTECTED_NAME);
	enum tocsin_err err = screen_tags(s->tagging, name, tag, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		size_t k = 0;
		while (k < e->n && !hash_equal(&e->tag[k], &tag[i]))
			k++;
		if (k == e->n)
			e->tag[e->n++] = tag[i];
	}
	return err;
}

static enum tocsin_err make_entry(const struct screener *s, const json_t *names, const char *kind, const char *note, struct entry *e)
{
	struct buf plain;
	uint8_t random[PROTECTED_ID / 2];
	size_t k = 0;
	while (protected_kinds[k] != NULL && strcmp(protected_kinds[k], kind) != 0)
		k++;
	if (protected_kinds[k] == NULL)
		return fail(TOCSIN_BAD, "kind is one of refugee, journalist, defender, opponent, own-source, other");
	if (json_array_size(names) == 0 || json_array_size(names) > SUBJECT_NAMES)
		return fail(TOCSIN_BAD, "names is a list of 1 to %d spellings of one person's name", SUBJECT_NAMES);
	if (strlen(note) > PROTECTED_NOTE || !text_is_clean(bytes_str(note)) || text_has_bidi(bytes_str(note)))
		return fail(TOCSIN_BAD, "a note is one line of at most %d bytes", PROTECTED_NOTE);
	for (size_t i = 0; i < json_array_size(names); i++) {
		enum tocsin_err err = tag_name(s, json_array_get(names, i), e);
		if (err != TOCSIN_OK)
			return err;
	}
	random_bytes(random, sizeof random);
	hex_encode(random, sizeof random, e->id);
	json_t *o = json_pack("{s:s, s:O, s:s}", "kind", kind, "names", names, "note", note);
	if (o == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the list of protected people");
	buf_init_secret(&plain, SEALED_MOST - MORE);
	json_write(&plain, o);
	json_decref(o);
	enum tocsin_err err = seal(s, e->id, &plain, &e->sealed);
	buf_free(&plain);
	return err;
}

enum tocsin_err protected_add(const struct desk *d, const struct view *v, const json_t *names, const char *kind, const char *note,
	char id[PROTECTED_ID + 1])
{
	struct screener *s = d->screener;
	struct entry *e = calloc(1, sizeof *e);
	if (e == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the list of protected people");
	buf_init(&e->sealed, SEALED_MOST);
	struct change *c = NULL;
	pthread_mutex_lock(&s->setting);
	enum tocsin_err err = make_entry(s, names, kind, note, e);
	if (err == TOCSIN_OK && s->tag_n + e->n > PROTECTED_MOST * SCREEN_TAGS)
		err = fail(TOCSIN_REFUSED, "the list of protected people has room for %d names", PROTECTED_MOST);
	if (err == TOCSIN_OK)
		err = screener_reserve(s, e->n);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the list of protected people");
	if (err == TOCSIN_OK) {
		change_protected_add(c, &(struct protected_row) { .id = e->id, .sealed = buf_bytes(&e->sealed), .added_at = clock_now(),
			.added_by = v->account });
		for (size_t i = 0; i < e->n; i++)
			change_protected_tag(c, &e->tag[i]);
		audit_add(c, v, "protected.add", e->id, "");
		err = store_commit(d->store, c, NULL, NULL);
	}
	for (size_t i = 0; err == TOCSIN_OK && i < e->n; i++)
		screener_add_tag(s, &e->tag[i]);
	pthread_mutex_unlock(&s->setting);
	memcpy(id, e->id, sizeof e->id);
	buf_free(&e->sealed);
	free(e);
	return err;
}

enum tocsin_err protected_remove(const struct desk *d, const struct view *v, const char *id)
{
	struct screener *s = d->screener;
	struct protected_row row;
	struct snapshot *read = NULL;
	struct change *c = NULL;
	struct arena *a = arena_new(ARENA);
	pthread_mutex_lock(&s->setting);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the list of protected people")
		: snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = protected_get(read, id, a, &row);
	snapshot_close(read);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the list of protected people");
	if (err == TOCSIN_OK) {
		change_protected_remove(c, row.num);
		audit_add(c, v, "protected.remove", row.id, "");
		err = store_commit(d->store, c, NULL, NULL);
	}
	if (err == TOCSIN_OK)
		err = screener_reload_tags(s, d->store);
	pthread_mutex_unlock(&s->setting);
	arena_free(a);
	return err;
}

/* ---- reading ---- */

struct listing {
	const struct screener *s;
	json_t *items;
	enum tocsin_err err;
	size_t limit;
	bool more;
};

static bool list_one(void *arg, const struct protected_row *row)
{
	struct listing *l = arg;
	char at[CLOCK_TEXT + 1];
	json_t *o = NULL;
	l->more = json_array_size(l->items) == l->limit;
	if (l->more)
		return false;
	l->err = unseal(l->s, row->id, row->sealed, &o);
	if (l->err != TOCSIN_OK)
		return false;
	clock_format(row->added_at, at);
	json_object_set_new(o, "id", json_string(row->id));
	json_object_set_new(o, "added_at", json_string(at));
	json_object_set_new(o, "added_by", json_string(row->added_by));
	if (json_array_append_new(l->items, o) != 0)
		l->err = fail(TOCSIN_BROKEN, "no memory for the list of protected people");
	return l->err == TOCSIN_OK;
}

enum tocsin_err protected_list(const struct desk *d, const struct view *v, size_t limit, const char *before, json_t **out)
{
	struct listing l = { .s = d->screener, .items = json_array(), .limit = limit };
	struct protected_row row = { .num = INT64_MAX };
	struct snapshot *read = NULL;
	struct arena *a = arena_new(ARENA);
	*out = NULL;
	enum tocsin_err err = a == NULL || l.items == NULL ? fail(TOCSIN_BROKEN, "no memory for the list of protected people")
		: audit_note(d, v, "protected.read", "", "");
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK && before != NULL)
		err = protected_get(read, before, a, &row);
	if (err == TOCSIN_OK)
		err = protected_each(read, row.num, limit + 1, list_one, &l);
	if (err == TOCSIN_OK)
		err = l.err;
	snapshot_close(read);
	arena_free(a);
	if (err == TOCSIN_OK) {
		const json_t *last = json_array_get(l.items, json_array_size(l.items) - 1);
		*out = json_pack("{s:O, s:n}", "items", l.items, "next");
		if (*out == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for the list of protected people");
		else if (l.more)
			json_object_set(*out, "next", json_object_get(last, "id"));
	}
	json_decref(l.items);
	return err;
}
