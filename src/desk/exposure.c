#include "desk/exposure.h"

#include <sodium.h>

#include "domain/subject.h"
#include "domain/vocabulary.h"
#include "store/rows_exposure.h"

static const char *const subject_fields[] = { "subject.name", "target.who", "threat.actor" };

/* Whether a line says something of the world, and not of what may be done with it. */
static bool tells(struct bytes name)
{
	return !(name.n > 9 && memcmp(name.p, "handling.", 9) == 0) && !bytes_equal_str(name, "specificity");
}

enum tocsin_err exposure_subjects(const uint8_t key[KEEPER_DERIVED], struct bytes value, struct arena *a, struct hash *tag,
	size_t max, size_t *n)
{
	struct subject_keys keys;
	enum tocsin_err err = subject_keys(value, a, &keys);
	for (size_t i = 0; err == TOCSIN_OK && i < keys.n && *n < max; i++) {
		size_t k = 0;
		subject_tag(key, keys.key[i], &tag[*n]);
		while (!hash_equal(&tag[k], &tag[*n]))
			k++;
		*n += k == *n;
	}
	return err;
}

enum tocsin_err exposure_source(const uint8_t key[KEEPER_DERIVED], struct bytes value, struct hash *tag)
{
	struct buf words, folded;
	buf_init(&words, 4 * LIMIT_LINE);
	buf_init(&folded, 4 * LIMIT_LINE);
	if (value.n > 0 && memchr("\"[{", value.p[0], 3) != NULL)
		value_words(value, &words);
	else
		buf_add(&words, value.p, value.n);
	buf_add_str(&folded, "source ");
	enum tocsin_err err = buf_end(&words, "a source");
	/* What is no name, because it is a long text, is compared as it is written. */
	if (err == TOCSIN_OK && subject_key(buf_bytes(&words), &folded) == TOCSIN_BAD) {
		buf_clear(&folded);
		buf_add_str(&folded, "source ");
		buf_add(&folded, words.p, words.n);
	}
	if (err == TOCSIN_OK)
		err = buf_end(&folded, "a source");
	if (err == TOCSIN_OK)
		subject_tag(key, buf_bytes(&folded), tag);
	buf_free(&words);
	buf_free(&folded);
	return err;
}

static enum tocsin_err fact_of(const uint8_t key[KEEPER_DERIVED], const struct followed_line *l, struct hash *tag)
{
	struct buf b;
	buf_init(&b, 2 * LIMIT_LINE);
	buf_add_str(&b, "fact ");
	buf_add(&b, l->name.p, l->name.n);
	buf_add_char(&b, ' ');
	buf_add(&b, l->value.p, l->value.n);
	enum tocsin_err err = buf_end(&b, "a fact");
	if (err == TOCSIN_OK)
		subject_tag(key, buf_bytes(&b), tag);
	buf_free(&b);
	return err;
}

static enum tocsin_err add_line(const struct followed *f, const uint8_t key[KEEPER_DERIVED], const struct followed_line *l,
	const struct hash *subject, size_t n, struct bytes source, struct change *c)
{
	struct exposure_row row = { .statement = f->row->num, .partner = f->row->peer, .source = source, .at = f->row->known_at };
	row.field = arena_str(f->arena, l->name);
	enum tocsin_err err = row.field == NULL ? fail(TOCSIN_BROKEN, "no memory for what a partner was told") : fact_of(key, l, &row.fact);
	for (size_t i = 0; err == TOCSIN_OK && (i < n || i == 0); i++) {
		row.subject = n == 0 ? bytes_of(NULL, 0) : bytes_of(subject[i].b, SHA256_SIZE);
		change_exposure(c, &row);
	}
	return err;
}

static enum tocsin_err ledger(const struct followed *f, const uint8_t key[KEEPER_DERIVED], struct change *c)
{
	struct hash subject[EXPOSURE_SUBJECTS + 1], source;
	size_t n = 0;
	bool sourced = false;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < f->line_n; i++) {
		for (size_t k = 0; err == TOCSIN_OK && k < sizeof subject_fields / sizeof *subject_fields; k++)
			if (bytes_equal_str(f->line[i].name, subject_fields[k]))
				err = exposure_subjects(key, f->line[i].value, f->arena, subject, EXPOSURE_SUBJECTS, &n);
		if (err == TOCSIN_OK && bytes_equal_str(f->line[i].name, "source.origin")) {
			err = exposure_source(key, f->line[i].value, &source);
			sourced = true;
		}
	}
	for (size_t i = 0; err == TOCSIN_OK && i < f->line_n; i++)
		if (!f->line[i].closed && tells(f->line[i].name))
			err = add_line(f, key, &f->line[i], subject, n, sourced ? bytes_of(source.b, SHA256_SIZE) : bytes_of(NULL, 0), c);
	return err;
}

enum tocsin_err exposure_follow(const struct followed *f, struct change *c)
{
	uint8_t key[KEEPER_DERIVED];
	struct bytes type = followed_value(f, "record.type");
	if (!f->row->issued || strcmp(f->row->peer, f->desk->name) == 0 || f->line_n == 0)
		return TOCSIN_OK;
	if (strcmp(f->row->kind, "record") == 0 && (bytes_equal_str(type, "test") || bytes_equal_str(type, "test-answer")))
		return TOCSIN_OK;
	enum tocsin_err err = keeper_derive(f->desk->keeper, "exposure", key);
	if (err == TOCSIN_OK)
		err = ledger(f, key, c);
	sodium_memzero(key, sizeof key);
	return err;
}
