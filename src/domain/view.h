/*
 * view: who reads content. Made only by desk/access; every read of content takes one.
 */
#ifndef TOCSIN_DOMAIN_VIEW_H
#define TOCSIN_DOMAIN_VIEW_H

#include <stdbool.h>

struct view {
	const char *who;                       /* for the log: "node", "desk", an account */
	bool content;                          /* may see bodies */
};

#endif
