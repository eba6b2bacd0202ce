#include "store/sql.h"

#include <stddef.h>

/* Statement rows in the order in which rows.c takes them apart. */
#define STATEMENT_HEAD "s.num, s.id, s.at, s.issued, s.kind, s.peer, s.note, s.known_at, s.marks, s.log_n, s.log_index"
#define STATEMENT_ALL STATEMENT_HEAD ", s.body, s.opened"
#define DRAFT_HEAD "num, id, kind, unit, compartment, author, version, created_at, changed_at, changed_by, review_by, state"
#define LOG_ALL "n, origin, state, size, root, tail, published_size, published"

/* Rows in the order in which rows_page.c takes them apart. */
#define PAGE_ALL "num, id, at, what, clock, statement, account, life, channel, state, next_at, sent_at, acked_at, trouble"
#define TRY_ALL "page, channel, kind, life, state, attempts, next_at, at, sent_at, trouble"
#define CHANNEL_ALL \
	"num, id, account, kind, address, secret, quiet_from, quiet_until, added_at, tested_at, well_at, troubled_at, trouble"
/* A clock's columns in the order in which rows_clock.c takes them, and what people see beside them. */
#define CLOCK_ALL "c.num, c.id, c.kind, c.state, c.statement, c.draft, c.unit, c.compartment, c.owner, c.urgency, c.life," \
	" c.started_at, c.due_at, c.next_at, c.level, c.ended_at, c.acked_at, c.acked_by, c.why"
#define CLOCK_SHOWN CLOCK_ALL ", st.id, dr.id, sc.num, ow.function, ac.function"
#define CLOCK_JOINS " LEFT JOIN statement st ON st.num = c.statement LEFT JOIN draft dr ON dr.num = c.draft" \
	" LEFT JOIN scope sc ON sc.unit = c.unit AND sc.compartment = c.compartment" \
	" LEFT JOIN account ow ON ow.name = c.owner LEFT JOIN account ac ON ac.name = c.acked_by"
#define CLOCK_OWNER "CASE WHEN $8 <> '' THEN $8 ELSE COALESCE((SELECT e.account FROM escalation e WHERE e.unit = $6 ORDER BY" \
	" e.position LIMIT 1), '') END"
#define CLOCK_ADD "INSERT INTO clock (num, id, kind, statement, draft, unit, compartment, owner, urgency, life, started_at, due_at," \
	" next_at, state, level, ended_at, acked_at, acked_by, why)"
/* How it ended: in time, or too late, whoever was quicker. */
#define CLOCK_ENDED "UPDATE clock SET state = CASE WHEN $1 = 'void' THEN CASE WHEN state = 'missed' THEN 'missed' ELSE 'void' END" \
	" WHEN due_at >= $2 THEN 'met' ELSE 'missed' END, ended_at = $2, next_at = 0 WHERE ended_at = 0"

/* Rows in the order in which rows_keep.c takes them apart. */
#define REACH_ALL "retracted, statement, recipient, why, retraction, asked_at"
#define HOLD_ALL "num, id, statement, reason, account, at, ended_at, ended_by"
#define FORGETTING_ALL \
	"num, id, statement, reason, state, proposed_by, proposed_at, agreed_by, agreed_at, due_at, ended_by, ended_at, ended_why"

const struct sql_text sql_writes[WRITE_COUNT] = {
	[WRITE_META_PUT] = { "meta put",
	        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	        "tb" },
	[WRITE_META_DELETE] = { "meta delete", "DELETE FROM meta WHERE key = $1", "t" },

	[WRITE_CARD_ADD] = { "card add",
	        "INSERT INTO card (name, seq, id, note, known_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name, seq) "
	        "DO NOTHING",
	        "tihbi" },

	[WRITE_PARTNER_ADD] = { "partner add",
	        "INSERT INTO partner (name, state, reason, quorum, added_at, changed_at, card_known) VALUES ($1, $2, "
	        "$3, $4, $5, $6, $7)"
	        " ON CONFLICT (name) DO NOTHING",
	        "tttiiii" },
	[WRITE_PARTNER_STATE] = { "partner state",
	        "UPDATE partner SET state = $1, reason = $2, changed_at = $3 WHERE name = $4", "ttit" },
	[WRITE_PARTNER_QUORUM] = { "partner quorum", "UPDATE partner SET quorum = $1, changed_at = $2 WHERE name = $3",
	        "iit" },
	[WRITE_PARTNER_CARD_KNOWN] = { "partner card known",
	        "UPDATE partner SET card_known = $1 WHERE name = $2 AND card_known < $1", "it" },
	[WRITE_PARTNER_CARD_FORGOTTEN] = { "partner card forgotten",
	        "UPDATE partner SET card_known = 0 WHERE name = $1", "t" },
	[WRITE_PARTNER_REMOVE] = { "partner remove", "DELETE FROM partner WHERE name = $1", "t" },
	[WRITE_GROUP_ADD] = { "group add",
	        "INSERT INTO partner_group (name, member) VALUES ($1, $2) ON CONFLICT (name, member) DO NOTHING",
	        "tt" },
	[WRITE_GROUP_REMOVE] = { "group remove", "DELETE FROM partner_group WHERE name = $1 AND member = $2", "tt" },
	[WRITE_GROUP_LEAVE] = { "group leave", "DELETE FROM partner_group WHERE member = $1", "t" },
	[WRITE_WITNESS_ADD] = { "witness add",
	        "INSERT INTO witness (name, added_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", "ti" },
	[WRITE_WITNESS_REMOVE] = { "witness remove", "DELETE FROM witness WHERE name = $1", "t" },

	/* A log of somebody else only grows; a note with more cosignatures on the same root may take the place of one
	   with fewer. */
	[WRITE_PEER_LOG] = { "peer log",
	        "INSERT INTO peer_log (origin, name, size, root, note, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT "
	        "(origin) DO UPDATE SET"
	        " name = excluded.name, size = excluded.size, root = excluded.root, note = excluded.note, at = "
	        "excluded.at"
	        " WHERE excluded.size > peer_log.size OR (excluded.size = peer_log.size AND excluded.root = "
	        "peer_log.root)",
	        "ttihbi" },
	[WRITE_WITNESSED_FIRST] = { "witnessed first",
	        "INSERT INTO witnessed (origin, size, root, note, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (origin) "
	        "DO UPDATE SET"
	        " size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at WHERE "
	        "witnessed.size = 0",
	        "tihbi" },
	[WRITE_WITNESSED_NEXT] = { "witnessed next",
	        "UPDATE witnessed SET size = $1, root = $2, note = $3, at = $4 WHERE origin = $5 AND size = $6"
	        " AND (size < $1 OR root = $2)",
	        "ihbiti" },
	[WRITE_CONFLICT_ADD] = { "conflict add",
	        "INSERT INTO conflict (num, at, name, what, sentence, a, b) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	        "citttbb" },

	[WRITE_STATEMENT_ADD] = { "statement add",
	        "INSERT INTO statement (num, at, id, issued, kind, peer, note, body, opened, known_at, marks, log_n, "
	        "log_index)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	        "nihittbbbiilx" },
	[WRITE_STATEMENT_MARK] = { "statement mark", "UPDATE statement SET marks = (marks | $1) & ~ $2 WHERE num = $3",
	        "iii" },
	[WRITE_STATEMENT_FORGET] = { "statement forget",
	        "UPDATE statement SET body = $1, opened = $1, marks = marks | $2 WHERE num = $3", "bii" },
	[WRITE_REFERENCE_ADD] = { "reference add", "INSERT INTO reference (num, re) VALUES ($1, $2)", "nh" },

	[WRITE_OUTBOX_ADD] = { "outbox add",
	        "INSERT INTO outbox (num, partner, state, urgency, attempts, next_at, code, sentence, since)"
	        " VALUES ($1, $2, 'waiting', $3, 0, $4, '', '', $4)",
	        "ntii" },
	[WRITE_OUTBOX_AGAIN] = { "outbox again",
	        "INSERT INTO outbox (num, partner, state, urgency, attempts, next_at, code, sentence, since)"
	        " VALUES ($1, $2, 'waiting', $3, 0, $4, '', '', $4) ON CONFLICT (num) DO NOTHING",
	        "itii" },
	[WRITE_OUTBOX_DONE] = { "outbox done", "DELETE FROM outbox WHERE num = $1", "i" },
	[WRITE_OUTBOX_LATER] = { "outbox later",
	        "UPDATE outbox SET attempts = $1, next_at = $2, code = $3, sentence = $4 WHERE num = $5 AND state = "
	        "'waiting'",
	        "iitti" },
	[WRITE_OUTBOX_REFUSED] = { "outbox refused",
	        "UPDATE outbox SET state = 'refused', attempts = attempts + 1, code = $1, sentence = $2 WHERE num = $3",
	        "tti" },
	[WRITE_OUTBOX_CLOSE] = { "outbox close", "UPDATE outbox SET state = 'closed', sentence = $1 WHERE num = $2",
	        "ti" },
	[WRITE_OUTBOX_RETRY] = { "outbox retry", "UPDATE outbox SET state = 'waiting', next_at = $1 WHERE num = $2",
	        "ii" },

	[WRITE_RECEIPT_ADD] = { "receipt add",
	        "INSERT INTO receipt (num, origin, log_index, hashes, checkpoint, received_at, proof, witnessed_at, "
	        "overdue)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT (num) DO UPDATE SET origin = excluded.origin,"
	        " log_index = excluded.log_index, hashes = excluded.hashes, checkpoint = excluded.checkpoint,"
	        " received_at = excluded.received_at, overdue = 0 WHERE receipt.witnessed_at = 0",
	        "itibkib" },
	[WRITE_RECEIPT_CHECKPOINT_ADD] = { "receipt checkpoint add",
	        "INSERT INTO receipt_checkpoint (num, note) VALUES ($1, $2)", "kb" },
	[WRITE_RECEIPT_WITNESSED] = { "receipt witnessed",
	        "UPDATE receipt SET proof = $1, witnessed_at = $2 WHERE num = $3", "bii" },
	[WRITE_RECEIPT_OVERDUE] = { "receipt overdue", "UPDATE receipt SET overdue = 1 WHERE num = $1", "i" },

	[WRITE_RESTORING_PUT] = { "restoring put",
	        "INSERT INTO restoring (partner, since, next_num, until_num) VALUES ($1, $2, $3, $4) ON CONFLICT "
	        "(partner) DO UPDATE SET"
	        " since = excluded.since, next_num = excluded.next_num, until_num = excluded.until_num",
	        "tiii" },
	[WRITE_RESTORING_ADVANCE] = { "restoring advance",
	        "UPDATE restoring SET next_num = $1 WHERE partner = $2 AND next_num < $1", "it" },
	[WRITE_RESTORING_DELETE] = { "restoring delete", "DELETE FROM restoring WHERE partner = $1", "t" },
	[WRITE_RESUMING_PUT] = { "resuming put",
	        "INSERT INTO resuming (partner, origin, size, since) VALUES ($1, $2, $3, $4) ON CONFLICT (partner, "
	        "origin) DO UPDATE SET"
	        " size = excluded.size, since = excluded.since",
	        "ttii" },
	[WRITE_RESUMING_DELETE] = { "resuming delete", "DELETE FROM resuming WHERE partner = $1 AND origin = $2",
	        "tt" },

	[WRITE_EVENT_ADD] = { "event add",
	        "INSERT INTO event (seq, at, kind, num, subject) VALUES ($1, $2, $3, $4, $5)", "ewtmt" },

	[WRITE_LOG_BEGIN] = { "log begin",
	        "INSERT INTO log_origin (n, origin, state, reason, size, root, tail, published_size, published, "
	        "started_at)"
	        " VALUES ($1, $2, 'current', '', 0, $3, $4, 0, $4, $5)",
	        "ithbi" },
	[WRITE_LOG_GROW] = { "log grow", "UPDATE log_origin SET size = $1, root = $2, tail = $3 WHERE n = $4", "ihbi" },
	[WRITE_LOG_PUBLISHED_KEEP] = { "log published keep",
	        "INSERT INTO log_published (log_n, size, note) VALUES ($1, $2, $3)"
	        " ON CONFLICT (log_n, size) DO UPDATE SET note = excluded.note",
	        "iib" },
	[WRITE_LOG_PUBLISHED] = { "log published",
	        "UPDATE log_origin SET published_size = $1, published = $2 WHERE n = $3 AND state = 'current' AND "
	        "published_size <= $1"
	        " AND size >= $1",
	        "ibi" },
	[WRITE_LOG_RETIRE] = { "log retire", "UPDATE log_origin SET state = 'retired', reason = $1 WHERE n = $2",
	        "ti" },
	[WRITE_LOG_TILE_ADD] = { "log tile add", "INSERT INTO log_tile (key, data) VALUES ($1, $2)", "ib" },
	[WRITE_LOG_POSITION_ADD] = { "log position add",
	        "INSERT INTO log_position (log_n, log_index, what, id) VALUES ($1, $2, $3, $4)", "iith" },

	[WRITE_PREFIX_STATEMENT] = { "prefix statement",
	        "INSERT INTO prefix_statement (key) VALUES ($1) ON CONFLICT (key) DO NOTHING", "i" },
	[WRITE_PREFIX_REFERENCE] = { "prefix reference",
	        "INSERT INTO prefix_reference (key) VALUES ($1) ON CONFLICT (key) DO NOTHING", "i" },
	[WRITE_PREFIX_TAIL_ADD] = { "prefix tail add", "INSERT INTO prefix_tail (seq, kind, pairs) VALUES ($1, $2, $3)",
	        "iib" },
	[WRITE_PREFIX_TAIL_DROP] = { "prefix tail drop", "DELETE FROM prefix_tail WHERE seq <= $1 AND kind = $2",
	        "ii" },

	/* ---- people ---- */

	/* ---- need-to-know and audit ---- */
	[WRITE_SCOPE_ADD] = { "scope add",
	        "INSERT INTO scope (num, unit, compartment) VALUES ($1, $2, $3) ON CONFLICT (unit, compartment) DO "
	        "NOTHING",
	        "dtt" },
	/* What was shared whole stays so. */
	[WRITE_SHARED_ADD] = { "shared add",
	        "INSERT INTO shared (scope, facet, num, whole) SELECT num, $1, $2, $3 FROM scope WHERE unit = $4 AND "
	        "compartment = $5"
	        " ON CONFLICT (scope, facet, num) DO UPDATE SET whole = 1 WHERE excluded.whole = 1",
	        "tmitt" },
	[WRITE_OPENED] = { "opened",
	        "INSERT INTO opened (statement, account, function, first_at, last_at, lines) VALUES ($1, $2, $3, $4, "
	        "$4, $5)"
	        " ON CONFLICT (statement, account) DO UPDATE SET last_at = excluded.last_at, lines = excluded.lines",
	        "ittit" },
	[WRITE_AUDIT_ADD] = { "audit add",
	        "INSERT INTO audit (seq, at, who, function, what, subject, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, "
	        "$7, $8)",
	        "swtttttS" },
	/* The first statement finds no row. */
	[WRITE_FOLLOWED] = { "followed",
	        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value "
	        "WHERE meta.value = $3",
	        "tbb" },
	[WRITE_AUDIT_ANCHOR] = { "audit anchor",
	        "INSERT INTO audit_anchor (log_n, log_index, seq, hash, at) VALUES ($1, $2, $3, $4, $5)", "lxihw" },

	/* ---- policy and profiles ---- */
	[WRITE_POLICY_PUT] = { "policy put",
	        "INSERT INTO policy (name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE"
	        " SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
	        "ttit" },

	/* ---- drafts and releases ---- */
	[WRITE_DRAFT_ADD] = { "draft add",
	        "INSERT INTO draft (num, id, kind, unit, compartment, author, state, version, content, created_at, changed_at, "
	        "changed_by, review_by) VALUES ($1, $2, $3, $4, $5, $6, 'draft', 1, $7, $8, $8, $6, 0)",
	        "dtttttbi" },
	[WRITE_DRAFT_FIRST] = { "draft first version",
	        "INSERT INTO draft_version (draft, version, at, account, content) VALUES ($1, 1, $2, $3, $4)", "Ditb" },
	[WRITE_DRAFT_EDIT] = { "draft edit",
	        "UPDATE draft SET content = $1, changed_at = $2, changed_by = $3, state = 'draft', version = version + 1"
	        " WHERE num = $4 AND state = $5 AND version = $6",
	        "bititi" },
	[WRITE_DRAFT_VERSION_ADD] = { "draft version add",
	        "INSERT INTO draft_version (draft, version, at, account, content) VALUES ($1, $2, $3, $4, $5)", "iiitb" },
	[WRITE_DRAFT_STATE] = { "draft state",
	        "UPDATE draft SET state = $1, changed_at = $2 WHERE num = $3 AND state = $4 AND version = $5", "tiiti" },
	[WRITE_DRAFT_REVIEW_BY] = { "draft review by", "UPDATE draft SET review_by = $1 WHERE num = $2", "ii" },
	[WRITE_DRAFT_FORGET] = { "draft forget", "UPDATE draft SET content = $1 WHERE num = $2", "bi" },
	[WRITE_DRAFT_FORGET_VERSIONS] = { "draft forget versions", "UPDATE draft_version SET content = $1 WHERE draft = $2", "bi" },
	[WRITE_DRAFT_FORGET_APPROVALS] = { "draft forget approvals", "UPDATE approval SET detail = $1 WHERE draft = $2", "bi" },
	[WRITE_APPROVAL_ADD] = { "approval add",
	        "INSERT INTO approval (num, draft, version, what, account, function, at, reason, digest, detail)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	        "diitttithb" },
	[WRITE_RELEASED_ADD] = { "released add",
	        "INSERT INTO released (draft, recipient, statement) VALUES ($1, $2, $3) ON CONFLICT (draft, recipient) DO NOTHING",
	        "itn" },
	[WRITE_DETERMINED_ADD] = { "determined add",
	        "INSERT INTO determined (num, draft, version, statement, result, ground, account, function, at)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	        "diintttti" },
	[WRITE_AUDIENCE_COUNT] = { "audience count",
	        "INSERT INTO audience (key, recipient, times, last_at) VALUES ($1, $2, 1, $3) ON CONFLICT (key, recipient)"
	        " DO UPDATE SET times = audience.times + 1, last_at = excluded.last_at",
	        "tti" },

	/* ---- clocks ---- */
	[WRITE_CLOCK_ADD] = { "clock add",
	        CLOCK_ADD " VALUES ($1, $2, $3, $4, $5, $6, $7, " CLOCK_OWNER
	                  ", $9, $10, $11, $12, $13, 'running', 0, 0, 0, '', '')",
	        "dttiitttiiiii" },
	[WRITE_CLOCK_ADD_OWN] = { "clock add own",
	        CLOCK_ADD " VALUES ($1, $2, $3, $4, $5, $6, $7, " CLOCK_OWNER
	                  ", $9, $10, $11, $12, $13, 'running', 0, 0, 0, '', '')",
	        "dttnitttiiiii" },
	/* Whoever had to see to it that it was opened sees to what we make of it. */
	[WRITE_CLOCK_OPENED] = { "clock opened",
	        CLOCK_ADD " SELECT $1, $2, 'assessment', statement, draft, unit, compartment, owner, urgency, life, $3,"
	                  " $3 + CASE urgency WHEN 0 THEN $4 WHEN 1 THEN $5 ELSE $6 END,"
	                  " $3 + CASE urgency WHEN 0 THEN $7 WHEN 1 THEN $8 ELSE $9 END, 'running', 0, 0, 0, '', ''"
	                  " FROM clock WHERE statement = $10 AND kind = 'opening' AND ended_at = 0"
	                  " AND EXISTS (SELECT 1 FROM statement s WHERE s.num = clock.statement AND s.kind = 'warning')"
	                  " ORDER BY num LIMIT 1",
	        "dtiiiiiiii" },
	[WRITE_CLOCK_END] = { "clock end", CLOCK_ENDED " AND statement = $3 AND kind = $4", "tiit" },
	[WRITE_CLOCK_END_DRAFT] = { "clock end draft", CLOCK_ENDED " AND draft > 0 AND draft = $3 AND kind = $4", "tiit" },
	[WRITE_CLOCK_RECEIVED] = { "clock received",
	        "UPDATE clock SET state = CASE WHEN due_at >= (SELECT r.received_at FROM receipt r WHERE r.num = $1) THEN 'met'"
	        " ELSE 'missed' END, ended_at = (SELECT r.received_at FROM receipt r WHERE r.num = $1), next_at = 0"
	        " WHERE statement = $1 AND kind = 'receipt' AND ended_at = 0"
	        " AND EXISTS (SELECT 1 FROM receipt r WHERE r.num = $1)",
	        "i" },
	[WRITE_CLOCK_FIRE] = { "clock fire",
	        "UPDATE clock SET state = $1, level = $2, next_at = $3, ended_at = $4, acked_at = $5, acked_by = $6, why = $7"
	        " WHERE num = $8 AND next_at = $9 AND level = $10 AND ended_at = 0",
	        "tiiiittiii" },
	[WRITE_CLOCK_ACK] = { "clock ack",
	        "UPDATE clock SET acked_at = $1, acked_by = $2, next_at = CASE WHEN state = 'missed' THEN 0 ELSE due_at END"
	        " WHERE num = $3 AND ended_at = 0",
	        "iti" },
	[WRITE_CLOCK_HAND] = { "clock hand", "UPDATE clock SET owner = $1 WHERE num = $2 AND ended_at = 0", "ti" },
	[WRITE_CLOCK_MOVE] = { "clock move", "UPDATE clock SET owner = $1 WHERE owner = $2 AND ended_at = 0", "tt" },
	[WRITE_CLOCK_HURRY] = { "clock hurry",
	        "UPDATE clock SET next_at = $1 WHERE num = $2 AND state = 'missed' AND ended_at = 0 AND next_at > $1", "ii" },

	/* ---- pages and channels ---- */
	[WRITE_PAGE_ADD] = { "page add",
	        "INSERT INTO page (id, at, next_at, what, clock, statement, account, life, channel, num, state, sent_at, acked_at, trouble)"
	        " VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, 0, '')",
	        "titiitiif" },
	[WRITE_PAGE_ADD_CLOCK] = { "page add clock",
	        "INSERT INTO page (id, at, next_at, what, clock, statement, account, life, channel, num, state, sent_at, acked_at, trouble)"
	        " VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, 0, '')",
	        "titDitiif" },
	[WRITE_PAGE_STOP] = { "page stop",
	        "UPDATE page SET state = 'stopped', next_at = 0, acked_at = $1 WHERE clock = $2 AND state IN ('waiting', "
	        "'trying', 'sent', 'failed')",
	        "ii" },
	[WRITE_PAGE_STOP_TRIES] = { "page stop tries",
	        "UPDATE page_try SET state = 'stopped', next_at = 0 WHERE state = 'waiting' AND page IN (SELECT num FROM page "
	        "WHERE clock = $1 AND state IN ('trying', 'sent', 'failed'))",
	        "i" },
	[WRITE_PAGE_ACK] = { "page ack",
	        "UPDATE page SET state = 'stopped', next_at = 0, acked_at = $1 WHERE num = $2 AND state <> 'stopped'", "ii" },
	[WRITE_PAGE_TAKEN] = { "page taken",
	        "UPDATE page SET state = 'trying', next_at = $1 WHERE num = $2 AND state = 'waiting'", "ii" },
	[WRITE_PAGE_FAILED] = { "page failed",
	        "UPDATE page SET state = 'failed', next_at = 0, trouble = $1 WHERE num = $2 AND state IN ('waiting', 'trying')",
	        "ti" },
	[WRITE_PAGE_SENT] = { "page sent",
	        "UPDATE page SET state = 'sent', next_at = 0, sent_at = $1, trouble = '' WHERE num = $2 AND state IN ('trying', "
	        "'failed')",
	        "ii" },
	[WRITE_TRY_ADD] = { "try add",
	        "INSERT INTO page_try (page, channel, kind, life, next_at, at, state, attempts, sent_at, trouble) VALUES ($1, "
	        "$2, $3, $4, $5, $5, 'waiting', 0, 0, '') ON CONFLICT (page, channel) DO NOTHING",
	        "iitii" },
	[WRITE_TRY_STOP] = { "try stop",
	        "UPDATE page_try SET state = 'stopped', next_at = 0 WHERE page = $1 AND state = 'waiting'", "i" },
	[WRITE_TRY_SENT] = { "try sent",
	        "UPDATE page_try SET state = 'sent', next_at = 0, sent_at = $1, attempts = attempts + 1, trouble = '' WHERE page "
	        "= $2 AND channel = $3",
	        "iii" },
	[WRITE_TRY_LATER] = { "try later",
	        "UPDATE page_try SET attempts = attempts + 1, next_at = $1, trouble = $2 WHERE page = $3 AND channel = $4 AND "
	        "state = 'waiting'",
	        "itii" },
	[WRITE_TRY_END] = { "try end",
	        "UPDATE page_try SET state = 'failed', attempts = attempts + 1, next_at = 0, trouble = $1 WHERE page = $2 AND "
	        "channel = $3 AND state = 'waiting'",
	        "tii" },
	[WRITE_TRY_HOLD] = { "try hold",
	        "UPDATE page_try SET next_at = $1 WHERE channel = $2 AND next_at > 0 AND next_at < $1", "ii" },
	[WRITE_TRY_NOW] = { "try now", "UPDATE page_try SET next_at = $1 WHERE next_at > $1", "i" },
	[WRITE_CHANNEL_ADD] = { "channel add",
	        "INSERT INTO channel (num, id, account, kind, address, secret, quiet_from, quiet_until, added_at, tested_at, "
	        "well_at, troubled_at, trouble) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 0, 0, '') ON CONFLICT (account, "
	        "kind, address) DO NOTHING",
	        "dttttbiii" },
	[WRITE_CHANNEL_REMOVE] = { "channel remove", "DELETE FROM channel WHERE num = $1", "i" },
	[WRITE_CHANNEL_TRIES_STOP] = { "channel tries stop",
	        "UPDATE page_try SET state = 'stopped', next_at = 0 WHERE channel = $1 AND next_at > 0", "i" },
	[WRITE_CHANNEL_WELL] = { "channel well",
	        "UPDATE channel SET well_at = $1, troubled_at = 0, trouble = '' WHERE num = $2", "ii" },
	[WRITE_CHANNEL_TROUBLE] = { "channel trouble",
	        "UPDATE channel SET trouble = $1, troubled_at = CASE WHEN troubled_at = 0 THEN $2 ELSE troubled_at END WHERE num "
	        "= $3",
	        "tii" },
	[WRITE_CHANNEL_TESTED] = { "channel tested",
	        "UPDATE channel SET tested_at = $1 WHERE num = $2 AND tested_at = $3", "iii" },
	/* The same for the open clocks of a statement, or of a draft. */
	[WRITE_PAGE_STOP_STATEMENT] = { "page stop statement",
	        "UPDATE page SET state = 'stopped', next_at = 0, acked_at = $1 WHERE state IN ('waiting', 'trying', 'sent', 'failed')"
	        " AND clock IN (SELECT num FROM clock WHERE statement = $2 AND kind = $3 AND ended_at = 0)",
	        "iit" },
	[WRITE_TRY_STOP_STATEMENT] = { "try stop statement",
	        "UPDATE page_try SET state = 'stopped', next_at = 0 WHERE state = 'waiting' AND page IN (SELECT num FROM page"
	        " WHERE state IN ('trying', 'sent', 'failed')"
	        " AND clock IN (SELECT num FROM clock WHERE statement = $1 AND kind = $2 AND ended_at = 0))",
	        "it" },
	[WRITE_PAGE_STOP_DRAFT] = { "page stop draft",
	        "UPDATE page SET state = 'stopped', next_at = 0, acked_at = $1 WHERE state IN ('waiting', 'trying', 'sent', 'failed')"
	        " AND clock IN (SELECT num FROM clock WHERE draft > 0 AND draft = $2 AND kind = $3 AND ended_at = 0)",
	        "iit" },
	[WRITE_TRY_STOP_DRAFT] = { "try stop draft",
	        "UPDATE page_try SET state = 'stopped', next_at = 0 WHERE state = 'waiting' AND page IN (SELECT num FROM page"
	        " WHERE state IN ('trying', 'sent', 'failed')"
	        " AND clock IN (SELECT num FROM clock WHERE draft > 0 AND draft = $1 AND kind = $2 AND ended_at = 0))",
	        "it" },
	/* ---- reach, retention, forgetting ---- */
	[WRITE_TOGETHER_ADD] = { "together add", "INSERT INTO together (batch, statement) VALUES ($1, $2)", "in" },
	[WRITE_DERIVED_ADD] = { "derived add",
	        "INSERT INTO derived (source, kind, statement, party, word, at) VALUES ($1, $2, $3, $4, $5, $6)"
	        " ON CONFLICT (source, kind, statement) DO NOTHING",
	        "ititti" },
	[WRITE_DERIVED_DROP] = { "derived drop", "UPDATE derived SET word = '' WHERE statement = $1 AND kind <> 'draft'", "i" },
	[WRITE_REACH_ADD] = { "reach add",
	        "INSERT INTO reach (retracted, statement, recipient, why, retraction, asked_at) VALUES ($1, $2, $3, $4, $5, $6)"
	        " ON CONFLICT (retracted, statement) DO NOTHING",
	        "iittii" },
	/* Once each, also when it is in the reach of two retractions. */
	[WRITE_REACH_DONE] = { "reach done",
	        "UPDATE reach SET retraction = $1 WHERE retracted = $2 AND statement = $3 AND retraction = 0"
	        " AND NOT EXISTS (SELECT 1 FROM reach other WHERE other.statement = $3 AND other.retraction > 0)",
	        "nii" },
	[WRITE_REACH_KNOWN] = { "reach known",
	        "UPDATE reach SET retraction = $1 WHERE statement = $2 AND retraction = 0", "ii" },
	[WRITE_RETENTION_ADD] = { "retention add",
	        "INSERT INTO retention (statement, class, since, asked_at) VALUES ($1, $2, $3, 0) ON CONFLICT (statement) DO NOTHING",
	        "iti" },
	[WRITE_RETENTION_SINCE] = { "retention since",
	        "UPDATE retention SET since = $1, asked_at = 0 WHERE statement = $2", "ii" },
	[WRITE_RETENTION_ASKED] = { "retention asked",
	        "UPDATE retention SET asked_at = $1 WHERE statement = $2 AND asked_at = 0", "ii" },
	[WRITE_RETENTION_DROP] = { "retention drop", "DELETE FROM retention WHERE statement = $1", "i" },
	[WRITE_HOLD_ADD] = { "hold add",
	        "INSERT INTO hold (num, id, statement, reason, account, at, ended_at, ended_by) VALUES ($1, $2, $3, $4, $5, $6, 0, '')",
	        "dtitti" },
	[WRITE_HOLD_END] = { "hold end",
	        "UPDATE hold SET ended_at = $1, ended_by = $2 WHERE num = $3 AND ended_at = 0", "iti" },
	[WRITE_FORGETTING_ADD] = { "forgetting add",
	        "INSERT INTO forgetting (num, id, statement, reason, state, proposed_by, proposed_at, agreed_by, agreed_at, due_at,"
	        " ended_by, ended_at, ended_why) SELECT $1, $2, $3, $4, 'proposed', $5, $6, '', 0, 0, '', 0, ''"
	        " WHERE NOT EXISTS (SELECT 1 FROM forgetting WHERE statement = $3 AND state IN ('proposed', 'agreed'))",
	        "dtitti" },
	[WRITE_FORGETTING_AGREE] = { "forgetting agree",
	        "UPDATE forgetting SET state = 'agreed', agreed_by = $1, agreed_at = $2, due_at = $3"
	        " WHERE num = $4 AND state = 'proposed'",
	        "tiii" },
	[WRITE_FORGETTING_END] = { "forgetting end",
	        "UPDATE forgetting SET state = $1, ended_by = $2, ended_at = $3, ended_why = $4"
	        " WHERE num = $5 AND state IN ('proposed', 'agreed')",
	        "ttiti" },
	[WRITE_FORGET_DRAFT] = { "forget draft", "UPDATE draft SET content = $1 WHERE num = $2", "bi" },
	[WRITE_FORGET_DRAFT_VERSIONS] = { "forget draft versions",
	        "UPDATE draft_version SET content = $1 WHERE draft = $2", "bi" },
	[WRITE_FORGET_DRAFT_FILES] = { "forget draft files", "DELETE FROM draft_file WHERE draft = $1", "i" },

	/* ---- contacts ---- */
	[WRITE_CONTACT_PUT] = { "contact put",
	        "INSERT INTO contact (name, content, added_at, changed_at) VALUES ($1, $2, $3, $3)"
	        " ON CONFLICT (name) DO UPDATE SET content = excluded.content, changed_at = excluded.changed_at",
	        "tbi" },
	[WRITE_CONTACT_REMOVE] = { "contact remove", "DELETE FROM contact WHERE name = $1", "t" },
	[WRITE_STAGED_ADD] = { "staged file add",
	        "INSERT INTO staged_file (id, account, name, type, sha256, size, data, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	        "tttthibi" },
	[WRITE_STAGED_DROP] = { "staged file drop", "DELETE FROM staged_file WHERE id = $1", "t" },
	[WRITE_STAGED_PURGE] = { "staged files purge", "DELETE FROM staged_file WHERE at < $1", "i" },
	[WRITE_DRAFT_FILE_PUT] = { "draft file put",
	        "INSERT INTO draft_file (draft, name, type, sha256, data) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (draft, name)"
	        " DO UPDATE SET type = excluded.type, sha256 = excluded.sha256, data = excluded.data",
	        "itthb" },
	[WRITE_DRAFT_FILE_REMOVE] = { "draft file remove", "DELETE FROM draft_file WHERE draft = $1 AND name = $2", "it" },
	[WRITE_DRAFT_FILES_DROP] = { "draft files drop", "DELETE FROM draft_file WHERE draft = $1", "i" },

	/* ---- search ---- */

	/* ---- the API ---- */
	[WRITE_REPEATED_BEGIN] = { "repeated begin",
	        "INSERT INTO repeated (account, key, digest, status, type, answer, at) VALUES ($1, $2, $3, 0, $4, $5, $6)"
	        " ON CONFLICT (account, key) DO NOTHING",
	        "tthtbi" },
	[WRITE_REPEATED_END] = { "repeated end",
	        "UPDATE repeated SET status = $1, type = $2, answer = $3 WHERE account = $4 AND key = $5", "itbtt" },
	[WRITE_REPEATED_DROP] = { "repeated drop", "DELETE FROM repeated WHERE account = $1 AND key = $2", "tt" },
	[WRITE_REPEATED_PURGE] = { "repeated purge", "DELETE FROM repeated WHERE at < $1", "i" },
};

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

	/* ---- need-to-know and audit ---- */
	[READ_SCOPE] = { "scope", "SELECT num FROM scope WHERE unit = $1 AND compartment = $2", "tt" },
	[READ_SCOPE_UNIT] = { "scope unit", "SELECT 1 FROM unit WHERE name = $1", "t" },
	[READ_SCOPE_COMPARTMENT] = { "scope compartment", "SELECT 1 FROM compartment WHERE name = $1", "t" },
	[READ_SHARED] = { "shared", "SELECT whole FROM shared WHERE scope = $1 AND facet = '' AND num = $2", "ii" },
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

	/* ---- drafts and releases ---- */
	[READ_DRAFT] = { "draft", "SELECT " DRAFT_HEAD ", content FROM draft WHERE id = $1", "t" },
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
	[READ_RELEASED_OF] = { "released of statement", "SELECT draft, recipient FROM released WHERE statement = $1", "i" },
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
	[READ_CLOCKS_STATEMENT] = { "clocks of a statement",
	        "SELECT " CLOCK_SHOWN " FROM clock c" CLOCK_JOINS " WHERE c.statement = $1 ORDER BY c.num LIMIT $2", "ii" },
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
	        " ORDER BY c.due_at, c.num LIMIT $4",
	        "iiii" },
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
	        "SELECT a.name FROM account a WHERE a.unit = $1 AND (a.roles & $2) <> 0 AND a.state = 'active'"
	        " AND ($3 = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = a.name AND r.compartment = $3))"
	        " ORDER BY a.num",
	        "tit" },
	[READ_UNIT_ACCOUNT] = { "account of a unit",
	        "SELECT a.function FROM account a WHERE a.name = $1 AND a.unit = $2 AND a.state = 'active'"
	        " AND ($3 = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = a.name AND r.compartment = $3))",
	        "ttt" },

	/* ---- pages and channels ---- */
	[READ_PAGE] = { "page", "SELECT " PAGE_ALL " FROM page WHERE num = $1", "i" },
	[READ_PAGE_ID] = { "page id", "SELECT " PAGE_ALL " FROM page WHERE id = $1", "t" },
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
	[READ_RETENTION] = { "retention", "SELECT statement, class, since, asked_at FROM retention WHERE statement = $1", "i" },
	[READ_RETENTION_DUE] = { "retention due",
	        "SELECT statement, class, since, asked_at FROM retention WHERE class = $1 AND asked_at = 0 AND since <= $2"
	        " ORDER BY since LIMIT $3",
	        "tii" },
	[READ_HOLD] = { "hold", "SELECT " HOLD_ALL " FROM hold WHERE statement = $1 AND ended_at = 0 ORDER BY num LIMIT 1", "i" },
	[READ_HOLDS] = { "holds", "SELECT " HOLD_ALL " FROM hold WHERE num < $1 ORDER BY num DESC LIMIT $2", "ii" },
	[READ_FORGETTING] = { "forgetting", "SELECT " FORGETTING_ALL " FROM forgetting WHERE id = $1", "t" },
	[READ_FORGETTING_OF] = { "forgetting of a statement",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE statement = $1 ORDER BY num DESC LIMIT 1", "i" },
	[READ_FORGETTINGS] = { "forgettings",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE num < $1 ORDER BY num DESC LIMIT $2", "ii" },
	[READ_FORGETTING_DUE] = { "forgetting due",
	        "SELECT " FORGETTING_ALL " FROM forgetting WHERE state = 'agreed' AND due_at <= $1 ORDER BY due_at LIMIT $2", "ii" },

	/* ---- contacts ---- */
	[READ_CONTACT] = { "contact", "SELECT name, content, added_at, changed_at FROM contact WHERE name = $1", "t" },
	[READ_CONTACTS] = { "contacts",
	        "SELECT name, content, added_at, changed_at FROM contact WHERE name > $1 ORDER BY name LIMIT $2", "ti" },
	[READ_STAGED] = { "staged file",
	        "SELECT name, type, sha256, data, account, at FROM staged_file WHERE id = $1", "t" },
	[READ_STAGED_SUM] = { "staged files of an account",
	        "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM staged_file WHERE account = $1", "t" },
	[READ_DRAFT_FILES] = { "draft files",
	        "SELECT name, type, sha256, data FROM draft_file WHERE draft = $1 ORDER BY name", "i" },

	/* ---- search ---- */

	/* ---- the API ---- */
	[READ_REPEATED] = { "repeated",
	        "SELECT digest, status, type, answer, at FROM repeated WHERE account = $1 AND key = $2", "tt" },
};
