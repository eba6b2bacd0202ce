/*
 * unnamed: statements by way of a broker under a name for once (proof/once.h) instead of our own, and who proves later to be
 * their author.
 *
 * Each such warning has a fresh name; what is about it to the same recipient is signed with the same one and goes by the
 * same broker, never straight.  What stands for it in our log is blinded: whoever knows its id cannot find it in a log
 * that everybody may read.  Its recipient holds the name's card as a stranger's.
 */
#ifndef TOCSIN_DESK_UNNAMED_H
#define TOCSIN_DESK_UNNAMED_H

#include "base/json.h"
#include "desk/access.h"
#include "desk/issue.h"
#include "proof/body.h"
#include "proof/statement.h"

#define UNNAMED_PREFIX "unnamed:"               /* "unnamed:BROKER:NAME" in an audience */

/* Who speaks in one release under such a name. */
struct unnamed {
	struct keeper_once keys;
	struct party party;
	char broker[LIMIT_NAME + 1];
	struct hash blind;
	struct hash card_id;
	struct buf card;                        /* its card's note, of a fresh one; empty: it is stored already */
};
/* The one that what is said to TO about the N statements RE is signed with; *OUT NULL: none of them was written so. REFUSED
 * when its broker is one no more, or VIA is another (NULL: any). */
enum tocsin_err unnamed_again(const struct desk *d, struct snapshot *read, const struct hash *re, size_t n, const char *to, const char *via,
	struct unnamed **out) MUST_USE;
/* A fresh one, whose statement goes by way of VIA, with its card. */
enum tocsin_err unnamed_make(const struct desk *d, const char *via, int64_t at, struct unnamed **out) MUST_USE;
void unnamed_free(struct unnamed *u);           /* safe on NULL */
/* Adds to C, which issues the statement ID, what belongs to it; ENTRY: what is to stand for it in our log. */
void unnamed_keep(const struct desk *d, const struct unnamed *u, const struct hash *id, struct change *c, int64_t now, struct hash *entry);
/* SHA-256(PREFIX unnamed <id> <blind>). */
void unnamed_entry(enum realm r, const struct hash *id, const struct hash *blind, struct hash *entry);

/* Rule unnamed.name: an open line, or an attachment, that holds our name or what our card says of our duty contacts. */
enum tocsin_err unnamed_rule(const struct desk *d, const struct body_field *field, size_t n, const struct body_file *file, size_t file_n) MUST_USE;
/* Whether the stored statement S is our own, under our name or one for once. */
bool unnamed_ours(const struct desk *d, const struct statement *s);

/* Tells TO by a statement of kind authorship that ROW, which is ours under a name for once, is ours. ID: the statement's. */
enum tocsin_err unnamed_author(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row, const char *to,
	struct hash *id) MUST_USE;
/* Of S, the statement ROW, when a name for once wrote it: {name, words, authors}; NULL: another did. Returned owned. */
enum tocsin_err unnamed_show(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	const struct statement *s, json_t **out) MUST_USE;

#endif
