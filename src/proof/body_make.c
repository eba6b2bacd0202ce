#include <stdlib.h>

#include "base/jval.h"
#include "base/random.h"
#include "proof/attachment.h"
#include "proof/body.h"

uint32_t body_lines_for(uint32_t start, size_t n)
{
	uint64_t lines = start;
	while (lines > 0 && lines < n && lines <= LIMIT_LINES)
		lines *= 4;
	return lines <= LIMIT_LINES ? (uint32_t)lines : 0;
}

static const struct body_file *file_of(const struct body_file *files, size_t files_n, const char *name)
{
	for (size_t i = 0; i < files_n; i++) {
		if (strcmp(files[i].line_name, name) == 0)
			return &files[i];
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct body_field *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

static enum tocsin_err names_check(const struct body_field *fields, size_t n)
{
	if (n == 0)
		return TOCSIN_OK;
	const struct body_field **by = malloc(n * sizeof *by);
	enum tocsin_err err = TOCSIN_OK;
	if (by == NULL)
		return fail(TOCSIN_BROKEN, "There is no memory left to make a body of %zu fields.", n);
	for (size_t i = 0; i < n; i++)
		by[i] = &fields[i];
	qsort(by, n, sizeof *by, by_name);
	for (size_t i = 1; i < n && err == TOCSIN_OK; i++) {
		if (strcmp(by[i - 1]->name, by[i]->name) == 0)
			err = fail(TOCSIN_BAD, "The field %s is given twice; give it once.", by[i]->name);
	}
	free(by);
	return err;
}

/* The file of an open attachment field must be there and be what the field's value says. */
static enum tocsin_err file_check(const struct body_field *f, const struct body_file *files, size_t files_n)
{
	const struct body_file *file = file_of(files, files_n, f->name);
	struct attachment is;
	if (file == NULL)
		return fail(TOCSIN_BAD, "The field %s is open, but its file is not given.", f->name);
	enum tocsin_err err = attachment_parse(f->value, &is);
	if (err != TOCSIN_OK)
		return fail_within(err, "The field %s", f->name);
	struct hash h = sha256(file->content);
	if (is.size != file->content.n || !hash_equal(&h, &is.hash))
		return fail(TOCSIN_BAD, "The file given for %s has another size or SHA-256 than the field says.", f->name);
	return TOCSIN_OK;
}

static enum tocsin_err fields_check(const struct body_field *fields, size_t n, const struct body_file *files,
	size_t files_n, uint32_t lines)
{
	size_t sent = 0, known = 0;
	if (lines == 0 || lines > LIMIT_LINES || n > lines)
		return fail(TOCSIN_BAD, "%zu fields do not fit into a body of %u lines; at most %d lines are allowed.", n, lines,
			LIMIT_LINES);
	for (size_t i = 0; i < n; i++) {
		const struct body_field *f = &fields[i];
		struct bytes name = bytes_str(f->name);
		if (!body_name_ok(name))
			return fail(TOCSIN_BAD, "The name of a field must be a lower-case letter and up to 63 letters, digits, dots and "
				"hyphens.");
		enum tocsin_err err = jval_check(f->value, NULL);
		if (err != TOCSIN_OK)
			return fail_within(err, "The field %s", f->name);
		if (2 * BODY_SALT + 1 + name.n + 1 + f->value.n > LIMIT_LINE)
			return fail(TOCSIN_BAD, "The field %s is too long for a line of %d bytes; attach it as a file.", f->name,
				LIMIT_LINE);
		if (!attachment_name_ok(name))
			continue;
		known += file_of(files, files_n, f->name) != NULL;
		if (!f->open)
			continue;
		err = file_check(f, files, files_n);
		if (err != TOCSIN_OK)
			return err;
		if (++sent > LIMIT_ATTACHMENTS)
			return fail(TOCSIN_BAD, "A body may hold at most %d attachments.", LIMIT_ATTACHMENTS);
	}
	/* With names that occur once, each file belongs to its own field or to none. */
	if (known != files_n)
		return fail(TOCSIN_BAD, "A file is given that no field \"attachment.<n>\" announces, or one is given twice.");
	return names_check(fields, n);
}

/* Appends an open line and returns it as it stands in OUT, without \n; empty when OUT failed. */
static struct bytes add_open(struct buf *out, const uint8_t *salt, const struct body_field *f)
{
	const size_t begin = out->n;
	buf_add_hex(out, salt, BODY_SALT);
	buf_add_char(out, ' ');
	buf_add_str(out, f->name);
	buf_add_char(out, ' ');
	buf_add_bytes(out, f->value);
	buf_add_char(out, '\n');
	return out->failed ? (struct bytes){ NULL, 0 } : bytes_of(out->p + begin, out->n - begin - 1);
}

static struct bytes add_closed(struct buf *out, const uint8_t *hash)
{
	const size_t begin = out->n;
	buf_add(out, "= ", 2);
	buf_add_hex(out, hash, SHA256_SIZE);
	buf_add_char(out, '\n');
	return out->failed ? (struct bytes){ NULL, 0 } : bytes_of(out->p + begin, out->n - begin - 1);
}

/* RANDOM holds a salt for each field and a hash for each line that holds nothing; ORDER says which field, from 0, is
 * on a line. */
static void add_lines(const struct body_field *fields, size_t n, uint32_t lines, const uint8_t *random,
	const uint32_t *order,
	struct buf *text, struct buf *opened, struct hash *root)
{
	const uint8_t *decoys = random + n * BODY_SALT;
	struct merkle_edge edge;
	merkle_edge_init(&edge);
	for (uint32_t i = 0; i < lines; i++) {
		struct bytes raw;
		if (order[i] >= n) {
			raw = add_closed(text, decoys + (order[i] - n) * SHA256_SIZE);
		} else {
			const struct body_field *f = &fields[order[i]];
			const uint8_t *salt = random + order[i] * BODY_SALT;
			if (f->open) {
				raw = add_open(text, salt, f);
			} else {
				buf_add_u64(opened, i);
				buf_add_char(opened, ' ');
				struct hash h = body_close(add_open(opened, salt, f));
				raw = add_closed(text, h.b);
			}
		}
		struct hash leaf = merkle_leaf(raw);
		merkle_edge_add(&edge, &leaf);
	}
	*root = merkle_edge_root(&edge);
}

static void add_files(const struct body_field *fields, size_t n, const struct body_file *files, size_t files_n,
	uint32_t lines,
	const uint32_t *order, struct buf *text)
{
	for (uint32_t i = 0; i < lines && files_n > 0; i++) {
		if (order[i] >= n || !fields[order[i]].open || !attachment_name_ok(bytes_str(fields[order[i]].name)))
			continue;
		const struct body_file *file = file_of(files, files_n, fields[order[i]].name);
		buf_add_str(text, "attachment ");
		buf_add_str(text, file->line_name);
		buf_add_char(text, ' ');
		buf_add_u64(text, file->content.n);
		buf_add_char(text, '\n');
		buf_add_bytes(text, file->content);
		buf_add_char(text, '\n');
	}
}

enum tocsin_err body_make(const struct body_field *fields, size_t n, const struct body_file *files, size_t files_n,
	uint32_t lines,
	struct buf *text, struct buf *opened, struct hash *root)
{
	uint32_t order[LIMIT_LINES];
	enum tocsin_err err = fields_check(fields, n, files, files_n, lines);
	if (err != TOCSIN_OK)
		return err;
	const size_t random_n = n * BODY_SALT + (lines - n) * SHA256_SIZE;
	uint8_t *random = malloc(random_n);
	if (random == NULL)
		return fail(TOCSIN_BROKEN, "There is no memory left to make a body of %u lines.", lines);
	random_bytes(random, random_n);
	for (uint32_t i = 0; i < lines; i++)
		order[i] = i;
	random_shuffle(order, lines);
	add_lines(fields, n, lines, random, order, text, opened, root);
	add_files(fields, n, files, files_n, lines, order, text);
	/* The salts of closed lines are what keeps them closed. */
	bytes_wipe(random, random_n);
	free(random);
	err = buf_end(text, "a body");
	if (err == TOCSIN_OK)
		err = buf_end(opened, "the opened lines of a body");
	return err;
}
