/*
 * screening_part: what screening.c and protected.c share. Nobody else includes it.
 */
#ifndef TOCSIN_DESK_SCREENING_PART_H
#define TOCSIN_DESK_SCREENING_PART_H

#include <pthread.h>

#include "desk/screening.h"

struct screener {
	pthread_rwlock_t lock;                  /* of the rules and the tags */
	pthread_mutex_t setting;                /* one change at a time, so that memory follows the database in its order */
	struct screen_rules *rules;
	struct hash *tag;                       /* sorted; one that two entries have is there twice */
	size_t tag_n, tag_room;
	uint8_t sealing[KEEPER_DERIVED], tagging[KEEPER_DERIVED], asking[KEEPER_DERIVED];
};

/* Reads the tags anew. The caller holds SETTING. */
enum tocsin_err screener_reload_tags(struct screener *s, struct store *from) MUST_USE;
/* Room for MORE tags beside those that are there, so that adding them cannot fail. The caller holds SETTING. */
enum tocsin_err screener_reserve(struct screener *s, size_t more) MUST_USE;
void screener_add_tag(struct screener *s, const struct hash *tag);

#endif
