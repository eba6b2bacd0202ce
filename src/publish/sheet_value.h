/*
 * sheet_value: one value of a body as somebody hears or reads it, in a language.
 */
#ifndef TOCSIN_PUBLISH_SHEET_VALUE_H
#define TOCSIN_PUBLISH_SHEET_VALUE_H

#include "base/buf.h"
#include "base/zone.h"
#include "domain/vocabulary.h"
#include "publish/sheet_words.h"

/* Appends VALUE (canonical) of field F (NULL: not in the vocabulary), control-free. TAG is the wanted language of texts; one
 * that is not there is taken in the authoritative one, whose tag follows. Times in UTC and in ZONE (NULL: in UTC alone). */
void sheet_value(const struct sheet_language *l, const char *tag, const struct zone *zone, const struct field *f,
	struct bytes value, struct buf *out);

#endif
