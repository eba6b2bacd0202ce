#include "api/table.h"

/* drafts, determinations, releases */
const struct api_operation api_table_draft[] = {
	{ .path = NULL },
};
