#include "api/table.h"

/* clocks */
const struct api_operation api_table_clock[] = {
	{ .path = NULL },
};
