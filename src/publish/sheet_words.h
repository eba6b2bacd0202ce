/*
 * sheet_words: the fixed phrases of scripts and sheets, in each language by one table; and the words of the vocabulary
 * that people have to hear or read.
 */
#ifndef TOCSIN_PUBLISH_SHEET_WORDS_H
#define TOCSIN_PUBLISH_SHEET_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum phrase {
	PHRASE_EXERCISE,
	PHRASE_WITHDRAWN,
	PHRASE_ENDED,
	PHRASE_NEWER,
	PHRASE_SCRIPT,
	PHRASE_CALL,
	PHRASE_FOR,
	PHRASE_TELL,
	PHRASE_NOT_ALOUD,                       /* our own note, not to be read out */
	PHRASE_SAY,
	PHRASE_THIS_IS,                         /* one %s: who calls */
	PHRASE_SAY_WARNING,
	PHRASE_SAY_RETRACTION,
	PHRASE_SAY_CLOSURE,
	PHRASE_SAY_OTHER,
	PHRASE_WRITE_DOWN,
	PHRASE_KNOWN,
	PHRASE_DO,
	PHRASE_NO_ADVICE,
	PHRASE_CALL_BACK,
	PHRASE_NO_CALL_BACK,
	PHRASE_CODE,
	PHRASE_COMPARE,
	PHRASE_READ_BACK,
	PHRASE_HANDLING,
	PHRASE_TELL_YES,                        /* affected people may be told */
	PHRASE_TELL_NO,
	PHRASE_NO_ALL_CLEAR,
	PHRASE_AFTERWARDS,
	PHRASE_CHECK,                           /* how to know that a paper is ours */
	PHRASE_RECEIVED,                        /* name, time, signature */
	PHRASE_MORE,
	PHRASE_TITLE_WARNING,
	PHRASE_TITLE_RETRACTION,
	PHRASE_TITLE_CLOSURE,
	PHRASE_TITLE_OTHER,
	/* labels */
	PHRASE_THREAT,
	PHRASE_HARM,
	PHRASE_METHOD,
	PHRASE_ACTOR,
	PHRASE_WHO,
	PHRASE_PLACE,
	PHRASE_AREA,
	PHRASE_FROM,
	PHRASE_UNTIL,
	PHRASE_WHEN,
	PHRASE_LIKELIHOOD,
	PHRASE_CONFIDENCE,
	PHRASE_REASON,
	PHRASE_OUTCOME,
	PHRASE_TEXT,
	PHRASE_ASK,
	PHRASE_REPLY_BY,
	PHRASE_DATE,
	PHRASE_COUNT
};

/* LANGUAGES in the order of their columns. */
#define SHEET_LANGUAGES 5
struct sheet_language {
	const char *tag;
	bool right_to_left;
	size_t column;
};
/* The language of TAG ("ru", "ru-RU"); NULL: there are no phrases in it. */
const struct sheet_language *sheet_language(const char *tag);
const struct sheet_language *sheet_language_each(size_t i);     /* NULL past the end */
const char *sheet_phrase(const struct sheet_language *l, enum phrase p);
/* A word of the vocabulary, such as "kidnapping"; NULL when it has no translation. */
const char *sheet_word(const struct sheet_language *l, const char *word);

#endif
