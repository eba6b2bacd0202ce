#include "desk/contact.h"

#include "base/text.h"
#include "desk/directory.h"
#include "desk/rules.h"
#include "store/rows_contact.h"

#define LABEL_MAX 200
#define PHONE_MAX 40
#define TEXT_MAX 2000

bool contact_name_ok(struct bytes name)
{
	if (name.n == 0 || name.n > CONTACT_NAME || name.p[0] == '-' || name.p[name.n - 1] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '-'))
			return false;
	return true;
}

/* ---- reading ---- */

/* A member that is text without lines; "" when it is missing. */
static enum tocsin_err take_text(const json_t *o, const char *key, size_t max, struct arena *a, const char **out)
{
	bool ok = true;
	const char *s = json_get_str(o, key, &ok);
	if (!ok)
		return fail(TOCSIN_BAD, "a contact's %s is a string", key);
	if (s != NULL && (s[0] == 0 || strlen(s) > max || !text_is_clean(bytes_str(s)) || text_has_bidi(bytes_str(s))))
		return fail(TOCSIN_BAD,
			"a contact's %s has 1 to %zu bytes, without control characters and direction overrides", key, max);
	*out = arena_str(a, bytes_str(s == NULL ? "" : s));
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a contact") : TOCSIN_OK;
}

static bool is_phone(const char *s)
{
	size_t n = strlen(s), digits = 0;
	for (size_t i = 0; i < n; i++)
		digits += s[i] >= '0' && s[i] <= '9';
	return n <= PHONE_MAX && digits >= 3 && strspn(s, "+0123456789 ()-./") == n && s[0] != ' ' && s[n - 1] != ' ' &&
		strchr(s + 1, '+') == NULL;
}

static enum tocsin_err take_phones(const json_t *o, struct arena *a, struct contact *out)
{
	const json_t *list = json_object_get(o, "telephones"), *item;
	size_t i;
	if (list != NULL && (!json_is_array(list) || json_array_size(list) > CONTACT_PHONES))
		return fail(TOCSIN_BAD, "a contact's telephones are a list of at most %d", CONTACT_PHONES);
	json_array_foreach(list, i, item) {
		const char *s = json_string_value(item);
		if (s == NULL || !is_phone(s))
			return fail(TOCSIN_BAD, "%.60s is no telephone number: digits with + ( ) - . / and spaces, at most %d",
				s == NULL ? "that" : s, PHONE_MAX);
		out->phone[out->phone_n] = arena_str(a, bytes_str(s));
		if (out->phone[out->phone_n++] == NULL)
			return fail(TOCSIN_BROKEN, "no memory for a contact");
	}
	return TOCSIN_OK;
}

/* A tag as jval takes it: [a-z]{2,3}(-[A-Za-z0-9]{1,8})* */
static bool is_language(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
	if (n < 2 || n > 3 || strlen(s) > 35)
		return false;
	for (s += n; *s == '-'; s += n + 1) {
		n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
		if (n < 1 || n > 8)
			return false;
	}
	return *s == 0;
}

static enum tocsin_err take_all(const json_t *o, struct arena *a, struct contact *out)
{
	static const char *const keys[] = { "label", "telephones", "address", "language", "tell", "note", NULL };
	if (!json_is_object(o))
		return fail(TOCSIN_BAD, "a contact is a JSON object");
	enum tocsin_err err = json_only(o, "a contact", keys);
	if (err == TOCSIN_OK)
		err = take_text(o, "label", LABEL_MAX, a, &out->label);
	if (err == TOCSIN_OK && out->label[0] == 0)
		err = fail(TOCSIN_BAD, "label is missing: who the contact is");
	if (err == TOCSIN_OK)
		err = take_phones(o, a, out);
	if (err == TOCSIN_OK)
		err = take_text(o, "address", TEXT_MAX, a, &out->address);
	if (err == TOCSIN_OK)
		err = take_text(o, "language", 35, a, &out->language);
	if (err == TOCSIN_OK && out->language[0] != 0 && !is_language(out->language))
		err = fail(TOCSIN_BAD, "%.40s is no language: a tag such as en, ru, ar or zh-Hant", out->language);
	if (err == TOCSIN_OK)
		err = take_text(o, "tell", TEXT_MAX, a, &out->tell);
	return err == TOCSIN_OK ? take_text(o, "note", TEXT_MAX, a, &out->note) : err;
}

enum tocsin_err contact_parse(struct bytes json, struct arena *a, struct contact *out)
{
	json_t *o = NULL;
	*out = (struct contact){ .name = "" };
	enum tocsin_err err = json_parse(json, CONTACT_JSON, "a contact", &o);
	if (err == TOCSIN_OK)
		err = take_all(o, a, out);
	json_decref(o);
	return err;
}

json_t *contact_json(const struct contact *c)
{
	json_t *phones = json_array();
	for (size_t i = 0; i < c->phone_n; i++)
		json_array_append_new(phones, json_string(c->phone[i]));
	json_t *o = json_pack("{s:s, s:s, s:o}", "name", c->name, "label", c->label, "telephones", phones);
	const struct { const char *key, *value; } rest[] = { { "address", c->address }, { "language", c->language },
		{ "tell", c->tell }, { "note", c->note } };
	for (size_t i = 0; o != NULL && i < sizeof rest / sizeof *rest; i++)
		if (rest[i].value[0] != 0 && json_object_set_new(o, rest[i].key, json_string(rest[i].value)) != 0) {
			json_decref(o);
			return NULL;
		}
	return o;
}

/* ---- keeping ---- */

enum tocsin_err contact_put(const struct desk *d, const struct view *v, const char *name, struct bytes json)
{
	struct contact checked;
	if (!contact_name_ok(bytes_str(name)))
		return fail(TOCSIN_BAD, "a contact's name has 1 to %d small letters, digits and hyphens within", CONTACT_NAME);
	struct arena *a = arena_new(1u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a contact") : contact_parse(json, a, &checked);
	arena_free(a);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a contact");
	change_contact_put(c, name, json, clock_now());
	audit_add(c, v, "contact.put", name, "");
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err contact_remove(const struct desk *d, const struct view *v, const char *name)
{
	struct contact_row row;
	struct snapshot *read = NULL;
	struct arena *a = arena_new(1u << 20);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a contact") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = contact_row_get(read, name, a, &row);
	snapshot_close(read);
	arena_free(a);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a contact");
	change_contact_remove(c, name);
	audit_add(c, v, "contact.remove", name, "");
	return store_commit(d->store, c, NULL, NULL);
}

/* What was stored was checked. */
static enum tocsin_err from_row(const struct contact_row *row, struct arena *a, struct contact *out)
{
	enum tocsin_err err = contact_parse(row->content, a, out);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "the stored contact %s", row->name);
	out->name = arena_str(a, bytes_str(row->name));
	return out->name == NULL ? fail(TOCSIN_BROKEN, "no memory for a contact") : TOCSIN_OK;
}

enum tocsin_err contact_get(struct snapshot *read, const char *name, struct arena *a, struct contact *out)
{
	struct contact_row row;
	enum tocsin_err err = contact_name_ok(bytes_str(name))
		? contact_row_get(read, name, a, &row)
		: fail(TOCSIN_MISSING, "there is no contact %.64s", name);
	return err == TOCSIN_OK ? from_row(&row, a, out) : err;
}

struct listing {
	struct arena *arena;
	json_t *items;
	enum tocsin_err err;
};

static bool list_one(void *arg, const struct contact_row *row)
{
	struct listing *l = arg;
	struct contact c;
	arena_reset(l->arena);
	l->err = from_row(row, l->arena, &c);
	if (l->err == TOCSIN_OK && json_array_append_new(l->items, contact_json(&c)) != 0)
		l->err = fail(TOCSIN_BROKEN, "no memory for the contacts");
	return l->err == TOCSIN_OK;
}

enum tocsin_err contact_list(struct snapshot *read, const char *after, size_t limit, json_t **out)
{
	struct listing l = { .arena = arena_new(1u << 20), .items = json_array() };
	enum tocsin_err err = l.arena == NULL ? fail(TOCSIN_BROKEN, "no memory for the contacts")
					      : contact_each(read, after, limit, list_one, &l);
	arena_free(l.arena);
	if (err == TOCSIN_OK)
		err = l.err;
	if (err != TOCSIN_OK) {
		json_decref(l.items);
		return err;
	}
	size_t n = json_array_size(l.items);
	const json_t *last = n == limit ? json_object_get(json_array_get(l.items, n - 1), "name") : NULL;
	*out = json_pack("{s:O, s:o}", "items", l.items, "next", last == NULL ? json_null() : json_copy((json_t *)(uintptr_t)last));
	json_decref(l.items);
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for the contacts") : TOCSIN_OK;
}

/* ---- what they are to be told ---- */

static bool has_field(const struct issue_release *r, const char *name)
{
	for (size_t i = 0; i < r->field_n; i++)
		if (strcmp(r->field[i].name, name) == 0)
			return true;
	return false;
}

static bool names_recipient(const struct issue_release *r)
{
	return has_field(r, "recipient.name") || has_field(r, "recipient.contact");
}

static enum tocsin_err add_field(struct arena *a, const char *name, const char *text, struct body_field *f)
{
	struct buf b;
	buf_init(&b, LIMIT_LINE);
	json_t *s = json_string(text);
	enum tocsin_err err = s == NULL ? fail(TOCSIN_BROKEN, "no memory for a contact") : json_write_value(&b, s);
	if (err == TOCSIN_OK) {
		*f = (struct body_field){ name, bytes_of(arena_copy(a, b.p, b.n), b.n), true };
		if (f->value.p == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a contact");
	}
	json_decref(s);
	buf_free(&b);
	return err;
}

enum tocsin_err contact_release(const struct desk *d, struct snapshot *read, const char *word, struct arena *a,
	struct issue_release *r)
{
	struct contact c;
	if (names_recipient(r))
		return fail(TOCSIN_BAD, "recipient.name and recipient.contact come from the contact: leave them out");
	enum tocsin_err err = contact_get(read, word + strlen(CONTACT_PREFIX), a, &c);
	if (err == TOCSIN_MISSING)
		return fail(TOCSIN_REFUSED, "there is no contact %.64s: add it first (tocsin contact add)",
			word + strlen(CONTACT_PREFIX));
	struct body_field *all = err == TOCSIN_OK ? arena_alloc(a, (r->field_n + 2) * sizeof *all) : NULL;
	if (err == TOCSIN_OK && all == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a contact");
	if (err != TOCSIN_OK)
		return err;
	if (r->field_n > 0)
		memcpy(all, r->field, r->field_n * sizeof *all);
	err = add_field(a, "recipient.name", c.label, &all[r->field_n]);
	if (err == TOCSIN_OK)
		err = add_field(a, "recipient.contact", c.name, &all[r->field_n + 1]);
	r->field = all;
	r->field_n += 2;
	r->to = d->name;
	return err;
}

enum tocsin_err contact_rule(const struct desk *d, const struct kind *kind, const struct issue_release *r)
{
	bool self = strcmp(r->to, d->name) == 0;
	if (self && kind->self == KIND_SELF_CONTACT && !has_field(r, "recipient.name"))
		return rule_refuse("contact.self", "a %s is addressed to its own maker only for a recipient without a node, whom "
			"recipient.name names", kind->name);
	if (!self && names_recipient(r))
		return rule_refuse("contact.self", "recipient.name is for recipients without a node; %.200s has one", r->to);
	return TOCSIN_OK;
}

void contact_duty_words(const struct desk *d, const char *partner, const struct hash *id, struct buf *out)
{
	char hex[2 * SHA256_SIZE + 1];
	const struct peer *p = directory_find(d->directory, partner);
	hex_encode(id->b, SHA256_SIZE, hex);
	if (p == NULL || p->card->duty_n == 0)
		buf_printf(out, "%s names no duty contact in its card; ring up whoever you know there", partner);
	else
		buf_printf(out, "ring up %s: ", partner);
	for (size_t i = 0; p != NULL && i < p->card->duty_n; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : "; or ", p->card->duty[i]);
	buf_printf(out, " (what to say: tocsin script %.16s; afterwards: tocsin delivered %.16s)", hex, hex);
	peer_release(p);
}
