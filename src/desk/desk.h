/*
 * desk: the people's side of one node: what it knows of its partners, who may read, what is issued and accepted.
 *
 * It never sees HTTP or SQL.  struct desk is made once by node/ and lent to everybody below; its members do not change
 * while the node runs, what they point to is safe from any thread.
 */
#ifndef TOCSIN_DESK_DESK_H
#define TOCSIN_DESK_DESK_H

#include "domain/chain.h"
#include "keeper/keeper.h"
#include "store/log.h"
#include "store/rows.h"
#include "store/store.h"

struct directory;
struct policy;
struct forgotten;
struct screener;

struct desk {
	struct store *store;
	struct keeper *keeper;
	struct directory *directory;
	struct policy *policy;
	struct forgotten *forgotten;            /* NULL: nothing can be forgotten */
	struct screener *screener;              /* the door's rules and the protected list, in memory */
	enum realm realm;
	char name[LIMIT_NAME + 1];
};

#endif
