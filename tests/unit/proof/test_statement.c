#include "sample.h"

#include "proof/merkle.h"
#include "proof/statement.h"

#define HEX32 "00112233445566778899aabbccddeeff"
#define HEX64 HEX32 HEX32
#define HEAD "tocsin/v1 warning\nnonce " HEX32 "\nfrom north.example " HEX32 "\nto south.example " HEX32 "\n" \
	"at 2024-03-06T09:12:00Z\n"
#define TAIL "lines 32\nroot " HEX64 "\n"
#define RE_A "re 1" HEX32 "0112233445566778899aabbccddeeff\n"
#define RE_B "re 2" HEX32 "0112233445566778899aabbccddeeff\n"

static const char least[] = HEAD TAIL;
static const char full[] = HEAD "by east.example\nby west.example\n" RE_A RE_B TAIL;

static bool parses(void *arg, struct bytes b)
{
	(void)arg;
	struct statement s;
	return statement_parse(b, &s) == TOCSIN_OK;
}

static void reads_all(void **state)
{
	(void)state;
	struct statement s;
	int64_t at;
	assert_int_equal(statement_parse(BYTES_LIT(full), &s), TOCSIN_OK);
	assert_int_equal(s.realm, REALM_LIVE);
	assert_string_equal(s.kind, "warning");
	assert_string_equal(s.from.name, "north.example");
	assert_string_equal(s.to.name, "south.example");
	assert_int_equal(s.from.fp[1], 0x11);
	assert_true(clock_parse(BYTES_LIT("2024-03-06T09:12:00Z"), &at));
	assert_int_equal(s.at, at);
	assert_int_equal(s.by_n, 2);
	assert_string_equal(s.by[1], "west.example");
	assert_int_equal(s.re_n, 2);
	assert_int_equal(s.re[1].b[0], 0x20);
	assert_int_equal(s.lines, 32);
	assert_int_equal(s.root.b[31], 0xff);
	assert_false(party_same(&s.from, &s.to));
	assert_true(party_same(&s.from, &s.from));
}

static void format_sorts_and_reads_back(void **state)
{
	(void)state;
	struct statement s;
	struct buf b;
	buf_init(&b, LIMIT_STATEMENT_TEXT + 1);
	assert_int_equal(statement_parse(BYTES_LIT(full), &s), TOCSIN_OK);
	struct hash h = s.re[0];
	s.re[0] = s.re[1];
	s.re[1] = h;
	memcpy(s.by[0], "west.example", 13);
	memcpy(s.by[1], "east.example", 13);
	s.at += 999999;
	assert_int_equal(statement_format(&s, &b), TOCSIN_OK);
	assert_true(bytes_equal_str(buf_bytes(&b), full));
	assert_int_equal(s.at % CLOCK_SECOND, 0);
	buf_free(&b);
}

static void format_refuses(void **state)
{
	(void)state;
	struct statement good, s;
	struct buf b;
	buf_init(&b, LIMIT_STATEMENT_TEXT + 1);
	assert_int_equal(statement_parse(BYTES_LIT(full), &good), TOCSIN_OK);
	buf_add_str(&b, "before");
#define REFUSED(change) do { \
		s = good; \
		change; \
		assert_int_equal(statement_format(&s, &b), TOCSIN_BAD); \
		assert_true(bytes_equal_str(buf_bytes(&b), "before")); \
	} while (0)
	REFUSED(s.re[1] = s.re[0]);
	REFUSED(memcpy(s.by[1], s.by[0], sizeof s.by[0]));
	REFUSED(s.by_n = LIMIT_COSIGNERS + 1);
	REFUSED(s.re_n = LIMIT_REFS + 1);
	REFUSED(s.lines = 33);
	REFUSED(s.lines = 4096);
	REFUSED(s.realm = REALM_EXERCISE);
	REFUSED(memcpy(s.kind, "Warning", 8));
	REFUSED(s.kind[0] = '\0');
	REFUSED(memcpy(s.from.name, "north", 6));
	REFUSED(memcpy(s.from.name, "a.b\nc", 6));
#undef REFUSED
	buf_free(&b);
	buf_init(&b, 100);
	s = good;
	assert_int_equal(statement_format(&s, &b), TOCSIN_BROKEN);
	buf_free(&b);
}

static void cut_and_disordered(void **state)
{
	(void)state;
	static const char *const optional[] = { "by ", "re ", NULL };
	sample_cut(parses, NULL, BYTES_LIT(least));
	sample_cut(parses, NULL, BYTES_LIT(full));
	sample_disorder(parses, NULL, BYTES_LIT(least), optional);
	sample_disorder(parses, NULL, BYTES_LIT(full), optional);
}

static void field_values(void **state)
{
	(void)state;
	static const struct { const char *from, *to; bool ok; } c[] = {
		{ "tocsin/v1 warning", "tocsin/v2 warning", false },
		{ "tocsin/v1 warning", "tocsin/v1  warning", false },
		{ "tocsin/v1 warning", "Tocsin/v1 warning", false },
		{ "tocsin/v1 warning", "tocsin-exercise/v1 warning", false },      /* names of the live realm */
		{ " warning", " w", true },
		{ " warning", " duty-to-warn", true },
		{ " warning", " abcdefghijklmnopqrstuvwxyzabcdef", true },
		{ " warning", " abcdefghijklmnopqrstuvwxyzabcdefg", false },
		{ " warning", " -warning", false },
		{ " warning", " warning2", false },
		{ " warning", " Warning", false },
		{ " warning", " ", false },
		{ "nonce 00", "nonce 0", false },
		{ "nonce 00", "nonce 000", false },
		{ "nonce 00", "nonce 0g", false },
		{ "99aabb", "99AABB", false },
		{ "from north.example", "from north", false },
		{ "from north.example", "from North.example", false },
		{ "from north.example", "from north.exercise", false },
		{ "from north.example", "from exercise", false },
		{ "from north.example ", "from north.example  ", false },
		{ "to south.example 00", "to south.example 0", false },
		{ "to south.example", "to -south.example", false },
		{ "to south.example", "to south..example", false },
		{ "to south.example", "to north.example", true },                  /* to nobody */
		{ "2024-03-06T09:12:00Z", "2024-02-30T09:12:00Z", false },
		{ "2024-03-06T09:12:00Z", "2024-03-06T09:12:60Z", false },
		{ "2024-03-06T09:12:00Z", "2024-03-06 09:12:00Z", false },
		{ "2024-03-06T09:12:00Z", "2024-03-06T09:12:00.0Z", false },
		{ "2024-03-06T09:12:00Z", "1969-01-01T00:00:00Z", true },
		{ "by east.example", "by east.exercise", false },
		{ "by east.example", "by east.example/identity", false },
		{ "by east.example", "by west.example", false },
		{ "by east.example", "by zest.example", false },
		{ "re 1", "re 3", false },
		{ "re 1", "re 2", false },
		{ "re 1", "re A", false },
		{ "lines 32", "lines 8", false },
		{ "lines 32", "lines 16", true },
		{ "lines 32", "lines 2048", true },
		{ "lines 32", "lines 4096", false },
		{ "lines 32", "lines 48", false },
		{ "lines 32", "lines 032", false },
		{ "lines 32", "lines +32", false },
		{ "lines 32", "lines 0", false },
	};
	for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
		sample_replace(parses, NULL, BYTES_LIT(full), c[i].from, c[i].to, c[i].ok);
}

static void limits(void **state)
{
	(void)state;
	struct statement s;
	struct buf b;
	buf_init(&b, 8192);
	for (int over = 0; over < 2; over++) {
		buf_clear(&b);
		buf_add_str(&b, HEAD);
		for (int i = 0; i < LIMIT_COSIGNERS + over; i++)
			buf_printf(&b, "by %c.example\n", 'a' + i);
		buf_add_str(&b, TAIL);
		assert_int_equal(statement_parse(buf_bytes(&b), &s), over ? TOCSIN_BAD : TOCSIN_OK);
		buf_clear(&b);
		buf_add_str(&b, HEAD);
		for (int i = 0; i < LIMIT_REFS + over; i++)
			buf_printf(&b, "re %02x%s\n", i, HEX32 "00112233445566778899aabbccddee");
		buf_add_str(&b, TAIL);
		assert_int_equal(statement_parse(buf_bytes(&b), &s), over ? TOCSIN_BAD : TOCSIN_OK);
	}
	/* The longest text that the grammar allows fits the limit. */
	char label[64], name[LIMIT_NAME + 1];
	memset(label, 'a', 63);
	label[63] = '\0';
	snprintf(name, sizeof name, "%s.%s.%s.%.8s", label, label, label, label);
	assert_int_equal(strlen(name), LIMIT_NAME);
	buf_clear(&b);
	buf_printf(&b, "tocsin/v1 %.32s\nnonce " HEX32 "\nfrom %s " HEX32 "\nto %s " HEX32 "\nat 2024-03-06T09:12:00Z\n",
		label, name, name);
	for (int i = 0; i < LIMIT_COSIGNERS; i++)
		buf_printf(&b, "by %c%s\n", 'a' + i, name + 1);
	for (int i = 0; i < LIMIT_REFS; i++)
		buf_printf(&b, "re %02x%s\n", i, HEX32 "00112233445566778899aabbccddee");
	buf_add_str(&b, "lines 2048\nroot " HEX64 "\n");
	assert_true(b.n <= LIMIT_STATEMENT_TEXT);
	assert_int_equal(statement_parse(buf_bytes(&b), &s), TOCSIN_OK);
	uint8_t *large = calloc(1, LIMIT_STATEMENT_TEXT + 1);
	assert_non_null(large);
	assert_int_equal(statement_parse(bytes_of(large, LIMIT_STATEMENT_TEXT + 1), &s), TOCSIN_BAD);
	assert_non_null(strstr(fail_sentence(), "too long"));
	free(large);
	buf_free(&b);
}

static void realms(void **state)
{
	(void)state;
	static const char ex[] = "tocsin-exercise/v1 warning\nnonce " HEX32 "\nfrom a.exercise " HEX32 "\nto b.exercise " HEX32
		"\nat 2024-03-06T09:12:00Z\nby c.exercise\n" TAIL;
	struct statement s;
	assert_int_equal(statement_parse(BYTES_LIT(ex), &s), TOCSIN_OK);
	assert_int_equal(s.realm, REALM_EXERCISE);
	sample_replace(parses, NULL, BYTES_LIT(ex), "tocsin-exercise/v1", "tocsin/v1", false);
	sample_replace(parses, NULL, BYTES_LIT(ex), "b.exercise", "b.example", false);
	sample_replace(parses, NULL, BYTES_LIT(ex), "c.exercise", "c.example", false);
	assert_string_equal(realm_prefix(REALM_LIVE), "tocsin/v1");
	assert_string_equal(realm_prefix(REALM_EXERCISE), "tocsin-exercise/v1");
	assert_int_equal(realm_of_name(BYTES_LIT("a.exercise")), REALM_EXERCISE);
	assert_int_equal(realm_of_name(BYTES_LIT("aexercise")), REALM_LIVE);
	assert_int_equal(realm_of_name(BYTES_LIT(".exercise")), REALM_LIVE);
	assert_int_equal(realm_of_name(BYTES_LIT("a.exercise.example")), REALM_LIVE);
}

static void id_and_entries(void **state)
{
	(void)state;
	/* printf ... | sha256sum says the same. */
	struct hash id = statement_id(BYTES_LIT("abc")), issued, accepted, exercise, by_hand;
	char hex[65], text[128];
	hex_encode(id.b, 32, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	statement_entry(REALM_LIVE, ENTRY_ISSUED, &id, &issued);
	statement_entry(REALM_LIVE, ENTRY_ACCEPTED, &id, &accepted);
	statement_entry(REALM_EXERCISE, ENTRY_ACCEPTED, &id, &exercise);
	snprintf(text, sizeof text, "tocsin/v1 issued %s", hex);
	by_hand = sha256(bytes_str(text));
	assert_true(hash_equal(&by_hand, &issued));
	snprintf(text, sizeof text, "tocsin-exercise/v1 accepted %s", hex);
	by_hand = sha256(bytes_str(text));
	assert_true(hash_equal(&by_hand, &exercise));
	assert_false(hash_equal(&issued, &accepted));
	hex_encode(issued.b, 32, hex);
	struct hash leaf = statement_entry_leaf(&issued), want = merkle_leaf(bytes_str(hex));
	assert_true(hash_equal(&leaf, &want));
	uint8_t m[33] = { NOTE_ED25519, 7 }, fp[STATEMENT_FP];
	struct hash h = sha256(bytes_of(m, sizeof m));
	party_fp(m + 1, fp);
	assert_memory_equal(fp, h.b, STATEMENT_FP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "a statement is read field by field", reads_all, NULL, NULL, NULL },
		{ "writing sorts, drops fractions of a second, and reads back as it was", format_sorts_and_reads_back, NULL, NULL,
			NULL },
		{ "what breaks the grammar is not written", format_refuses, NULL, NULL, NULL },
		{ "a statement that is cut, goes on, or has a line missing, twice or swapped is refused", cut_and_disordered, NULL,
			NULL, NULL },
		{ "each field takes its canonical form only", field_values, NULL, NULL, NULL },
		{ "one co-signer, reference or byte over the limit is refused, and the longest statement fits", limits, NULL, NULL,
			NULL },
		{ "prefix and names must be of one realm", realms, NULL, NULL, NULL },
		{ "ids, log entries and fingerprints are the hashes that the protocol says", id_and_entries, NULL, NULL, NULL },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
