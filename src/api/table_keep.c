#include "api/table.h"

/* reach of a retraction, retention, forgetting */
const struct api_operation api_table_keep[] = {
	{ .path = NULL },
};
