#include "proof/realm.h"

static const char EXERCISE_ENDING[] = ".exercise";

const char *realm_prefix(enum realm r)
{
	return r == REALM_EXERCISE ? "tocsin-exercise/v1" : "tocsin/v1";
}

enum realm realm_of_name(struct bytes name)
{
	size_t n = sizeof EXERCISE_ENDING - 1;
	if (name.n > n && memcmp(name.p + name.n - n, EXERCISE_ENDING, n) == 0)
		return REALM_EXERCISE;
	return REALM_LIVE;
}

bool realm_take(struct text *t, enum realm *r)
{
	if (text_literal(t, "tocsin/v1 ")) {
		*r = REALM_LIVE;
		return true;
	}
	if (text_literal(t, "tocsin-exercise/v1 ")) {
		*r = REALM_EXERCISE;
		return true;
	}
	return false;
}
