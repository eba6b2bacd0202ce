/*
 * request: the body of POST /api/v1/statements: one statement to be issued, or up to 256 under "items". It is read and
 * checked whole before anything is issued.
 */
#ifndef TOCSIN_SERVE_REQUEST_H
#define TOCSIN_SERVE_REQUEST_H

#include "base/json.h"
#include "desk/files.h"
#include "domain/vocabulary.h"

#define REQUEST_ITEMS 256

struct request_item {
	const char *kind;                       /* borrowed from the table of kinds */
	const char **to;                        /* names and @groups; none for a record: the node itself */
	size_t to_n;
	const char **re;                        /* ids or prefixes */
	size_t re_n;
	const char **attach;                    /* ids of staged files */
	struct files *files;                    /* those; NULL: none */
	struct body_field *field;               /* the files' lines, too */
	size_t field_n;
	int urgency;
};
struct request {
	struct request_item *item;
	size_t n;
	bool many;                              /* came as "items" */
};

/* Finds the staged files IDS for an item. */
typedef enum tocsin_err request_files(void *arg, const char *const *ids, size_t n, struct arena *a, struct files *out);
/* BODY is an object whose members the API's table has checked; strings are borrowed from it, the rest is in A. NOW
 * serves the urgency. BAD names the item and the field. */
enum tocsin_err request_read(const json_t *body, int64_t now, request_files *find, void *arg,
	struct arena *a, struct request *out) MUST_USE;

#endif
