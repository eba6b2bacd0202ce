#include "keeper/own_cards.h"

#include <stdlib.h>

#include "base/file.h"

/* The chain as it is; empty when there is none. */
static enum tocsin_err read_chain(const struct keys *k, char path[KEYFILE_PATH], struct buf *chain)
{
	enum tocsin_err err = file_join(path, KEYFILE_PATH, k->folder, "own.cards");
	if (err == TOCSIN_OK)
		err = file_read(path, chain);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err last_card(struct bytes chain, struct card *last, bool *any)
{
	struct bytes one;
	enum tocsin_err err = TOCSIN_OK;
	*any = false;
	while (err == TOCSIN_OK && card_chain_next(&chain, &one, &err)) {
		struct note note;
		err = note_parse(one, LIMIT_NOTE, &note);
		if (err == TOCSIN_OK)
			err = card_parse(note.text, last);
		*any = true;
	}
	return err;
}

enum tocsin_err own_cards_check(const struct keys *k, const struct card *c, bool *again)
{
	char path[KEYFILE_PATH];
	struct buf chain;
	bool any;
	*again = false;
	if (k->folder[0] == 0)
		return TOCSIN_OK;
	struct card *last = calloc(1, sizeof *last);
	if (last == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for a card");
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = read_chain(k, path, &chain);
	if (err == TOCSIN_OK) {
		err = last_card(buf_bytes(&chain), last, &any);
		if (err != TOCSIN_OK)
			err = fail_within(TOCSIN_BROKEN, "key file %s", path);
	}
	if (err == TOCSIN_OK && any) {
		*again = c->seq == last->seq && hash_equal(&c->id, &last->id);
		if (!*again && (c->seq != last->seq + 1 || !c->has_prev || !hash_equal(&c->prev, &last->id)))
			err = fail(TOCSIN_REFUSED, "card %llu does not follow card %llu, the last that this identity signed: the database was put back; restart the node, so that it takes %s in",
				(unsigned long long)c->seq, (unsigned long long)last->seq, path);
	}
	buf_free(&chain);
	free(last);
	return err;
}

enum tocsin_err own_cards_add(const struct keys *k, struct bytes text, const uint8_t sig[NOTE_SIGNATURE])
{
	char path[KEYFILE_PATH];
	struct buf chain;
	if (k->folder[0] == 0)
		return TOCSIN_OK;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = read_chain(k, path, &chain);
	if (err == TOCSIN_OK) {
		if (chain.n > 0)
			buf_add_char(&chain, '\n');
		note_begin(&chain, text);
		note_add_line(&chain, &k->identity.pub, sig, NOTE_SIGNATURE);
		err = buf_end(&chain, "own.cards");
	}
	if (err == TOCSIN_OK)
		err = file_replace(path, buf_bytes(&chain), 0600);
	buf_free(&chain);
	return err;
}
