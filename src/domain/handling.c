#include "domain/handling.h"

#include "base/text.h"

static const struct {
	const char *name;
	bool open;
	const char *words;              /* %s: the marking's level, the recipient, what it may get */
} whys[] = {
	[HANDLING_FITS] = { "marking-fits", true, "marked %1$s, and %2$s may get up to %3$s" },
	[HANDLING_PROFILE_OPENS] = { "profile-opens", true, "the profile of %2$s opens it" },
	[HANDLING_AUTHOR_OPENED] = { "author-opened", true, "the author opened it by name (marked %1$s)" },
	[HANDLING_GOES_WITH] = { "goes-with", true, "the marking goes with what it marks" },
	[HANDLING_UNMARKED] = { "unmarked", false, "unmarked is closed: mark it" },
	[HANDLING_BY_DEFAULT] = { "closed-by-default", false, "closed by default, as what tells of sources is: the author may open it by name" },
	[HANDLING_RED] = { "red-named-only", false, "marked red: for named recipients only, and %2$s is reached by a group: name it" },
	[HANDLING_COMMUNITY] = { "green-community-only", false, "marked green: for the community, of which %2$s is not; name it, or open the line by name" },
	[HANDLING_ABOVE] = { "above-profile", false, "marked %1$s, and %2$s may get up to %3$s: the author may open it by name" },
	[HANDLING_PROFILE_CLOSES] = { "profile-closes", false, "the profile of %2$s closes it: the author may open it by name" },
	[HANDLING_AUTHOR_CLOSED] = { "author-closed", false, "closed by name" },
	[HANDLING_NOTHING_OPEN] = { "nothing-open", false, "a marking of lines that are all closed" },
};

const char *handling_why_name(enum handling_why why)
{
	return whys[why].name;
}

bool handling_substance(const char *name)
{
	static const char *const lines[] = { "threat.summary", "threat.harm", "threat.method", "target.*", "where.*", "when.*",
		"likelihood", "confidence", "advice", "urgency", "ask.*", "handling.*", NULL };
	for (size_t i = 0; lines[i] != NULL; i++)
		if (line_matches(lines[i], name))
			return true;
	return false;
}

static bool any_matches(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (line_matches(list[i], name))
			return true;
	return false;
}

/* What is closed by default is named itself, or by "source.*"; the substance holds none of it. */
bool handling_opens(const char *kind, const char *const *open, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (line_matches(open[i], name) ||
			(strcmp(open[i], "substance") == 0 && handling_substance(name) && !field_closed(kind, name)))
			return true;
	return false;
}

static bool author_opens(const struct handling_ask *ask, const char *name)
{
	return handling_opens(ask->kind, ask->open, ask->open_n, name);
}

static const struct body_field *find(const struct handling_ask *ask, const char *name)
{
	for (size_t i = 0; i < ask->field_n; i++)
		if (strcmp(ask->field[i].name, name) == 0)
			return &ask->field[i];
	return NULL;
}

/* The marking that holds for every line that has none of its own. */
static struct marking whole_marking(const struct handling_ask *ask)
{
	struct marking m = { 0 };
	char word[20];
	const struct body_field *tlp = find(ask, "handling.tlp"), *caveat = find(ask, "handling.caveat");
	if (tlp != NULL && tlp->value.n > 2 && tlp->value.n - 2 < sizeof word) {
		memcpy(word, tlp->value.p + 1, tlp->value.n - 2);
		word[tlp->value.n - 2] = '\0';
		(void)tlp_find(word, &m.tlp);
	}
	if (caveat != NULL)
		m.codes = marking_codes(caveat->value);
	if (ask->inherited == NULL)
		return m;
	/* Without a word of its own it has that of what it rests on. */
	return tlp == NULL ? *ask->inherited : marking_merge(m, *ask->inherited);
}

static bool is_marking(const char *name)
{
	return strcmp(name, "handling.tlp") == 0 || strcmp(name, "handling.caveat") == 0;
}

static enum tlp level_of(const struct handling_ask *ask)
{
	if (ask->profile->tlp != TLP_UNMARKED)
		return ask->profile->tlp;
	enum tlp by_group = ask->profile->community ? TLP_GREEN : TLP_CLEAR;
	return ask->named || tlp_above(by_group, ask->deflt) ? ask->deflt : by_group;
}

static enum handling_why why_of(const struct handling_ask *ask, const struct handling *h, const char *name,
	const struct marking *m)
{
	const struct profile *p = ask->profile;
	if (any_matches(ask->close, ask->close_n, name))
		return HANDLING_AUTHOR_CLOSED;
	if (m->tlp == TLP_UNMARKED)
		return HANDLING_UNMARKED;
	if (m->tlp == TLP_RED && !ask->named)
		return HANDLING_RED;
	if (author_opens(ask, name))
		return HANDLING_AUTHOR_OPENED;
	if (field_closed(ask->kind, name))
		return HANDLING_BY_DEFAULT;
	if (any_matches(p->close, p->close_n, name))
		return HANDLING_PROFILE_CLOSES;
	if (any_matches(p->open, p->open_n, name))
		return HANDLING_PROFILE_OPENS;
	if (m->tlp == TLP_GREEN && !ask->named && !p->community)
		return HANDLING_COMMUNITY;
	return tlp_above(m->tlp, h->level) ? HANDLING_ABOVE : HANDLING_FITS;
}

/* Each word must mean a line that is there. */
static enum tocsin_err check_words(const struct handling_ask *ask, const char *const *words, size_t n, const char *verb)
{
	for (size_t i = 0; i < n; i++) {
		bool found = strcmp(words[i], "substance") == 0 && strcmp(verb, "open") == 0;
		for (size_t k = 0; k < ask->field_n && !found; k++)
			found = line_matches(words[i], ask->field[k].name);
		if (!found)
			return fail(TOCSIN_BAD, "there is no line %.70s to %s to %s", words[i], verb, ask->to);
	}
	return TOCSIN_OK;
}

/* What the kind requires, but for markings, is what a statement is about. */
static bool is_core(const char *kind, const char *name)
{
	const struct kind *k = kind_find(kind);
	for (size_t i = 0; k != NULL && k->required[i] != NULL; i++)
		if (strcmp(k->required[i], name) == 0)
			return !is_marking(name);
	return false;
}

enum tocsin_err handling_propose(const struct handling_ask *ask, struct handling *out)
{
	const struct marking whole = whole_marking(ask);
	*out = (struct handling){ .n = ask->field_n, .level = level_of(ask), .marking = whole };
	if (ask->field_n > DRAFT_FIELDS)
		return fail(TOCSIN_BAD, "more than %d fields", DRAFT_FIELDS);
	enum tocsin_err err = check_words(ask, ask->open, ask->open_n, "open");
	if (err == TOCSIN_OK)
		err = check_words(ask, ask->close, ask->close_n, "close");
	if (err != TOCSIN_OK)
		return err;
	size_t open = 0;
	for (size_t i = 0; i < ask->field_n; i++) {
		struct handling_line *l = &out->line[i];
		l->name = ask->field[i].name;
		l->marking = whole;
		if (ask->marking != NULL && ask->marking[i].tlp != TLP_UNMARKED)
			l->marking = ask->marking[i];
		else if (ask->marking != NULL && ask->marking[i].caveat != NULL)
			l->marking = (struct marking){ whole.tlp, ask->marking[i].codes, ask->marking[i].caveat };
		if (is_marking(l->name))
			continue;
		l->why = why_of(ask, out, l->name, &l->marking);
		l->open = whys[l->why].open;
		/* An open line is marked. */
		if (l->open)
			out->marking = open++ == 0 && whole.tlp == TLP_UNMARKED ? l->marking : marking_merge(out->marking, l->marking);
		else if (is_core(ask->kind, l->name) && l->why != HANDLING_AUTHOR_CLOSED)
			out->blocked = true;
	}
	for (size_t i = 0; i < ask->field_n; i++) {
		struct handling_line *l = &out->line[i];
		if (!is_marking(l->name))
			continue;
		l->why = any_matches(ask->close, ask->close_n, l->name) ? HANDLING_AUTHOR_CLOSED :
			open == 0 ? HANDLING_NOTHING_OPEN : HANDLING_GOES_WITH;
		l->open = whys[l->why].open;
	}
	return TOCSIN_OK;
}

void handling_words(const struct handling_ask *ask, const struct handling *h, size_t i, struct buf *out)
{
	const struct handling_line *l = &h->line[i];
	for (const char *p = whys[l->why].words; *p != '\0'; p++) {
		if (p[0] == '%' && p[2] == '$' && p[3] == 's') {
			buf_add_str(out, p[1] == '1' ? tlp_name(l->marking.tlp) : p[1] == '2' ? ask->to : tlp_name(h->level));
			p += 3;
		} else {
			buf_add_char(out, *p);
		}
	}
	if (l->open && l->marking.caveat != NULL)
		buf_printf(out, "; %s", l->marking.caveat);
}
