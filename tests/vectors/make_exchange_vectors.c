/*
 * make_exchange_vectors: writes TESTS/vectors/<format>.json for what stands on cards, statements and logs: chains,
 * entries, batches, answers, resume notes, safety numbers and evidence.
 *
 * The seed of a key is SHA-256 of its name, a space and a letter (bundle.h), so that another implementation can sign
 * the same texts.
 */
#include "../unit/domain/bundle.h"

#include "vectors.h"

#include "base/arena.h"
#include "exchange/internal.h"

static struct hash byte_hash(uint8_t b)
{
	return sha256(bytes_of(&b, 1));
}

/* A node that goes on without changing N. */
static struct node copy(const struct node *n)
{
	struct node c = *n;
	buf_init(&c.chain, LIMIT_CHAIN_BYTES);
	buf_init(&c.last, LIMIT_NOTE);
	buf_add_bytes(&c.chain, buf_bytes(&n->chain));
	return c;
}

static json_t *add(struct vectors *v, const char *why, json_t *o)
{
	if (why != NULL)
		json_object_set_new(o, "why", json_string(why));
	json_array_append_new(why != NULL ? v->invalid : v->valid, o);
	return o;
}

/* ---- chain ---- */

static void valid_chain(struct vectors *v, const struct node *n)
{
	struct party p;
	json_t *o = valid(v, "chain", buf_bytes(&n->chain));
	card_party(&n->card, &p);
	json_object_set_new(o, "name", json_string(n->name));
	json_object_set_new(o, "seq", json_integer((json_int_t)n->card.seq));
	json_object_set_new(o, "id", hex(n->card.id.b, SHA256_SIZE));
	json_object_set_new(o, "fp", hex(p.fp, STATEMENT_FP));
	json_object_set_new(o, "log", json_string(n->card.log.name));
}

enum fault { SKIPS, PREV, OLDER, LOG_KEY, LOG_BACK, COMES_BACK, UNSIGNED, NAME, ROLES, FAULTS };
static const char *const fault_why[FAULTS] = {
	[SKIPS] = "a seq that does not follow", [PREV] = "prev is not the card before", [OLDER] = "at falls",
	[LOG_KEY] = "another log key under the same number", [LOG_BACK] = "the log's number falls",
	[COMES_BACK] = "a revoked key comes back", [UNSIGNED] = "a new identity that the old one has not signed",
	[NAME] = "another name", [ROLES] = "the log's key of one card is a sign key of the next",
};

/* N with one card more, which is well signed but breaks a rule between cards. */
static void spoil_chain(struct vectors *v, const struct node *n, enum fault f)
{
	struct node c = copy(n);
	struct key revoked = role_key(&c, "", NOTE_ED25519, "a");
	switch (f) {
	case SKIPS:     c.card.seq++; break;
	case PREV:      c.card.id.b[0] ^= 1; break;
	case OLDER:     c.card.at -= CLOCK_SECOND; break;
	case LOG_KEY:   c.log = role_key(&c, "/log/2", NOTE_ED25519, "z"); break;
	case LOG_BACK:  c.log = role_key(&c, "/log/1", NOTE_ED25519, "z"); break;
	case COMES_BACK:
		c.sign[0] = revoked;
		c.card.revoked_n = 0;
		break;
	case UNSIGNED:  c.identity = role_key(&c, "/identity", NOTE_ED25519, "z"); break;
	case NAME:
		node_free(&c);
		node_make(&c, "south.example", "a");
		buf_clear(&c.chain);
		buf_add_bytes(&c.chain, buf_bytes(&n->chain));
		c.card.seq = n->card.seq;
		c.card.id = n->card.id;
		c.card.at = n->card.at;
		break;
	case ROLES:
		memcpy(c.sign[0].secret, c.log.secret, sizeof c.log.secret);
		assert_int_equal(vkey_make(c.name, NOTE_ED25519, c.log.vkey.pub, &c.sign[0].vkey), TOCSIN_OK);
		c.log = role_key(&c, "/log/3", NOTE_ED25519, "z");
		break;
	case FAULTS:    break;
	}
	node_card(&c, NULL);
	invalid(v, fault_why[f], "chain", buf_bytes(&c.chain));
	node_free(&c);
}

static void make_chain(void)
{
	struct vectors v = begin("chain", NULL,
		"a card chain: the id, fingerprint and log of its last card; each card of the invalid ones is well signed "
		"and well formed unless the reason is another");
	struct node n;
	node_make(&n, "north.example", "a");
	valid_chain(&v, &n);
	size_t one = n.chain.n;
	node_rotate(&n, "b", "2024-02-01T00:00:00Z", true);
	struct key old = n.identity;
	n.identity = role_key(&n, "/identity", NOTE_ED25519, "c");
	n.log = role_key(&n, "/log/2", NOTE_ED25519, "c");
	n.card.at = time_of("2024-03-01T00:00:00Z");
	node_card(&n, &old);
	valid_chain(&v, &n);
	for (int f = 0; f < FAULTS; f++)
		spoil_chain(&v, &n, (enum fault)f);
	struct bytes all = buf_bytes(&n.chain);
	invalid(&v, "the first card is missing", "chain", bytes_of(all.p + one + 1, all.n - one - 1));
	spoil(&v, "no empty line between two cards", "chain", all, "\n\ntocsin/v1 card\n", "\ntocsin/v1 card\n");
	spoil(&v, "two empty lines between two cards", "chain", all, "\n\ntocsin/v1 card\n", "\n\n\ntocsin/v1 card\n");
	spoil(&v, "a card was changed", "chain", all, "2024-01-01", "2024-01-02");
	invalid(&v, "a signature is cut", "chain", bytes_of(all.p, all.n - 9));
	buf_add_char(&n.chain, '\n');
	invalid(&v, "an empty line behind the last card", "chain", buf_bytes(&n.chain));
	invalid(&v, "nothing", "chain", BYTES_LIT(""));
	node_free(&n);
	end(&v);
}

/* ---- entry, safety number ---- */

static void add_entry(struct vectors *v, const char *why, const char *prefix, const char *what, const struct hash *id,
	const struct hash *entry)
{
	struct hash leaf = statement_entry_leaf(entry);
	add(v, why,
		json_pack("{s:s,s:s,s:o,s:o,s:o}", "prefix", prefix, "what", what, "id", hex(id->b, SHA256_SIZE), "entry",
			hex(entry->b, SHA256_SIZE), "leaf", hex(leaf.b, SHA256_SIZE)));
}

static void make_entry(void)
{
	struct vectors v =
		begin("entry", NULL, "what a log bears for a statement or card: 64 hex characters, and the leaf over them");
	struct hash id = byte_hash(1), e;
	static const struct { enum realm r; enum entry_kind kind; const char *prefix, *what; } all[] = {
		{ REALM_LIVE, ENTRY_ISSUED, "tocsin/v1", "issued" },
		{ REALM_LIVE, ENTRY_ACCEPTED, "tocsin/v1", "accepted" },
		{ REALM_EXERCISE, ENTRY_ISSUED, "tocsin-exercise/v1", "issued" },
		{ REALM_EXERCISE, ENTRY_ACCEPTED, "tocsin-exercise/v1", "accepted" },
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		statement_entry(all[i].r, all[i].kind, &id, &e);
		add_entry(&v, NULL, all[i].prefix, all[i].what, &id, &e);
	}
	add_entry(&v, "the entry of the other realm", "tocsin/v1", "accepted", &id, &e);
	statement_entry(REALM_LIVE, ENTRY_ISSUED, &id, &e);
	add_entry(&v, "the issued entry for the accepted one", "tocsin/v1", "accepted", &id, &e);
	add_entry(&v, "the id itself", "tocsin/v1", "issued", &id, &id);
	end(&v);
}

static void make_safety(void)
{
	struct vectors v =
		begin("safety-number", NULL, "two nodes' names and identity keys, and the number that their people compare");
	struct node a, b;
	char number[72];
	node_make(&a, "north.example", "a");
	node_make(&b, "south.example", "a");
	for (int i = 0; i < 3; i++) {
		/* In either order the number is the same; in the other realm it is another. */
		const struct node *x = i == 1 ? &b : &a, *y = i == 1 ? &a : &b;
		safety_number(i == 2 ? REALM_EXERCISE : REALM_LIVE, x->name, x->identity.vkey.pub, y->name,
			y->identity.vkey.pub, number);
		add(&v, i == 2 ? "the number of the other realm" : NULL,
			json_pack("{s:s,s:[{s:s,s:o},{s:s,s:o}],s:s}", "prefix", "tocsin/v1", "nodes", "name", x->name, "vkey",
				key(&x->identity.vkey), "name", y->name, "vkey", key(&y->identity.vkey), "number", number));
	}
	node_free(&a);
	node_free(&b);
	end(&v);
}

/* ---- batch ---- */

static json_t *long_hex(struct bytes b)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	buf_add_hex(&out, b.p, b.n);
	json_t *j = str(buf_bytes(&out));
	buf_free(&out);
	return j;
}

static void invalid_batch(struct vectors *v, const char *why, const void *p, size_t n)
{
	add(v, why, json_pack("{s:o}", "batch", long_hex(bytes_of(p, n))));
}
#define BAD_BATCH(why, text) invalid_batch(&v, why, text, sizeof text - 1)

static void make_batch(void)
{
	struct vectors v = begin("batch", NULL, "the body of POST /exchange/v1/envelopes in hex, and what is in it");
	struct buf b;
	buf_init(&b, LIMIT_BATCH_BYTES);
	batch_begin(&b, 0);
	add(&v, NULL, json_pack("{s:o,s:i,s:[]}", "batch", long_hex(buf_bytes(&b)), "have", 0, "envelopes"));
	buf_clear(&b);
	batch_begin(&b, 4096);
	static const char *const envelope[] = { "one", "\n", "age-encryption.org/v1" };
	json_t *list = json_array();
	for (size_t i = 0; i < 3; i++) {
		size_t place = batch_envelope_begin(&b);
		buf_add_str(&b, envelope[i]);
		batch_envelope_end(&b, place);
		json_array_append_new(list, long_hex(bytes_str(envelope[i])));
	}
	add(&v, NULL, json_pack("{s:o,s:i,s:o}", "batch", long_hex(buf_bytes(&b)), "have", 4096, "envelopes", list));
	invalid_batch(&v, "an envelope is cut", b.p, b.n - 1);
	BAD_BATCH("nothing", "");
	BAD_BATCH("another version", "tocsin-batch/v2\nhave 0\n");
	BAD_BATCH("no have", "tocsin-batch/v1\n");
	BAD_BATCH("have with a leading zero", "tocsin-batch/v1\nhave 00\n");
	BAD_BATCH("have of more than 63 bits", "tocsin-batch/v1\nhave 9223372036854775808\n");
	BAD_BATCH("a carriage return", "tocsin-batch/v1\r\nhave 0\r\n");
	BAD_BATCH("a length that is cut", "tocsin-batch/v1\nhave 0\n\0\0\1");
	BAD_BATCH("a length beyond the end", "tocsin-batch/v1\nhave 0\n\0\0\0\2x");
	buf_clear(&b);
	batch_begin(&b, 0);
	for (size_t i = 0; i <= LIMIT_BATCH_COUNT; i++)
		batch_envelope_end(&b, batch_envelope_begin(&b));
	invalid_batch(&v, "1,025 envelopes", b.p, b.n);
	buf_free(&b);
	end(&v);
}

/* ---- answer ---- */

#define ENTRIES 11
static bool read_leaf(void *arg, unsigned level, uint64_t index, struct hash *out)
{
	*out = merkle_root((const struct hash *)arg + (index << level), (size_t)1 << level);
	return true;
}

static json_t *sent_ids(const struct hash *id, const int *which, size_t n)
{
	json_t *a = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, hex(id[which[i]].b, SHA256_SIZE));
	return a;
}

static void frame_answer(json_t *o, const struct key *log, uint64_t have, const struct hash *root, json_t *sent)
{
	json_object_set_new(o, "vkey", key(&log->vkey));
	json_object_set_new(o, "have", json_integer((json_int_t)have));
	json_object_set_new(o, "have_root", hex(root->b, SHA256_SIZE));
	json_object_set_new(o, "sent", sent);
}

static void make_answer(void)
{
	struct vectors v = begin("answer", NULL,
		"the answer to a batch with the ids in \"sent\": the largest checkpoint held before had the size \"have\" and "
		"the root \"have_root\"; the log accepted the ids SHA-256(i), i from 0 to 10; realm live");
	struct hash id[ENTRIES], leaf[ENTRIES], entry, have_root;
	struct merkle_proof p;
	struct checkpoint c = { .size = ENTRIES };
	struct key log = key_make("south.example/log/1", NOTE_ED25519, "a"),
			   other = key_make("south.example/log/2", NOTE_ED25519, "a");
	struct buf text, note, b, first;
	struct buf *all[] = { &text, &note, &b, &first };
	for (size_t i = 0; i < 4; i++)
		buf_init(all[i], LIMIT_NOTE);
	for (uint8_t i = 0; i < ENTRIES; i++) {
		id[i] = byte_hash(i);
		statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &id[i], &entry);
		leaf[i] = statement_entry_leaf(&entry);
	}
	c.root = merkle_root(leaf, ENTRIES);
	memcpy(c.origin, log.vkey.name, strlen(log.vkey.name) + 1);
	checkpoint_format(&c, &text);
	note_begin(&note, buf_bytes(&text));
	key_sign(&log, buf_bytes(&text), &note);
	have_root = merkle_root(leaf, 6);
	static const int sent[] = { 7, 3, 9 }, swapped[] = { 9, 3, 7 };

	must(merkle_prove_consistency(read_leaf, leaf, 6, ENTRIES, &p));
	answer_begin(&b, &p);
	for (size_t i = 0; i < 3; i++) {
		merkle_prove_in(leaf, ENTRIES, (uint64_t)sent[i], &p);
		if (i == 1)
			answer_refused(&b, "body", "the body's root is not the one that the statement names");
		else
			answer_accepted(&b, &id[sent[i]], (uint64_t)sent[i], &p);
	}
	answer_end(&b, buf_bytes(&note));
	json_t *o = valid(&v, "answer", buf_bytes(&b));
	frame_answer(o, &log, 6, &have_root, sent_ids(id, sent, 3));
	json_object_set_new(o, "results", json_pack("[s,s,s]", "7", "body", "9"));
	static const struct { const char *why, *from, *to; } bad[] = {
		{ "another version", "answer/v1", "answer/v2" },
		{ "another index", " 7 ", " 8 " },
		{ "an index with a leading zero", " 7 ", " 07 " },
		{ "a code in capitals", "refused body", "refused Body" },
		{ "no sentence", "refused body the body's root is not the one that the statement names", "refused body" },
		{ "an unknown line", "refused body", "maybe body" },
		{ "too few consistency hashes", "consistency 4", "consistency 3" },
		{ "no consistency line", "consistency 4\n", "" },
		{ "the checkpoint was changed", "\n11\n", "\n12\n" },
		{ "the empty line is missing", "\n\nsouth", "\nsouth" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		frame_answer(spoil(&v, bad[i].why, "answer", buf_bytes(&b), bad[i].from, bad[i].to), &log, 6, &have_root,
			sent_ids(id, sent, 3));
	frame_answer(invalid(&v, "about other statements, or in another order", "answer", buf_bytes(&b)), &log, 6,
		&have_root, sent_ids(id, swapped, 3));
	frame_answer(
		invalid(&v, "about more than was sent", "answer", buf_bytes(&b)), &log, 6, &have_root, sent_ids(id, sent, 2));
	frame_answer(
		invalid(&v, "signed by another log", "answer", buf_bytes(&b)), &other, 6, &have_root, sent_ids(id, sent, 3));
	frame_answer(invalid(&v, "another log than the one held", "answer", buf_bytes(&b)), &log, 6, &leaf[0],
		sent_ids(id, sent, 3));
	frame_answer(invalid(&v, "smaller than the log held", "answer", buf_bytes(&b)), &log, 12, &have_root,
		sent_ids(id, sent, 3));
	frame_answer(
		invalid(&v, "a proof from nothing", "answer", buf_bytes(&b)), &log, 0, &have_root, sent_ids(id, sent, 3));

	/* Nothing held, and nothing accepted. */
	p.n = 0;
	answer_begin(&first, &p);
	answer_refused(&first, "stranger", "this node holds no card of north.example with that fingerprint");
	answer_end(&first, buf_bytes(&note));
	o = valid(&v, "answer", buf_bytes(&first));
	frame_answer(o, &log, 0, &have_root, sent_ids(id, sent, 1));
	json_object_set_new(o, "results", json_pack("[s]", "stranger"));
	for (size_t i = 0; i < 4; i++)
		buf_free(all[i]);
	end(&v);
}

/* ---- resume note ---- */

static json_t *resume_note(struct vectors *v, const char *why, const struct node *n, struct bytes text)
{
	struct buf note;
	buf_init(&note, LIMIT_NOTE);
	note_begin(&note, text);
	key_sign(&n->sign[0], text, &note);
	json_t *o = why == NULL ? valid(v, "note", buf_bytes(&note)) : invalid(v, why, "note", buf_bytes(&note));
	json_object_set_new(o, "vkey", key(&n->sign[0].vkey));
	buf_free(&note);
	return o;
}

static void make_resume(void)
{
	struct vectors v = begin("resume-note", NULL,
		"the body of POST /exchange/v1/resume and the key that signs it; all invalid ones are well signed");
	struct node n, to;
	struct resume_note r = { .realm = REALM_LIVE,
		.at = time_of("2024-03-06T09:12:00Z"),
		.since = time_of("2024-03-06T08:00:00Z"),
		.size = 4096 };
	struct buf text, bad;
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	buf_init(&bad, LIMIT_STATEMENT_TEXT);
	node_make(&n, "north.example", "a");
	node_make(&to, "south.example", "a");
	card_party(&n.card, &r.from);
	card_party(&to.card, &r.to);
	memcpy(r.origin, n.log.vkey.name, sizeof r.origin);
	resume_note_format(&r, &text);
	json_t *o = resume_note(&v, NULL, &n, buf_bytes(&text));
	json_object_set_new(o, "origin", json_string(r.origin));
	json_object_set_new(o, "size", json_integer(4096));
	static const struct { const char *why, *from, *to; } c[] = {
		{ "another version", "/v1", "/v2" },
		{ "another word", "resume", "resumes" },
		{ "a time that is none", "03-06T09", "02-30T09" },
		{ "a leading zero", "size 4", "size 04" },
		{ "a line is missing", "size 4096\n", "" },
		{ "a line twice", "size 4096\n", "size 4096\nsize 4096\n" },
		{ "a space in the origin", "/log/1", "/log /1" },
		{ "a fingerprint in capitals", "from north.example ", "from north.example F" },
		{ "two spaces", "origin ", "origin  " },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++) {
		const uint8_t *at = memmem(text.p, text.n, c[i].from, strlen(c[i].from));
		assert_non_null(at);
		buf_clear(&bad);
		buf_add(&bad, text.p, (size_t)(at - text.p));
		buf_add_str(&bad, c[i].to);
		buf_add(&bad, at + strlen(c[i].from), text.n - (size_t)(at - text.p) - strlen(c[i].from));
		resume_note(&v, c[i].why, &n, buf_bytes(&bad));
	}
	buf_add_str(&text, "note x\n");
	resume_note(&v, "an unknown line", &n, buf_bytes(&text));
	buf_free(&text);
	buf_free(&bad);
	node_free(&n);
	node_free(&to);
	end(&v);
}

/* ---- evidence ---- */

/* A body that is the same each time: line 2, 11 and 30 are open, line 5 is closed and can be opened. */
static void fixed_body(struct bundle *b)
{
	static const struct { int at; const char *field; } open[] = {
		{ 2, "threat.summary \"A boat with explosives\"" },
		{ 11,
			"where.place {\"authoritative\":\"en\",\"en\":\"The "
			"harbour\",\"ru\":\"\xd0\x9f\xd0\xbe\xd1\x80\xd1\x82\"}" },
		{ 30, "handling.tlp \"red\"" },
		{ 5, "source.origin \"a fisherman\"" },
	};
	struct arena *a = arena_new(1 << 20);
	struct body body;
	buf_clear(&b->body);
	buf_clear(&b->opened);
	for (uint8_t i = 0; i < 32; i++) {
		struct hash h = byte_hash(i);
		struct buf line;
		size_t k = 0;
		while (k < 4 && open[k].at != i)
			k++;
		buf_init(&line, LIMIT_LINE);
		if (k < 4) {
			buf_add_hex(&line, h.b, BODY_SALT);
			buf_printf(&line, " %s", open[k].field);
		}
		if (k == 3) {
			buf_printf(&b->opened, "%d ", i);
			buf_add_bytes(&b->opened, buf_bytes(&line));
			buf_add_char(&b->opened, '\n');
			h = body_close(buf_bytes(&line));
		}
		if (k >= 3) {
			buf_clear(&line);
			buf_add_str(&line, "= ");
			buf_add_hex(&line, h.b, SHA256_SIZE);
		}
		buf_add_bytes(&b->body, buf_bytes(&line));
		buf_add_char(&b->body, '\n');
		buf_free(&line);
	}
	must(body_parse(buf_bytes(&b->body), 32, false, a, &body));
	b->s.root = body.root;
	arena_free(a);
}

struct scene {
	struct node north, south, east;
	struct bundle b, other;
};

static json_t *files(const struct scene *s)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "statement.note", str(buf_bytes(&s->b.note)),
		"body.txt", str(buf_bytes(&s->b.body)), "opened.txt", str(buf_bytes(&s->b.opened)), "issued.tlog-proof",
		str(buf_bytes(&s->b.issued)), "receipt.tlog-proof", str(buf_bytes(&s->b.receipt)), "sender.cards",
		str(buf_bytes(&s->north.chain)), "recipient.cards", str(buf_bytes(&s->south.chain)),
		"witnesses/east.example.cards", str(buf_bytes(&s->east.chain)), "quorum.txt", str(buf_bytes(&s->b.quorum)));
}

/* The bundle for a verifier who knows the first NAMED of north, south and east. */
static json_t *bundle_of(const struct scene *s, size_t named)
{
	const struct node *all[] = { &s->north, &s->south, &s->east };
	json_t *cards = json_array();
	for (size_t i = 0; i < named; i++)
		json_array_append_new(cards, str(buf_bytes(&all[i]->last)));
	return json_pack("{s:o,s:o}", "files", files(s), "cards", cards);
}

static json_t *valid_bundle(
	struct vectors *v, const struct scene *s, size_t named, const char *level, json_t *told, json_t *withheld)
{
	json_t *o = add(v, NULL, bundle_of(s, named));
	json_object_set_new(o, "id", hex(s->b.id.b, SHA256_SIZE));
	json_object_set_new(o, "level", json_string(level));
	json_object_set_new(o, "told", told);
	json_object_set_new(o, "withheld", withheld);
	return o;
}

/* File NAME of a bundle with FROM in it replaced by TO; missing when FROM is NULL. */
static void spoil_bundle(
	struct vectors *v, const struct scene *s, const char *why, const char *name, const char *from, const char *to)
{
	json_t *o = bundle_of(s, 3), *all = json_object_get(o, "files");
	if (from == NULL) {
		json_object_del(all, name);
	} else {
		const char *text = json_string_value(json_object_get(all, name)), *at = strstr(text, from);
		assert_non_null(at);
		struct buf b;
		buf_init(&b, 1 << 20);
		buf_add(&b, text, (size_t)(at - text));
		buf_add_str(&b, to);
		buf_add_str(&b, at + strlen(from));
		json_object_set_new(all, name, str(buf_bytes(&b)));
		buf_free(&b);
	}
	add(v, why, o);
}

static void replace(struct vectors *v, const struct scene *s, const char *why, const char *name, struct bytes content)
{
	json_t *o = bundle_of(s, 3);
	json_object_set_new(json_object_get(o, "files"), name, str(content));
	add(v, why, o);
}

static void warn(struct bundle *b, const struct node *from, const struct node *to, uint8_t nonce)
{
	bundle_warn(b, from, to, "2024-03-06T09:12:00Z");
	memset(b->s.nonce, nonce, sizeof b->s.nonce);
	fixed_body(b);
	bundle_text(b);
	bundle_sign(b, from->sign, from->sign_n);
}

static void make_evidence(void)
{
	struct vectors v = begin("evidence", NULL,
		"the files of a bundle, the cards that the verifier trusts, and what it then proves: level (none, one-sided, "
		"received, witnessed), the fields told and withheld; the invalid ones are refused whatever one trusts");
	struct scene s;
	const struct node *witness[] = { &s.east };
	const uint64_t t = 1709719200;         /* 2024-03-06T10:00:00Z */
	node_make(&s.north, "north.example", "a");
	node_make(&s.south, "south.example", "a");
	node_make(&s.east, "east.example", "a");
	warn(&s.b, &s.north, &s.south, 1);
	warn(&s.other, &s.north, &s.south, 2);
	bundle_prove(&s.b, ENTRY_ISSUED, &s.north, 32, 17, witness, 1, t, &s.b.issued);
	bundle_prove(&s.b, ENTRY_ACCEPTED, &s.south, 48, 40, witness, 1, t + 60, &s.b.receipt);
	bundle_prove(&s.other, ENTRY_ACCEPTED, &s.south, 48, 40, witness, 1, t + 60, &s.other.receipt);
	bundle_quorum(&s.b, 1, witness, 1);
#define TOLD json_pack("[s,s,s]", "threat.summary", "where.place", "handling.tlp")
#define WITHHELD json_pack("[s]", "source.origin")
	json_t *o = valid_bundle(&v, &s, 3, "witnessed", TOLD, WITHHELD);
	json_object_set_new(o, "witnessed", json_integer((json_int_t)t + 60));
	valid_bundle(&v, &s, 2, "received", TOLD, WITHHELD);
	valid_bundle(&v, &s, 1, "one-sided", TOLD, WITHHELD);
	valid_bundle(&v, &s, 0, "none", TOLD, WITHHELD);

	static const struct { const char *why, *name, *from, *to; } bad[] = {
		{ "a line was changed", "body.txt", "A boat", "A goat" },
		{ "a line is missing", "body.txt", "\n= ", "\n# " },
		{ "the statement was changed", "statement.note", "warning", "warnings" },
		{ "an opening of something else", "opened.txt", "fisherman", "listener" },
		{ "an opening at another position", "opened.txt", "5 ", "6 " },
		{ "a log's checkpoint was changed", "receipt.tlog-proof", "\n48\n", "\n49\n" },
		{ "a proof of another entry", "receipt.tlog-proof", "index 40", "index 41" },
		{ "a quorum of nothing", "quorum.txt", "quorum 1", "quorum 0" },
		{ "a witness twice", "quorum.txt", "witness east.example\n", "witness east.example\nwitness east.example\n" },
		{ "cards that the quorum does not name", "quorum.txt", "east", "west" },
		{ "no statement", "statement.note", NULL, NULL },
		{ "no body", "body.txt", NULL, NULL },
		{ "no cards of the sender", "sender.cards", NULL, NULL },
		{ "no cards of the recipient", "recipient.cards", NULL, NULL },
		{ "a receipt without a quorum.txt", "quorum.txt", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		spoil_bundle(&v, &s, bad[i].why, bad[i].name, bad[i].from, bad[i].to);
	replace(&v, &s, "the receipt of another statement", "receipt.tlog-proof", buf_bytes(&s.other.receipt));
	replace(&v, &s, "the issued proof for the receipt", "receipt.tlog-proof", buf_bytes(&s.b.issued));
	replace(&v, &s, "cards of somebody else", "recipient.cards", buf_bytes(&s.east.chain));
	replace(&v, &s, "a file that does not belong there", "notes.txt", BYTES_LIT("x\n"));
	struct node thief;
	node_make(&thief, "north.example", "thief");
	replace(&v, &s, "another node of that name", "sender.cards", buf_bytes(&thief.chain));
	bundle_sign(&s.b, thief.sign, 1);
	replace(&v, &s, "signed by another key", "statement.note", buf_bytes(&s.b.note));
	const struct key both[] = { s.north.sign[0], thief.sign[0] };
	bundle_sign(&s.b, both, 2);
	replace(&v, &s, "a signature line that no card explains", "statement.note", buf_bytes(&s.b.note));
	bundle_sign(&s.b, s.north.sign, 1);
	bundle_prove(&s.b, ENTRY_ACCEPTED, &thief, 48, 40, witness, 1, t + 60, &s.other.receipt);
	replace(&v, &s, "a receipt from the log of somebody else", "receipt.tlog-proof", buf_bytes(&s.other.receipt));

	/* The sign key is revoked afterwards: what was witnessed before stands, nothing else does. */
	node_rotate(&s.north, "b", "2024-03-06T12:00:00Z", true);
	valid_bundle(&v, &s, 3, "witnessed", TOLD, WITHHELD);
	valid_bundle(&v, &s, 2, "none", TOLD, WITHHELD);
	struct node *all[] = { &s.north, &s.south, &s.east, &thief };
	for (size_t i = 0; i < 4; i++)
		node_free(all[i]);
	bundle_free(&s.b);
	bundle_free(&s.other);
	end(&v);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make_exchange_vectors TESTS\n");
		return 2;
	}
	dir = argv[1];
	make_chain();
	make_entry();
	make_safety();
	make_batch();
	make_answer();
	make_resume();
	make_evidence();
	return 0;
}
