/* The committed vectors (tests/vectors, written once by make_vectors.c) as a second implementation would read them. */
#include "sample.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "proof/body.h"
#include "proof/card.h"

static json_t *load(const char *name)
{
	char path[1024];
	struct buf b;
	json_t *j = NULL;
	const char *source = getenv("TOCSIN_SOURCE");
	snprintf(path, sizeof path, "%s/tests/vectors/%s.json", source == NULL ? "." : source, name);
	buf_init(&b, 1 << 20);
	if (file_read(path, &b) != TOCSIN_OK || json_parse(buf_bytes(&b), 1 << 20, path, &j) != TOCSIN_OK)
		fail_msg("%s", fail_sentence());
	buf_free(&b);
	return j;
}

static struct bytes get(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	if (!json_is_string(v))
		fail_msg("no \"%s\"", key);
	return bytes_of(json_string_value(v), json_string_length(v));
}

static struct hash get_hash(const json_t *o, const char *key)
{
	struct hash h;
	assert_true(hex_decode(get(o, key), h.b, SHA256_SIZE));
	return h;
}

static uint64_t get_int(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	assert_true(json_is_integer(v));
	return (uint64_t)json_integer_value(v);
}

static struct vkey get_key(const json_t *o)
{
	struct vkey k;
	assert_int_equal(vkey_parse(get(o, "vkey"), &k), TOCSIN_OK);
	return k;
}

static void assert_hash(const struct hash *h, const json_t *o, const char *key)
{
	struct hash want = get_hash(o, key);
	assert_memory_equal(h->b, want.b, SHA256_SIZE);
}

typedef bool check(const json_t *o, bool valid);

/* CHECK must take every valid example of NAME and no invalid one; there are some of both. */
static void run(const char *name, check *c)
{
	json_t *all = load(name), *o;
	size_t i;
	assert_true(json_array_size(json_object_get(all, "valid")) > 0);
	assert_true(json_array_size(json_object_get(all, "invalid")) > 0);
	json_array_foreach(json_object_get(all, "valid"), i, o) {
		if (!c(o, true))
			fail_msg("%s: valid example %zu is refused: %s", name, i, fail_sentence());
	}
	json_array_foreach(json_object_get(all, "invalid"), i, o) {
		if (c(o, false))
			fail_msg("%s: accepted: %s", name, json_string_value(json_object_get(o, "why")));
	}
	json_decref(all);
}

static bool check_vkey(const json_t *o, bool valid)
{
	struct vkey k;
	uint8_t pub[32];
	if (vkey_parse(get(o, "vkey"), &k) != TOCSIN_OK)
		return false;
	if (valid) {
		assert_true(hex_decode(get(o, "public_key"), pub, sizeof pub));
		assert_memory_equal(k.pub, pub, sizeof pub);
	}
	return true;
}

static bool check_note(const json_t *o, bool valid)
{
	struct vkey k = get_key(o);
	struct note n;
	if (note_parse(get(o, "note"), LIMIT_NOTE, &n) != TOCSIN_OK || note_verify(&n, &k) != TOCSIN_OK)
		return false;
	if (valid)
		assert_true(bytes_equal(n.text, get(o, "text")));
	return true;
}

static bool check_statement(const json_t *o, bool valid)
{
	struct statement s;
	struct bytes text = get(o, "text");
	if (statement_parse(text, &s) != TOCSIN_OK)
		return false;
	if (valid) {
		struct hash id = statement_id(text), entry;
		assert_hash(&id, o, "id");
		statement_entry(s.realm, ENTRY_ISSUED, &id, &entry);
		assert_hash(&entry, o, "issued_entry");
		statement_entry(s.realm, ENTRY_ACCEPTED, &id, &entry);
		assert_hash(&entry, o, "accepted_entry");
		assert_true(bytes_equal_str(get(o, "kind"), s.kind));
		assert_true(bytes_equal_str(get(o, "from"), s.from.name));
		assert_true(bytes_equal_str(get(o, "to"), s.to.name));
	}
	return true;
}

static bool check_card(const json_t *o, bool valid)
{
	static struct card c;
	struct party p;
	uint8_t fp[STATEMENT_FP];
	if (card_parse(get(o, "text"), &c) != TOCSIN_OK)
		return false;
	if (valid) {
		assert_hash(&c.id, o, "id");
		card_party(&c, &p);
		assert_true(hex_decode(get(o, "fp"), fp, sizeof fp));
		assert_memory_equal(p.fp, fp, sizeof fp);
		assert_true(bytes_equal_str(get(o, "name"), c.name));
	}
	return true;
}

static bool check_body(const json_t *o, bool valid)
{
	struct arena *a = arena_new(1 << 20);
	struct body b;
	bool ok = body_parse(get(o, "body"), (uint32_t)get_int(o, "lines"), false, a, &b) == TOCSIN_OK;
	if (ok && valid) {
		const json_t *open = json_object_get(o, "open");
		size_t n = 0;
		assert_hash(&b.root, o, "root");
		for (uint32_t i = 0; i < b.n; i++)
			n += b.line[i].open;
		assert_int_equal(n, json_array_size(open));
		for (size_t i = 0; i < n; i++)
			assert_non_null(body_find(&b, json_string_value(json_array_get(open, i))));
		struct hash closed = body_close(b.line[0].raw);
		assert_hash(&closed, o, "first_line_closed");
	}
	arena_free(a);
	return ok;
}

static bool check_plaintext(const json_t *o, bool valid)
{
	struct bytes plain = get(o, "plaintext"), note, body;
	struct buf again;
	if (body_unwrap(plain, &note, &body) != TOCSIN_OK)
		return false;
	if (valid) {
		struct hash h = sha256(plain);
		assert_hash(&h, o, "sha256");
		assert_int_equal(plain.n, get_int(o, "size"));
		assert_true(bytes_equal(note, get(o, "note")));
		const uint8_t *pad = memmem(body.p, body.n, "\npad ", 5);
		assert_non_null(pad);
		buf_init(&again, LIMIT_ENVELOPE);
		body_wrap(&again, note, bytes_of(body.p, (size_t)(pad + 1 - body.p)));
		assert_true(bytes_equal(buf_bytes(&again), plain));
		buf_free(&again);
	}
	return true;
}

static bool check_checkpoint(const json_t *o, bool valid)
{
	struct vkey k = get_key(o);
	struct checkpoint c;
	if (checkpoint_open(get(o, "note"), &k, &c) != TOCSIN_OK)
		return false;
	if (valid) {
		assert_true(bytes_equal_str(get(o, "origin"), c.origin));
		assert_int_equal(c.size, get_int(o, "size"));
		assert_hash(&c.root, o, "root");
	}
	return true;
}

static bool check_cosignature(const json_t *o, bool valid)
{
	struct vkey k = get_key(o);
	struct note n;
	struct buf m;
	uint64_t time;
	if (note_parse(get(o, "note"), LIMIT_NOTE, &n) != TOCSIN_OK || cosignature_verify(&n, &k, &time) != TOCSIN_OK)
		return false;
	if (valid) {
		assert_int_equal(time, get_int(o, "time"));
		buf_init(&m, LIMIT_NOTE);
		cosignature_message(&m, time, n.text);
		assert_true(bytes_equal(buf_bytes(&m), get(o, "message")));
		buf_free(&m);
	}
	return true;
}

static bool check_tlogproof(const json_t *o, bool valid)
{
	struct vkey k = get_key(o);
	struct tlogproof p;
	struct checkpoint c;
	struct hash id = get_hash(o, "id"), entry, leaf;
	statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &id, &entry);
	leaf = statement_entry_leaf(&entry);
	if (tlogproof_parse(get(o, "proof"), &p) != TOCSIN_OK || tlogproof_verify(&p, &leaf, &k, &c) != TOCSIN_OK)
		return false;
	if (valid) {
		assert_int_equal(p.index, get_int(o, "index"));
		assert_int_equal(c.size, get_int(o, "size"));
	}
	return true;
}

static bool check_witness_request(const json_t *o, bool valid)
{
	struct witness_request r;
	struct note n;
	struct checkpoint c;
	(void)valid;
	return witness_request_parse(get(o, "request"), &r) == TOCSIN_OK &&
		note_parse(r.note, LIMIT_CHECKPOINT_NOTE, &n) == TOCSIN_OK &&
		checkpoint_parse(n.text, &c) == TOCSIN_OK;
}

static bool check_tile_path(const json_t *o, bool valid)
{
	struct tile_path t;
	(void)valid;
	return tile_path_parse(get(o, "path"), &t);
}

static void get_proof(const json_t *o, struct merkle_proof *p)
{
	const json_t *a = json_object_get(o, "proof");
	assert_true(json_is_array(a) && json_array_size(a) <= LIMIT_PROOF_HASHES);
	p->n = json_array_size(a);
	for (size_t i = 0; i < p->n; i++)
		assert_true(hex_decode(bytes_str(json_string_value(json_array_get(a, i))), p->h[i].b, SHA256_SIZE));
}

static void merkle(void **state)
{
	(void)state;
	json_t *all = load("merkle"), *o;
	const json_t *in = json_object_get(all, "inclusion"), *co = json_object_get(all, "consistency");
	struct hash leaf[8], root[9];
	struct merkle_proof p;
	size_t i;
	for (i = 0; i < 9; i++) {
		assert_true(hex_decode(bytes_str(json_string_value(json_array_get(json_object_get(all, "roots"), i))), root[i].b,
			SHA256_SIZE));
		if (i == 8)
			break;
		uint8_t entry[16];
		struct bytes text = bytes_str(json_string_value(json_array_get(json_object_get(all, "entries"), i)));
		assert_true(text.n <= 32 && hex_decode(text, entry, text.n / 2));
		leaf[i] = merkle_leaf(bytes_of(entry, text.n / 2));
	}
	for (i = 0; i < 9; i++) {
		struct hash made = merkle_root(leaf, i);
		assert_true(hash_equal(&made, &root[i]));
	}
	assert_int_equal(json_array_size(json_object_get(in, "valid")), 36);
	for (int valid = 0; valid < 2; valid++) {
		const char *list = valid ? "valid" : "invalid";
		assert_true(json_array_size(json_object_get(in, list)) > 0 && json_array_size(json_object_get(co, list)) > 0);
		json_array_foreach(json_object_get(in, list), i, o) {
			uint64_t index = get_int(o, "index"), size = get_int(o, "size");
			get_proof(o, &p);
			assert_true(size <= 8 && index < 8);
			assert_int_equal(merkle_check_inclusion(&leaf[index], index, size, &p, &root[size]), valid ? TOCSIN_OK
				: TOCSIN_REFUSED);
		}
		json_array_foreach(json_object_get(co, list), i, o) {
			uint64_t old = get_int(o, "old"), size = get_int(o, "size");
			get_proof(o, &p);
			assert_true(size <= 8 && old <= 8);
			assert_int_equal(merkle_check_consistency(old, &root[old], size, &root[size], &p), valid ? TOCSIN_OK
				: TOCSIN_REFUSED);
		}
	}
	json_decref(all);
}

#define VECTOR(name, file, check) static void name(void **state) { (void)state; run(file, check); }
VECTOR(vkey, "vkey", check_vkey)
VECTOR(note, "note", check_note)
VECTOR(statement, "statement", check_statement)
VECTOR(card, "card", check_card)
VECTOR(body, "body", check_body)
VECTOR(plaintext, "plaintext", check_plaintext)
VECTOR(checkpoint, "checkpoint", check_checkpoint)
VECTOR(cosignature, "cosignature", check_cosignature)
VECTOR(tlogproof, "tlog-proof", check_tlogproof)
VECTOR(witness_request, "witness-request", check_witness_request)
VECTOR(tile_path, "tile-path", check_tile_path)

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "roots and proofs of the vectors", merkle, NULL, NULL, NULL },
		{ "verifier keys of the vectors", vkey, NULL, NULL, NULL },
		{ "notes of the vectors", note, NULL, NULL, NULL },
		{ "statements, ids and entries of the vectors", statement, NULL, NULL, NULL },
		{ "cards of the vectors", card, NULL, NULL, NULL },
		{ "bodies and roots of the vectors", body, NULL, NULL, NULL },
		{ "plaintexts of the vectors", plaintext, NULL, NULL, NULL },
		{ "checkpoints of the vectors", checkpoint, NULL, NULL, NULL },
		{ "cosignatures of the vectors", cosignature, NULL, NULL, NULL },
		{ "tlog-proofs of the vectors", tlogproof, NULL, NULL, NULL },
		{ "witness requests of the vectors", witness_request, NULL, NULL, NULL },
		{ "tile paths of the vectors", tile_path, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
