#include "api/table.h"

#include "base/limits.h"

#define SENTENCE_MAX 1000

static const struct api_field card_fields[] = {
	{ "url", API_STRINGS, false, 0, 4,
		"addresses at which partners reach this node; replaces those of the last card" },
	{ "duty", API_STRINGS, false, 0, 8, "who answers by day and night; replaces those of the last card" },
	{ "rotate", API_BOOLEAN, false, 0, 0, "make fresh sign and recipient keys first" },
	{ NULL },
};
static const struct api_field confirm_fields[] = {
	{ "safety", API_STRING, false, 0, 100, "the safety number as the other side read it; must be the right one" },
	{ NULL },
};
static const struct api_field reason_fields[] = {
	{ "reason", API_STRING, true, 1, SENTENCE_MAX, "why, in words" },
	{ NULL },
};
static const struct api_field quorum_fields[] = {
	{ "k", API_INTEGER, true, 0, 64, "organisations that must have cosigned; 0: none" },
	{ NULL },
};
static const struct api_field group_fields[] = {
	{ "members", API_STRINGS, true, 0, 1024, "names of partners" },
	{ NULL },
};

/* cards, partners, groups, witnesses */
const struct api_operation api_table_partner[] = {
	{ API_CARD, "GET", V1 "card", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "our card chain" },
	{ API_CARD_NEXT, "POST", V1 "card/next", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, card_fields, api_nothing,
		"make, sign and log our next card" },
	{ API_PARTNERS, "GET", V1 "partners", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "all partners" },
	{ API_PARTNER, "GET", V1 "partners/{name}", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"one partner with its card" },
	{ API_PARTNER_ADD, "POST", V1 "partners", RIGHT_PARTNER, TOKEN_ADMIN, BODY_CARDS, LIMIT_CHAIN_BYTES, api_nothing, api_nothing,
		"take a card chain: a new partner, or later cards of one" },
	{ API_PARTNER_CONFIRM, "POST", V1 "partners/{name}/confirm", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, confirm_fields,
		api_nothing, "a person has compared safety numbers" },
	{ API_PARTNER_DISTRUST, "POST", V1 "partners/{name}/distrust", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON,
		reason_fields, api_nothing, "take api_nothing from it any more" },
	{ API_PARTNER_QUORUM, "POST", V1 "partners/{name}/quorum", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, quorum_fields,
		api_nothing, "how many organisations must witness its receipts" },
	{ API_GROUPS, "GET", V1 "groups", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "all groups" },
	{ API_GROUP_PUT, "PUT", V1 "groups/{name}", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, group_fields, api_nothing,
		"make a group, or replace its members" },
	{ API_GROUP_DELETE, "DELETE", V1 "groups/{name}", RIGHT_PARTNER, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"remove a group" },
	{ API_WITNESSES, "GET", V1 "witnesses", RIGHT_READ, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"who is asked to cosign our log" },
	{ API_WITNESS_PUT, "PUT", V1 "witnesses/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"ask a partner to cosign our log, and count its cosignatures" },
	{ API_WITNESS_DELETE, "DELETE", V1 "witnesses/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"ask it no more" },
	{ .path = NULL },
};
