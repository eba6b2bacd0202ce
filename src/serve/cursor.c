#include "serve/cursor.h"

#include <sodium.h>

#include "base/random.h"
#include "base/text.h"
#include "serve/internal.h"

#define META_KEY "cursor key"
#define PLAIN 17                        /* kind, a, b */
#define SEALED (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + PLAIN)

_Static_assert(CURSOR_TEXT == 2 * SEALED, "a cursor is nonce, MAC and two numbers in hex");
_Static_assert(CURSOR_KEY == crypto_secretbox_KEYBYTES, "the key is that of secretbox");

enum tocsin_err cursor_key(struct store *s, uint8_t key[CURSOR_KEY])
{
	struct snapshot *r;
	struct buf value;
	buf_init_secret(&value, 64);
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	err = meta_get(r, META_KEY, &value);
	snapshot_close(r);
	if (err == TOCSIN_OK && value.n != CURSOR_KEY)
		err = fail(TOCSIN_BROKEN, "the key of cursors is damaged; restore the database from a backup");
	if (err == TOCSIN_OK)
		memcpy(key, value.p, CURSOR_KEY);
	buf_free(&value);
	if (err != TOCSIN_MISSING)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the key of cursors");
	random_bytes(key, CURSOR_KEY);
	change_meta(c, META_KEY, bytes_of(key, CURSOR_KEY));
	return store_commit(s, c, NULL, NULL);
}

void cursor_seal(const uint8_t key[CURSOR_KEY], enum cursor_kind kind, int64_t a, int64_t b, char out[CURSOR_TEXT + 1])
{
	uint8_t plain[PLAIN], sealed[SEALED];
	plain[0] = (uint8_t)kind;
	be64_put(plain + 1, (uint64_t)a);
	be64_put(plain + 9, (uint64_t)b);
	random_bytes(sealed, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, plain, PLAIN, sealed, key);
	hex_encode(sealed, SEALED, out);
}

enum tocsin_err cursor_unseal(
	const uint8_t key[CURSOR_KEY], enum cursor_kind kind, const char *text, int64_t *a, int64_t *b)
{
	uint8_t plain[PLAIN], sealed[SEALED];
	if (strlen(text) != CURSOR_TEXT || !hex_decode(bytes_of(text, CURSOR_TEXT), sealed, SEALED) ||
		crypto_secretbox_open_easy(plain, sealed + crypto_secretbox_NONCEBYTES, SEALED - crypto_secretbox_NONCEBYTES,
			sealed, key) != 0 ||
		plain[0] != (uint8_t)kind)
		return fail(TOCSIN_BAD, "this is no place in this list; begin without it");
	*a = (int64_t)be64_get(plain + 1);
	*b = (int64_t)be64_get(plain + 9);
	return TOCSIN_OK;
}

json_t *place_json(const struct asked *q, enum cursor_kind kind, int64_t at)
{
	char text[CURSOR_TEXT + 1];
	if (q->view.everything)
		return json_integer(at);
	cursor_seal(q->serve->cursor_key, kind, at, 0, text);
	return json_string(text);
}

enum tocsin_err place_read(struct asked *q, const char *text, enum cursor_kind kind, int64_t *at)
{
	int64_t unused;
	uint64_t v;
	if (!q->view.everything)
		return cursor_unseal(q->serve->cursor_key, kind, text, at, &unused);
	if (!text_u64(bytes_str(text), INT64_MAX, &v))
		return fail(TOCSIN_BAD, "%.40s is no place in this list", text);
	*at = (int64_t)v;
	return TOCSIN_OK;
}

enum tocsin_err place_take(struct asked *q, const char *name, enum cursor_kind kind, int64_t deflt, int64_t *at)
{
	const char *text;
	*at = deflt;
	enum tocsin_err err = query_str(q, name, &text);
	return err != TOCSIN_OK || text == NULL ? err : place_read(q, text, kind, at);
}
