#include "home.h"

#include <signal.h>

/* ---- what is made ---- */

HOME_TEST(each_recipient_gets_a_release_of_its_own_that_shares_nothing_that_joins_them)
{
	struct home *h = *state;
	struct guest g[3];
	static const char *const names[] = { "east.example", "south.example", "west.example" };
	struct issue_release release[3];
	struct issue_result r[3];
	struct stored st[3];
	for (size_t i = 0; i < 3; i++) {
		guest_meets(h, &g[i], names[i]);
		release[i] = release_to(names[i]);
	}
	struct issue issue = { .kind = "warning", .release = release, .n = 3 };
	uint64_t entries = log_size(h);
	ok(desk_issue(&h->desk, &issue, r));
	assert_int_equal(log_size(h), entries + 3);
	assert_int_equal(events_of(h, "statement issued"), 3);
	for (size_t i = 0; i < 3; i++) {
		struct hash id;
		struct party to;
		stored_read(h, r[i].num, &st[i]);
		id = statement_id(st[i].note.text);
		card_party(&g[i].card, &to);
		assert_string_equal(r[i].to, names[i]);
		assert_true(hash_equal(&id, &r[i].id));
		assert_true(hash_equal(&st[i].row.id, &r[i].id));
		assert_true(st[i].row.issued);
		assert_string_equal(st[i].row.peer, names[i]);
		assert_true(party_same(&st[i].s.to, &to));
		assert_true(hash_equal(&st[i].s.root, &st[i].body.root));
		assert_int_equal(st[i].s.lines, 32);
		assert_int_equal(st[i].body.n, 32);
		assert_int_equal(st[i].s.at % CLOCK_SECOND, 0);
		ok(note_verify(&st[i].note, &keeper_public(h->desk.keeper)->sign));
	}
	for (size_t i = 0; i < 3; i++) {
		const struct stored *a = &st[i], *b = &st[(i + 1) % 3];
		assert_memory_not_equal(a->s.nonce, b->s.nonce, sizeof a->s.nonce);
		assert_false(hash_equal(&a->s.root, &b->s.root));
		/* No salt, no hash of a closed line is in two of them. */
		for (size_t x = 0; x < 32; x++)
			for (size_t y = 0; y < 32; y++)
				if (a->body.line[x].open && b->body.line[y].open)
					assert_memory_not_equal(a->body.line[x].raw.p, b->body.line[y].raw.p, 2 * BODY_SALT);
				else
					assert_false(bytes_equal(a->body.line[x].raw, b->body.line[y].raw));
		/* What is open says the same. */
		for (size_t f = 0; f < WARNING_FIELDS; f++) {
			const struct body_line *line = body_find(&a->body, warning_fields[f].name);
			assert_true((line != NULL) == warning_fields[f].open);
			if (line != NULL)
				assert_true(bytes_equal(line->value, warning_fields[f].value));
		}
		assert_true(a->row.opened.n > 0);
	}
	for (size_t i = 0; i < 3; i++) {
		arena_free(st[i].arena);
		guest_free(&g[i]);
	}
}

HOME_TEST(the_order_of_the_lines_tells_nothing)
{
	struct home *h = *state;
	struct guest g;
	bool moved = false;
	size_t first = 0;
	guest_meets(h, &g, "south.example");
	for (int i = 0; i < 8; i++) {
		struct issue_result r;
		struct stored st;
		size_t at = 0;
		issue_warning(h, "south.example", &r);
		stored_read(h, r.num, &st);
		while (!st.body.line[at].open || !bytes_equal_str(st.body.line[at].name, "threat.summary"))
			at++;
		if (i == 0)
			first = at;
		moved = moved || at != first;
		arena_free(st.arena);
	}
	assert_true(moved);
	guest_free(&g);
}

HOME_TEST(what_is_issued_is_logged_and_waits_in_the_outbox_with_its_urgency)
{
	struct home *h = *state;
	struct guest g;
	struct issue_release release[3];
	struct issue_result r[3];
	guest_meets(h, &g, "south.example");
	for (int i = 0; i < 3; i++) {
		release[i] = release_to("south.example");
		release[i].urgency = 2 - i;
	}
	ok(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 3 }, r));
	struct arena *a = arena_new(1u << 20);
	struct snapshot *read;
	ok(snapshot_open(h->desk.store, &read));
	for (int i = 0; i < 3; i++) {
		struct outbox_row row;
		struct statement_row s;
		struct hash entry, found;
		ok(outbox_get(read, r[i].num, a, &row));
		assert_string_equal(row.state, "waiting");
		assert_string_equal(row.partner, "south.example");
		assert_int_equal(row.urgency, 2 - i);
		ok(statement_by_num(read, r[i].num, a, &s));
		statement_entry(h->desk.realm, ENTRY_ISSUED, &r[i].id, &entry);
		ok(store_log_entries(h->desk.store, s.log_n, s.log_index, 1, &found));
		assert_true(hash_equal(&entry, &found));
	}
	snapshot_close(read);
	arena_free(a);
	guest_free(&g);
}

HOME_TEST(a_record_to_oneself_is_logged_and_kept_and_never_sent)
{
	struct home *h = *state;
	static const struct body_field fields[] = { { "record.type", VALUE("\"call\""), true }, { "text",
		VALUE("\"we called\""), true } };
	struct issue_release release = { .to = HOME, .field = fields, .field_n = 2 };
	struct issue_result r;
	struct stored st;
	struct outbox_row row;
	struct snapshot *read;
	ok(desk_issue(&h->desk, &(struct issue){ .kind = "record", .release = &release, .n = 1 }, &r));
	stored_read(h, r.num, &st);
	assert_true(party_same(&st.s.from, &st.s.to));
	assert_int_equal(st.s.lines, 16);
	ok(snapshot_open(h->desk.store, &read));
	assert_int_equal(outbox_get(read, r.num, st.arena, &row), TOCSIN_MISSING);
	snapshot_close(read);
	arena_free(st.arena);
	/* A warning to oneself warns nobody. */
	release = release_to(HOME);
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_REFUSED,
		"rule contact.self");
}

/* ---- all or none ---- */

HOME_TEST(when_one_of_many_cannot_be_sent_to_nobody_is)
{
	struct home *h = *state;
	struct guest g;
	struct issue_release release[3];
	struct issue_result r[3];
	guest_meets(h, &g, "south.example");
	uint64_t entries = log_size(h);
	for (size_t bad = 0; bad < 3; bad++) {
		for (size_t i = 0; i < 3; i++)
			release[i] = release_to(i == bad ? "nobody.example" : "south.example");
		fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 3 }, r), TOCSIN_REFUSED,
			"nobody.example is not a partner");
	}
	/* The same when one has fields that cannot be. */
	static const struct body_field broken[] = { { "threat.summary", VALUE("no value"), true } };
	release[2] = (struct issue_release){ .to = "south.example", .field = broken, .field_n = 1 };
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 3 }, r), TOCSIN_BAD, "");
	assert_int_equal(last_num(h), 0);
	assert_int_equal(log_size(h), entries);
	assert_int_equal(events_of(h, "statement issued"), 0);
	guest_free(&g);
}

HOME_TEST(nobody_too_many_and_a_kind_that_is_not_there_are_refused)
{
	struct home *h = *state;
	struct guest g;
	guest_meets(h, &g, "south.example");
	struct issue_release *release = calloc(1025, sizeof *release);
	struct issue_result *r = calloc(1025, sizeof *r);
	struct hash re[LIMIT_REFS + 1] = { 0 };
	for (size_t i = 0; i < 1025; i++)
		release[i] = release_to("south.example");
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 0 }, r), TOCSIN_REFUSED,
		"reaches nobody");
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 1025 }, r), TOCSIN_BAD,
		"at most 1024");
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 1, .re = re, .re_n = 17 },
		r), TOCSIN_BAD,
		"16 references");
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "rumour", .release = release, .n = 1 }, r), TOCSIN_BAD,
		"called rumour");
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "", .release = release, .n = 1 }, r), TOCSIN_BAD, "no kind");
	assert_int_equal(last_num(h), 0);
	ok(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = 1024 }, r));
	assert_int_equal(last_num(h), 1024);
	free(release);
	free(r);
	guest_free(&g);
}

HOME_TEST(whoever_is_unconfirmed_or_distrusted_can_still_be_warned)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	guest_meets(h, &g, "south.example");
	home_state(h, "south.example", "unconfirmed");
	issue_warning(h, "south.example", &r);
	home_state(h, "south.example", "distrusted");
	issue_warning(h, "south.example", &r);
	assert_int_equal(last_num(h), 2);
	guest_free(&g);
}

/* ---- references ---- */

static const struct body_field outcome[] = { { "outcome", VALUE("\"stood-down\""), true } };
static const struct body_field reason[] = { { "reason", VALUE("\"it was planted\""), true } };
static const struct body_field stage[] = { { "stage", VALUE("\"acting\""), true } };

HOME_TEST(only_who_may_can_respond_retract_and_close_and_only_to_the_other_party)
{
	struct home *h = *state;
	struct guest south, east;
	struct issue_result ours, theirs, r;
	guest_meets(h, &south, "south.example");
	guest_meets(h, &east, "east.example");
	issue_warning(h, "south.example", &ours);
	guest_writes(h, &south, "warning", NULL, &warning_fields[0], &theirs);
	int64_t before = last_num(h);
	fails(issue_about(h, "response", "south.example", &ours.id, stage, &r), TOCSIN_REFUSED, "only south.example");
	fails(issue_about(h, "retraction", "south.example", &theirs.id, reason, &r), TOCSIN_REFUSED, "only south.example");
	fails(issue_about(h, "closure", "south.example", &theirs.id, outcome, &r), TOCSIN_REFUSED, "only south.example");
	fails(issue_about(h, "closure", "east.example", &ours.id, outcome, &r), TOCSIN_REFUSED, "not both parties");
	fails(issue_about(h, "response", "east.example", &theirs.id, stage, &r), TOCSIN_REFUSED, "not both parties");
	fails(issue_about(h, "response", "south.example", NULL, stage, &r), TOCSIN_REFUSED, "must say which statement");
	assert_int_equal(last_num(h), before);
	ok(issue_about(h, "response", "south.example", &theirs.id, stage, &r));
	/* What was answered cannot be closed: it is not a warning. */
	fails(issue_about(h, "closure", "south.example", &r.id, outcome, &r), TOCSIN_REFUSED, "which is a response");
	ok(issue_about(h, "retraction", "south.example", &ours.id, reason, &r));
	ok(issue_about(h, "closure", "south.example", &ours.id, outcome, &r));
	guest_free(&south);
	guest_free(&east);
}

HOME_TEST(references_are_kept_sorted_and_each_only_once)
{
	struct home *h = *state;
	struct guest g;
	struct hash re[LIMIT_REFS];
	struct issue_release release = release_to("south.example");
	struct issue_result r;
	struct stored st;
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i < LIMIT_REFS; i++) {
		issue_warning(h, "south.example", &r);
		re[i] = r.id;
	}
	struct issue issue = { .kind = "warning", .re = re, .re_n = LIMIT_REFS, .release = &release, .n = 1 };
	ok(desk_issue(&h->desk, &issue, &r));
	stored_read(h, r.num, &st);
	assert_int_equal(st.s.re_n, LIMIT_REFS);
	for (size_t i = 1; i < LIMIT_REFS; i++)
		assert_true(memcmp(st.s.re[i - 1].b, st.s.re[i].b, SHA256_SIZE) < 0);
	arena_free(st.arena);
	re[3] = re[9];
	fails(desk_issue(&h->desk, &issue, &r), TOCSIN_BAD, "");
	guest_free(&g);
}

/* ---- fields and attachments ---- */

HOME_TEST(more_fields_take_four_times_the_lines_and_too_many_are_refused)
{
	struct home *h = *state;
	struct guest g;
	static char names[LIMIT_LINES + 1][16];
	struct body_field *field = calloc(LIMIT_LINES + 1, sizeof *field);
	guest_meets(h, &g, "south.example");
	for (size_t i = 0; i <= LIMIT_LINES; i++) {
		snprintf(names[i], sizeof names[i], "x.f%zu", i);
		field[i] = (struct body_field){ .name = names[i], .value = BYTES_LIT("1"), .open = i % 2 == 0 };
	}
	static const struct { size_t n; uint32_t lines; } cases[] = { { 0, 32 }, { 32, 32 }, { 33, 128 }, { 128, 128 },
		{ 129, 512 },
		{ 513, 2048 }, { LIMIT_LINES, 2048 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct issue_release release = { .to = "south.example", .field = field, .field_n = cases[i].n };
		struct issue_result r;
		struct stored st;
		ok(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r));
		stored_read(h, r.num, &st);
		assert_int_equal(st.s.lines, cases[i].lines);
		arena_free(st.arena);
	}
	int64_t before = last_num(h);
	struct issue_release release = { .to = "south.example", .field = field, .field_n = LIMIT_LINES + 1 };
	struct issue_result r;
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_BAD,
		"2048 fields");
	/* A name twice, a name that is none, a value that is none, a value that is too long. */
	release.field_n = 2;
	field[1].name = field[0].name;
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_BAD, "");
	field[1].name = "No Name";
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_BAD, "");
	field[1] = (struct body_field){ .name = "x.a", .value = BYTES_LIT("{"), .open = true };
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_BAD, "");
	char *longest = malloc(LIMIT_LINE);
	memset(longest, 'x', LIMIT_LINE);
	longest[0] = longest[LIMIT_LINE - 1] = '"';
	field[1].value = bytes_of(longest, LIMIT_LINE);
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_BAD, "");
	assert_int_equal(last_num(h), before);
	free(longest);
	free(field);
	guest_free(&g);
}

/* A release to south with an attachment of N bytes. */
static enum tocsin_err attach(struct home *h, size_t n, const char *to, size_t copies, struct issue_result *r)
{
	char value[256], hex[2 * SHA256_SIZE + 1];
	uint8_t *content = malloc(n);
	struct issue_release *release = calloc(copies, sizeof *release);
	assert_non_null(content);
	memset(content, 'p', n);
	struct hash hash = sha256(bytes_of(content, n));
	hex_encode(hash.b, SHA256_SIZE, hex);
	snprintf(value, sizeof value, "[\"photo.jpg\",\"image/jpeg\",%zu,\"%s\"]", n, hex);
	struct body_field field[] = { warning_fields[0], { "attachment.1", bytes_str(value), true } };
	struct body_file file = { "attachment.1", bytes_of(content, n) };
	for (size_t i = 0; i < copies; i++)
		release[i] = (struct issue_release){ .to = to, .field = field, .field_n = 2, .file = &file, .file_n = 1 };
	enum tocsin_err err = desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = release, .n = copies }, r);
	free(release);
	free(content);
	return err;
}

HOME_TEST(an_attachment_goes_with_its_release_and_one_that_no_envelope_holds_is_refused_before_anything_is_kept)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct stored st;
	struct buf plain, sealed;
	guest_meets(h, &g, "south.example");
	ok(attach(h, 1000, "south.example", 1, &r));
	stored_read(h, r.num, &st);
	assert_int_equal(st.body.attachment_n, 1);
	assert_int_equal(st.body.attachment[0].content.n, 1000);
	arena_free(st.arena);
	/* The largest that is taken can be sealed; one byte more is not taken. */
	size_t least = 2u << 20, low = least - 8192, high = least;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		enum tocsin_err err = attach(h, mid, "south.example", 1, &r);
		if (err != TOCSIN_OK)
			assert_non_null(strstr(fail_sentence(), "attach less"));
		*(err == TOCSIN_OK ? &low : &high) = mid;
	}
	int64_t before = last_num(h);
	fails(attach(h, high, "south.example", 1, &r), TOCSIN_BAD, "attach less");
	assert_int_equal(last_num(h), before);
	ok(attach(h, low, "south.example", 1, &r));
	stored_read(h, r.num, &st);
	buf_init(&plain, LIMIT_ENVELOPE);
	buf_init(&sealed, LIMIT_ENVELOPE);
	body_wrap(&plain, st.row.note, st.row.body);
	assert_false(plain.failed);
	assert_int_equal(plain.n, least);
	const struct peer *p = directory_find(h->desk.directory, "south.example");
	ok(age_seal(p->recipient, p->recipient_n, buf_bytes(&plain), &sealed));
	peer_release(p);
	buf_free(&plain);
	buf_free(&sealed);
	arena_free(st.arena);
	guest_free(&g);
}

HOME_TEST(a_call_holds_only_so_much_at_a_time)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result *r = calloc(200, sizeof *r);
	guest_meets(h, &g, "south.example");
	fails(attach(h, 2000000, "south.example", 200, r), TOCSIN_BAD, "more than 256 MiB for 200 recipients");
	assert_int_equal(last_num(h), 0);
	free(r);
	guest_free(&g);
}

/* ---- keys ---- */

HOME_TEST(after_the_keys_were_changed_it_is_the_new_ones_that_sign)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct stored st;
	uint64_t seq;
	guest_meets(h, &g, "south.example");
	const struct keeper_public *old = keeper_public(h->desk.keeper);
	ok(keeper_rotate(h->desk.keeper));
	ok(cards_next(&h->desk, NULL, &seq));
	issue_warning(h, "south.example", &r);
	stored_read(h, r.num, &st);
	ok(note_verify(&st.note, &keeper_public(h->desk.keeper)->sign));
	assert_int_equal(note_verify(&st.note, &old->sign), TOCSIN_MISSING);
	const struct peer *self = directory_self(h->desk.directory);
	struct buf clean;
	buf_init(&clean, LIMIT_NOTE);
	ok(chain_verify_statement(&self->chain, NULL, 0, &st.note, &st.s, &clean));
	buf_free(&clean);
	peer_release(self);
	arena_free(st.arena);
	guest_free(&g);
}

HOME_TEST(without_a_keeper_nothing_is_issued)
{
	struct home *h = *state;
	struct guest g;
	struct issue_result r;
	struct issue_release release = release_to("south.example");
	guest_meets(h, &g, "south.example");
	kill(keeper_pid(h->desk.keeper), SIGKILL);
	fails(desk_issue(&h->desk, &(struct issue){ .kind = "warning", .release = &release, .n = 1 }, &r), TOCSIN_BROKEN, "");
	assert_int_equal(last_num(h), 0);
	guest_free(&g);
}

/* ---- audiences ---- */

static void put_in_group(struct home *h, const char *group, const char *const *member, size_t n)
{
	struct change *c = change_new();
	for (size_t i = 0; i < n; i++)
		change_group_put(c, group, member[i]);
	ok(store_commit(h->desk.store, c, NULL, NULL));
}

HOME_TEST(an_audience_is_names_and_groups_sorted_and_each_once)
{
	struct home *h = *state;
	static const char *const members[] = { "west.example", "east.example" };
	static const char *const words[] = { "south.example", "@coast", "east.example", "@coast", "south.example" };
	struct arena *a = arena_new(1u << 20);
	const char **names = NULL;
	size_t n = 0;
	put_in_group(h, "coast", members, 2);
	ok(desk_audience(&h->desk, words, 5, a, &names, &n));
	assert_int_equal(n, 3);
	assert_string_equal(names[0], "east.example");
	assert_string_equal(names[1], "south.example");
	assert_string_equal(names[2], "west.example");
	ok(desk_audience(&h->desk, words, 1, a, &names, &n));
	assert_int_equal(n, 1);
	arena_free(a);
}

HOME_TEST(an_empty_audience_or_group_is_refused_even_when_others_are_named)
{
	struct home *h = *state;
	struct arena *a = arena_new(1u << 20);
	const char **names = NULL;
	size_t n = 99;
	static const char *const words[] = { "south.example", "@nobody" }, *const bare[] = { "@" };
	fails(desk_audience(&h->desk, words, 0, a, &names, &n), TOCSIN_REFUSED, "reaches nobody");
	fails(desk_audience(&h->desk, words, 2, a, &names, &n), TOCSIN_REFUSED, "@nobody has no members");
	fails(desk_audience(&h->desk, bare, 1, a, &names, &n), TOCSIN_REFUSED, "has no members");
	assert_null(names);
	assert_int_equal(n, 99);
	arena_free(a);
}

HOME_TEST(overlapping_groups_are_counted_once_and_one_name_too_many_is_refused)
{
	struct home *h = *state;
	struct arena *a = arena_new(4u << 20);
	static char name[1025][32];
	const char *member[1025], **names = NULL;
	static const char *const both[] = { "@first", "@second" }, *const more[] = { "@first", "@second", "one-more.example" };
	size_t n = 0;
	for (size_t i = 0; i < 1025; i++) {
		snprintf(name[i], sizeof name[i], "n%04zu.example", i);
		member[i] = name[i];
	}
	put_in_group(h, "first", member, 900);
	put_in_group(h, "second", member + 124, 900);
	ok(desk_audience(&h->desk, both, 2, a, &names, &n));
	assert_int_equal(n, 1024);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(names[i], name[i]);
	fails(desk_audience(&h->desk, more, 3, a, &names, &n), TOCSIN_BAD, "at most 1024 recipients");
	fails(desk_audience(&h->desk, member, 1025, a, &names, &n), TOCSIN_BAD, "at most 1024 recipients");
	ok(desk_audience(&h->desk, member, 1024, a, &names, &n));
	assert_int_equal(n, 1024);
	arena_free(a);
}

HOME_TEST(an_arena_that_is_full_is_an_error_at_every_size)
{
	struct home *h = *state;
	static const char *const members[] = { "west.example", "east.example", "south.example" }, *const words[] = {
		"@coast", "a.example" };
	bool there = false;
	put_in_group(h, "coast", members, 3);
	for (size_t size = 0; size < 20000 && !there; size += 8) {
		struct arena *a = arena_new(size);
		const char **names = NULL;
		size_t n = 0;
		enum tocsin_err err = desk_audience(&h->desk, words, 2, a, &names, &n);
		there = err == TOCSIN_OK;
		if (there)
			assert_int_equal(n, 4);
		else
			assert_int_equal(err, TOCSIN_BROKEN);
		arena_free(a);
	}
	assert_true(there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		home_test(each_recipient_gets_a_release_of_its_own_that_shares_nothing_that_joins_them),
		home_test(the_order_of_the_lines_tells_nothing),
		home_test(what_is_issued_is_logged_and_waits_in_the_outbox_with_its_urgency),
		home_test(a_record_to_oneself_is_logged_and_kept_and_never_sent),
		home_test(when_one_of_many_cannot_be_sent_to_nobody_is),
		home_test(nobody_too_many_and_a_kind_that_is_not_there_are_refused),
		home_test(whoever_is_unconfirmed_or_distrusted_can_still_be_warned),
		home_test(only_who_may_can_respond_retract_and_close_and_only_to_the_other_party),
		home_test(references_are_kept_sorted_and_each_only_once),
		home_test(more_fields_take_four_times_the_lines_and_too_many_are_refused),
		home_test(an_attachment_goes_with_its_release_and_one_that_no_envelope_holds_is_refused_before_anything_is_kept),
		home_test(a_call_holds_only_so_much_at_a_time),
		home_test(after_the_keys_were_changed_it_is_the_new_ones_that_sign),
		home_test(without_a_keeper_nothing_is_issued),
		home_test(an_audience_is_names_and_groups_sorted_and_each_once),
		home_test(an_empty_audience_or_group_is_refused_even_when_others_are_named),
		home_test(overlapping_groups_are_counted_once_and_one_name_too_many_is_refused),
		home_test(an_arena_that_is_full_is_an_error_at_every_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
