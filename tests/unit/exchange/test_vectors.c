/* The committed vectors of chains, entries, safety numbers, batches, answers, resume notes and evidence
 * (tests/vectors, written by make_exchange_vectors.c) as a second implementation would read them. */
#include "../domain/bundle.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "exchange/internal.h"
#include "exchange/receipts.h"

#define ARENA (16u << 20)

static json_t *load(const char *name)
{
	char path[1024];
	struct buf b;
	json_t *j = NULL;
	const char *source = getenv("TOCSIN_SOURCE");
	snprintf(path, sizeof path, "%s/tests/vectors/%s.json", source == NULL ? "." : source, name);
	buf_init(&b, 1 << 20);
	if (file_read(path, &b) != TOCSIN_OK || json_parse(buf_bytes(&b), 1 << 20, path, &j) != TOCSIN_OK) {
		print_error("%s\n", fail_sentence());
		assert_true(false);
	}
	buf_free(&b);
	return j;
}

static struct bytes text_of(const json_t *v)
{
	assert_true(json_is_string(v));
	return bytes_of(json_string_value(v), json_string_length(v));
}

static struct bytes get(const json_t *o, const char *key)
{
	return text_of(json_object_get(o, key));
}

static uint64_t get_int(const json_t *o, const char *key)
{
	assert_true(json_is_integer(json_object_get(o, key)));
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static struct hash hash_of(const json_t *v)
{
	struct hash h;
	assert_true(hex_decode(text_of(v), h.b, SHA256_SIZE));
	return h;
}

static struct hash get_hash(const json_t *o, const char *key)
{
	return hash_of(json_object_get(o, key));
}

static struct vkey get_key(const json_t *o)
{
	struct vkey k;
	assert_int_equal(vkey_parse(get(o, "vkey"), &k), TOCSIN_OK);
	return k;
}

static void assert_text(const json_t *o, const char *key, const char *got)
{
	if (!bytes_equal_str(get(o, key), got))
		print_error("%s: got %s\n", key, got);
	assert_true(bytes_equal_str(get(o, key), got));
}

typedef bool check(const json_t *o, bool valid, struct arena *a);

/* CHECK must take every valid example of NAME and no invalid one; there are some of both. */
static void run(const char *name, check *c)
{
	json_t *all = load(name), *o;
	struct arena *a = arena_new(ARENA);
	size_t i;
	assert_non_null(a);
	for (int valid = 0; valid < 2; valid++) {
		const json_t *list = json_object_get(all, valid ? "valid" : "invalid");
		assert_true(json_array_size(list) > 0);
		json_array_foreach(list, i, o) {
			arena_reset(a);
			bool taken = c(o, valid, a);
			if (taken && !valid)
				print_error("%s: taken: %s\n", name, json_string_value(json_object_get(o, "why")));
			if (!taken && valid)
				print_error("%s: valid example %zu is refused: %s\n", name, i, fail_sentence());
			assert_int_equal(taken, valid);
		}
	}
	arena_free(a);
	json_decref(all);
}

static bool check_chain(const json_t *o, bool valid, struct arena *a)
{
	struct chain c;
	struct party p;
	uint8_t fp[STATEMENT_FP];
	if (chain_parse(get(o, "chain"), a, &c) != TOCSIN_OK)
		return false;
	if (valid) {
		const struct card *last = chain_last(&c);
		struct hash id = get_hash(o, "id");
		assert_text(o, "name", last->name);
		assert_text(o, "log", last->log.name);
		assert_int_equal(last->seq, get_int(o, "seq"));
		assert_true(hash_equal(&last->id, &id));
		card_party(last, &p);
		assert_true(hex_decode(get(o, "fp"), fp, sizeof fp));
		assert_memory_equal(p.fp, fp, sizeof fp);
	}
	return true;
}

static bool check_entry(const json_t *o, bool valid, struct arena *a)
{
	struct hash id = get_hash(o, "id"), want = get_hash(o, "entry"), entry;
	(void)a;
	statement_entry(bytes_equal_str(get(o, "prefix"), "tocsin/v1") ? REALM_LIVE : REALM_EXERCISE,
		bytes_equal_str(get(o, "what"), "issued") ? ENTRY_ISSUED : ENTRY_ACCEPTED, &id, &entry);
	if (!hash_equal(&entry, &want))
		return false;
	if (valid) {
		struct hash leaf = statement_entry_leaf(&entry), is = get_hash(o, "leaf");
		assert_true(hash_equal(&leaf, &is));
	}
	return true;
}

static bool check_safety(const json_t *o, bool valid, struct arena *a)
{
	char number[72];
	const json_t *nodes = json_object_get(o, "nodes"), *x = json_array_get(nodes, 0), *y = json_array_get(nodes, 1);
	struct vkey kx = get_key(x), ky = get_key(y);
	(void)a;
	(void)valid;
	assert_true(bytes_equal_str(get(o, "prefix"), "tocsin/v1"));
	safety_number(REALM_LIVE, json_string_value(json_object_get(x, "name")), kx.pub,
		json_string_value(json_object_get(y, "name")), ky.pub, number);
	return bytes_equal_str(get(o, "number"), number);
}

static struct bytes get_hex(const json_t *v, struct arena *a)
{
	struct bytes hex = text_of(v);
	uint8_t *p = arena_alloc(a, hex.n / 2 + 1);
	assert_true(p != NULL && hex.n % 2 == 0 && hex_decode(hex, p, hex.n / 2));
	return bytes_of(p, hex.n / 2);
}

static bool check_batch(const json_t *o, bool valid, struct arena *a)
{
	struct batch *b = arena_alloc(a, sizeof *b);
	assert_non_null(b);
	if (batch_parse(get_hex(json_object_get(o, "batch"), a), b) != TOCSIN_OK)
		return false;
	if (valid) {
		const json_t *list = json_object_get(o, "envelopes");
		assert_int_equal(b->have, get_int(o, "have"));
		assert_int_equal(b->n, json_array_size(list));
		for (size_t i = 0; i < b->n; i++)
			assert_true(bytes_equal(b->envelope[i], get_hex(json_array_get(list, i), a)));
	}
	return true;
}

static bool check_answer(const json_t *o, bool valid, struct arena *a)
{
	const json_t *list = json_object_get(o, "sent");
	struct sent_item item[8] = { 0 };
	struct sent sent = { .realm = REALM_LIVE,
		.log = get_key(o),
		.have = get_int(o, "have"),
		.have_root = get_hash(o, "have_root"),
		.n = json_array_size(list),
		.item = item };
	struct answer answer;
	struct checkpoint c;
	assert_true(sent.n <= sizeof item / sizeof item[0]);
	for (size_t i = 0; i < sent.n; i++)
		item[i].id = hash_of(json_array_get(list, i));
	if (receipts_check(&sent, get(o, "answer"), a, &answer, &c) != RECEIPTS_GOOD)
		return false;
	if (valid) {
		const json_t *results = json_object_get(o, "results");
		assert_int_equal(answer.n, json_array_size(results));
		for (size_t i = 0; i < answer.n; i++) {
			char index[24];
			snprintf(index, sizeof index, "%llu", (unsigned long long)answer.item[i].index);
			assert_string_equal(
				answer.item[i].accepted ? index : answer.item[i].code, json_string_value(json_array_get(results, i)));
		}
	}
	return true;
}

static bool check_resume(const json_t *o, bool valid, struct arena *a)
{
	struct vkey k = get_key(o);
	struct note n;
	struct resume_note r;
	(void)a;
	assert_int_equal(note_parse(get(o, "note"), LIMIT_NOTE, &n), TOCSIN_OK);
	assert_int_equal(note_verify(&n, &k), TOCSIN_OK);
	if (resume_note_parse(n.text, &r) != TOCSIN_OK)
		return false;
	if (valid) {
		assert_text(o, "origin", r.origin);
		assert_int_equal(r.size, get_int(o, "size"));
	}
	return true;
}

static void assert_fields(const json_t *o, const char *key, const struct evidence_verdict *v, bool told)
{
	const json_t *list = json_object_get(o, key);
	size_t n = 0, i;
	json_t *name;
	for (i = 0; i < v->line_n; i++)
		n += v->line[i].told == told;
	assert_int_equal(n, json_array_size(list));
	json_array_foreach(list, i, name) {
		size_t j = 0;
		while (j < v->line_n && (v->line[j].told != told || strcmp(v->line[j].name, json_string_value(name)) != 0))
			j++;
		assert_true(j < v->line_n);
	}
}

static bool check_evidence(const json_t *o, bool valid, struct arena *a)
{
	static const char *const level[] = { [EVIDENCE_NONE] = "none",
		[EVIDENCE_ONE_SIDED] = "one-sided",
		[EVIDENCE_RECEIVED] = "received",
		[EVIDENCE_WITNESSED] = "witnessed" };
	const json_t *cards = json_object_get(o, "cards");
	json_t *files = json_object_get(o, "files");
	struct evidence_file file[16];
	struct bytes trusted[4];
	struct evidence e;
	struct evidence_verdict v;
	size_t n = 0, k = 0;
	const char *name;
	json_t *content;
	assert_true(json_object_size(files) <= 16 && json_array_size(cards) <= 4);
	json_object_foreach(files, name, content)
		file[n++] = (struct evidence_file){ name, text_of(content) };
	for (; k < json_array_size(cards); k++)
		trusted[k] = text_of(json_array_get(cards, k));
	if (evidence_take(file, n, &e) != TOCSIN_OK || evidence_check(&e, trusted, k, a, &v) != TOCSIN_OK)
		return false;
	if (valid) {
		struct hash id = get_hash(o, "id");
		assert_true(hash_equal(&v.id, &id));
		assert_text(o, "level", level[v.level]);
		assert_fields(o, "told", &v, true);
		assert_fields(o, "withheld", &v, false);
		if (json_object_get(o, "witnessed") != NULL)
			assert_int_equal(v.receipt_witnessed, get_int(o, "witnessed"));
	}
	return true;
}

#define VECTOR(name, file) static void name(void **state) { (void)state; run(file, check_##name); }
VECTOR(chain, "chain")
VECTOR(entry, "entry")
VECTOR(safety, "safety-number")
VECTOR(batch, "batch")
VECTOR(answer, "answer")
VECTOR(resume, "resume-note")
VECTOR(evidence, "evidence")

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "card chains of the vectors", chain, NULL, NULL, NULL },
		{ "entries of the vectors", entry, NULL, NULL, NULL },
		{ "safety numbers of the vectors", safety, NULL, NULL, NULL },
		{ "batches of the vectors", batch, NULL, NULL, NULL },
		{ "answers of the vectors, checked as a courier checks them", answer, NULL, NULL, NULL },
		{ "resume notes of the vectors", resume, NULL, NULL, NULL },
		{ "evidence of the vectors, and what it proves to whom", evidence, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
