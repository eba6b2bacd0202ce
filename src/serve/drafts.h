/*
 * drafts: what the handlers about drafts share.
 */
#ifndef TOCSIN_SERVE_DRAFTS_H
#define TOCSIN_SERVE_DRAFTS_H

#include "desk/determination.h"
#include "desk/release.h"
#include "serve/internal.h"

/* Answers with draft ID as it is now, and its version as the ETag; reading it is in the audit trail. */
enum tocsin_err answer_draft(struct serve *s, struct asked *q, const char *id) MUST_USE;
/* The newest version of draft ID. */
enum tocsin_err draft_version(struct serve *s, struct asked *q, const char *id, int64_t *version) MUST_USE;
/* The members of the body that say what is confirmed; borrows from it, and from the call's arena. */
enum tocsin_err read_ask(struct asked *q, struct release_ask *out) MUST_USE;
/* GIVEN has the members of POST /drafts/{id}/determination: BAD otherwise. Borrows. */
enum tocsin_err read_determination(const json_t *given, struct determination *out) MUST_USE;

#endif
