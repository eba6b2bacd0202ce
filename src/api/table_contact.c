#include "api/table.h"

/* recipients without a node */
const struct api_operation api_table_contact[] = {
	{ .path = NULL },
};
