#include "store/sql.h"

#include <stddef.h>

/* Statement rows in the order in which rows.c takes them apart. */
#define STATEMENT_HEAD "s.num, s.id, s.at, s.issued, s.kind, s.peer, s.note, s.known_at, s.marks, s.log_n, s.log_index"
#define STATEMENT_ALL STATEMENT_HEAD ", s.body, s.opened"
#define DRAFT_HEAD "num, id, kind, unit, compartment, author, version, created_at, changed_at, changed_by, review_by, state"
#define ACCOUNT_ALL \
	"name, unit, roles, function, state, password, totp, totp_last, created_at, changed_at, used_at"
#define SESSION_ALL "id, account, kind, label, scopes, created_at, used_at, expires_at"
#define DELEGATION_ALL "id, from_account, to_account, roles, reason, begins_at, ends_at, ended_at"
#define HANDOVER_ALL "id, from_account, to_account, at, content, from_signed_at, to_signed_at"
#define LOG_ALL "n, origin, state, size, root, tail, published_size, published"

/* Rows in the order in which rows_page.c takes them apart. */
#define PAGE_ALL "num, id, at, what, clock, statement, account, life, channel, state, next_at, sent_at, acked_at, trouble"
#define TRY_ALL "page, channel, kind, life, state, attempts, next_at, at, sent_at, trouble"
#define ASK_ALL "statement, partner, ours, type, urgency, within, firm, received_at, due_at, look_at, clock, extensions, extension, state, answer, " \
	"result, closed_at, breach, breach_at"
#define TEST_ALL "partner, since, statement, answered_at, open, missed_at, told_at"
#define CHANNEL_ALL \
	"num, id, account, kind, address, secret, quiet_from, quiet_until, added_at, tested_at, well_at, troubled_at, trouble"
/* A clock's columns in the order in which rows_clock.c takes them, and what people see beside them. */
#define LEAD_ALL "l.num, l.id, l.unit, l.compartment, l.owner, l.state, l.open, l.version, l.statement, l.opened_at, l.changed_at, l.review_at," \
	" l.assessment, l.finding, l.closed_at, l.record, ls.id, lo.function, lr.id"
#define LEAD_JOINS " LEFT JOIN statement ls ON ls.num = l.statement LEFT JOIN account lo ON lo.name = l.owner LEFT JOIN statement lr ON lr.num = l.record"
#define LEAD_FROM " FROM lead l" LEAD_JOINS
#define CLOCK_ALL "c.num, c.id, c.kind, c.state, c.statement, c.draft, c.unit, c.compartment, c.owner, c.urgency, c.life," \
	" c.started_at, c.due_at, c.next_at, c.level, c.ended_at, c.acked_at, c.acked_by, c.why"
#define CLOCK_SHOWN CLOCK_ALL ", st.id, dr.id, sc.num, ow.function, ac.function"
#define CLOCK_JOINS " LEFT JOIN statement st ON st.num = c.statement LEFT JOIN draft dr ON dr.num = c.draft" \
	" LEFT JOIN scope sc ON sc.unit = c.unit AND sc.compartment = c.compartment" \
	" LEFT JOIN account ow ON ow.name = c.owner LEFT JOIN account ac ON ac.name = c.acked_by"
/* Rows in the order in which rows_keep.c takes them apart. */
#define REACH_ALL "retracted, statement, recipient, why, retraction, asked_at, reason"
#define HOLD_ALL "num, id, statement, reason, account, at, ended_at, ended_by"
#define FORGETTING_ALL \
	"num, id, statement, reason, state, proposed_by, proposed_at, agreed_by, agreed_at, due_at, ended_by, ended_at, ended_why"

#define DOOR_ALL "num, statement, parent, kind, peer, unit, urgency, state, open, person, verdict, findings, at, due_at, decided_at"
#define DOOR_ANSWER_ALL \
	"num, statement, kind, urgency, fields, reason, account, function, unit, compartment, at, leaves_at, state, answer, trouble"
/* In the order in which rows_silence.c takes them apart. */
#define SILENCE_ALL "s.scope, c.unit, c.compartment, s.partner, s.topic, s.statement, s.last_at, s.look_at, s.contacts, s.noticed_at," \
	" s.notices, s.acked_at, s.acked_by, s.reason, s.ended_at FROM silence s JOIN scope c ON c.num = s.scope"
/* Rows in the order in which rows_correction.c takes them apart. */
#define CORRECTION_ALL "c.num, c.id, c.statement, c.asks, c.state, c.discreet, c.opened_by, c.opened_at, c.due_at, c.closed_by, c.closed_at"
#define CORRECTION_ITEM_ALL "i.num, i.id, i.correction, i.statement, i.what, i.reason, i.ground, i.content, i.state, i.proposed_by," \
	" i.proposed_at, i.decided_by, i.decided_at, i.decided_why"

const struct sql_text sql_reads[READ_COUNT] = {
	[READ_META] = { "meta", "SELECT value FROM meta WHERE key = $1", "t" },

	[READ_CARD_CHAIN] = { "card chain", "SELECT note FROM card WHERE name = $1 ORDER BY seq", "t" },
	[READ_CARD_LATEST] = { "card latest", "SELECT note FROM card WHERE name = $1 ORDER BY seq DESC LIMIT 1", "t" },
	[READ_CARD_AT] = { "card at", "SELECT note FROM card WHERE name = $1 AND seq = $2", "ti" },

	[READ_PARTNER] = { "partner",
	        "SELECT name, state, reason, quorum, added_at, changed_at, card_known FROM partner WHERE name = $1",
	        "t" },
	[READ_PARTNERS] = { "partners",
	        "SELECT name, state, reason, quorum, added_at, changed_at, card_known FROM partner ORDER BY name", "" },
	[READ_GROUPS] = { "groups", "SELECT name, member FROM partner_group ORDER BY name, member", "" },
	[READ_GROUP_MEMBERS] = { "group members", "SELECT member FROM partner_group WHERE name = $1 ORDER BY member",
	        "t" },
	[READ_WITNESSES] = { "witnesses", "SELECT name FROM witness ORDER BY name", "" },

	[READ_STRANGER] = { "stranger",
	        "SELECT name, way, brought_by, fp, since, last_at FROM stranger WHERE name = $1", "t" },
	[READ_STRANGERS_SILENT] = { "strangers silent",
	        "SELECT s.name, s.way, s.brought_by, s.fp, s.since, s.last_at FROM stranger s WHERE NOT EXISTS (SELECT 1 FROM statement t"
	        " WHERE t.peer = s.name) ORDER BY s.last_at LIMIT $1",
	        "i" },
	[READ_UNNAMED] = { "unnamed", "SELECT blind FROM unnamed WHERE statement = $1", "i" },
	[READ_CLAIMS] = { "claims", "SELECT statement FROM authorship WHERE about = $1 ORDER BY peer, issued LIMIT $2", "hi" },
	[READ_VOUCHERS] = { "vouchers",
	        "SELECT brought_by, at FROM voucher WHERE name = $1 AND fp = $2 AND at >= $3 ORDER BY brought_by LIMIT 64", "tti" },
	[READ_VOUCHER_COUNT] = { "voucher count",
	        "SELECT COUNT(*) FROM (SELECT 1 FROM voucher WHERE brought_by = $1 LIMIT $2) AS some", "ti" },
	[READ_VOUCHER_OLDEST] = { "voucher oldest", "SELECT at FROM voucher ORDER BY at LIMIT 1", "" },
	[READ_STRANGER_QUOTA] = { "stranger quota",
	        "SELECT window_at, window_n FROM stranger_quota WHERE brought_by = $1", "t" },
	[READ_PEER_LOG] = { "peer log", "SELECT origin, name, size, root, note, at FROM peer_log WHERE origin = $1",
	        "t" },
	[READ_PEER_LOGS] = { "peer logs", "SELECT origin, name, size, root, note, at FROM peer_log ORDER BY origin",
	        "" },
	[READ_WITNESSED] = { "witnessed", "SELECT origin, '', size, root, note, at FROM witnessed WHERE origin = $1",
	        "t" },
	[READ_CONFLICTS] = { "conflicts",
	        "SELECT num, at, name, what, sentence, a, b FROM conflict WHERE num > $1 ORDER BY num LIMIT $2", "ii" },

	[READ_STATEMENT] = { "statement", "SELECT " STATEMENT_ALL " FROM statement s WHERE s.num = $1", "i" },
	[READ_STATEMENT_ID] = { "statement id", "SELECT id FROM statement WHERE num = $1", "i" },
	[READ_STATEMENT_KNOWN] = { "statement known",
	        "SELECT num, log_n, log_index FROM statement WHERE at = $1 AND id = $2", "ih" },
	[READ_STATEMENT_PREFIX] = { "statement prefix",
	        "SELECT key FROM prefix_statement WHERE key >= $1 AND key <= $2 ORDER BY key", "ii" },
	[READ_STATEMENTS] = { "statements",
	        "SELECT " STATEMENT_ALL " FROM statement s WHERE s.num < $1 ORDER BY s.num DESC", "i" },
	[READ_STATEMENTS_PEER] = { "statements of a peer",
	        "SELECT " STATEMENT_ALL " FROM statement s WHERE s.peer = $1 AND s.num < $2 ORDER BY s.num DESC",
	        "ti" },
	[READ_STATEMENTS_KIND] = { "statements of a kind",
	        "SELECT " STATEMENT_ALL " FROM statement s WHERE s.kind = $1 AND s.num < $2 ORDER BY s.num DESC",
	        "ti" },
	[READ_STATEMENTS_FROM] = { "statements from",
	        "SELECT " STATEMENT_ALL
	        " FROM statement s WHERE s.peer = $1 AND s.num >= $2 AND s.num <= $3 ORDER BY s.num LIMIT $4",
	        "tiii" },
	[READ_STATEMENT_SINCE] = { "statement since",
	        "SELECT num FROM statement WHERE peer = $1 AND known_at >= $2 ORDER BY num LIMIT 1", "ti" },
	[READ_STATEMENT_LAST] = { "statement last", "SELECT num FROM statement ORDER BY num DESC LIMIT 1", "" },
	[READ_REFERENCE_PREFIX] = { "reference prefix",
	        "SELECT key FROM prefix_reference WHERE key >= $1 AND key <= $2 ORDER BY key", "ii" },
	[READ_REFERENCES] = { "references", "SELECT re FROM reference WHERE num = $1 ORDER BY re", "i" },

	/* "+ 0": so that the rows come in the order of the index outbox_due, not sorted out of outbox_next. */
	[READ_OUTBOX_DUE] = { "outbox due",
	        "SELECT num FROM outbox WHERE state = 'waiting' AND partner = $1 AND next_at + 0 <= $2"
	        " ORDER BY urgency, num LIMIT $3",
	        "tii" },
	[READ_OUTBOX_ITEM] = { "outbox item",
	        "SELECT " STATEMENT_HEAD
	        ", s.body, o.partner, o.state, o.urgency, o.attempts, o.next_at, o.code, o.sentence, o.since"
	        " FROM outbox o JOIN statement s ON s.num = o.num WHERE o.num = $1",
	        "i" },
	/* One seek in outbox_next for each partner, however much waits for it. */
	[READ_OUTBOX_PARTNERS] = { "outbox partners",
	        "SELECT p.name, (SELECT MIN(o.next_at) FROM outbox o WHERE o.state = 'waiting' AND o.partner = p.name) "
	        "FROM partner p"
	        " WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.state = 'waiting' AND o.partner = p.name) ORDER BY "
	        "p.name",
	        "" },
	[READ_OUTBOX_COUNTS] = { "outbox counts",
	        "SELECT partner, state, COUNT(*), MIN(since) FROM outbox GROUP BY partner, state ORDER BY partner, "
	        "state",
	        "" },
	[READ_OUTBOX] = { "outbox",
	        "SELECT num, partner, state, urgency, attempts, next_at, code, sentence, since FROM outbox WHERE num = "
	        "$1",
	        "i" },
	[READ_OUTBOX_STATE] = { "outbox in a state",
	        "SELECT num, partner, state, urgency, attempts, next_at, code, sentence, since FROM outbox WHERE state "
	        "= $1 AND num > $2"
	        " ORDER BY num LIMIT $3",
	        "tii" },

	[READ_RECEIPT] = { "receipt",
	        "SELECT r.num, r.origin, r.log_index, r.hashes, r.received_at, r.proof, r.witnessed_at, r.overdue, "
	        "c.note"
	        " FROM receipt r JOIN receipt_checkpoint c ON c.num = r.checkpoint WHERE r.num = $1",
	        "i" },
	[READ_RECEIPTS_UNWITNESSED] = { "receipts unwitnessed",
	        "SELECT r.num, r.origin, r.log_index, r.hashes, r.received_at, r.proof, r.witnessed_at, r.overdue, s.id"
	        " FROM receipt r JOIN statement s ON s.num = r.num WHERE r.witnessed_at = 0 AND r.origin = $1 ORDER BY "
	        "r.received_at LIMIT $2",
	        "ti" },
	[READ_RECEIPTS_LATE] = { "receipts late",
	        "SELECT r.num, r.origin, r.log_index, r.hashes, r.received_at, r.proof, r.witnessed_at, r.overdue, s.id"
	        " FROM receipt r JOIN statement s ON s.num = r.num WHERE r.witnessed_at = 0 AND r.overdue = 0 AND "
	        "r.received_at < $1"
	        " ORDER BY r.received_at LIMIT $2",
	        "ii" },
	[READ_RECEIPT_COUNTS] = { "receipt counts",
	        "SELECT origin, COUNT(*), MIN(received_at), SUM(overdue) FROM receipt WHERE witnessed_at = 0 GROUP BY "
	        "origin ORDER BY origin",
	        "" },

	[READ_RESTORING] = { "restoring",
	        "SELECT partner, since, next_num, until_num FROM restoring WHERE partner = $1", "t" },
	[READ_RESTORINGS] = { "restorings",
	        "SELECT partner, since, next_num, until_num FROM restoring ORDER BY partner", "" },
	[READ_RESUMING] = { "resuming", "SELECT partner, origin, size, since FROM resuming ORDER BY partner, origin",
	        "" },

	[READ_EVENTS] = { "events",
	        "SELECT seq, at, kind, num, subject FROM event WHERE seq > $1 ORDER BY seq LIMIT $2", "ii" },

	[READ_LOG_CURRENT] = { "log current", "SELECT " LOG_ALL " FROM log_origin WHERE state = 'current' ORDER BY n",
	        "" },
	[READ_LOG] = { "log", "SELECT " LOG_ALL " FROM log_origin WHERE n = $1", "i" },
	[READ_LOG_PUBLISHED] = { "log published",
	        "SELECT note FROM log_published WHERE log_n = $1 AND size > $2 ORDER BY size LIMIT 256", "ii" },
	[READ_LOGS] = { "logs",
	        "SELECT n, origin, state, reason, size, published_size, started_at FROM log_origin ORDER BY n", "" },
	[READ_LOG_TILE] = { "log tile", "SELECT data FROM log_tile WHERE key = $1", "i" },
	[READ_LOG_POSITION] = { "log position", "SELECT log_index FROM log_position WHERE id = $1 AND log_n = $2",
	        "hi" },

	[READ_PREFIX_TAIL] = { "prefix tail", "SELECT seq, kind, pairs FROM prefix_tail ORDER BY seq", "" },
	/* The last of every number that the sequencer hands out. */
	[READ_NUMBERS] = { "numbers",
	        "SELECT COALESCE((SELECT MAX(num) FROM statement), 0), COALESCE((SELECT MAX(num) FROM "
	        "receipt_checkpoint), 0),"
	        " COALESCE((SELECT MAX(num) FROM conflict), 0), COALESCE((SELECT MAX(seq) FROM event), 0),"
	        " COALESCE((SELECT MAX(seq) FROM prefix_tail), 0)",
	        "" },

	/* ---- people ---- */
	[READ_ACCOUNTS_ANY] = { "accounts any", "SELECT 1 FROM account LIMIT 1", "" },
	[READ_ACCOUNT] = { "account", "SELECT " ACCOUNT_ALL " FROM account WHERE name = $1", "t" },
	[READ_ACCOUNTS] = { "accounts", "SELECT " ACCOUNT_ALL " FROM account WHERE name > $1 ORDER BY name LIMIT $2", "ti" },
	[READ_ACCOUNTS_UNIT] = { "accounts of a unit",
	        "SELECT " ACCOUNT_ALL " FROM account WHERE unit = $1 AND name > $2 ORDER BY name LIMIT $3", "tti" },
	[READ_ACCOUNT_COMPARTMENTS] = { "account compartments",
	        "SELECT compartment FROM account_compartment WHERE account = $1 ORDER BY compartment", "t" },
	[READ_ADMINS_OTHER] = { "admins other",
	        "SELECT name FROM account WHERE state = 'active' AND (roles & 64) <> 0 AND name <> $1 LIMIT 1", "t" },
	[READ_ATTEMPT] = { "attempt", "SELECT wrong, wrong_at FROM attempt WHERE name = $1", "h" },
	[READ_SESSION] = { "session", "SELECT " SESSION_ALL " FROM session WHERE id = $1", "h" },
	[READ_SESSIONS] = { "sessions", "SELECT " SESSION_ALL " FROM session WHERE account = $1 ORDER BY created_at", "t" },
	[READ_DELEGATED] = { "delegated",
	        "SELECT d.roles, a.roles FROM delegation d JOIN account a ON a.name = d.from_account"
	        " WHERE d.to_account = $1 AND d.ends_at > $2 AND d.begins_at <= $2 AND d.ended_at = 0 AND a.state = 'active'"
	        " AND a.unit = (SELECT t.unit FROM account t WHERE t.name = $1)",
	        "ti" },
	[READ_DELEGATION] = { "delegation", "SELECT " DELEGATION_ALL " FROM delegation WHERE id = $1", "t" },
	[READ_DELEGATIONS_FROM] = { "delegations from",
	        "SELECT " DELEGATION_ALL " FROM delegation WHERE from_account = $1 AND ends_at > $2 AND ended_at = 0 ORDER BY ends_at LIMIT 256",
	        "ti" },
	[READ_DELEGATIONS_TO] = { "delegations to",
	        "SELECT " DELEGATION_ALL " FROM delegation WHERE to_account = $1 AND ends_at > $2 AND ended_at = 0 ORDER BY ends_at LIMIT 256",
	        "ti" },
	[READ_UNIT] = { "unit", "SELECT name, label FROM unit WHERE name = $1", "t" },
	[READ_UNITS] = { "units", "SELECT name, label FROM unit ORDER BY name", "" },
	[READ_COMPARTMENT] = { "compartment", "SELECT name, label FROM compartment WHERE name = $1", "t" },
	[READ_COMPARTMENTS] = { "compartments", "SELECT name, label FROM compartment ORDER BY name", "" },
	[READ_SCOPES_OF] = { "scopes of an account",
	        "SELECT s.num FROM scope s WHERE s.unit = $1 AND (s.compartment = '' OR s.compartment IN"
	        " (SELECT a.compartment FROM account_compartment a WHERE a.account = $2)) ORDER BY s.num",
	        "tt" },
	[READ_ESCALATION_OF] = { "escalation of a unit", "SELECT account FROM escalation WHERE unit = $1 ORDER BY position", "t" },
	[READ_HANDOVER] = { "handover", "SELECT " HANDOVER_ALL " FROM handover WHERE id = $1", "t" },
	[READ_HANDOVERS_FROM] = { "handovers from",
	        "SELECT " HANDOVER_ALL " FROM handover WHERE from_account = $1 ORDER BY num DESC LIMIT $2", "ti" },
	[READ_HANDOVERS_TO] = { "handovers to",
	        "SELECT " HANDOVER_ALL " FROM handover WHERE to_account = $1 ORDER BY num DESC LIMIT $2", "ti" },
	[READ_HANDOVER_CLOCKS] = { "handover clocks",
	        "SELECT c.id, c.kind, c.compartment, c.due_at, c.urgency, c.acked_at, COALESCE(s.id, $1), COALESCE(d.id, '')"
	        " FROM clock c LEFT JOIN statement s ON s.num = c.statement LEFT JOIN draft d ON d.num = c.draft"
	        " WHERE c.owner = $2 AND c.ended_at = 0 ORDER BY c.due_at, c.num LIMIT $3",
	        "bti" },
	[READ_HANDOVER_DRAFTS] = { "handover drafts",
	        "SELECT id, kind, compartment, state, version, changed_at FROM draft WHERE author = $1 AND state IN ('draft', 'proposed')"
	        " ORDER BY num DESC LIMIT $2",
	        "ti" },
	/* Among the newest of a scope, what nobody of the unit has opened; a test of a channel (16) waits for nobody. */
	[READ_HANDOVER_UNREAD] = { "handover unread",
	        "SELECT s.id, s.kind, s.peer, s.known_at FROM (SELECT num FROM shared WHERE scope = $1 AND facet = '' ORDER BY num DESC LIMIT $2) h"
	        " JOIN statement s ON s.num = h.num WHERE s.issued = 0 AND (s.marks & 16) = 0 AND NOT EXISTS"
	        " (SELECT 1 FROM opened o JOIN account a ON a.name = o.account WHERE o.statement = s.num AND a.unit = $3) ORDER BY s.num DESC",
	        "iit" },


	/* ---- need-to-know and audit ---- */
	[READ_SCOPE] = { "scope", "SELECT num FROM scope WHERE unit = $1 AND compartment = $2", "tt" },
	[READ_SCOPE_UNIT] = { "scope unit", "SELECT 1 FROM unit WHERE name = $1", "t" },
	[READ_SCOPE_COMPARTMENT] = { "scope compartment", "SELECT 1 FROM compartment WHERE name = $1", "t" },
	[READ_SHARED] = { "shared", "SELECT scope, whole FROM shared WHERE num = $1 AND facet = '' ORDER BY scope", "i" },
	[READ_SHARED_OF] = { "shared of",
	        "SELECT h.scope, h.whole, o.unit, o.compartment FROM shared h JOIN scope o ON o.num = h.scope WHERE "
	        "h.num = $1 AND h.facet = ''"
	        " ORDER BY h.scope LIMIT $2",
	        "ii" },
	[READ_SHARED_LIST] = { "shared list",
	        "SELECT num FROM shared WHERE scope = $1 AND facet = $2 AND num < $3 ORDER BY num DESC LIMIT $4",
	        "itii" },
	[READ_FOLLOWED_DRAFT] = { "followed draft",
	        "SELECT d.num, d.unit, d.compartment, d.author FROM released r JOIN draft d ON d.num = r.draft WHERE "
	        "r.statement = $1",
	        "i" },
	[READ_OPENED] = { "opened",
	        "SELECT account, function, first_at, last_at, lines FROM opened WHERE statement = $1 ORDER BY first_at, "
	        "account",
	        "i" },
	[READ_OPENED_BY] = { "opened by",
	        "SELECT account, function, first_at, last_at, lines FROM opened WHERE statement = $1 AND account = $2",
	        "it" },
#define AUDIT_ALL "seq, at, who, function, what, subject, detail, hash"
	[READ_AUDIT_FROM] = { "audit from",
	        "SELECT " AUDIT_ALL " FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2", "ii" },
	[READ_AUDIT_BEFORE] = { "audit before",
	        "SELECT " AUDIT_ALL " FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2", "ii" },
	[READ_AUDIT_WHO] = { "audit who",
	        "SELECT " AUDIT_ALL " FROM audit WHERE who = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", "tii" },
	[READ_AUDIT_SUBJECT] = { "audit subject",
	        "SELECT " AUDIT_ALL " FROM audit WHERE subject = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", "tii" },
	[READ_AUDIT_ANCHORS] = { "audit anchors",
	        "SELECT log_n, log_index, seq, hash, at FROM audit_anchor ORDER BY log_n, seq", "" },
	[READ_AUDIT_ANCHOR_LAST] = { "audit anchor last",
	        "SELECT seq FROM audit_anchor WHERE log_n = $1 ORDER BY seq DESC LIMIT 1", "i" },

	/* ---- policy and profiles ---- */
	[READ_POLICY] = { "policy", "SELECT name, value FROM policy ORDER BY name", "" },
	[READ_PROFILE] = { "profile", "SELECT content FROM partner_profile WHERE partner = $1", "t" },

	/* ---- drafts and releases ---- */
	[READ_DRAFT] = { "draft", "SELECT " DRAFT_HEAD ", content FROM draft WHERE id = $1", "t" },
	[READ_DRAFT_PLACE] = { "place of a draft", "SELECT unit, compartment FROM draft WHERE id = $1", "t" },
	[READ_DRAFT_NUM] = { "draft by number", "SELECT " DRAFT_HEAD ", content FROM draft WHERE num = $1", "i" },
	[READ_DRAFTS] = { "drafts",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE unit = $1 AND compartment = $2 AND num < $3 ORDER BY num DESC LIMIT $4",
	        "ttii" },
	[READ_DRAFTS_STATE] = { "drafts in state",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE unit = $1 AND compartment = $2 AND state = $3 AND num < $4"
	        " ORDER BY num DESC LIMIT $5",
	        "tttii" },
	[READ_DRAFTS_ALL] = { "drafts of all units",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE compartment = $1 AND num < $2 ORDER BY num DESC LIMIT $3", "tii" },
	[READ_DRAFTS_ALL_STATE] = { "drafts of all units in state",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE compartment = $1 AND state = $2 AND num < $3 ORDER BY num DESC LIMIT $4",
	        "ttii" },
	[READ_DRAFTS_NEWEST] = { "drafts, newest",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE num < $1 ORDER BY num DESC LIMIT $2", "ii" },
	[READ_DRAFTS_NEWEST_STATE] = { "drafts in state, newest",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE state = $1 AND num < $2 ORDER BY num DESC LIMIT $3", "tii" },
	[READ_DRAFTS_RELEASING] = { "drafts under way",
	        "SELECT " DRAFT_HEAD " FROM draft WHERE state = 'releasing' ORDER BY num", "" },
	[READ_DRAFT_REVIEWS_LATE] = { "drafts not reviewed in time",
	        "SELECT COUNT(*) FROM draft WHERE review_by > 0 AND review_by < $1", "i" },
	[READ_DRAFT_VERSION] = { "draft version",
	        "SELECT version, at, account, content FROM draft_version WHERE draft = $1 AND version = $2", "ii" },
	[READ_DRAFT_VERSIONS] = { "draft versions",
	        "SELECT version, at, account FROM draft_version WHERE draft = $1 ORDER BY version", "i" },
	[READ_DRAFT_SCOPE] = { "scope by number", "SELECT unit, compartment FROM scope WHERE num = $1", "i" },
	[READ_APPROVALS] = { "approvals",
	        "SELECT version, what, account, function, at, reason, digest, detail FROM approval WHERE draft = $1 ORDER BY num",
	        "i" },
	[READ_RELEASED] = { "released", "SELECT recipient, statement FROM released WHERE draft = $1 ORDER BY recipient", "i" },
	[READ_RELEASED_FROM] = { "released of statement", "SELECT draft, recipient FROM released WHERE statement = $1", "i" },
	[READ_DETERMINED] = { "determined",
	        "SELECT version, statement, result, ground, account, function, at FROM determined WHERE draft = $1"
	        " ORDER BY num DESC LIMIT 1",
	        "i" },
	[READ_AUDIENCE] = { "audience", "SELECT times FROM audience WHERE key = $1 AND recipient = $2", "tt" },

	/* ---- clocks ---- */
	[READ_CLOCK_NEXT] = { "clock next", "SELECT next_at FROM clock WHERE next_at > 0 ORDER BY next_at LIMIT 1", "" },
	[READ_CLOCKS_DUE] = { "clocks due",
	        "SELECT " CLOCK_ALL ", st.peer, st.issued, st.id FROM clock c LEFT JOIN statement st ON st.num = c.statement"
	        " WHERE c.next_at > 0 AND c.next_at <= $1 ORDER BY c.next_at LIMIT $2",
	        "ii" },
	[READ_CLOCK_ID] = { "clock id", "SELECT " CLOCK_SHOWN " FROM clock c" CLOCK_JOINS " WHERE c.id = $1", "t" },
	/* By the clock, which has few pages, and not by the account, which may have many. */
	[READ_CLOCK_PAGED] = { "clock paged", "SELECT num FROM page WHERE clock = $1 AND account || '' = $2 LIMIT 1", "it" },
	[READ_CLOCK_TOLD] = { "clock told", "SELECT account FROM page WHERE clock = $1 AND what IN ($2, $3)", "itt" },
	[READ_CLOCKS_STATEMENT] = { "clocks of a statement",
	        "SELECT " CLOCK_SHOWN " FROM clock c" CLOCK_JOINS " WHERE c.statement = $1 ORDER BY c.num LIMIT $2", "ii" },
	[READ_CLOCKS_DRAFT] = { "clocks of a draft",
	        "SELECT " CLOCK_SHOWN " FROM clock c" CLOCK_JOINS " WHERE c.draft > 0 AND c.draft = $1 ORDER BY c.num LIMIT $2", "ii" },
	[READ_CLOCKS_ALL] = { "clocks",
	        "SELECT " CLOCK_SHOWN " FROM clock c" CLOCK_JOINS " WHERE c.ended_at = 0 AND (c.due_at, c.num) > ($1, $2)"
	        " ORDER BY c.due_at, c.num LIMIT $3",
	        "iii" },
	[READ_CLOCKS_OWNER] = { "clocks of an owner",
	        "SELECT " CLOCK_SHOWN " FROM clock c" CLOCK_JOINS " WHERE c.owner = $1 AND c.ended_at = 0"
	        " AND (c.due_at, c.num) > ($2, $3) ORDER BY c.due_at, c.num LIMIT $4",
	        "tiii" },
	[READ_CLOCKS_SCOPE] = { "clocks of a scope",
	        "SELECT " CLOCK_SHOWN " FROM scope z CROSS JOIN clock c" CLOCK_JOINS " WHERE z.num = $1 AND c.unit = z.unit"
	        " AND c.compartment = z.compartment AND c.ended_at = 0 AND (c.due_at, c.num) > ($2, $3)"
	        " AND (c.kind <> 'door' OR $4 = 1) ORDER BY c.due_at, c.num LIMIT $5",
	        "iiiii" },
	/* The unit of the inspectors is every unit. */
	[READ_CLOCKS_COMPARTMENT] = { "clocks of a compartment",
	        "SELECT " CLOCK_SHOWN " FROM scope z CROSS JOIN clock c" CLOCK_JOINS " WHERE z.num = $1 AND z.unit = '*'"
	        " AND c.compartment = z.compartment AND c.ended_at = 0 AND (c.due_at, c.num) > ($2, $3)"
	        " ORDER BY c.due_at, c.num LIMIT $4",
	        "iiii" },
	[READ_CLOCKS_UNANSWERED] = { "clocks unanswered",
	        "SELECT c.due_at FROM clock c WHERE c.ended_at = 0 AND c.due_at <= $1 AND c.state = 'missed' AND c.acked_at = 0"
	        " AND c.next_at = 0 ORDER BY c.due_at, c.num LIMIT $2",
	        "ii" },
	[READ_ESCALATION] = { "escalation",
	        "SELECT e.account FROM escalation e JOIN account a ON a.name = e.account WHERE e.unit = $1 AND a.state = 'active'"
	        " AND ($2 = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = a.name AND r.compartment = $2))"
	        " ORDER BY e.position",
	        "tt" },
	[READ_UNIT_ROLES] = { "accounts of a unit with a role",
	        "SELECT a.name FROM account a WHERE a.unit = $1 AND a.state = 'active' AND ((a.roles & $2) <> 0"
	        " OR EXISTS (SELECT 1 FROM delegation d JOIN account g ON g.name = d.from_account WHERE d.to_account = a.name"
	        " AND d.ends_at > $3 AND d.begins_at <= $3 AND d.ended_at = 0 AND g.state = 'active' AND g.unit = a.unit"
	        " AND (d.roles & g.roles & $2) <> 0))"
	        " AND ($4 = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = a.name AND r.compartment = $4))"
	        " ORDER BY CASE WHEN (a.roles & $2) <> 0 THEN 0 ELSE 1 END, a.num",
	        "tiit" },
	[READ_UNIT_ACCOUNT] = { "account of a unit",
	        "SELECT a.function FROM account a WHERE a.name = $1 AND a.unit = $2 AND a.state = 'active'"
	        " AND ($3 = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = a.name AND r.compartment = $3))",
	        "ttt" },

	/* ---- pages and channels ---- */
	[READ_PAGE] = { "page", "SELECT " PAGE_ALL " FROM page WHERE num = $1", "i" },
	[READ_PAGE_ID] = { "page id", "SELECT " PAGE_ALL " FROM page WHERE id = $1", "t" },
	[READ_PAGE_FACTS] = { "page facts",
	        "SELECT COALESCE(c.id, ''), COALESCE(c.kind, ''), COALESCE(c.due_at, 0), COALESCE(c.unit, ''), "
	        "COALESCE(o.function, ''), COALESCE(w.state, ''), s.id, COALESCE(s.kind, ''), COALESCE(c.why, '') FROM page p"
	        " LEFT JOIN clock c ON c.num = p.clock LEFT JOIN account o ON o.name = c.owner"
	        " LEFT JOIN account w ON w.name = p.account LEFT JOIN statement s ON s.num = p.statement WHERE p.num = $1",
	        "i" },
	[READ_PAGE_ACCOUNT] = { "page account", "SELECT state FROM account WHERE name = $1", "t" },
	[READ_PAGES_DUE] = { "pages due",
	        "SELECT " PAGE_ALL " FROM page WHERE next_at > 0 AND next_at <= $1 ORDER BY next_at LIMIT $2", "ii" },
	[READ_PAGES_OF] = { "pages of",
	        "SELECT " PAGE_ALL " FROM page WHERE account = $1 AND num < $2 ORDER BY num DESC LIMIT $3", "tii" },
	[READ_PAGES_FAILED] = { "pages failed",
	        "SELECT " PAGE_ALL " FROM page WHERE state = 'failed' ORDER BY num LIMIT $1", "i" },
	[READ_PAGE_NEXT] = { "page next", "SELECT next_at FROM page WHERE next_at > 0 ORDER BY next_at LIMIT 1", "" },
	[READ_TRIES_DUE] = { "tries due",
	        "SELECT " TRY_ALL " FROM page_try WHERE kind = $1 AND life = $2 AND next_at > 0 AND next_at <= $3 ORDER BY "
	        "next_at LIMIT $4",
	        "tiii" },
	[READ_TRIES_OF] = { "tries of", "SELECT " TRY_ALL " FROM page_try WHERE page = $1 ORDER BY channel", "i" },
	[READ_TRY_NEXT] = { "try next",
	        "SELECT next_at FROM page_try WHERE next_at > 0 ORDER BY next_at LIMIT 1", "" },
	[READ_CHANNEL] = { "channel", "SELECT " CHANNEL_ALL " FROM channel WHERE num = $1", "i" },
	[READ_CHANNEL_ID] = { "channel id", "SELECT " CHANNEL_ALL " FROM channel WHERE id = $1", "t" },
	[READ_CHANNELS_OF] = { "channels of",
	        "SELECT " CHANNEL_ALL " FROM channel WHERE account = $1 ORDER BY num", "t" },
	[READ_CHANNELS] = { "channels",
	        "SELECT " CHANNEL_ALL " FROM channel WHERE num > $1 ORDER BY num LIMIT $2", "ii" },
	[READ_CHANNELS_TROUBLED] = { "channels troubled",
	        "SELECT " CHANNEL_ALL " FROM channel WHERE troubled_at > 0 ORDER BY num LIMIT $1", "i" },
	[READ_CHANNELS_UNTESTED] = { "channels untested",
	        "SELECT " CHANNEL_ALL " FROM channel WHERE tested_at <= $1 ORDER BY tested_at LIMIT $2", "ii" },
	[READ_TESTS_NEW] = { "tests new",
	        "SELECT p.name FROM partner p WHERE p.state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM channel_test t WHERE "
	        "t.partner = p.name) ORDER BY p.name LIMIT $1",
	        "i" },
	[READ_TESTS_OLDEST] = { "tests oldest", "SELECT " TEST_ALL " FROM channel_test ORDER BY since LIMIT $1", "i" },
	[READ_TESTS_NEWEST] = { "tests newest", "SELECT since FROM channel_test ORDER BY since DESC LIMIT 1", "" },
	[READ_TESTS_OPEN] = { "tests open", "SELECT " TEST_ALL " FROM channel_test WHERE open = 1 ORDER BY since LIMIT $1", "i" },
	[READ_TESTS_MISSED] = { "tests missed",
	        "SELECT " TEST_ALL " FROM channel_test WHERE missed_at > 0 ORDER BY partner LIMIT $1", "i" },
	[READ_TEST_OF] = { "test of", "SELECT " TEST_ALL " FROM channel_test WHERE partner = $1", "t" },
	[READ_TESTS_ASKED] = { "tests asked",
	        "SELECT t.statement, s.id, s.peer FROM test_asked t JOIN statement s ON s.num = t.statement ORDER BY t.statement "
	        "LIMIT $1",
	        "i" },

	/* ---- reach, retention, forgetting ---- */
	[READ_TOGETHER] = { "together",
	        "SELECT o.statement FROM together t JOIN together o ON o.batch = t.batch WHERE t.statement = $1"
	        " ORDER BY o.statement LIMIT $2",
	        "ii" },
	[READ_RELEASED_WITH] = { "released with",
	        "SELECT o.statement FROM released t JOIN released o ON o.draft = t.draft WHERE t.statement = $1"
	        " ORDER BY o.statement LIMIT $2",
	        "ii" },
	[READ_RELEASED_OF] = { "released of",
	        "SELECT statement FROM released WHERE draft = $1 ORDER BY statement LIMIT $2", "ii" },
	[READ_DERIVED] = { "derived",
	        "SELECT kind, statement, party, word, at FROM derived WHERE source = $1 ORDER BY kind, statement LIMIT $2", "ii" },
	[READ_DERIVED_KIND] = { "derived of a kind",
	        "SELECT kind, statement, party, word, at FROM derived WHERE source = $1 AND kind = $2"
	        " ORDER BY statement DESC LIMIT $3",
	        "iti" },
	[READ_DERIVED_SOURCES] = { "derived from",
	        "SELECT source FROM derived WHERE statement = $1 AND kind = $2 ORDER BY source LIMIT $3", "iti" },
	[READ_REACH] = { "reach",
	        "SELECT " REACH_ALL " FROM reach WHERE retracted = $1 AND statement > $2 ORDER BY statement LIMIT $3", "iii" },
	[READ_REACH_OF] = { "reach of a statement",
	        "SELECT " REACH_ALL " FROM reach WHERE statement = $1 ORDER BY retraction DESC LIMIT 1", "i" },
	[READ_REACH_OPEN] = { "reach open",
	        "SELECT " REACH_ALL " FROM reach WHERE retracted = $1 AND retraction = 0 ORDER BY statement LIMIT $2", "ii" },
	[READ_REACH_PENDING] = { "reach pending",
	        "SELECT " REACH_ALL " FROM reach WHERE retraction = 0 ORDER BY retracted, statement LIMIT $1", "i" },
	[READ_RETENTION] = { "retention", "SELECT statement, class, since, asked_at FROM retention WHERE statement = $1", "i" },
	[READ_RETENTION_DUE] = { "retention due",
	        "SELECT statement, class, since, asked_at FROM retention WHERE class = $1 AND asked_at = 0 AND since <= $2"
	        " ORDER BY since LIMIT $3",
	        "tii" },
	[READ_RETENTION_ASKED] = { "retention asked",
	        "SELECT statement, class, since, asked_at FROM retention WHERE asked_at > 0 ORDER BY asked_at LIMIT $1", "i" },
	[READ_RETENTION_ASKED_SINCE] = { "retention asked since",
	        "SELECT COUNT(*) FROM retention WHERE asked_at > 0 AND asked_at >= $1", "i" },
	[READ_HOLD] = { "hold", "SELECT " HOLD_ALL " FROM hold WHERE statement = $1 AND ended_at = 0 ORDER BY num LIMIT 1", "i" },
	[READ_HOLDS] = { "holds", "SELECT " HOLD_ALL " FROM hold WHERE num < $1 ORDER BY num DESC LIMIT $2", "ii" },
	[READ_STUB] = { "stub", "SELECT lines FROM stub WHERE statement = $1", "i" },
	[READ_FORGETTINGS_DONE] = { "forgettings done",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE num > $1 ORDER BY num LIMIT $2", "ii" },
	[READ_FORGETTING] = { "forgetting", "SELECT " FORGETTING_ALL " FROM forgetting WHERE id = $1", "t" },
	[READ_FORGETTING_OF] = { "forgetting of a statement",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE statement = $1 ORDER BY num DESC LIMIT 1", "i" },
	[READ_FORGETTINGS] = { "forgettings",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE num < $1 ORDER BY num DESC LIMIT $2", "ii" },
	[READ_FORGETTING_DUE] = { "forgetting due",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE state = 'agreed' AND due_at <= $1 ORDER BY due_at LIMIT $2", "ii" },

	/* ---- corrections ---- */
	[READ_CORRECTION] = { "correction", "SELECT " CORRECTION_ALL " FROM correction c WHERE c.id = $1", "t" },
	[READ_CORRECTIONS] = { "corrections",
	        "SELECT " CORRECTION_ALL " FROM correction c WHERE c.num < $1 ORDER BY c.num DESC LIMIT $2", "ii" },
	[READ_CORRECTION_ITEM] = { "correction item",
	        "SELECT " CORRECTION_ITEM_ALL ", " CORRECTION_ALL " FROM correction_item i JOIN correction c ON c.num = i.correction"
	        " WHERE i.id = $1",
	        "t" },
	[READ_CORRECTION_ITEM_NUM] = { "correction item by number",
	        "SELECT " CORRECTION_ITEM_ALL " FROM correction_item i WHERE i.num = $1", "i" },
	[READ_CORRECTION_ITEMS] = { "correction items",
	        "SELECT " CORRECTION_ITEM_ALL " FROM correction_item i WHERE i.correction = $1 ORDER BY i.num LIMIT $2", "ii" },
	[READ_CORRECTION_UNDECIDED] = { "correction undecided",
	        "SELECT COUNT(*) FROM correction_item WHERE correction = $1 AND state = 'proposed'", "i" },
	[READ_CORRECTION_TOLD] = { "correction told",
	        "SELECT item, about, partner, why, record FROM correction_told WHERE item = $1 ORDER BY about, partner LIMIT $2", "ii" },
	[READ_CORRECTION_PENDING] = { "correction pending",
	        "SELECT item, about, partner, why, record FROM correction_told WHERE record = 0 ORDER BY item, about, partner LIMIT $1", "i" },

	/* ---- contacts ---- */
	[READ_CONTACT] = { "contact", "SELECT name, content, added_at, changed_at FROM contact WHERE name = $1", "t" },
	[READ_CONTACTS] = { "contacts",
	        "SELECT name, content, added_at, changed_at FROM contact WHERE name > $1 ORDER BY name LIMIT $2", "ti" },
	[READ_STAGED] = { "staged file",
	        "SELECT line, name, type, sha256, data, account, at FROM staged_file WHERE id = $1", "t" },
	[READ_STAGED_SUM] = { "staged files of an account",
	        "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM staged_file WHERE account = $1", "t" },
	[READ_STAGED_OLDEST] = { "oldest staged file", "SELECT at FROM staged_file ORDER BY at LIMIT 1", "" },
	[READ_DRAFT_FILES] = { "draft files",
	        "SELECT line, name, type, sha256, data FROM draft_file WHERE draft = $1 ORDER BY name", "i" },

	/* ---- search ---- */
	/* what is asked as the engine writes it, from, before, limit: number and part, newest first */
	[READ_SEARCH] = { "search", NULL, "tiii" },

	/* ---- brokers ---- */
	[READ_TENDERED] = { "tendered",
	        "SELECT statement, broker, recipient, until, tender, said, code, said_when, said_at, custody, "
	        "proven FROM tendered WHERE statement = $1", "i" },
	[READ_TENDERED_OPEN] = { "tendered open",
	        "SELECT statement, broker, recipient, until, tender, said, code, said_when, said_at, custody, "
	        "proven FROM tendered WHERE tender = 0 AND statement <= $1 ORDER BY statement LIMIT $2", "ii" },
	[READ_TENDERED_BY] = { "tendered by",
	        "SELECT statement, broker, recipient, until, tender, said, code, said_when, said_at, custody, "
	        "proven FROM tendered WHERE tender > 0 AND tender = $1", "i" },
	[READ_CUSTODY_OF] = { "custody of",
	        "SELECT tender, label, tenderer, recipient, size, at, until, state, code, relay, heard, told FROM "
	        "custody WHERE tender = $1", "i" },
	[READ_CUSTODY_TODO] = { "custody to do",
	        "SELECT tender, label, tenderer, recipient, size, at, until, state, code, relay, heard, told FROM "
	        "custody WHERE todo = 1 ORDER BY tender LIMIT $1", "i" },
	[READ_CUSTODY_HELD] = { "custody held",
	        "SELECT tender, label, tenderer, recipient, size, at, until, state, code, relay, heard, told FROM "
	        "custody WHERE state = 'held' AND (until, tender) > ($1, $2) ORDER BY until, tender LIMIT $3", "iii" },
	[READ_CUSTODY_BYTES] = { "custody bytes",
	        "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM custody WHERE state = 'held'", "" },
	[READ_CUSTODY_SINCE] = { "custody since",
	        "SELECT COUNT(*) FROM custody WHERE tenderer = $1 AND at > $2 AND state <> 'new' AND state <> "
	        "'refused'", "ti" },
	[READ_RELAYED_DUE] = { "relayed due",
	        "SELECT relay, label, broker, until, state, code, inner_id, next_at, attempts FROM relayed WHERE "
	        "next_at > 0 ORDER BY next_at LIMIT $1", "i" },
	[READ_RELAYED_OF] = { "relayed of",
	        "SELECT relay, label, broker, until, state, code, inner_id, next_at, attempts FROM relayed WHERE "
	        "relay = $1", "i" },
	[READ_LABELS] = { "labels",
	        "SELECT label FROM custody UNION SELECT label FROM relayed", "" },
	[READ_RELAYED_INNER] = { "relayed by what was in it",
	        "SELECT relay, label, broker, until, state, code, inner_id, next_at, attempts FROM relayed WHERE "
	        "inner_id = $1 ORDER BY relay LIMIT 1", "h" },

	/* ---- the API ---- */
	[READ_REPEATED] = { "repeated",
	        "SELECT digest, status, type, answer, at FROM repeated WHERE account = $1 AND key = $2", "tt" },

	/* requests */
	[READ_ASK] = { "ask", "SELECT " ASK_ALL " FROM ask WHERE statement = $1", "i" },
	[READ_ASK_BREACH] = { "ask of a breach", "SELECT " ASK_ALL " FROM ask WHERE breach_at > 0 AND breach = $1", "i" },
	[READ_ASKS_ABOUT] = { "asks about",
	        "SELECT statement FROM ask_about WHERE about = $1 AND open = 1 ORDER BY statement LIMIT $2", "ii" },
	[READ_ASKS_START] = { "asks to start",
	        "SELECT " ASK_ALL " FROM ask WHERE state = 'open' AND clock = 0 AND received_at > 0 ORDER BY statement LIMIT $1", "i" },
	[READ_ASKS_LOOK] = { "asks to look at",
	        "SELECT " ASK_ALL " FROM ask WHERE look_at > 0 AND look_at <= $1 ORDER BY look_at LIMIT $2", "ii" },
	[READ_ASKS_NEXT] = { "asks next", "SELECT look_at FROM ask WHERE look_at > 0 ORDER BY look_at LIMIT 1", "" },
	[READ_ASKS_OPEN] = { "asks open",
	        "SELECT " ASK_ALL " FROM ask WHERE state = 'open' AND statement < $1 ORDER BY statement DESC LIMIT $2", "ii" },
	[READ_ASKS_OWED] = { "asks owed",
	        "SELECT " ASK_ALL " FROM ask WHERE state = 'open' AND ours = $1 AND statement < $2 ORDER BY statement DESC LIMIT $3", "iii" },
	[READ_ASKS_BREACHED] = { "asks breached",
	        "SELECT " ASK_ALL " FROM ask WHERE breach_at > 0 AND statement < $1 ORDER BY statement DESC LIMIT $2", "ii" },
	[READ_ASKS_ANSWERED] = { "asks answered",
	        "SELECT " ASK_ALL " FROM ask WHERE state = 'answered' AND statement < $1 ORDER BY statement DESC LIMIT $2", "ii" },
	[READ_ASKS_ALL] = { "asks", "SELECT " ASK_ALL " FROM ask WHERE statement < $1 ORDER BY statement DESC LIMIT $2", "ii" },
	[READ_ASKS_PARTNER] = { "asks of a partner, open",
	        "SELECT " ASK_ALL " FROM ask WHERE state = 'open' AND partner = $1 AND clock <> 2 AND statement < $2 ORDER BY statement DESC LIMIT $3", "tii" },
	[READ_ASKS_OF] = { "asks of a partner",
	        "SELECT " ASK_ALL " FROM ask WHERE partner = $1 AND statement < $2 ORDER BY statement DESC LIMIT $3", "tii" },
	/* ---- the door ---- */
	[READ_DOOR] = { "door", "SELECT " DOOR_ALL " FROM door WHERE statement = $1", "i" },
	[READ_DOORS] = { "doors", "SELECT " DOOR_ALL " FROM door WHERE open = $1 AND num < $2 ORDER BY num DESC LIMIT $3", "iii" },
	[READ_DOORS_UNIT] = { "doors of a unit",
	        "SELECT " DOOR_ALL " FROM door WHERE unit = $1 AND open = $2 AND num < $3 ORDER BY num DESC LIMIT $4", "tiii" },
	[READ_DOOR_DECISIONS] = { "door decisions",
	        "SELECT what, account, function, at, ground, reason FROM door_decision WHERE statement = $1 ORDER BY num LIMIT 16", "i" },
	[READ_DOOR_WITH] = { "door with", "SELECT statement FROM door WHERE parent = $1 ORDER BY statement LIMIT $2", "ii" },
	[READ_DOOR_AGAIN] = { "door again",
	        "SELECT statement, why FROM door_again WHERE next_at <= $1 ORDER BY next_at, statement LIMIT $2", "ii" },
	[READ_DOOR_UNSCREENED] = { "door unscreened", "SELECT num FROM door WHERE state = 'unscreened' ORDER BY num LIMIT $1", "i" },
	[READ_DOOR_ANSWERS] = { "door answers",
	        "SELECT " DOOR_ANSWER_ALL " FROM door_answer WHERE statement = $1 ORDER BY num DESC LIMIT $2", "ii" },
	[READ_DOOR_ANSWERS_DUE] = { "door answers due",
	        "SELECT " DOOR_ANSWER_ALL " FROM door_answer WHERE state = 'waiting' AND leaves_at <= $1 ORDER BY leaves_at, place"
	        " LIMIT $2",
	        "ii" },
	[READ_DOOR_ANSWER_NEXT] = { "next door answer",
	        "SELECT leaves_at FROM door_answer WHERE state = 'waiting' ORDER BY leaves_at LIMIT 1", "" },
	[READ_STATEMENT_MARKS] = { "statement marks", "SELECT marks FROM statement WHERE num = $1", "i" },
	/* ---- leads ---- */
	[READ_LEAD] = { "lead", "SELECT " LEAD_ALL LEAD_FROM " WHERE l.id = $1", "t" },
	[READ_LEAD_PLACE] = { "lead place", "SELECT unit, compartment FROM lead WHERE id = $1", "t" },
	[READ_LEADS] = { "leads",
	        "SELECT " LEAD_ALL " FROM scope z CROSS JOIN lead l" LEAD_JOINS " WHERE z.num = $1 AND l.unit = z.unit AND l.compartment = z.compartment"
	        " AND l.open = $2 AND l.num < $3 ORDER BY l.num DESC LIMIT $4",
	        "iiii" },
	[READ_LEADS_COMPARTMENT] = { "leads of a compartment",
	        "SELECT " LEAD_ALL " FROM scope z CROSS JOIN lead l" LEAD_JOINS " WHERE z.num = $1 AND z.unit = '*' AND l.compartment = z.compartment"
	        " AND l.open = $2 AND l.num < $3 ORDER BY l.num DESC LIMIT $4",
	        "iiii" },
	[READ_LEADS_ALL] = { "leads of all",
	        "SELECT " LEAD_ALL LEAD_FROM " WHERE l.open = $1 AND l.num < $2 ORDER BY l.num DESC LIMIT $3", "iii" },
	[READ_LEADS_OWNER] = { "leads of an owner",
	        "SELECT " LEAD_ALL LEAD_FROM " WHERE l.owner = $1 AND l.open = $2 AND l.num < $3 ORDER BY l.num DESC LIMIT $4", "tiii" },
	[READ_LEADS_ON] = { "leads on a statement",
	        "SELECT " LEAD_ALL " FROM lead_statement s JOIN lead l ON l.num = s.lead" LEAD_JOINS " WHERE s.statement = $1 ORDER BY l.num LIMIT $2", "ii" },
	[READ_LEADS_PARTNER] = { "leads on a partner",
	        "SELECT " LEAD_ALL " FROM lead_partner p JOIN lead l ON l.num = p.lead" LEAD_JOINS " WHERE p.partner = $1 AND p.open = 1"
	        " ORDER BY p.lead DESC LIMIT $2",
	        "ti" },
	[READ_LEAD_STATEMENTS] = { "lead statements",
	        "SELECT s.statement, s.at, s.why FROM lead_statement s WHERE s.lead = $1 AND s.statement < $2 ORDER BY s.statement DESC LIMIT $3", "iii" },
	[READ_LEAD_STEPS] = { "lead steps",
	        "SELECT num, at, what, done_at, person, account, function, words FROM lead_step WHERE lead = $1 AND num < $2 ORDER BY num DESC LIMIT $3",
	        "iii" },
	[READ_SHIFT_FROM] = { "shift from",
	        "SELECT to_account, to_signed_at FROM handover WHERE from_account = $1 AND to_signed_at > 0 ORDER BY num DESC LIMIT 1", "t" },
	[READ_SHIFT_TO] = { "shift to",
	        "SELECT from_account, to_signed_at FROM handover WHERE to_account = $1 AND to_signed_at > 0 ORDER BY num DESC LIMIT 1", "t" },
#include "store/sql_read_match.inc"
#include "store/sql_read_screen.inc"
	/* ---- exposure and silence ---- */
	[READ_EXPOSURE_PARTNER] = { "exposure of a partner",
	        "SELECT num, statement, partner, field, subject, source, fact, at FROM exposure WHERE partner = $1 ORDER BY num DESC LIMIT $2", "ti" },
	[READ_EXPOSURE_SUBJECT] = { "exposure of a subject",
	        "SELECT num, statement, partner, field, subject, source, fact, at FROM exposure WHERE subject = $1 ORDER BY num DESC LIMIT $2", "hi" },
	[READ_EXPOSURE_SOURCE] = { "exposure of a source",
	        "SELECT num, statement, partner, field, subject, source, fact, at FROM exposure WHERE source = $1 ORDER BY num DESC LIMIT $2", "hi" },
	[READ_SILENCE_DUE] = { "silence due",
	        "SELECT " SILENCE_ALL " WHERE s.look_at > 0 AND s.look_at <= $1 ORDER BY s.look_at LIMIT $2", "ii" },
	[READ_SILENCE_NEXT] = { "silence next", "SELECT look_at FROM silence WHERE look_at > 0 ORDER BY look_at LIMIT 1", "" },
	[READ_SILENCE_SCOPE] = { "silence of a scope",
	        "SELECT " SILENCE_ALL " WHERE s.scope = $1 ORDER BY s.partner, s.topic LIMIT $2", "ii" },
	[READ_SILENCE_PARTNER] = { "silence of a partner",
	        "SELECT " SILENCE_ALL " WHERE s.scope = $1 AND s.partner = $2 ORDER BY s.topic LIMIT $3", "iti" },
	[READ_SILENCE_SCOPES] = { "silence scopes", "SELECT num FROM scope WHERE unit <> '*' ORDER BY num LIMIT $1", "i" },
	[READ_SILENCE_TIMES] = { "silence times",
	        "SELECT at FROM silence_time WHERE scope = $1 AND partner = $2 AND topic = $3 ORDER BY at DESC LIMIT $4", "itti" },
	[READ_SILENCE_TOPICS] = { "silence topics",
	        "SELECT COUNT(*) FROM silence WHERE scope = $1 AND partner = $2 AND contacts > $3", "iti" },
};
