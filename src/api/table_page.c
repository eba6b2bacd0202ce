#include "api/table.h"

/* pages and channels */
const struct api_operation api_table_page[] = {
	{ .path = NULL },
};
