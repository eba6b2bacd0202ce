#include "desk/access.h"

#include <stddef.h>

const struct view *view_node(void)
{
	static const struct view node = { .who = "node", .content = true };
	return &node;
}

const struct view *view_desk(void)
{
	static const struct view desk = { .who = "desk", .content = true };
	return &desk;
}
