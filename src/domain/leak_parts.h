/*
 * leak_parts: what the files of leak share. Nobody else includes it.
 */
#ifndef TOCSIN_DOMAIN_LEAK_PARTS_H
#define TOCSIN_DOMAIN_LEAK_PARTS_H

#include "domain/fold.h"
#include "domain/leak.h"
#include "domain/vocabulary.h"

#define LEAK_CHARACTERS 4               /* what is shorter tells nothing */
#define LEAK_WHOLE 8                    /* from here on it is found inside of words, too */
#define LEAK_WORK (1u << 28)            /* comparisons; about a third of a second */

struct leak_word { uint32_t from, n; }; /* characters of the folded text */

struct leak_number { uint32_t from, key; };     /* first character of a run of digits; its number's first four digits */

/* A text made ready: an open one to be searched, or a closed one to be searched for. */
struct leak_text {
	const char *name;                       /* of its line */
	const struct field *field;              /* NULL: not in the table */
	struct bytes text;                      /* in the arena */
	bool by_name;                           /* the text is the line's name */
	struct folded f;
	uint32_t *letter;                       /* the folded characters that are letters, digits or ideographs: their places */
	size_t letter_n;
	size_t weight;                          /* of these; an ideograph counts for two */
	struct leak_word *word;                 /* runs of letters and digits */
	size_t word_n;
	uint32_t *sorted;                       /* words by their characters */
	uint64_t *row;                          /* four words in a row: hash (upper 40 bits) and first word (lower 24), sorted */
	size_t row_n;
	struct leak_number *number;             /* runs of digits, sorted by key */
	size_t number_n;
};
struct leak_texts {
	struct leak_text *text;
	size_t n;
};
struct leak_search {
	struct arena *arena;
	size_t work;                            /* left */
	/* Says what was found in OPEN from byte FROM to byte UNTIL. */
	void (*found)(void *arg, const struct leak_text *closed, const struct leak_text *open, size_t from, size_t until,
		bool exact);
	void *arg;
};

/* Every string that the VALUE (canonical) of line NAME holds, and for lines outside the table the name. */
enum tocsin_err leak_texts_add(const char *kind, const char *name, struct bytes value, struct arena *a,
	struct leak_texts *out, size_t room) MUST_USE;
enum tocsin_err leak_text_ready(struct leak_text *t, struct arena *a) MUST_USE;
/* T's numbers; a part of leak_text_ready. */
enum tocsin_err leak_numbers_ready(struct leak_text *t, struct arena *a) MUST_USE;
/* How many texts a value can hold at most. */
size_t leak_texts_room(struct bytes value);

/* ---- each compares one closed text with one open one; BAD when there was too much work ---- */
enum tocsin_err leak_match_text(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open) MUST_USE;
enum tocsin_err leak_match_numbers(struct leak_search *s, const struct leak_text *closed,
	const struct leak_text *open) MUST_USE;
enum tocsin_err leak_match_places(struct leak_search *s, const struct leak_text *closed,
	const struct leak_text *open) MUST_USE;
enum tocsin_err leak_match_times(struct leak_search *s, const struct leak_text *closed,
	const struct leak_text *open) MUST_USE;
/* All of them. */
enum tocsin_err leak_match(struct leak_search *s, const struct leak_text *closed, const struct leak_text *open) MUST_USE;
enum tocsin_err leak_worked(struct leak_search *s, size_t steps) MUST_USE;

/* The sentence of TEXT that byte AT is in, of a long one what is around it. */
#define LEAK_SENTENCE 500
struct bytes leak_sentence(struct bytes text, size_t at);

#endif
