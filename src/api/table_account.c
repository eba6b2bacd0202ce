#include "api/table.h"

/* accounts, sessions, units, delegations, hand-over, the audit trail */
const struct api_operation api_table_account[] = {
	{ .path = NULL },
};
