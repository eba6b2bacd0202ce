#include "api/table.h"

/* search */
const struct api_operation api_table_search[] = {
	{ .path = NULL },
};
