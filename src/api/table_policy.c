#include "api/table.h"

/* policy and partner profiles */
const struct api_operation api_table_policy[] = {
	{ .path = NULL },
};
