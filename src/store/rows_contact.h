/*
 * rows_contact: recipients without a node, by name; content is JSON that desk/contact.h reads.
 */
#ifndef TOCSIN_STORE_ROWS_CONTACT_H
#define TOCSIN_STORE_ROWS_CONTACT_H

#include "store/store.h"

struct contact_row {
	const char *name;
	struct bytes content;
	int64_t added_at, changed_at;
};
/* In the arena. MISSING: there is none of this name. */
enum tocsin_err contact_row_get(struct snapshot *r, const char *name, struct arena *a, struct contact_row *out) MUST_USE;
typedef bool contact_each_row(void *arg, const struct contact_row *row);
/* At most LIMIT behind name AFTER ("": from the first), by name. */
enum tocsin_err contact_each(struct snapshot *r, const char *after, size_t limit, contact_each_row *each, void *arg) MUST_USE;
/* New, or changed. */
void change_contact_put(struct change *c, const char *name, struct bytes content, int64_t now);
/* The change fails with LATER when there is none. */
void change_contact_remove(struct change *c, const char *name);

#endif
