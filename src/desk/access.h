/*
 * access: the one place where views are made (need-to-know).  view_node serves intake, courier and log; the house test
 * names the files that may use it.
 */
#ifndef TOCSIN_DESK_ACCESS_H
#define TOCSIN_DESK_ACCESS_H

#include "domain/view.h"

const struct view *view_node(void);
/* Whoever holds the desk's token or socket: everything, until there are accounts. */
const struct view *view_desk(void);

#endif
