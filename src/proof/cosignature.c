#include "proof/checkpoint.h"

#define TIME_MAX UINT64_C(253402300799)          /* the last second of the year 9999: what our clocks can show */

void cosignature_message(struct buf *out, uint64_t time, struct bytes text)
{
	buf_add_str(out, "cosignature/v1\ntime ");
	buf_add_u64(out, time);
	buf_add_char(out, '\n');
	buf_add_bytes(out, text);
}

enum tocsin_err cosignature_verify(const struct note *n, const struct vkey *k, uint64_t *time)
{
	enum tocsin_err err = TOCSIN_OK;
	uint64_t earliest = UINT64_MAX;
	struct buf msg;
	if (k->type != NOTE_COSIGNATURE)
		return fail(TOCSIN_REFUSED, "The key %s is not a witness key (type 0x04) but has type 0x%02x.", k->name, k->type);
	buf_init(&msg, LIMIT_NOTE + 64);
	for (size_t i = 0; i < n->n && err == TOCSIN_OK; i++) {
		uint8_t blob[NOTE_COSIGNATURE_BLOB];
		size_t got = 0;
		if (n->sig[i].id != k->id || !bytes_equal_str(n->sig[i].name, k->name))
			continue;
		if (!note_blob(&n->sig[i], blob, sizeof blob, &got) || got != sizeof blob || be64_get(blob) > TIME_MAX) {
			err = fail(TOCSIN_REFUSED, "The cosignature by %s is not a time and a signature; do not count it.", k->name);
			break;
		}
		uint64_t at = be64_get(blob);
		buf_clear(&msg);
		cosignature_message(&msg, at, n->text);
		err = buf_end(&msg, "the message of a cosignature");
		if (err == TOCSIN_OK && !note_ed25519_ok(k->pub, buf_bytes(&msg), blob + 8))
			err = fail(TOCSIN_REFUSED, "The cosignature by %s does not fit the checkpoint; do not count it.", k->name);
		if (at < earliest)
			earliest = at;
	}
	buf_free(&msg);
	if (err == TOCSIN_OK && earliest == UINT64_MAX)
		err = fail(TOCSIN_MISSING, "The witness %s has not cosigned this checkpoint.", k->name);
	if (err == TOCSIN_OK)
		*time = earliest;
	return err;
}
