#include "base/text.h"
#include "proof/checkpoint.h"

enum tocsin_err checkpoint_parse(struct bytes text, struct checkpoint *c)
{
	struct text t = text_over(text);
	struct bytes origin, size, root;
	if (!text_line(&t, LIMIT_KEY_NAME, &origin) || !vkey_name_ok(origin))
		return fail(TOCSIN_BAD, "A checkpoint must begin with its log's origin on a line of its own.");
	memcpy(c->origin, origin.p, origin.n);
	c->origin[origin.n] = '\0';
	if (!text_line(&t, 20, &size) || !text_u64(size, MERKLE_SIZE_MAX, &c->size))
		return fail(TOCSIN_BAD, "The second line of a checkpoint of %s must be its size as a decimal number.", c->origin);
	if (!text_line(&t, BASE64_SIZE(SHA256_SIZE), &root) || !proof_hash_line(root, &c->root))
		return fail(TOCSIN_BAD, "The third line of a checkpoint of %s must be its root, 32 bytes in base64.", c->origin);
	if (!text_at_end(&t))
		return fail(TOCSIN_BAD, "A checkpoint of %s has extension lines; none are allowed here.", c->origin);
	return TOCSIN_OK;
}

void checkpoint_format(const struct checkpoint *c, struct buf *text)
{
	buf_add_str(text, c->origin);
	buf_add_char(text, '\n');
	buf_add_u64(text, c->size);
	buf_add_char(text, '\n');
	buf_add_base64(text, c->root.b, SHA256_SIZE);
	buf_add_char(text, '\n');
}

enum tocsin_err checkpoint_open(struct bytes note, const struct vkey *log, struct checkpoint *c)
{
	struct note n;
	enum tocsin_err err = note_parse(note, LIMIT_CHECKPOINT_NOTE, &n);
	if (err == TOCSIN_OK)
		err = checkpoint_parse(n.text, c);
	if (err != TOCSIN_OK)
		return err;
	/* The origin first: "not this log" says more than "no signature by its key". */
	if (strcmp(c->origin, log->name) != 0)
		return fail(TOCSIN_REFUSED, "The checkpoint is of the log %s, where one of %s belongs.", c->origin, log->name);
	err = note_verify(&n, log);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_REFUSED, "The checkpoint of %s does not verify", c->origin);
	return TOCSIN_OK;
}
