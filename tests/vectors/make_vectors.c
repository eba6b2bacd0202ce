/*
 * make_vectors: writes TESTS/vectors/<format>.json, and each text as a seed of TESTS/fuzz/corpus/<target>/, from fixed
 * keys.
 *
 * Every file has "valid" and "invalid" examples; an invalid one says why. Seeds of keys are 32 times one byte (the
 * comment of each key
 * below), so that another implementation can sign the same texts.
 */
#include "../unit/proof/sample.h"

#include "vectors.h"

#include "base/arena.h"
#include "proof/body.h"
#include "proof/card.h"

/* ---- merkle ---- */

static bool read_leaves(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	*out = merkle_root((const struct hash *)arg + (index << level), (size_t)1 << level);
	return true;
}

static json_t *path_of(json_t *list, const char *first, uint64_t a, uint64_t size, const struct merkle_proof *p)
{
	json_t *o = json_object();
	json_object_set_new(o, first, json_integer((json_int_t)a));
	json_object_set_new(o, "size", json_integer((json_int_t)size));
	json_object_set_new(o, "proof", hashes(p));
	json_array_append_new(list, o);
	return o;
}

static void make_merkle(void)
{
	static const char *const entries[8] = { "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
		"606162636465666768696a6b6c6d6e6f" };
	struct hash leaf[8];
	struct merkle_proof p;
	json_t *all = json_object(), *e = json_array(), *r = json_array(), *in = json_array(), *co = json_array(),
		*bad_in = json_array(),
		*bad_co = json_array();
	for (int i = 0; i < 8; i++) {
		uint8_t b[16];
		size_t n = strlen(entries[i]) / 2;
		hex_decode(bytes_str(entries[i]), b, n);
		leaf[i] = merkle_leaf(bytes_of(b, n));
		json_array_append_new(e, json_string(entries[i]));
	}
	for (size_t n = 0; n <= 8; n++) {
		struct hash root = merkle_root(leaf, n);
		json_array_append_new(r, hex(root.b, SHA256_SIZE));
		for (size_t i = 0; i < n; i++) {
			merkle_prove_in(leaf, n, i, &p);
			path_of(in, "index", i, n, &p);
			must(merkle_prove_consistency(read_leaves, leaf, i + 1, n, &p));
			path_of(co, "old", i + 1, n, &p);
		}
	}
	merkle_prove_in(leaf, 7, 5, &p);
	json_object_set_new(path_of(bad_in, "index", 4, 7, &p), "why", json_string("the proof of another leaf"));
	json_object_set_new(path_of(bad_in, "index", 7, 7, &p), "why", json_string("an index outside of the tree"));
	p.n--;
	json_object_set_new(path_of(bad_in, "index", 5, 7, &p), "why", json_string("a hash is missing"));
	p.n++;
	p.h[p.n++] = leaf[0];
	json_object_set_new(path_of(bad_in, "index", 5, 7, &p), "why", json_string("a hash too many"));
	must(merkle_prove_consistency(read_leaves, leaf, 6, 8, &p));
	json_object_set_new(path_of(bad_co, "old", 5, 8, &p), "why", json_string("the proof of another size"));
	json_object_set_new(path_of(bad_co, "old", 8, 8, &p), "why", json_string("equal sizes need an empty proof"));
	json_object_set_new(path_of(bad_co, "old", 0, 8, &p), "why", json_string("nothing is proven from size 0"));
	p.n--;
	json_object_set_new(path_of(bad_co, "old", 6, 8, &p), "why", json_string("a hash is missing"));
	json_object_set_new(all, "about", json_string("RFC 6962: entries in hex, the root of the first n of them for n from "
		"0, proofs in the tree of the first size"));
	json_object_set_new(all, "entries", e);
	json_object_set_new(all, "roots", r);
	json_object_set_new(all, "inclusion", json_pack("{s:o,s:o}", "valid", in, "invalid", bad_in));
	json_object_set_new(all, "consistency", json_pack("{s:o,s:o}", "valid", co, "invalid", bad_co));
	struct vectors v = { "merkle", NULL, all, NULL, NULL, 0 };
	end(&v);
}

/* ---- notes ---- */

#define DASH "\xe2\x80\x94 "

static void make_note(void)
{
	struct vectors v = begin("note", "note", "a signed note and the verifier key by which it is signed; seeds: "
		"north.example 0x01, south.example 0x02");
	struct sample_key a = sample_key("north.example", NOTE_ED25519, 1), s = sample_key("south.example", NOTE_ED25519, 2);
	struct bytes text = BYTES_LIT("one\n\ntwo \xc3\xa9\n");
	struct buf b;
	buf_init(&b, LIMIT_NOTE);
	sample_note(&b, &a, text);
	json_t *o = valid(&v, "note", buf_bytes(&b));
	json_object_set_new(o, "vkey", key(&a.k));
	json_object_set_new(o, "text", str(text));
	static const struct { const char *why, *from, *to; } c[] = {
		{ "the text was changed", "two", "twO" }, { "no signature by that key", DASH "north", DASH "forth" },
			{ "the empty line is missing", "\xa9\n\n", "\xa9\n" },
		{ "a hyphen for the em dash", DASH, "- " }, { "two spaces", DASH "north.example ", DASH "north.example  " },
			{ "a control character", "one", "on\t" },
		{ "padding is missing", "=\n", "\n" }, { "a space at the end", "=\n", "= \n" }, { "not a signature line", DASH,
			"x\n" DASH },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		json_object_set_new(spoil(&v, c[i].why, "note", buf_bytes(&b), c[i].from, c[i].to), "vkey", key(&a.k));
	json_object_set_new(invalid(&v, "the last newline is missing", "note", bytes_of(b.p, b.n - 1)), "vkey", key(&a.k));
	json_object_set_new(invalid(&v, "no signature line", "note", bytes_of(b.p, text.n + 1)), "vkey", key(&a.k));
	sample_sign(&b, &s, text);
	o = valid(&v, "note", buf_bytes(&b));
	json_object_set_new(o, "vkey", key(&s.k));
	json_object_set_new(o, "text", str(text));
	sample_sign(&b, &a, BYTES_LIT("another\n"));
	json_object_set_new(invalid(&v, "a second line of a known key fails", "note", buf_bytes(&b)), "vkey", key(&a.k));
	buf_clear(&b);
	sample_note(&b, &a, text);
	sample_sign(&b, &a, text);
	json_object_set_new(invalid(&v, "the same line twice", "note", buf_bytes(&b)), "vkey", key(&a.k));
	buf_free(&b);
	end(&v);

	v = begin("vkey", NULL, "verifier keys; the invalid ones differ in one thing");
	char k[NOTE_VKEY_MAX];
	vkey_format(&a.k, k);
	o = valid(&v, "vkey", bytes_str(k));
	json_object_set_new(o, "public_key", hex(a.k.pub, 32));
	spoil(&v, "another name, so another id", "vkey", bytes_str(k), "north", "forth");
	spoil(&v, "a space in the name", "vkey", bytes_str(k), "north", "nor h");
	spoil(&v, "padding that does not belong", "vkey", bytes_str(k), "+A", "+A=");
	invalid(&v, "cut", "vkey", bytes_of(k, strlen(k) - 1));
	struct sample_key w = sample_key("south.example/witness", NOTE_COSIGNATURE, 2);
	vkey_format(&w.k, k);
	o = valid(&v, "vkey", bytes_str(k));
	json_object_set_new(o, "public_key", hex(w.k.pub, 32));
	/* The id is right, the key is of low order. */
	struct vkey low = a.k;
	memset(low.pub, 0, 32);
	low.pub[0] = 1;
	uint8_t m[64];
	size_t n = strlen(low.name);
	memcpy(m, low.name, n);
	m[n] = '\n';
	m[n + 1] = 1;
	memcpy(m + n + 2, low.pub, 32);
	struct hash h = sha256(bytes_of(m, n + 34));
	low.id = be32_get(h.b);
	vkey_format(&low, k);
	invalid(&v, "a key of low order", "vkey", bytes_str(k));
	end(&v);
}

/* ---- statement, body ---- */

static struct hash statement_root;           /* of the body below */

static void make_body(void)
{
	struct vectors v = begin("body", "body",
		"lines and attachments without the pad; the salt of line i is the first half of SHA-256(i), one byte; the root is "
		"over the lines as sent");
	static const char *const line[16] = {
		"what \"A bomb at a concert hall\"",
		"",
		"where.place {\"authoritative\":\"en\",\"en\":\"The hall\",\"ru\":\"\xd0\x97\xd0\xb0\xd0\xbb\"}",
		"",
		"when.from \"2024-03-07T00:00:00Z\"", "when.to \"2024-03-09T00:00:00Z\"", "", "",
		"ask.what [\"acknowledge\",\"act\"]", "number 7", "", "flag true",
		"attachment.1 [\"map.txt\",\"text/plain\",5,\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"]",
		"", "", "",
	};
	struct buf b;
	struct body body;
	struct arena *a = arena_new(1 << 20);
	buf_init(&b, 1 << 16);
	json_t *open = json_array();
	for (int i = 0; i < 16; i++) {
		struct hash h = sample_hash((uint8_t)i);
		if (line[i][0] == '\0') {
			buf_add_str(&b, "= ");
			buf_add_hex(&b, h.b, SHA256_SIZE);
			buf_add_char(&b, '\n');
			continue;
		}
		buf_add_hex(&b, h.b, BODY_SALT);
		buf_printf(&b, " %s\n", line[i]);
		json_array_append_new(open, json_stringn(line[i], strcspn(line[i], " ")));
	}
	buf_add_str(&b, "attachment attachment.1 5\nhello\n");
	must(body_parse(buf_bytes(&b), 16, false, a, &body));
	statement_root = body.root;
	json_t *o = valid(&v, "body", buf_bytes(&b));
	json_object_set_new(o, "lines", json_integer(16));
	json_object_set_new(o, "root", hex(body.root.b, SHA256_SIZE));
	json_object_set_new(o, "open", open);
	struct hash closed = body_close(body.line[0].raw);
	json_object_set_new(o, "first_line_closed", hex(closed.b, SHA256_SIZE));
	static const struct { const char *why, *from, *to; } c[] = {
		{ "a name twice", "flag", "what" }, { "a name in capitals", "flag", "Flag" }, { "a float", "number 7", "number 7.5" },
			{ "null", "flag true", "flag null" },
		{ "white space outside a string", "[\"acknowledge\",", "[\"acknowledge\", " }, { "a needless escape", "A bomb",
			"\\u0041 bomb" },
		{ "two languages and none authoritative", "\"authoritative\":\"en\",", "" }, { "a direction override", "A bomb",
			"\xe2\x80\xae" "bomb" },
		{ "a salt cut short", "6e340b9c", "6e340b9" }, { "a closed line in capitals", "= 4bf5", "= 4BF5" }, { "two spaces",
			" number 7", " number  7" },
		{ "an attachment of another content", "hello", "hellp" }, { "an attachment of another size", "attachment.1 5\n",
			"attachment.1 6\n" },
		{ "an attachment that is missing", "attachment attachment.1 5\nhello\n", "" }, { "a carriage return", "true\n",
			"true\r\n" },
		{ "bytes behind the end", "\nhello\n", "\nhello\n\n" }, { "a DEL", "A bomb", "A\x7f" "bomb" },
		{ "a C1 control", "A bomb", "A\xc2\x85" "bomb" }, { "an escape in capitals", "A bomb", "A\\u001Fbomb" },
		{ "an escaped slash", "A bomb", "A\\/bomb" }, { "an escaped NUL", "A bomb", "A\\u0000bomb" },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		json_object_set_new(spoil(&v, c[i].why, "body", buf_bytes(&b), c[i].from, c[i].to), "lines", json_integer(16));
	json_object_set_new(invalid(&v, "fewer lines than announced", "body", buf_bytes(&b)), "lines", json_integer(17));
	json_object_set_new(invalid(&v, "more lines than announced", "body", buf_bytes(&b)), "lines", json_integer(15));
	seed(&v, "valid", bytes_of("\x10", 1), BYTES_LIT(""));
	/* Seeds with a pad, and a whole plaintext. */
	struct buf w;
	buf_init(&w, 1 << 16);
	buf_add_bytes(&w, buf_bytes(&b));
	buf_add_str(&w, "pad 000\n");
	seed(&v, "valid", bytes_of("\x10", 1), buf_bytes(&w));
	end(&v);

	struct sample_key k = sample_key("north.example", NOTE_ED25519, 2);
	struct vectors e = begin("plaintext", "body", "a note and a body as the plaintext of an envelope: its size and "
		"SHA-256; invalid ones by their pad");
	struct buf note;
	buf_init(&note, LIMIT_NOTE);
	sample_note(&note, &k, BYTES_LIT("tocsin/v1 example\n"));
	buf_clear(&w);
	body_wrap(&w, buf_bytes(&note), buf_bytes(&b));
	struct hash sum = sha256(buf_bytes(&w));
	e.seeds = 50;
	o = valid(&e, "plaintext", buf_bytes(&w));
	json_object_set_new(o, "note", str(buf_bytes(&note)));
	json_object_set_new(o, "size", json_integer((json_int_t)w.n));
	json_object_set_new(o, "sha256", hex(sum.b, SHA256_SIZE));
	invalid(&e, "a pad one short", "plaintext", bytes_of(w.p, w.n - 1));
	spoil(&e, "the empty line is missing", "plaintext", buf_bytes(&w), "=\n\n", "=\n0");
	spoil(&e, "a one in the pad", "plaintext", buf_bytes(&w), "00\n", "01\n");
	const size_t whole = w.n;
	w.n--;                                   /* the last newline */
	for (size_t i = 0; i < whole; i++)
		buf_add_char(&w, '0');
	buf_add_char(&w, '\n');
	invalid(&e, "a pad to twice the size", "plaintext", buf_bytes(&w));
	end(&e);
	buf_free(&note);
	buf_free(&w);
	buf_free(&b);
	arena_free(a);
}

static void party(struct party *p, const char *name, uint8_t identity_seed)
{
	memset(p, 0, sizeof *p);
	snprintf(p->name, sizeof p->name, "%s", name);
	party_fp(sample_key(name, NOTE_ED25519, identity_seed).k.pub, p->fp);
}

static json_t *valid_statement(struct vectors *v, struct statement *s, struct buf *b)
{
	struct hash id, entry;
	buf_clear(b);
	must(statement_format(s, b));
	id = statement_id(buf_bytes(b));
	json_t *o = valid(v, "text", buf_bytes(b));
	json_object_set_new(o, "id", hex(id.b, SHA256_SIZE));
	json_object_set_new(o, "kind", json_string(s->kind));
	json_object_set_new(o, "from", json_string(s->from.name));
	json_object_set_new(o, "to", json_string(s->to.name));
	statement_entry(s->realm, ENTRY_ISSUED, &id, &entry);
	json_object_set_new(o, "issued_entry", hex(entry.b, SHA256_SIZE));
	statement_entry(s->realm, ENTRY_ACCEPTED, &id, &entry);
	json_object_set_new(o, "accepted_entry", hex(entry.b, SHA256_SIZE));
	return o;
}

static void make_statement(void)
{
	struct vectors v = begin("statement", "statement",
		"a statement's text, its id, and the entries that both logs bear for it; identity seeds: north.example 0x01, "
		"south.example 0x11");
	struct statement s;
	struct buf b;
	memset(&s, 0, sizeof s);
	buf_init(&b, LIMIT_STATEMENT_TEXT + 1);
	memcpy(s.kind, "warning", 8);
	struct hash nonce = sample_hash(200);
	memcpy(s.nonce, nonce.b, sizeof s.nonce);
	party(&s.from, "north.example", 1);
	party(&s.to, "south.example", 0x11);
	clock_parse(BYTES_LIT("2024-03-06T09:12:00Z"), &s.at);
	s.lines = 16;
	s.root = statement_root;
	valid_statement(&v, &s, &b);
	memcpy(s.kind, "response", 9);
	memcpy(s.by[0], "west.example", 13);
	memcpy(s.by[1], "east.example", 13);
	s.by_n = 2;
	s.re[0] = sample_hash(1);
	s.re[1] = sample_hash(2);
	s.re_n = 2;
	valid_statement(&v, &s, &b);
	static const struct { const char *why, *from, *to; } c[] = {
		{ "unsorted co-signers", "by east", "by zest" }, { "a co-signer twice", "by east", "by west" },
			{ "unsorted references", "re 4", "re f" },
		{ "a time that is none", "03-06T", "02-30T" }, { "a leap second", "12:00Z", "12:60Z" },
			{ "a number of lines that no kind has", "lines 16", "lines 17" },
		{ "more lines than a body may have", "lines 16", "lines 4096" }, { "a leading zero", "lines 16", "lines 016" },
			{ "a kind in capitals", " response", " Response" },
		{ "an unknown version", "/v1", "/v2" }, { "the other realm's prefix", "tocsin/", "tocsin-exercise/" },
			{ "a name of the other realm", "from north.example", "from north.exercise" },
		{ "a nonce cut short", "nonce ", "nonce 0" }, { "two spaces", "from ", "from  " }, { "a carriage return",
			"lines 16\n", "lines 16\r\n" },
		{ "an unknown line", "lines 16\n", "note x\nlines 16\n" }, { "a line twice", "lines 16\n", "lines 16\nlines 16\n" },
			{ "an empty line", "lines 16\n", "lines 16\n\n" },
		{ "a name without a dot", "to south.example", "to south" },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		spoil(&v, c[i].why, "text", buf_bytes(&b), c[i].from, c[i].to);
	invalid(&v, "the last newline is missing", "text", bytes_of(b.p, b.n - 1));
	buf_add_char(&b, '\n');
	invalid(&v, "a byte behind the end", "text", buf_bytes(&b));
	/* An exercise, addressed to nobody. */
	s.realm = REALM_EXERCISE;
	s.by_n = 0;
	party(&s.from, "north.exercise", 1);
	s.to = s.from;
	memcpy(s.kind, "record", 7);
	valid_statement(&v, &s, &b);
	buf_free(&b);
	end(&v);
}

/* ---- card ---- */

static void make_card(void)
{
	struct vectors v = begin("card", "card",
		"a card's text, its id and its node's fingerprint; seeds: identity 0x01, sign 0x02 and 0x03, log 0x04, witness 0x05, "
		"revoked 0x06");
	static struct card c;
	struct buf b;
	struct party p;
	buf_init(&b, LIMIT_CARD_TEXT);
	memcpy(c.name, "north.example", 14);
	c.seq = 1;
	clock_parse(BYTES_LIT("2026-11-22T08:00:00Z"), &c.at);
	c.identity = sample_key("north.example/identity", NOTE_ED25519, 1).k;
	c.sign[0] = sample_key("north.example", NOTE_ED25519, 2).k;
	c.sign_n = 1;
	c.log = sample_key("north.example/log/1", NOTE_ED25519, 4).k;
	memcpy(c.recipient[0], "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa", 63);
	c.recipient_n = 1;
	memcpy(c.kind[0], "warning", 8);
	c.kind_n = 1;
	for (int round = 0; round < 2; round++) {
		buf_clear(&b);
		must(card_format(&c, &b));
		json_t *o = valid(&v, "text", buf_bytes(&b));
		card_party(&c, &p);
		json_object_set_new(o, "id", hex(c.id.b, SHA256_SIZE));
		json_object_set_new(o, "name", json_string(c.name));
		json_object_set_new(o, "fp", hex(p.fp, STATEMENT_FP));
		if (round > 0)
			break;
		c.seq = 2;
		c.has_prev = true;
		c.prev = c.id;
		c.sign[1] = sample_key("north.example", NOTE_ED25519, 3).k;
		c.sign_n = 2;
		c.log = sample_key("north.example/log/2", NOTE_ED25519, 14).k;
		c.has_witness = true;
		c.witness = sample_key("north.example/witness", NOTE_COSIGNATURE, 5).k;
		memcpy(c.url[0], "https://tocsin.north.example:8443/x", 36);
		c.url_n = 1;
		memcpy(c.duty[0], "Day and night: +1 555 0100, en, fr", 35);
		c.duty_n = 1;
		memcpy(c.kind[1], "response", 9);
		c.kind_n = 2;
		c.revoked[0].key = sample_key("north.example/log/1", NOTE_ED25519, 4).k;
		c.revoked[0].at = c.at;
		c.revoked_n = 1;
	}
	static const struct { const char *why, *from, *to; } s[] = {
		{ "seq 1 with a card before", "seq 2", "seq 1" }, { "seq 0", "seq 2", "seq 0" }, { "no card before", "prev ",
			"prev -" }, { "another node's keys", "name north", "name south" },
		{ "the other realm's prefix", "tocsin/", "tocsin-exercise/" }, { "unsorted kinds", "response warning",
			"warning response" }, { "a kind twice", "response warning", "response response" },
		{ "two spaces", "response warning", "response  warning" }, { "a url with a final slash", "8443/x", "8443/x/" },
			{ "a url with a user", "https://tocsin", "https://u@tocsin" },
		{ "a recipient in capitals", "age1t7", "AGE1T7" }, { "an identity of another name", "identity north.example/identity",
			"identity north.example" },
		{ "a line out of place", "witness ", "url https://a.example\nwitness " }, { "an unknown line", "kinds ",
			"note x\nkinds " }, { "two words apart by two spaces", "Day and", "Day  and" },
		{ "a duty line with a direction override", "Day and", "Day \xe2\x80\xae" "and" },
	};
	for (size_t i = 0; i < sizeof s / sizeof s[0]; i++)
		spoil(&v, s[i].why, "text", buf_bytes(&b), s[i].from, s[i].to);
	invalid(&v, "the last newline is missing", "text", bytes_of(b.p, b.n - 1));
	/* A chain, for the corpus. */
	struct buf chain;
	struct sample_key id = sample_key("north.example/identity", NOTE_ED25519, 1);
	buf_init(&chain, LIMIT_NOTE);
	sample_note(&chain, &id, buf_bytes(&b));
	buf_add_char(&chain, '\n');
	sample_note(&chain, &id, buf_bytes(&b));
	seed(&v, "valid", bytes_of(NULL, 0), buf_bytes(&chain));
	seed(&v, "invalid", bytes_of(NULL, 0), bytes_of(chain.p, chain.n - 9));
	buf_free(&chain);
	buf_free(&b);
	end(&v);
}

/* ---- logs ---- */

static void make_log(void)
{
	struct sample_key logk = sample_key("south.example/log/1", NOTE_ED25519, 4), w = sample_key("east.example/witness",
		NOTE_COSIGNATURE, 5);
	struct hash id[11], leaf[11], entry;
	struct checkpoint c = { .size = 11 };
	struct buf text, note, b;
	struct merkle_proof p;
	buf_init(&text, 4096);
	buf_init(&note, LIMIT_NOTE);
	buf_init(&b, LIMIT_NOTE);
	for (int i = 0; i < 11; i++) {
		id[i] = sample_hash((uint8_t)i);
		statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &id[i], &entry);
		leaf[i] = statement_entry_leaf(&entry);
	}
	c.root = merkle_root(leaf, 11);
	memcpy(c.origin, logk.k.name, strlen(logk.k.name) + 1);
	checkpoint_format(&c, &text);
	sample_note(&note, &logk, buf_bytes(&text));

	struct vectors v = begin("checkpoint", "checkpoint", "a checkpoint's note and its log's verifier key; seed 0x04; its "
		"entries are those of tlog-proof.json");
	json_t *o = valid(&v, "note", buf_bytes(&note));
	json_object_set_new(o, "vkey", key(&logk.k));
	json_object_set_new(o, "origin", json_string(c.origin));
	json_object_set_new(o, "size", json_integer(11));
	json_object_set_new(o, "root", hex(c.root.b, SHA256_SIZE));
	static const struct { const char *why, *text; } bad[] = {
		{ "an extension line", "south.example/log/1\n11\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nx\n" },
		{ "a leading zero", "south.example/log/1\n011\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" },
		{ "a size of more than 63 bits",
			"south.example/log/1\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" },
		{ "a root of 31 bytes", "south.example/log/1\n11\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n" },
		{ "stray bits in the root", "south.example/log/1\n11\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n" },
		{ "another origin than the key's name", "south.example/log/2\n11\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n" },
		{ "a line is missing", "south.example/log/1\n11\n" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&b);
		sample_note(&b, &logk, bytes_str(bad[i].text));
		json_object_set_new(invalid(&v, bad[i].why, "note", buf_bytes(&b)), "vkey", key(&logk.k));
		seed(&v, "invalid", bytes_of(NULL, 0), bytes_str(bad[i].text));
	}
	json_object_set_new(spoil(&v, "the text was changed", "note", buf_bytes(&note), "\n11\n", "\n12\n"), "vkey",
		key(&logk.k));
	seed(&v, "valid", bytes_of(NULL, 0), buf_bytes(&text));
	end(&v);

	v = begin("cosignature", "checkpoint", "a checkpoint with a cosignature, the witness's verifier key, the time in it "
		"and the message signed; seed 0x05");
	v.seeds = 50;
	buf_clear(&b);
	buf_add_bytes(&b, buf_bytes(&note));
	sample_cosign(&b, &w, 1711000000, buf_bytes(&text));
	o = valid(&v, "note", buf_bytes(&b));
	json_object_set_new(o, "vkey", key(&w.k));
	json_object_set_new(o, "time", json_integer(1711000000));
	struct buf m;
	buf_init(&m, 4096);
	cosignature_message(&m, 1711000000, buf_bytes(&text));
	json_object_set_new(o, "message", str(buf_bytes(&m)));
	json_object_set_new(invalid(&v, "not cosigned by that witness", "note", buf_bytes(&note)), "vkey", key(&w.k));
	json_object_set_new(spoil(&v, "the text was changed", "note", buf_bytes(&b), "\n11\n", "\n12\n"), "vkey", key(&w.k));
	buf_clear(&b);
	buf_add_bytes(&b, buf_bytes(&note));
	uint8_t blob[NOTE_COSIGNATURE_BLOB];
	be64_put(blob, 1711000001);
	crypto_sign_detached(blob + 8, NULL, m.p, m.n, w.secret);
	note_add_line(&b, &w.k, blob, sizeof blob);
	json_object_set_new(invalid(&v, "another time than the one signed", "note", buf_bytes(&b)), "vkey", key(&w.k));
	buf_clear(&b);
	buf_add_bytes(&b, buf_bytes(&note));
	note_add_line(&b, &w.k, blob + 8, NOTE_SIGNATURE);
	json_object_set_new(invalid(&v, "no time", "note", buf_bytes(&b)), "vkey", key(&w.k));
	end(&v);

	v = begin("tlog-proof", "tlogproof", "a receipt: the proof that the accepted entry of the statement with that id is "
		"in the log of that key; the log holds the ids SHA-256(i), i from 0 to 10");
	merkle_prove_in(leaf, 11, 6, &p);
	buf_clear(&b);
	tlogproof_format(&b, 6, &p, buf_bytes(&note));
	o = valid(&v, "proof", buf_bytes(&b));
	json_object_set_new(o, "vkey", key(&logk.k));
	json_object_set_new(o, "id", hex(id[6].b, SHA256_SIZE));
	json_object_set_new(o, "index", json_integer(6));
	json_object_set_new(o, "size", json_integer(11));
	static const struct { const char *why, *from, *to; } s[] = {
		{ "an unknown version", "@v1", "@v2" }, { "another index", "index 6", "index 7" }, { "a leading zero", "index 6",
			"index 06" }, { "an unknown line", "index", "note x\nindex" },
		{ "extra behind index", "index 6\n", "index 6\nextra aGVsbG8=\n" }, { "the empty line is missing", "=\n\nsouth",
			"=\nsouth" }, { "another size", "\n11\n", "\n12\n" },
		{ "an index outside of the log", "index 6", "index 11" },
	};
	for (size_t i = 0; i < sizeof s / sizeof s[0]; i++) {
		o = spoil(&v, s[i].why, "proof", buf_bytes(&b), s[i].from, s[i].to);
		json_object_set_new(o, "vkey", key(&logk.k));
		json_object_set_new(o, "id", hex(id[6].b, SHA256_SIZE));
	}
	o = invalid(&v, "another statement", "proof", buf_bytes(&b));
	json_object_set_new(o, "vkey", key(&logk.k));
	json_object_set_new(o, "id", hex(id[5].b, SHA256_SIZE));
	p.n--;
	buf_clear(&b);
	tlogproof_format(&b, 6, &p, buf_bytes(&note));
	o = invalid(&v, "a hash is missing", "proof", buf_bytes(&b));
	json_object_set_new(o, "vkey", key(&logk.k));
	json_object_set_new(o, "id", hex(id[6].b, SHA256_SIZE));
	end(&v);

	v = begin("witness-request", "witness_request", "bodies of add-checkpoint");
	must(merkle_prove_consistency(read_leaves, leaf, 6, 11, &p));
	buf_clear(&b);
	witness_request_format(&b, 6, &p, buf_bytes(&note));
	valid(&v, "request", buf_bytes(&b));
	spoil(&v, "a leading zero", "request", buf_bytes(&b), "old 6", "old 06");
	spoil(&v, "no old size", "request", buf_bytes(&b), "old 6\n", "");
	spoil(&v, "a hash that is cut", "request", buf_bytes(&b), "=\n", "\n");
	spoil(&v, "an empty line is missing", "request", buf_bytes(&b), "=\n\nsouth", "=\nsouth");
	p.n = 0;
	buf_clear(&b);
	witness_request_format(&b, 0, &p, buf_bytes(&note));
	valid(&v, "request", buf_bytes(&b));
	invalid(&v, "no checkpoint", "request", BYTES_LIT("old 0\n\n"));
	end(&v);
	buf_free(&m);
	buf_free(&b);
	buf_free(&note);
	buf_free(&text);
}

static void make_tile_path(void)
{
	static const char *const good[] = { "tile/0/000", "tile/63/999", "tile/0/x001/x234/067", "tile/0/x001/x234/067.p/1",
		"tile/entries/x001/000.p/255",
		"tile/0/x036/x028/x797/x018/x963/967" };
	static const struct { const char *why, *path; } bad[] = {
		{ "level 64", "tile/64/000" }, { "a leading zero", "tile/00/000" }, { "two digits", "tile/0/00" },
			{ "a needless group", "tile/0/x000/001" }, { "the last group with an x", "tile/0/x001" },
		{ "a group without its x", "tile/0/001/000" }, { "width 0", "tile/0/000.p/0" }, { "width 256", "tile/0/000.p/256" },
			{ "a width with a leading zero", "tile/0/000.p/01" },
		{ "a tile that no log has", "tile/0/x036/x028/x797/x018/x963/968" }, { "a slash in front", "/tile/0/000" },
			{ "a slash behind", "tile/0/000/" }, { "the word of another version", "tile/data/000" },
	};
	struct vectors v = begin("tile-path", "tile_path", "paths of tiles and entry bundles");
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		valid(&v, "path", bytes_str(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		invalid(&v, bad[i].why, "path", bytes_str(bad[i].path));
	end(&v);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make_vectors TESTS\n");
		return 2;
	}
	dir = argv[1];
	make_merkle();
	make_note();
	make_body();
	make_statement();
	make_card();
	make_log();
	make_tile_path();
	return 0;
}
