#include "keeper/call.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/clock.h"
#include "keeper/once.h"
#include "keeper/own_cards.h"
#include "keeper/published.h"
#include "seal/hkdf.h"

static enum tocsin_err no_payload(struct bytes in)
{
	return in.n == 0 ? TOCSIN_OK : fail(TOCSIN_BAD, "the keeper got a call with a payload that takes none");
}

static enum tocsin_err answer_public(const struct keys *k, struct buf *out)
{
	/* Both ends are one program, forked: the structure goes as it is. */
	struct keeper_public p;
	keys_public(k, &p);
	buf_add(out, &p, sizeof p);
	return TOCSIN_OK;
}

static enum tocsin_err hello(struct keys *k, struct bytes in, struct buf *out)
{
	enum tocsin_err err = no_payload(in);
	return err != TOCSIN_OK ? err : answer_public(k, out);
}

/* ---- statements, resume notes and fetch notes ---- */

static bool take_party(struct text *t, const char *key, struct party *p)
{
	struct bytes line, name;
	if (!text_field(t, key, LIMIT_NAME + 1 + 2 * STATEMENT_FP, &line) || !text_word(&line, &name) ||
	    !text_is_name(name))
		return false;
	memset(p->name, 0, sizeof p->name);
	memcpy(p->name, name.p, name.n);
	return hex_decode(line, p->fp, sizeof p->fp);
}

/* PROTOCOL, section 8, resume: the whole of TEXT, from this node, about a log of this node. */
static enum tocsin_err check_resume(const struct keys *k, struct bytes text)
{
	struct text t = text_over(text);
	enum realm realm;
	struct party from, to;
	struct bytes at, origin, size, since;
	int64_t time;
	uint64_t v;
	if (!realm_take(&t, &realm) || !text_literal(&t, "resume\n") ||
	    !take_party(&t, "from", &from) || !take_party(&t, "to", &to) ||
	    !text_field(&t, "at", CLOCK_TEXT, &at) || !clock_parse(at, &time) ||
	    !text_field(&t, "origin", LIMIT_KEY_NAME, &origin) ||
	    !text_field(&t, "size", 20, &size) || !text_u64(size, INT64_MAX, &v) ||
	    !text_field(&t, "since", CLOCK_TEXT, &since) || !clock_parse(since, &time) || !text_at_end(&t))
		return fail(TOCSIN_BAD, "the resume text does not follow its grammar");
	if (realm != k->realm || realm_of_name(bytes_str(to.name)) != k->realm)
		return fail(TOCSIN_REFUSED, "the resume text is of the other realm");
	if (!party_same(&from, &k->self))
		return fail(TOCSIN_REFUSED, "the resume text is from %s, not from this node, %s", from.name, k->name);
	if (!published_is_log_of(origin, k->name))
		return fail(TOCSIN_REFUSED, "the resume text is not about a log of this node");
	return TOCSIN_OK;
}

/* PROTOCOL, section 8, mailbox: the whole of TEXT, from this node; ANSWERS: in front of an answer. */
static enum tocsin_err check_fetch(const struct keys *k, struct bytes text, bool answers)
{
	struct text t = text_over(text);
	enum realm realm;
	struct party from, to;
	struct bytes at, value;
	int64_t time;
	uint64_t have;
	uint8_t nonce[16], answer[32];
	bool good = realm_take(&t, &realm) && text_literal(&t, answers ? "fetched\n" : "fetch\n") &&
		take_party(&t, "from", &from) && take_party(&t, "to", &to) && text_field(&t, "at", CLOCK_TEXT, &at) &&
		clock_parse(at, &time) && text_field(&t, "nonce", 2 * sizeof nonce, &value) &&
		hex_decode(value, nonce, sizeof nonce);
	if (good && answers)
		good = text_field(&t, "answer", 2 * sizeof answer, &value) && hex_decode(value, answer, sizeof answer);
	else if (good)
		good = text_field(&t, "have", 20, &value) && text_u64(value, INT64_MAX, &have);
	if (!good || !text_at_end(&t))
		return fail(TOCSIN_BAD, "the fetch text does not follow its grammar");
	if (realm != k->realm || realm_of_name(bytes_str(to.name)) != k->realm)
		return fail(TOCSIN_REFUSED, "the fetch text is of the other realm");
	if (!party_same(&from, &k->self))
		return fail(TOCSIN_REFUSED, "the fetch text is from %s, not from this node, %s", from.name, k->name);
	return TOCSIN_OK;
}

static enum tocsin_err check_statement(const struct keys *k, struct bytes text)
{
	struct statement s;
	enum tocsin_err err = statement_parse(text, &s);
	if (err != TOCSIN_OK)
		return err;
	if (s.realm != k->realm)
		return fail(TOCSIN_REFUSED, "the statement is of the other realm");
	if (!party_same(&s.from, &k->self))
		return fail(TOCSIN_REFUSED, "the statement is from %s, not from this node, %s", s.from.name, k->name);
	return TOCSIN_OK;
}

static bool begins(const struct keys *k, struct bytes text, const char *what)
{
	struct text t = text_over(text);
	return text_literal(&t, realm_prefix(k->realm)) && text_literal(&t, what);
}

static enum tocsin_err check_text(const struct keys *k, struct bytes text)
{
	if (begins(k, text, " resume\nfrom "))
		return check_resume(k, text);
	if (begins(k, text, " fetch\nfrom "))
		return check_fetch(k, text, false);
	if (begins(k, text, " fetched\nfrom "))
		return check_fetch(k, text, true);
	return check_statement(k, text);
}

static enum tocsin_err sign(struct keys *k, struct bytes in, struct buf *out)
{
	size_t n = 0;
	for (struct bytes rest = in; rest.n > 0; n++) {
		uint32_t size = rest.n < CALL_HEAD ? 0 : be32_get(rest.p);
		if (n == CALL_TEXTS || rest.n < CALL_HEAD || size > LIMIT_STATEMENT_TEXT || size > rest.n - CALL_HEAD)
			return fail(TOCSIN_BAD, "the keeper got a malformed list of texts to sign");
		rest = bytes_of(rest.p + CALL_HEAD + size, rest.n - CALL_HEAD - size);
	}
	/* All are checked before the first is signed: all or none. */
	for (int signing = 0; signing < 2; signing++) {
		struct bytes rest = in;
		for (size_t i = 0; i < n; i++) {
			struct bytes text = { rest.p + CALL_HEAD, be32_get(rest.p) };
			rest = bytes_of(text.p + text.n, rest.n - CALL_HEAD - text.n);
			if (signing) {
				uint8_t sig[NOTE_SIGNATURE];
				crypto_sign_detached(sig, NULL, text.p, text.n, k->sign.secret);
				buf_add(out, sig, sizeof sig);
				continue;
			}
			enum tocsin_err err = check_text(k, text);
			if (err != TOCSIN_OK)
				return fail_within(err, "not signed (text %zu of %zu)", i + 1, n);
		}
	}
	return TOCSIN_OK;
}

/* ---- cards ---- */

static enum tocsin_err card(struct keys *k, struct bytes in, struct buf *out)
{
	uint8_t sig[NOTE_SIGNATURE];
	if (!k->has_identity)
		return fail(TOCSIN_REFUSED,
			"the identity key is kept cold: sign the card where identity.pem is, or put that file into the keys folder");
	if (in.n > LIMIT_CARD_TEXT)
		return fail(TOCSIN_BAD, "the card has more than %d bytes", LIMIT_CARD_TEXT);
	struct card *c = calloc(1, sizeof *c);
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for a card");
	enum tocsin_err err = card_parse(in, c);
	if (err == TOCSIN_OK && c->realm != k->realm)
		err = fail(TOCSIN_REFUSED, "the card is of the other realm");
	if (err == TOCSIN_OK && strcmp(c->name, k->name) != 0)
		err = fail(TOCSIN_REFUSED, "the card is that of %s, not of this node, %s", c->name, k->name);
	if (err == TOCSIN_OK && !vkey_same(&c->identity, &k->identity.pub))
		err = fail(TOCSIN_REFUSED, "the card names another identity key than the one in the keys folder");
	bool again = false;
	if (err == TOCSIN_OK)
		err = own_cards_check(k, c, &again);
	free(c);
	if (err == TOCSIN_OK) {
		crypto_sign_detached(sig, NULL, in.p, in.n, k->identity.secret);
		if (!again)
			err = own_cards_add(k, in, sig);
	}
	if (err != TOCSIN_OK)
		return fail_within(err, "not signed");
	buf_add(out, sig, sizeof sig);
	return TOCSIN_OK;
}

/* ---- checkpoints ---- */

static enum tocsin_err behind(const struct checkpoint *c, const struct checkpoint *last, const char *how)
{
	if (c->size < last->size)
		return fail(TOCSIN_REFUSED,
			"the checkpoint of %s has size %llu, and %llu was %s: the log is behind; retire this origin",
			c->origin, (unsigned long long)c->size, (unsigned long long)last->size, how);
	if (c->size == last->size && !hash_equal(&c->root, &last->root))
		return fail(TOCSIN_REFUSED,
			"the checkpoint of %s at size %llu has another root than the one that was %s: retire this origin",
			c->origin, (unsigned long long)c->size, how);
	return TOCSIN_OK;
}

static enum tocsin_err own_checkpoint(const struct keys *k, struct bytes in, struct checkpoint *c)
{
	if (in.n > LIMIT_CHECKPOINT_NOTE)
		return fail(TOCSIN_BAD, "the checkpoint has more than %d bytes", LIMIT_CHECKPOINT_NOTE);
	enum tocsin_err err = checkpoint_parse(in, c);
	if (err != TOCSIN_OK)
		return err;
	if (strcmp(c->origin, k->log.pub.name) != 0)
		return fail(TOCSIN_REFUSED, "the checkpoint is of %s, and the current log is %s: no other is signed",
			c->origin, k->log.pub.name);
	struct hash empty = sha256(bytes_of(NULL, 0));
	if (c->size == 0 && !hash_equal(&c->root, &empty))
		return fail(TOCSIN_REFUSED, "the checkpoint of %s has size 0 and a root that is not that of an empty tree",
			c->origin);
	const struct checkpoint *published = keys_published(k);
	return published == NULL ? TOCSIN_OK : behind(c, published, "published");
}

static enum tocsin_err checkpoint(struct keys *k, struct bytes in, struct buf *out)
{
	struct checkpoint c;
	uint8_t sig[NOTE_SIGNATURE];
	enum tocsin_err err = own_checkpoint(k, in, &c);
	if (err == TOCSIN_OK && k->has_signed)
		err = behind(&c, &k->last_signed, "signed");
	if (err != TOCSIN_OK)
		return fail_within(err, "not signed");
	k->last_signed = c;
	k->has_signed = true;
	crypto_sign_detached(sig, NULL, in.p, in.n, k->log.secret);
	note_begin(out, in);
	note_add_line(out, &k->log.pub, sig, sizeof sig);
	return TOCSIN_OK;
}

static enum tocsin_err published(struct keys *k, struct bytes in, struct buf *out)
{
	(void)out;
	struct checkpoint c;
	enum tocsin_err err = own_checkpoint(k, in, &c);
	if (err != TOCSIN_OK)
		return err;
	if (k->has_signed && c.size > k->last_signed.size)
		return fail(TOCSIN_REFUSED,
			"the checkpoint of %s at size %llu was not signed: the last one signed has size %llu", c.origin,
			(unsigned long long)c.size, (unsigned long long)k->last_signed.size);
	if (k->has_signed && c.size == k->last_signed.size && (err = behind(&c, &k->last_signed, "signed")) != TOCSIN_OK)
		return err;
	const struct checkpoint *last = keys_published(k);
	if (last != NULL && last->size == c.size)
		return TOCSIN_OK;
	return keys_publish(k, &c);
}

static enum tocsin_err last_published(struct keys *k, struct bytes in, struct buf *out)
{
	enum tocsin_err err = no_payload(in);
	if (err != TOCSIN_OK)
		return err;
	const struct checkpoint *c = keys_published(k);
	if (c == NULL)
		return fail(TOCSIN_MISSING, "nothing of %s was published yet", k->log.pub.name);
	checkpoint_format(c, out);
	return TOCSIN_OK;
}

static enum tocsin_err cosign(struct keys *k, struct bytes in, struct buf *out)
{
	struct checkpoint c;
	if (in.n < 8 || in.n - 8 > LIMIT_CHECKPOINT_NOTE)
		return fail(TOCSIN_BAD, "the keeper got a malformed call to cosign");
	uint64_t time = be64_get(in.p);
	struct bytes text = { in.p + 8, in.n - 8 };
	if (time == 0 || time > INT64_MAX)
		return fail(TOCSIN_BAD, "a cosignature has a time");
	enum tocsin_err err = checkpoint_parse(text, &c);
	if (err != TOCSIN_OK)
		return fail_within(err, "not cosigned");
	/* A log that witnesses itself proves nothing. */
	struct bytes origin = bytes_str(c.origin);
	const char *slash = strchr(c.origin, '/');
	struct bytes owner = { origin.p, slash == NULL ? origin.n : (size_t)(slash - c.origin) };
	if (bytes_equal_str(owner, k->name))
		return fail(TOCSIN_REFUSED, "not cosigned: %s is a log of this node", c.origin);
	if (realm_of_name(owner) != k->realm)
		return fail(TOCSIN_REFUSED, "not cosigned: %s is of the other realm", c.origin);

	uint8_t blob[NOTE_COSIGNATURE_BLOB];
	struct buf message;
	buf_init(&message, LIMIT_NOTE);
	cosignature_message(&message, time, text);
	if ((err = buf_end(&message, "message of a cosignature")) == TOCSIN_OK) {
		be64_put(blob, time);
		crypto_sign_detached(blob + 8, NULL, message.p, message.n, k->witness.secret);
		buf_add(out, blob, sizeof blob);
	}
	buf_free(&message);
	return err;
}

/* ---- file keys and padding ---- */

static enum tocsin_err unwrap(struct keys *k, struct bytes in, struct buf *out)
{
	struct age_wrapped w;
	if (in.n % sizeof w != 0 || in.n / sizeof w > CALL_WRAPPED)
		return fail(TOCSIN_BAD, "the keeper got a malformed list of stanzas to unwrap");
	for (; in.n > 0; in = bytes_of(in.p + sizeof w, in.n - sizeof w)) {
		uint8_t one[CALL_UNWRAPPED] = { 0 };
		memcpy(&w, in.p, sizeof w);
		for (size_t i = 0; i < k->recipient_n && one[0] == 0; i++)
			one[0] = age_x25519_unwrap(&k->recipient[i], &w, one + 1) == TOCSIN_OK;
		buf_add(out, one, sizeof one);
		bytes_wipe(one, sizeof one);
	}
	return TOCSIN_OK;
}

/* The secret of log n is HMAC(padding.key, "padding <n>"): with one secret for all, the same entries in two logs would
 * show which are padding. */
static enum tocsin_err padding(struct keys *k, struct bytes in, struct buf *out)
{
	if (in.n != 20)
		return fail(TOCSIN_BAD, "the keeper got a malformed call for padding");
	uint64_t log_n = be64_get(in.p), first = be64_get(in.p + 8);
	uint32_t n = be32_get(in.p + 16);
	if (log_n == 0 || log_n > k->log_n || n > CALL_ENTRIES || first > INT64_MAX)
		return fail(TOCSIN_BAD, "there is no padding for log %llu at %llu", (unsigned long long)log_n,
			(unsigned long long)first);
	uint8_t secret[HKDF_SIZE], index[8], entry[HKDF_SIZE];
	struct buf label;
	buf_init(&label, 64);
	buf_printf(&label, "padding %llu", (unsigned long long)log_n);
	enum tocsin_err err = buf_end(&label, "label of a log's padding");
	if (err == TOCSIN_OK) {
		hkdf_hmac(bytes_of(k->padding, sizeof k->padding), buf_bytes(&label), secret);
		for (uint32_t i = 0; i < n; i++) {
			be64_put(index, first + i);
			hkdf_hmac(bytes_of(secret, sizeof secret), bytes_of(index, sizeof index), entry);
			buf_add(out, entry, sizeof entry);
		}
	}
	bytes_wipe(secret, sizeof secret);
	buf_free(&label);
	return err;
}

/* A key for one purpose of the node's own, HMAC(padding.key, "derive <label>"): no two labels share one, and padding's
 * labels begin with another word. */
static enum tocsin_err derive(struct keys *k, struct bytes in, struct buf *out)
{
	uint8_t key[HKDF_SIZE];
	struct buf label;
	if (in.n == 0 || in.n > CALL_LABEL)
		return fail(TOCSIN_BAD, "the keeper got a malformed call for a key");
	buf_init(&label, CALL_LABEL + 8);
	buf_add_str(&label, "derive ");
	buf_add_bytes(&label, in);
	enum tocsin_err err = buf_end(&label, "label of a key");
	if (err == TOCSIN_OK) {
		hkdf_hmac(bytes_of(k->padding, sizeof k->padding), buf_bytes(&label), key);
		buf_add(out, key, sizeof key);
	}
	bytes_wipe(key, sizeof key);
	buf_free(&label);
	return err;
}

/* ---- new keys ---- */

static enum tocsin_err next_log(struct keys *k, struct bytes in, struct buf *out)
{
	enum tocsin_err err = no_payload(in);
	if (err == TOCSIN_OK)
		err = keys_next_log(k);
	return err != TOCSIN_OK ? err : answer_public(k, out);
}

static enum tocsin_err rotate(struct keys *k, struct bytes in, struct buf *out)
{
	enum tocsin_err err = no_payload(in);
	if (err == TOCSIN_OK)
		err = keys_rotate(k);
	return err != TOCSIN_OK ? err : answer_public(k, out);
}

static enum tocsin_err (*const calls[])(struct keys *k, struct bytes in, struct buf *out) = {
	[CALL_HELLO] = hello,
	[CALL_SIGN] = sign,
	[CALL_CARD] = card,
	[CALL_CHECKPOINT] = checkpoint,
	[CALL_PUBLISHED] = published,
	[CALL_LAST_PUBLISHED] = last_published,
	[CALL_COSIGN] = cosign,
	[CALL_UNWRAP] = unwrap,
	[CALL_PADDING] = padding,
	[CALL_DERIVE] = derive,
	[CALL_ONCE] = once_public,
	[CALL_ONCE_CARD] = once_card,
	[CALL_ONCE_SIGN] = once_sign,
	[CALL_ONCE_AUTHOR] = once_author,
	[CALL_NEXT_LOG] = next_log,
	[CALL_ROTATE] = rotate,
};

void call_answer(struct keys *k, struct bytes request, struct buf *answer)
{
	uint8_t op = request.n > 0 ? request.p[0] : 0;
	enum tocsin_err err;
	buf_clear(answer);
	buf_add_char(answer, TOCSIN_OK);
	if (op >= sizeof calls / sizeof calls[0] || calls[op] == NULL)
		err = fail(TOCSIN_BAD, "the keeper knows no call %u", op);
	else
		err = calls[op](k, bytes_of(request.p + 1, request.n - 1), answer);
	if (err == TOCSIN_OK)
		err = buf_end(answer, "the keeper's answer");
	if (err != TOCSIN_OK) {
		buf_clear(answer);
		buf_add_char(answer, (char)err);
		buf_add_str(answer, fail_sentence());
	}
}
