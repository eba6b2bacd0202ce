/*
 * operation: the one table of the API's operations: method, path, scope, body, query, errors.
 *
 * It decides nothing but form: which operation a request means, whether its JSON body has the members, types and sizes
 * that the operation takes, and which HTTP status a failure gets.  Handlers (serve/) may rely on what was checked here.
 * docs/API.md says what the operations do.
 */
#ifndef TOCSIN_API_OPERATION_H
#define TOCSIN_API_OPERATION_H

#include "base/json.h"
#include "desk/access.h"

enum api_id {
	/* the node */
	API_STATUS,
	API_OPERATIONS,
	API_CARD,
	API_CARD_NEXT,
	API_PARTNERS,
	API_PARTNER,
	API_PARTNER_ADD,
	API_PARTNER_CONFIRM,
	API_PARTNER_DISTRUST,
	API_PARTNER_QUORUM,
	API_GROUPS,
	API_GROUP_PUT,
	API_GROUP_DELETE,
	API_WITNESSES,
	API_WITNESS_PUT,
	API_WITNESS_DELETE,
	API_ISSUE,
	API_STATEMENTS,
	API_STATEMENT,
	API_CLOSE_DELIVERY,
	API_EVIDENCE,
	API_LOG,
	API_EVENTS,
	API_EVENT_STREAM,
	API_CARRY_OUT,
	API_CARRY_IN,
	API_CLOCK,
	API_PAGE,
	API_STYLE,
	API_METRICS,
	/* need-to-know and audit */
	API_SHARE,
	API_AUDIT,
	API_AUDIT_CHECK,
	/* accounts */
	API_LOGIN,
	API_LOGOUT,
	API_WHOAMI,
	API_ACCOUNTS,
	API_ACCOUNT,
	API_ACCOUNT_ADD,
	API_ACCOUNT_EDIT,
	API_ACCOUNT_PASSWORD,
	API_ACCOUNT_TOTP,
	API_TOKENS,
	API_TOKEN_ADD,
	API_TOKEN_END,
	API_DELEGATIONS,
	API_DELEGATION_ADD,
	API_DELEGATION_END,
	API_UNITS,
	API_UNIT_PUT,
	API_COMPARTMENTS,
	API_COMPARTMENT_PUT,
	API_ESCALATION,
	API_ESCALATION_PUT,
	API_HANDOVERS,
	API_HANDOVER_START,
	API_HANDOVER,
	API_HANDOVER_ACCEPT,

	/* policy */
	API_POLICY,
	API_POLICY_SET,
	API_POLICY_PRESET,

	/* drafts */
	API_DRAFT_ADD,
	API_DRAFTS,
	API_DRAFT,
	API_DRAFT_EDIT,
	API_DRAFT_PROPOSE,
	API_DRAFT_RELEASE,
	API_DRAFT_REFUSE,
	API_DRAFT_WITHDRAW,
	API_DRAFT_REVIEW,
	API_DETERMINE,
	API_PROFILE,
	API_PROFILE_PUT,

	/* clocks */
	API_CLOCKS,
	API_CLOCK_ONE,
	API_CLOCK_ACK,
	API_CLOCK_HAND,
	API_CUSTODY,

	/* pages */
	API_CHANNELS,
	API_CHANNEL_ADD,
	API_CHANNEL_REMOVE,
	API_CHANNEL_TEST,
	API_PAGES,
	API_PAGE_ACK,

	/* keeping */
	API_RETRACT,
	API_REACH,
	API_FORGET_PROPOSE,
	API_FORGETTINGS,
	API_FORGET_AGREE,
	API_FORGET_OBJECT,
	API_HOLD,
	API_HOLD_RELEASE,
	API_HOLDS,
	API_RETENTION,
	API_KEEP,

	/* contacts */
	API_CONTACTS,
	API_CONTACT,
	API_CONTACT_PUT,
	API_CONTACT_DELETE,
	API_FILE_STAGE,
	API_FILE,
	API_DELIVERED,
	API_SCRIPT,
	API_SHEET,
	API_DRAFT_FILE_PUT,
	API_DRAFT_FILE_REMOVE,
	API_DRAFT_FILE,

	/* the door */
	API_DOORS,
	API_DOOR,
	API_DOOR_PASS,
	API_DOOR_REFUSE,
	API_DOOR_WITHDRAW,
	/* corrections */
	API_CORRECTION_OPEN,
	API_CORRECTIONS,
	API_CORRECTION,
	API_CORRECTION_HELD,
	API_CORRECTION_PROPOSE,
	API_CORRECTION_AGREE,
	API_CORRECTION_REFUSE,
	API_CORRECTION_CLOSE,
	API_CORRECTION_REPLY,

	/* search */
	API_SEARCH,

	/* leads */
	API_LEADS,
	API_LEAD,
	API_LEAD_OPEN,
	API_LEAD_ASSIGN,
	API_LEAD_ASSESS,
	API_LEAD_STEP,
	API_LEAD_REVIEW,
	API_LEAD_CLOSE,
	API_LEAD_REOPEN,
	API_MATCH,
	API_MATCH_AGREE,
	API_MATCH_END,
	/* nodes that are no partners */
	API_STRANGERS,
	API_STRANGER,
	API_STRANGER_ADOPT,
	API_STRANGER_DROP,
	API_PARTNER_VOUCH,
	/* names for once */
	API_AUTHOR,
	/* requests */
	API_ASKS,
	API_ASK,
	/* exposure and silence */
	API_EXPOSURE,
	API_SILENCE,
	API_SILENCE_ACK,

	/* the door's rules, protected people */
	API_SCREEN_RULES,
	API_SCREEN_RULES_PUT,
	API_PROTECTED,
	API_PROTECTED_ADD,
	API_PROTECTED_REMOVE,

	API_COUNT
};

enum api_body { BODY_NONE, BODY_JSON, BODY_CARDS, BODY_CARRY, BODY_FILE };
/* API_MAYBE (a string or null) and API_ANY occur in answers only. */
enum api_type { API_STRING, API_INTEGER, API_BOOLEAN, API_STRINGS, API_OBJECT, API_OBJECTS, API_MAYBE, API_ANY };

/* A member of the JSON body, or a parameter of the query (where an integer is decimal, a boolean does not occur,
 * strings are joined with commas), or a member of the answer. */
struct api_field {
	const char *name;               /* NULL ends the list */
	enum api_type type;
	bool required;
	int64_t min, max;               /* of an integer; MAX also bytes of a string, members of a list */
	const char *help;
	const struct api_field *of;     /* members of an object, or of each of the objects; NULL: not told */
};

struct api_operation {
	enum api_id id;
	const char *method, *path;      /* "/api/v1/partners/{name}/confirm" */
	enum right right;               /* what the asker's roles must allow */
	enum token_scope token;         /* what the asker's token must allow */
	enum api_body body;
	size_t body_max;
	const struct api_field *fields; /* never NULL */
	const struct api_field *query;
	const char *help;
	/* The members of the answer, all of them: required ones are always there. NULL with another type than JSON. */
	const struct api_field *answer;
	const char *answer_type;        /* NULL: application/json */
	unsigned flags;                 /* OPERATION_* */
};
#define OPERATION_OPEN 1                /* without a token: to get one */
#define OPERATION_SECRET 2              /* holds secrets: nothing of it is kept for a request that is sent again */
#define OPERATION_SLOW 4                /* takes a tenth of a second of a processor: on a thread of its own */

#define API_PARAMETER 300
struct api_match {
	char parameter[API_PARAMETER];  /* what stands for {...}; empty when there is none */
};

const struct api_operation *api_each(size_t i);           /* NULL past the end */
/* The operation of METHOD and PATH (decoded). MISSING: no such path; BAD: another method is needed there. */
enum tocsin_err api_find(
	const char *method, const char *path, const struct api_operation **out, struct api_match *m) MUST_USE;
/* The members of BODY against OP's fields: BAD, naming the member, when one is unknown, missing, of another type, or
 * too large. */
enum tocsin_err api_check_body(const struct api_operation *op, const json_t *body) MUST_USE;
/* The query parameter F with VALUE (NULL: absent): *number for an integer, DEFLT when absent. */
enum tocsin_err api_check_query(const struct api_field *f, const char *value, int64_t deflt, int64_t *number) MUST_USE;

/* ---- problem.c ---- */
/* The HTTP status of ERR as OP answers it: 400 bad, 403 or 409 refused, 404 missing, 503 later, 502 offline, 500
 * broken. OP may be NULL. */
unsigned api_status(const struct api_operation *op, enum tocsin_err err);
/* An application/problem+json document. */
void api_problem(struct buf *out, unsigned status, enum tocsin_err err, const char *detail);
#define API_PROBLEM_TYPE "application/problem+json"
/* The table itself as JSON, returned owned. */
json_t *api_describe(void);

/* ---- openapi.c ---- */
/* The table as OpenAPI 3.1, in YAML: docs/openapi.yaml. */
void api_openapi(const char *version, struct buf *out);

#endif
