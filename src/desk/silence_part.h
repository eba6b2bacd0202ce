/*
 * silence_part: what the files of silence share.
 */
#ifndef TOCSIN_DESK_SILENCE_PART_H
#define TOCSIN_DESK_SILENCE_PART_H

#include "desk/desk.h"
#include "domain/silence.h"
#include "store/rows_silence.h"

/* What is usual for ROW, now; false alarms at PER_YEAR a partner, more than 0. */
enum tocsin_err silence_usual(struct snapshot *read, const struct silence_row *row, int64_t per_year, struct silence *out) MUST_USE;
/* When the silence of ROW becomes unusual; INT64_MAX: too little is known. */
int64_t silence_unusual_at(const struct silence_row *row, const struct silence *s);
/* A copy of ROW in the arena; false when it is full. */
bool silence_copy(struct arena *a, const struct silence_row *row, struct silence_row *out);

#endif
