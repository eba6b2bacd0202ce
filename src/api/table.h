/*
 * table: the operations by area, one file each; each list ends with a row without path.
 */
#ifndef TOCSIN_API_TABLE_H
#define TOCSIN_API_TABLE_H

#include "api/operation.h"

#define V1 "/api/v1/"
#define PLACE_MAX 128                   /* bytes of a place in a list, as its reader was given it */

/* Members of an answer: always there, or not always; with members of their own. */
#define HAS(name, type, help) { name, type, true, 0, 0, help, NULL }
#define HAS_OF(name, type, of, help) { name, type, true, 0, 0, help, of }
#define MAY_HAVE(name, type, help) { name, type, false, 0, 0, help, NULL }
#define MAY_HAVE_OF(name, type, of, help) { name, type, false, 0, 0, help, of }

extern const struct api_field api_nothing[];
extern const struct api_operation api_table_ask[];
extern const struct api_operation api_table_exposure[];
extern const struct api_operation api_table_node[], api_table_partner[], api_table_statement[], api_table_account[],
	api_table_policy[], api_table_draft[], api_table_clock[], api_table_page[], api_table_keep[], api_table_contact[],
	api_table_door[], api_table_search[], api_table_access[], api_table_lead[], api_table_broker[],
	api_table_border[], api_table_correction[];
extern const struct api_operation api_table_screen[];

#endif
