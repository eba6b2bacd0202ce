/* The last look before sealing. */
#include "base/text.h"
#include "domain/leak_parts.h"
#include "proof/attachment.h"

#define RAW 6                   /* so many bytes do not stand in a file by chance */
#define RAW_HEX 12              /* nor so many among the hex of salts and hashes */

struct looking {
	const char *const *confirmed;
	size_t confirmed_n;
	const char *closed;             /* what was found, and where; NULL: nothing */
	const char *open;
};

static bool is_confirmed(const struct looking *l, const char *name)
{
	for (size_t i = 0; i < l->confirmed_n; i++)
		if (strcmp(l->confirmed[i], name) == 0)
			return true;
	return false;
}

static void look(void *arg, const struct leak_text *closed, const struct leak_text *open, size_t from, size_t until,
	bool exact)
{
	struct looking *l = arg;
	(void)from;
	(void)until;
	if (exact && l->closed == NULL) {
		l->closed = closed->name;
		l->open = open->name;
	}
}

/* A closed line as it must be: "= " and 64 hex digits. */
static bool is_closed_line(struct bytes line)
{
	uint8_t hash[SHA256_SIZE];
	return line.n == 2 + 2 * SHA256_SIZE && line.p[0] == '=' && line.p[1] == ' ' &&
		hex_decode(bytes_of(line.p + 2, line.n - 2), hash, sizeof hash);
}

struct plain {
	const char *kind;
	struct arena *arena;
	struct leak_texts closed;
	struct leak_search search;
	struct looking looking;
};

static enum tocsin_err compare_all(struct plain *p, const struct leak_text *open)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < p->closed.n; i++)
		if (!p->closed.text[i].by_name && !is_confirmed(&p->looking, p->closed.text[i].name))
			err = leak_match(&p->search, &p->closed.text[i], open);
	return err;
}

/* Any bytes as a text. */
static enum tocsin_err look_at(struct plain *p, const char *name, struct bytes text)
{
	struct leak_text t = { .name = name, .text = text };
	enum tocsin_err err = leak_text_ready(&t, p->arena);
	return err == TOCSIN_OK ? compare_all(p, &t) : err;
}

/* What is a value is compared as the texts that it holds; whatever else stands there, as it stands. */
static enum tocsin_err look_at_line(struct plain *p, struct bytes line)
{
	struct body_line l;
	struct leak_texts texts = { 0 };
	if (is_closed_line(line))
		return TOCSIN_OK;
	if (body_line_parse(line, &l) != TOCSIN_OK)
		return look_at(p, "a line that is none", line);
	const char *name = arena_str(p->arena, l.name);
	const size_t room = leak_texts_room(l.value);
	texts.text = arena_alloc(p->arena, room * sizeof *texts.text);
	if (name == NULL || texts.text == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare texts");
	enum tocsin_err err = leak_texts_add(p->kind, name, l.value, p->arena, &texts, room);
	for (size_t i = 0; err == TOCSIN_OK && i < texts.n; i++)
		err = compare_all(p, &texts.text[i]);
	return err;
}

/* "attachment NAME SIZE" with its bytes behind it; false when it is none. */
static bool take_attachment(struct text *t, struct bytes line, struct bytes *content)
{
	struct bytes word, name, size;
	uint64_t n;
	if (!text_word(&line, &word) || !bytes_equal_str(word, "attachment") || !text_word(&line, &name) ||
		!attachment_name_ok(name) || !text_word(&line, &size) || line.n > 0 || !text_u64(size, LIMIT_ENVELOPE, &n) ||
		n >= text_rest(t).n)
		return false;
	*content = bytes_of(t->p, (size_t)n);
	t->p += n;
	return text_literal(t, "\n");
}

/* Each closed text as bytes, in what is not read as text. A node's name is in every note. */
static void look_at_bytes(struct plain *p, struct bytes content, size_t least, const char *where)
{
	for (size_t i = 0; i < p->closed.n && p->looking.closed == NULL; i++) {
		const struct leak_text *t = &p->closed.text[i];
		/* A word of the vocabulary stands in every file. */
		bool word = t->field != NULL && t->field->type != FIELD_TEXT;
		if (t->text.n < least || t->by_name || word || text_is_name(t->text) || is_confirmed(&p->looking, t->name))
			continue;
		if (memmem(content.p, content.n, t->text.p, t->text.n) != NULL) {
			p->looking.closed = t->name;
			p->looking.open = where;
		}
	}
}

static enum tocsin_err look_at_body(struct plain *p, struct bytes body)
{
	struct text t = text_over(body);
	struct bytes line, content;
	enum tocsin_err err = TOCSIN_OK;
	while (err == TOCSIN_OK && !text_at_end(&t)) {
		if (!text_line(&t, LIMIT_ENVELOPE, &line))
			return fail(TOCSIN_BAD, "what is to be sealed is no body");
		if (!take_attachment(&t, line, &content)) {
			err = look_at_line(p, line);
			continue;
		}
		look_at_bytes(p, content, RAW, "an attachment");
		if (content.n > 0 && text_is_utf8(content) && memchr(content.p, '\0', content.n) == NULL)
			err = look_at(p, "an attachment", content);
	}
	return err;
}

/* The note is made of names, times and hashes: what it says of itself is not said of a closed line. */
static enum tocsin_err look_at_note(struct plain *p, struct bytes note)
{
	enum tocsin_err err = TOCSIN_OK;
	struct leak_text t = { .name = "the statement", .text = note };
	err = leak_text_ready(&t, p->arena);
	for (size_t i = 0; err == TOCSIN_OK && i < p->closed.n; i++) {
		const struct leak_text *c = &p->closed.text[i];
		bool text = c->field == NULL || c->field->type == FIELD_TEXT;
		if (text && !c->by_name && c->weight >= LEAK_WHOLE && !text_is_name(c->text) && !is_confirmed(&p->looking, c->name))
			err = leak_match_text(&p->search, c, &t);
	}
	return err;
}

enum tocsin_err leak_in_plaintext(const char *kind, const struct body_field *fields, size_t n,
	const char *const *confirmed, size_t confirmed_n, struct bytes note, struct bytes body, struct arena *a)
{
	struct plain p = { .kind = kind, .arena = a, .looking = { confirmed, confirmed_n, NULL, NULL } };
	size_t room = 0;
	p.search = (struct leak_search){ a, LEAK_WORK, look, &p.looking };
	for (size_t i = 0; i < n; i++)
		room += fields[i].open ? 0 : leak_texts_room(fields[i].value);
	p.closed.text = arena_alloc(a, (room + 1) * sizeof *p.closed.text);
	if (p.closed.text == NULL)
		return fail(TOCSIN_BROKEN, "no memory to compare texts");
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		if (!fields[i].open)
			err = leak_texts_add(kind, fields[i].name, fields[i].value, a, &p.closed, room);
	if (err == TOCSIN_OK)
		err = look_at_note(&p, note);
	if (err == TOCSIN_OK)
		err = look_at_body(&p, body);
	if (err != TOCSIN_OK)
		return err;
	/* Bytes that no reader of lines would join. */
	look_at_bytes(&p, note, RAW_HEX, "the statement");
	look_at_bytes(&p, body, RAW_HEX, "the body");
	return p.looking.closed == NULL ? TOCSIN_OK :
		fail(TOCSIN_REFUSED, "the closed line %s would leave with what is sent: it stands in %s", p.looking.closed,
			p.looking.open);
}
