/*
 * profile: what an organisation has settled with one partner about warnings: a JSON object, every member optional.
 *
 *   {"tlp": "amber",            the highest level that is proposed to it; without: what policy says
 *    "open": ["where.place"],   lines that it gets whatever their level (but for unmarked ones, and red by group)
 *    "close": ["threat.*"],     lines that it gets only when the author opens them by name
 *    "language": "ru",          what its people read: the preview names the texts that lack it
 *    "community": true,         it is one of the community that TLP:GREEN means
 *    "country": "NO",           where it is (ISO 3166): what the door counts as people abroad
 *    "owes": "…"}               what it has promised to do with a warning; shown in the preview
 *
 * A profile never opens what is closed by default (source.origin, source.method, …): the author does, by name.
 */
#ifndef TOCSIN_DOMAIN_PROFILE_H
#define TOCSIN_DOMAIN_PROFILE_H

#include "base/arena.h"
#include "domain/marking.h"

#define PROFILE_BYTES 16384
#define PROFILE_NAMES 64                /* of lines, in each list */
#define PROFILE_OWES 500
#define PROFILE_LANGUAGE 20

struct profile {
	enum tlp tlp;                   /* TLP_UNMARKED: not said */
	const char *open[PROFILE_NAMES], *close[PROFILE_NAMES];
	size_t open_n, close_n;
	const char *language, *owes;    /* "" when not said */
	bool community;
	char country[3];                /* "" when not said */
};
/* What the partner has that nobody wrote a profile for. */
extern const struct profile profile_none;
/* JSON of at most PROFILE_BYTES; strings in the arena. BAD with a sentence. */
enum tocsin_err profile_parse(struct bytes json, struct arena *a, struct profile *out) MUST_USE;

/* "where.place", or "where.*" for all below it. */
bool line_pattern_ok(const char *pattern);
bool line_matches(const char *pattern, const char *name);

#endif
