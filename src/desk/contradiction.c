#include "desk/contradiction.h"

#include "base/clock.h"
#include "base/text.h"

struct contradiction_rule {
	const char *name;
	/* Of two, the earlier one first; or of one against what it is about. One of them is NULL. */
	bool (*pair)(const struct said *a, const struct said *b);
	bool (*alone)(const struct said *a, const struct told *t);
	/* {1} and {2}: who signed; {1at} and {2at}: when; {to}, {arrived}: of what it is about; {1outcome}, {2outcome}. */
	const char *sentence;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_record(const struct said *s)
{
	return is(s->kind, "record");
}

static bool claims(const struct said *s, const char *word)
{
	char padded[64];
	snprintf(padded, sizeof padded, " %s ", word);
	return strstr(s->claims, padded) != NULL;
}

static bool acts(const struct said *s)
{
	return is(s->stage, "acting") || is(s->stage, "acted");
}

static bool found_specific(const struct said *s)
{
	return is(s->specific, "specific") || is(s->specific, "very-specific");
}

/* One side against itself: records are about what others said. */
static bool own(const struct said *a, const struct said *b)
{
	return is(a->by, b->by) && !is_record(a) && !is_record(b);
}

/* A record, and a response of whoever did not write it down. */
static const struct said *record_of(const struct said *a, const struct said *b)
{
	if (is_record(a) == is_record(b) || is(a->by, b->by))
		return NULL;
	return is_record(a) ? a : b;
}

/* ---- one side against itself ---- */

static bool acted_after_declined(const struct said *a, const struct said *b)
{
	return own(a, b) && is(a->stage, "declined") && acts(b);
}

static bool declined_after_acted(const struct said *a, const struct said *b)
{
	return own(a, b) && acts(a) && is(b->stage, "declined");
}

static bool general_after_specific(const struct said *a, const struct said *b)
{
	return own(a, b) && found_specific(a) && (is(b->specific, "too-general") || is(b->specific, "general"));
}

static bool held_after_removed(const struct said *a, const struct said *b)
{
	return own(a, b) && is(a->copy, "removed") && is(b->copy, "held");
}

bool contradiction_outcome(const struct said *s)
{
	return !is_record(s) && (is(s->outcome, "occurred") || is(s->outcome, "foiled") || is(s->outcome, "did-not-occur"));
}

static bool outcome_changed(const struct said *a, const struct said *b)
{
	return is(a->by, b->by) && contradiction_outcome(a) && contradiction_outcome(b) && !is(a->outcome, b->outcome);
}

/* ---- the sides against each other ---- */

static bool outcomes_differ(const struct said *a, const struct said *b)
{
	return !is(a->by, b->by) && contradiction_outcome(a) && contradiction_outcome(b) && !is(a->outcome, b->outcome);
}

/* ---- a response and a record ---- */

static bool inaction_claimed(const struct said *a, const struct said *b)
{
	const struct said *r = record_of(a, b), *other = r == a ? b : a;
	return r != NULL && claims(r, "not-acted") && acts(other);
}

static bool action_claimed(const struct said *a, const struct said *b)
{
	const struct said *r = record_of(a, b), *other = r == a ? b : a;
	return r != NULL && claims(r, "acted") && is(other->stage, "declined");
}

static bool dismissed_in_words(const struct said *a, const struct said *b)
{
	const struct said *r = record_of(a, b), *other = r == a ? b : a;
	return r != NULL && (claims(r, "not-credible") || claims(r, "propaganda")) && acts(other);
}

static bool too_general_in_words(const struct said *a, const struct said *b)
{
	const struct said *r = record_of(a, b), *other = r == a ? b : a;
	return r != NULL && claims(r, "too-general") && found_specific(other);
}

static bool outcome_claimed(const struct said *a, const struct said *b)
{
	static const char *const outcomes[] = { "occurred", "foiled", "did-not-occur" };
	const struct said *r = record_of(a, b), *other = r == a ? b : a;
	if (r == NULL || !contradiction_outcome(other) || claims(r, other->outcome))
		return false;
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (claims(r, outcomes[i]))
			return true;
	return false;
}

/* ---- against what is proven ---- */

static bool receipt_denied(const struct said *a, const struct told *t)
{
	return is_record(a) && t->arrived_at != 0 && (claims(a, "not-received") || claims(a, "no-warning"));
}

/* The vector's level behind KEY ("where="). */
static struct bytes level(const struct told *t, const char *key)
{
	struct bytes rest = bytes_str(t->specificity), word;
	size_t n = strlen(key);
	while (text_word(&rest, &word))
		if (word.n > n && memcmp(word.p, key, n) == 0)
			return bytes_of(word.p + n, word.n - n);
	return bytes_of(NULL, 0);
}

static bool none(struct bytes level)
{
	return level.n == 0 || bytes_equal_str(level, "none");
}

/* It named a place, a time, and what would happen or to whom: words alone for the time are not a time. */
static bool was_specific(const struct told *t)
{
	struct bytes when = level(t, "when=");
	return !none(level(t, "where=")) && !none(when) && !bytes_equal_str(when, "words") &&
		(!none(level(t, "what=")) || !none(level(t, "target=")));
}

static bool too_general_against_lines(const struct said *a, const struct told *t)
{
	return !is_record(a) && is(a->specific, "too-general") && was_specific(t);
}

static bool too_general_claimed(const struct said *a, const struct told *t)
{
	return is_record(a) && claims(a, "too-general") && was_specific(t);
}

static const struct contradiction_rule rules[] = {
	{ "acted-after-declined", acted_after_declined, NULL,
		"{1} declined on {1at} and said on {2at} that it acts" },
	{ "declined-after-acted", declined_after_acted, NULL,
		"{1} said on {1at} that it acts and declined on {2at}" },
	{ "general-after-specific", general_after_specific, NULL,
		"{1} found it specific on {1at} and general on {2at}" },
	{ "held-after-removed", held_after_removed, NULL,
		"{1} said on {1at} that its copy is removed and on {2at} that it holds one" },
	{ "outcome-changed", outcome_changed, NULL,
		"{1} said {1outcome} on {1at} and {2outcome} on {2at}" },
	{ "outcomes-differ", outcomes_differ, NULL,
		"{1} said {1outcome} on {1at}, {2} said {2outcome} on {2at}" },
	{ "inaction-claimed", inaction_claimed, NULL,
		"{record} wrote down on {recordat} that somebody claimed that nothing was done; {other} said on {otherat} that it acts" },
	{ "action-claimed", action_claimed, NULL,
		"{record} wrote down on {recordat} that somebody claimed to have acted; {other} declined on {otherat}" },
	{ "dismissed-in-words", dismissed_in_words, NULL,
		"{record} wrote down on {recordat} that somebody claimed that it was not credible; {other} said on {otherat} that it acts" },
	{ "too-general-in-words", too_general_in_words, NULL,
		"{record} wrote down on {recordat} that somebody claimed that it was too general; {other} found it specific on {otherat}" },
	{ "outcome-claimed", outcome_claimed, NULL,
		"{record} wrote down on {recordat} that somebody claimed another outcome than {otheroutcome}, which {other} said on {otherat}" },
	{ "receipt-denied", NULL, receipt_denied,
		"{1} wrote down on {1at} that somebody claimed that no warning came; the node of {to} accepted it on {arrived}, as its log proves" },
	{ "too-general-against-lines", NULL, too_general_against_lines,
		"{1} found it too general on {1at}; what was sent says {specificity}" },
	{ "too-general-claimed", NULL, too_general_claimed,
		"{1} wrote down on {1at} that somebody claimed that it was too general; what was sent says {specificity}" },
};

const struct contradiction_rule *contradiction_each(size_t i)
{
	return i < sizeof rules / sizeof *rules ? &rules[i] : NULL;
}

const char *contradiction_name(const struct contradiction_rule *r)
{
	return r->name;
}

size_t contradiction_find(const struct told *t, const struct said *said, size_t n, struct contradiction *out, size_t max)
{
	const struct contradiction_rule *r;
	size_t found = 0;
	for (size_t i = 0; (r = contradiction_each(i)) != NULL; i++)
		for (size_t a = 0; a < n && found < max; a++) {
			if (r->alone != NULL && r->alone(&said[a], t))
				out[found++] = (struct contradiction){ r, a, a };
			for (size_t b = a + 1; r->pair != NULL && b < n && found < max; b++)
				if (r->pair(&said[a], &said[b]))
					out[found++] = (struct contradiction){ r, a, b };
		}
	return found;
}

static void add_time(struct buf *out, int64_t t)
{
	char text[CLOCK_TEXT + 1];
	clock_format(t, text);
	buf_add_str(out, text);
}

void contradiction_sentence(const struct contradiction *c, const struct told *t, const struct said *said, struct buf *out)
{
	const struct said *a = &said[c->a], *b = &said[c->b], *record = is_record(a) ? a : b, *other = record == a ? b : a;
	const struct { const char *name, *text; int64_t at; } parts[] = {
		{ "1", a->by, 0 }, { "2", b->by, 0 }, { "1at", NULL, a->at }, { "2at", NULL, b->at },
		{ "1outcome", a->outcome, 0 }, { "2outcome", b->outcome, 0 }, { "record", record->by, 0 },
		{ "recordat", NULL, record->at }, { "other", other->by, 0 }, { "otherat", NULL, other->at },
		{ "otheroutcome", other->outcome, 0 }, { "to", t->to, 0 }, { "arrived", NULL, t->arrived_at },
		{ "specificity", t->specificity, 0 },
	};
	for (const char *s = c->rule->sentence; *s != 0; s++) {
		const char *end = *s == '{' ? strchr(s, '}') : NULL;
		if (end == NULL) {
			buf_add_char(out, *s);
			continue;
		}
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
			if (strlen(parts[i].name) != (size_t)(end - s - 1) || memcmp(parts[i].name, s + 1, strlen(parts[i].name)) != 0)
				continue;
			if (parts[i].text != NULL)
				buf_add_str(out, parts[i].text);
			else
				add_time(out, parts[i].at);
		}
		s = end;
	}
}
