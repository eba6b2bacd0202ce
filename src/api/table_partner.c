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

static const struct api_field revoked_answer[] = {
	HAS("key", API_STRING, "vkey"),
	HAS("at", API_STRING, "a time, empty for never"),
	{ NULL },
};
static const struct api_field card_answer[] = {
	HAS("id", API_STRING, "of the last card"),
	HAS("at", API_STRING, "when it was made"),
	HAS("fingerprint", API_STRING, "of its identity"),
	HAS("identity", API_STRING, "vkey"),
	HAS("sign", API_STRINGS, "vkeys"),
	HAS("log", API_STRING, "vkey"),
	MAY_HAVE("witness", API_STRING, "vkey"),
	HAS("recipient", API_STRINGS, "age recipients"),
	HAS("kinds", API_STRINGS, "of statements that it takes"),
	HAS_OF("revoked", API_OBJECTS, revoked_answer, "keys that were given up"),
	{ NULL },
};
static const struct api_field partner_answer[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("state", API_STRING, "unconfirmed, confirmed, distrusted"),
	HAS("safety", API_STRING, "the safety number, to be compared by another way"),
	HAS("quorum", API_ANY, "a number, or none"),
	HAS("seq", API_INTEGER, "of its last card"),
	HAS("knows_our_card", API_INTEGER, "seq of our card that it holds"),
	HAS("witness", API_BOOLEAN, "it is asked to cosign our log"),
	{ NULL },
};
static const struct api_field partner_whole[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("state", API_STRING, "unconfirmed, confirmed, distrusted"),
	HAS("safety", API_STRING, "the safety number, to be compared by another way"),
	HAS("quorum", API_ANY, "a number, or none"),
	HAS("seq", API_INTEGER, "of its last card"),
	HAS("knows_our_card", API_INTEGER, "seq of our card that it holds"),
	HAS("witness", API_BOOLEAN, "it is asked to cosign our log"),
	HAS("reason", API_STRING, "why it is distrusted"),
	HAS("added_at", API_STRING, "a time, empty for never"),
	HAS("changed_at", API_STRING, "a time, empty for never"),
	HAS("url", API_STRINGS, "addresses"),
	HAS("duty", API_STRINGS, "who answers by day and night"),
	HAS_OF("card", API_OBJECT, card_answer, "its last card"),
	{ NULL },
};
static const struct api_field partner_added[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("state", API_STRING, "unconfirmed, confirmed, distrusted"),
	HAS("safety", API_STRING, "the safety number, to be compared by another way"),
	HAS("quorum", API_ANY, "a number, or none"),
	HAS("seq", API_INTEGER, "of its last card"),
	HAS("knows_our_card", API_INTEGER, "seq of our card that it holds"),
	HAS("witness", API_BOOLEAN, "it is asked to cosign our log"),
	HAS("what", API_STRING, "added, extended or known"),
	{ NULL },
};
static const struct api_field partner_quorum[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("state", API_STRING, "unconfirmed, confirmed, distrusted"),
	HAS("safety", API_STRING, "the safety number, to be compared by another way"),
	HAS("quorum", API_ANY, "a number, or none"),
	HAS("seq", API_INTEGER, "of its last card"),
	HAS("knows_our_card", API_INTEGER, "seq of our card that it holds"),
	HAS("witness", API_BOOLEAN, "it is asked to cosign our log"),
	MAY_HAVE("note", API_STRING, "when there are fewer witnesses than that"),
	{ NULL },
};
static const struct api_field partners_answer[] = {
	HAS_OF("items", API_OBJECTS, partner_answer, "all partners, by name"),
	{ NULL },
};
static const struct api_field seq_answer[] = {
	HAS("seq", API_INTEGER, "of the new card"),
	{ NULL },
};
static const struct api_field group_answer[] = {
	HAS("name", API_STRING, "the group's name"),
	HAS("members", API_STRINGS, "names of partners"),
	{ NULL },
};
static const struct api_field groups_answer[] = {
	HAS_OF("items", API_OBJECTS, group_answer, "all groups"),
	{ NULL },
};
static const struct api_field name_answer[] = {
	HAS("name", API_STRING, "what was named"),
	{ NULL },
};
static const struct api_field witness_answer[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("state", API_STRING, "as a partner; unknown when its card is not held"),
	HAS("last_seen", API_STRING, "a time, empty for never"),
	HAS("size", API_INTEGER, "of our log, as far as it has cosigned"),
	HAS("trouble", API_STRING, "one sentence; empty: none"),
	{ NULL },
};
static const struct api_field witnesses_answer[] = {
	HAS_OF("items", API_OBJECTS, witness_answer, "all witnesses"),
	{ NULL },
};
static const struct api_field witness_put_answer[] = {
	HAS("name", API_STRING, "the node's name"),
	HAS("reachable", API_BOOLEAN, "it has answered since"),
	{ NULL },
};

/* cards, partners, groups, witnesses */
const struct api_operation api_table_partner[] = {
	{ API_CARD, "GET", V1 "card", RIGHT_NONE, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "our card chain", NULL, "text/plain; charset=utf-8" },
	{ API_CARD_NEXT, "POST", V1 "card/next", RIGHT_ADMIN, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, card_fields, api_nothing,
		"make, sign and log our next card", seq_answer },
	{ API_PARTNERS, "GET", V1 "partners", RIGHT_PARTNERS, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "all partners", partners_answer },
	{ API_PARTNER, "GET", V1 "partners/{name}", RIGHT_PARTNERS, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"one partner with its card", partner_whole },
	{ API_PARTNER_ADD, "POST", V1 "partners", RIGHT_PARTNER, TOKEN_ADMIN, BODY_CARDS, LIMIT_CHAIN_BYTES, api_nothing, api_nothing,
		"take a card chain: a new partner, or later cards of one", partner_added },
	{ API_PARTNER_CONFIRM, "POST", V1 "partners/{name}/confirm", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, confirm_fields,
		api_nothing, "a person has compared safety numbers", partner_answer },
	{ API_PARTNER_DISTRUST, "POST", V1 "partners/{name}/distrust", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON,
		reason_fields, api_nothing, "take api_nothing from it any more", partner_answer },
	{ API_PARTNER_QUORUM, "POST", V1 "partners/{name}/quorum", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, quorum_fields,
		api_nothing, "how many organisations must witness its receipts", partner_quorum },
	{ API_GROUPS, "GET", V1 "groups", RIGHT_PARTNERS, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing, "all groups", groups_answer },
	{ API_GROUP_PUT, "PUT", V1 "groups/{name}", RIGHT_PARTNER, TOKEN_ADMIN, BODY_JSON, LIMIT_JSON, group_fields, api_nothing,
		"make a group, or replace its members", group_answer },
	{ API_GROUP_DELETE, "DELETE", V1 "groups/{name}", RIGHT_PARTNER, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"remove a group", name_answer },
	{ API_WITNESSES, "GET", V1 "witnesses", RIGHT_PARTNERS, TOKEN_READ, BODY_NONE, 0, api_nothing, api_nothing,
		"who is asked to cosign our log", witnesses_answer },
	{ API_WITNESS_PUT, "PUT", V1 "witnesses/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"ask a partner to cosign our log, and count its cosignatures", witness_put_answer },
	{ API_WITNESS_DELETE, "DELETE", V1 "witnesses/{name}", RIGHT_ADMIN, TOKEN_ADMIN, BODY_NONE, 0, api_nothing, api_nothing,
		"ask it no more", name_answer },
	{ .path = NULL },
};
