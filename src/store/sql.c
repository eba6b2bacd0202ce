#include "store/sql.h"

#include <stddef.h>

#define CLOCK_OWNER "CASE WHEN $8 <> '' THEN $8 ELSE COALESCE((SELECT e.account FROM escalation e WHERE e.unit = $6 ORDER BY" \
	" e.position LIMIT 1), '') END"
#define CLOCK_ADD "INSERT INTO clock (num, id, kind, statement, draft, unit, compartment, owner, urgency, life, started_at, due_at," \
	" next_at, state, level, ended_at, acked_at, acked_by, why)"
/* How it ended: in time, or too late, whoever was quicker. */
#define CLOCK_ENDED "UPDATE clock SET state = CASE WHEN $1 = 'void' THEN CASE WHEN state = 'missed' THEN 'missed' ELSE 'void' END" \
	" WHEN due_at >= $2 THEN 'met' ELSE 'missed' END, ended_at = $2, next_at = 0 WHERE ended_at = 0"

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
	/* ---- strangers ---- */
	[WRITE_STRANGER_ADD] = { "stranger add",
	        "INSERT INTO stranger (name, way, brought_by, fp, since, last_at, window_at, window_n) VALUES ($1, $2, $3, $4, $5, $5, 0, 0)",
	        "tttti" },
	/* now, a day ago, name, most */
	[WRITE_STRANGER_SENT] = { "stranger sent",
	        "UPDATE stranger SET last_at = $1, window_n = CASE WHEN window_at <= $2 THEN 1 ELSE window_n + 1 END,"
	        " window_at = CASE WHEN window_at <= $2 THEN $1 ELSE window_at END"
	        " WHERE name = $3 AND (window_at <= $2 OR window_n < $4)",
	        "iiti" },
	[WRITE_STRANGER_REMOVE] = { "stranger remove", "DELETE FROM stranger WHERE name = $1", "t" },
	[WRITE_STRANGER_STATE] = { "stranger state",
	        "UPDATE partner SET state = $1, changed_at = $2 WHERE name = $3 AND state = 'stranger'", "tit" },
	/* who, now, a day ago, most */
	[WRITE_STRANGER_QUOTA] = { "stranger quota",
	        "INSERT INTO stranger_quota (brought_by, window_at, window_n) VALUES ($1, $2, 1) ON CONFLICT (brought_by) DO UPDATE"
	        " SET window_n = CASE WHEN stranger_quota.window_at <= $3 THEN 1 ELSE stranger_quota.window_n + 1 END,"
	        " window_at = CASE WHEN stranger_quota.window_at <= $3 THEN $2 ELSE stranger_quota.window_at END"
	        " WHERE stranger_quota.window_at <= $3 OR stranger_quota.window_n < $4",
	        "tiii" },
	[WRITE_CARDS_REMOVE] = { "cards remove", "DELETE FROM card WHERE name = $1", "t" },
	[WRITE_VOUCHER_PUT] = { "voucher put",
	        "INSERT INTO voucher (name, fp, brought_by, statement, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name, fp, brought_by)"
	        " DO UPDATE SET statement = excluded.statement, at = excluded.at",
	        "tttii" },
	[WRITE_VOUCHERS_PURGE] = { "vouchers purge", "DELETE FROM voucher WHERE at < $1", "i" },

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
	[WRITE_ACCOUNT_ADD] = { "account add",
	        "INSERT INTO account (name, num, unit, roles, function, state, password, totp, totp_last, created_at, changed_at, used_at)"
	        " VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, 0, $8, $8, 0) ON CONFLICT (name) DO NOTHING",
	        "tdtittbi" },
	/* The last active administrator stays one. */
	[WRITE_ACCOUNT_CHANGE] = { "account change",
	        "UPDATE account SET unit = $1, roles = $2, function = $3, state = $4, changed_at = $5 WHERE name = $6 AND changed_at = $7 AND state <> 'removed'"
	        " AND (state <> 'active' OR (roles & 64) = 0 OR ($4 = 'active' AND ($2 & 64) <> 0)"
	        " OR EXISTS (SELECT 1 FROM account o WHERE o.state = 'active' AND (o.roles & 64) <> 0 AND o.name <> account.name))",
	        "tittiti" },
	[WRITE_ACCOUNT_PASSWORD] = { "account password",
	        "UPDATE account SET password = $1, changed_at = $2 WHERE name = $3 AND changed_at = $4 AND state <> 'removed'", "titi" },
	[WRITE_ACCOUNT_TOTP] = { "account totp",
	        "UPDATE account SET totp = $1, totp_last = $2, changed_at = $3 WHERE name = $4 AND changed_at = $5 AND state <> 'removed'", "biiti" },
	[WRITE_ACCOUNT_CODE] = { "account code",
	        "UPDATE account SET totp_last = $1 WHERE name = $2 AND totp = $3 AND totp_last < $1", "itb" },
	[WRITE_ACCOUNT_USED] = { "account used",
	        "UPDATE account SET used_at = $1 WHERE name = $2 AND password = $3 AND state = 'active'", "itt" },
	/* Changes nothing: touches the row when the account may have one more. */
	[WRITE_ACCOUNT_ROOM] = { "account room",
	        "UPDATE account SET state = state WHERE name = $1 AND state = 'active'"
	        " AND (SELECT COUNT(*) FROM session s WHERE s.account = $1 AND s.kind = $2) < $3",
	        "tti" },
	[WRITE_ACCOUNT_COMPARTMENT_ADD] = { "account compartment add",
	        "INSERT INTO account_compartment (account, compartment) VALUES ($1, $2) ON CONFLICT (account, compartment) DO NOTHING", "tt" },
	[WRITE_ACCOUNT_COMPARTMENTS_CLEAR] = { "account compartments clear",
	        "DELETE FROM account_compartment WHERE account = $1", "t" },
	/* Counted before the password is looked at, and only when nobody else has counted meanwhile. */
	[WRITE_ATTEMPT_ADD] = { "attempt add",
	        "INSERT INTO attempt (name, wrong, wrong_at) VALUES ($1, 1, $2) ON CONFLICT (name) DO UPDATE SET"
	        " wrong = attempt.wrong + 1, wrong_at = excluded.wrong_at WHERE attempt.wrong = $3",
	        "hii" },
	[WRITE_ATTEMPT_CLEAR] = { "attempt clear", "DELETE FROM attempt WHERE name = $1", "h" },
	[WRITE_ATTEMPT_PURGE] = { "attempt purge", "DELETE FROM attempt WHERE wrong_at < $1", "i" },
	[WRITE_SESSION_ADD] = { "session add",
	        "INSERT INTO session (id, account, kind, label, scopes, created_at, used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
	        "htttiii" },
	[WRITE_SESSION_TRIM] = { "session trim",
	        "DELETE FROM session WHERE account = $1 AND kind = $2 AND id NOT IN"
	        " (SELECT s.id FROM session s WHERE s.account = $1 AND s.kind = $2 ORDER BY s.used_at DESC LIMIT $3)",
	        "tti" },
	[WRITE_SESSION_USED] = { "session used", "UPDATE session SET used_at = $1 WHERE id = $2 AND used_at < $1", "ih" },
	[WRITE_SESSION_END] = { "session end", "DELETE FROM session WHERE id = $1", "h" },
	[WRITE_SESSION_END_ALL] = { "session end all", "DELETE FROM session WHERE account = $1", "t" },
	[WRITE_SESSION_END_OTHERS] = { "session end others", "DELETE FROM session WHERE account = $1 AND kind = 'session' AND id <> $2", "th" },
	[WRITE_SESSION_PURGE] = { "session purge", "DELETE FROM session WHERE expires_at < $1", "i" },
	[WRITE_DELEGATION_ADD] = { "delegation add",
	        "INSERT INTO delegation (num, id, from_account, to_account, roles, reason, begins_at, ends_at, ended_at)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
	        "dtttitii" },
	[WRITE_DELEGATION_END] = { "delegation end", "UPDATE delegation SET ended_at = $1 WHERE id = $2 AND ended_at = 0", "it" },
	[WRITE_UNIT_PUT] = { "unit put",
	        "INSERT INTO unit (name, label, added_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET label = excluded.label", "tti" },
	[WRITE_COMPARTMENT_PUT] = { "compartment put",
	        "INSERT INTO compartment (name, label, added_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET label = excluded.label",
	        "tti" },
	[WRITE_ESCALATION_CLEAR] = { "escalation clear", "DELETE FROM escalation WHERE unit = $1", "t" },
	[WRITE_ESCALATION_ADD] = { "escalation add", "INSERT INTO escalation (unit, position, account) VALUES ($1, $2, $3)", "tit" },
	[WRITE_ESCALATION_LEAVE] = { "escalation leave", "DELETE FROM escalation WHERE unit = $1 AND account = $2", "tt" },
	[WRITE_CLOCKS_LEAVE] = { "clocks leave",
	        "UPDATE clock SET owner = COALESCE((SELECT e.account FROM escalation e WHERE e.unit = clock.unit AND e.account <> $1 AND"
	        " (clock.compartment = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = e.account AND r.compartment = clock.compartment))"
	        " ORDER BY e.position LIMIT 1), '') WHERE owner = $1 AND ended_at = 0 AND NOT EXISTS"
	        " (SELECT 1 FROM account a WHERE a.name = $1 AND a.state <> 'removed' AND a.unit = clock.unit AND"
	        " (clock.compartment = '' OR EXISTS (SELECT 1 FROM account_compartment r WHERE r.account = $1 AND r.compartment = clock.compartment)))",
	        "t" },
	[WRITE_HANDOVER_ADD] = { "handover add",
	        "INSERT INTO handover (num, id, from_account, to_account, at, content, from_signed_at, to_signed_at)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $5, 0)",
	        "dtttib" },
	[WRITE_HANDOVER_DROP] = { "handover drop", "DELETE FROM handover WHERE from_account = $1 AND to_signed_at = 0", "t" },
	[WRITE_HANDOVER_ACCEPT] = { "handover accept",
	        "UPDATE handover SET to_signed_at = $1 WHERE id = $2 AND to_signed_at = 0", "it" },
	/* What is in a compartment of which the successor may not know stays. */
	[WRITE_HANDOVER_CLOCKS] = { "handover clocks",
	        "UPDATE clock SET owner = $1 WHERE owner = $2 AND ended_at = 0 AND (compartment = '' OR compartment IN"
	        " (SELECT a.compartment FROM account_compartment a WHERE a.account = $1))",
	        "tt" },

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

	[WRITE_PROFILE_PUT] = { "profile put",
	        "INSERT INTO partner_profile (partner, content, changed_at) VALUES ($1, $2, $3) ON CONFLICT (partner) DO UPDATE"
	        " SET content = excluded.content, changed_at = excluded.changed_at",
	        "tbi" },
	[WRITE_PROFILE_REMOVE] = { "profile remove", "DELETE FROM partner_profile WHERE partner = $1", "t" },

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
	[WRITE_DRAFT_REVIEWED] = { "draft reviewed", "UPDATE draft SET review_by = 0 WHERE num = $1 AND review_by > 0", "i" },
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
	        "UPDATE page_try SET next_at = $1 WHERE channel = $2 AND next_at > 0 AND next_at < $1 AND life <= $3", "iii" },
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
	[WRITE_CHANNEL_TESTS_FROM] = { "channel tests from", "UPDATE channel SET tested_at = $1 WHERE tested_at > $1", "i" },
	[WRITE_TEST_WATCH] = { "test watch",
	        "INSERT INTO channel_test (partner, since, statement, answered_at, open, missed_at, told_at) VALUES ($1, $2, 0, "
	        "0, 0, 0, 0) ON CONFLICT (partner) DO NOTHING",
	        "ti" },
	[WRITE_TEST_SENT] = { "test sent",
	        "UPDATE channel_test SET since = $1, statement = $2, answered_at = 0, open = 1 WHERE partner = $3 AND since = $4",
	        "inti" },
	[WRITE_TEST_LATER] = { "test later", "UPDATE channel_test SET since = $1 WHERE partner = $2", "it" },
	[WRITE_TESTS_FROM] = { "tests from", "UPDATE channel_test SET since = $1 WHERE since > $1", "i" },
	[WRITE_TEST_DROP] = { "test drop", "DELETE FROM channel_test WHERE partner = $1", "t" },
	[WRITE_TEST_ANSWERED] = { "test answered",
	        "UPDATE channel_test SET answered_at = $1, missed_at = 0 WHERE partner = $2 AND statement = $3 AND answered_at = 0",
	        "iti" },
	[WRITE_TEST_MISSED] = { "test missed",
	        "UPDATE channel_test SET open = 0, missed_at = CASE WHEN missed_at = 0 THEN $1 ELSE missed_at END WHERE partner = "
	        "$2 AND statement = $3 AND open = 1",
	        "iti" },
	[WRITE_TEST_WELL] = { "test well",
	        "UPDATE channel_test SET open = 0, missed_at = 0 WHERE partner = $1 AND statement = $2 AND open = 1", "ti" },
	[WRITE_TEST_ASKED] = { "test asked", "INSERT INTO test_asked (statement) VALUES ($1) ON CONFLICT (statement) DO NOTHING",
	        "i" },
	[WRITE_TEST_DONE] = { "test done", "DELETE FROM test_asked WHERE statement = $1", "i" },
	[WRITE_TEST_TOLD] = { "test told", "UPDATE channel_test SET told_at = $1 WHERE partner = $2", "it" },
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
	        "INSERT INTO reach (retracted, statement, recipient, why, retraction, asked_at, reason)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (retracted, statement) DO NOTHING",
	        "iittiit" },
	/* Once each, also when it is in the reach of two retractions. */
	[WRITE_REACH_DONE] = { "reach done",
	        "UPDATE reach SET retraction = $1, reason = '' WHERE retracted = $2 AND statement = $3 AND retraction = 0"
	        " AND NOT EXISTS (SELECT 1 FROM reach other WHERE other.statement = $3 AND other.retraction > 0)",
	        "nii" },
	[WRITE_REACH_KNOWN] = { "reach known",
	        "UPDATE reach SET retraction = $1, reason = '' WHERE statement = $2 AND retraction <= 0", "ii" },
	[WRITE_REACH_AGAIN] = { "reach again",
	        "UPDATE reach SET retraction = 0, reason = $1 WHERE retracted = $2 AND retraction = -1", "ti" },
	[WRITE_REACH_STUCK] = { "reach stuck",
	        "UPDATE reach SET retraction = -1 WHERE retracted = $1 AND statement = $2 AND retraction = 0", "ii" },
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
	[WRITE_STUB_ADD] = { "stub add",
	        "INSERT INTO stub (statement, lines) VALUES ($1, $2) ON CONFLICT (statement) DO NOTHING", "ib" },
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

	/* ---- contacts ---- */
	[WRITE_CONTACT_PUT] = { "contact put",
	        "INSERT INTO contact (name, content, added_at, changed_at) VALUES ($1, $2, $3, $3)"
	        " ON CONFLICT (name) DO UPDATE SET content = excluded.content, changed_at = excluded.changed_at",
	        "tbi" },
	[WRITE_CONTACT_REMOVE] = { "contact remove", "DELETE FROM contact WHERE name = $1", "t" },
	[WRITE_STAGED_ADD] = { "staged file add",
	        "INSERT INTO staged_file (id, account, line, name, type, sha256, size, data, at)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	        "ttitthibi" },
	[WRITE_STAGED_DROP] = { "staged file drop", "DELETE FROM staged_file WHERE id = $1", "t" },
	[WRITE_STAGED_PURGE] = { "staged files purge", "DELETE FROM staged_file WHERE at < $1", "i" },
	[WRITE_DRAFT_FILE_PUT] = { "draft file put",
	        "INSERT INTO draft_file (draft, line, name, type, sha256, data) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (draft, name)"
	        " DO UPDATE SET line = excluded.line, type = excluded.type, sha256 = excluded.sha256, data = excluded.data",
	        "iitthb" },
	[WRITE_DRAFT_FILE_REMOVE] = { "draft file remove", "DELETE FROM draft_file WHERE draft = $1 AND name = $2", "it" },
	[WRITE_DRAFT_FILES_DROP] = { "draft files drop", "DELETE FROM draft_file WHERE draft = $1", "i" },

	/* ---- search ---- */
	/* number, part (0 the only one, 1 its open lines, 2 all its lines), words */
	[WRITE_SEARCH_ADD] = { "search add", NULL, "mit" },
	[WRITE_SEARCH_SHARED] = { "search shared", NULL, "m" },
	[WRITE_SEARCH_DROP] = { "search drop", NULL, "i" },
	[WRITE_SEARCH_TIDY] = { "search tidy", NULL, "" },

	/* ---- brokers ---- */
	[WRITE_OUTBOX_BROKERED] = { "outbox brokered",
	        "UPDATE outbox SET state = 'brokered' WHERE num = $1", "n" },
	[WRITE_TENDERED_ADD] = { "tendered add",
	        "INSERT INTO tendered (statement, broker, recipient, until, tender, said, code, said_when, "
	        "said_at, custody, proven) VALUES ($1, $2, $3, $4, 0, '', '', 0, 0, 0, 0)", "ntti" },
	[WRITE_TENDERED_SENT] = { "tendered sent",
	        "UPDATE tendered SET tender = $1, until = $2 WHERE statement = $3 AND tender = 0", "nii" },
	[WRITE_TENDERED_STUCK] = { "tendered stuck",
	        "UPDATE tendered SET tender = -1, said = 'refused', code = $1, said_at = $2 WHERE statement = $3 "
	        "AND tender = 0", "tii" },
	[WRITE_TENDERED_SAID] = { "tendered said",
	        "UPDATE tendered SET said = $1, code = $2, said_when = $3, said_at = $4, custody = $5, proven = "
	        "$6 WHERE statement = $7 AND proven = 0", "ttiiiii" },
	[WRITE_CUSTODY_ADD] = { "custody add",
	        "INSERT INTO custody (tender, label, tenderer, recipient, size, at, until, state, code, relay, "
	        "heard, told, todo) VALUES ($1, $2, $3, $4, $5, $6, $7, 'new', $8, 0, 0, 0, 1)", "ihttiiit" },
	[WRITE_CUSTODY_STEP] = { "custody step",
	        "UPDATE custody SET state = $1, code = $2, todo = $3 WHERE tender = $4 AND state = $5", "ttiit" },
	[WRITE_CUSTODY_RELAYED] = { "custody relayed",
	        "UPDATE custody SET state = 'relayed', relay = $1 WHERE tender = $2 AND state = 'taken'", "ni" },
	[WRITE_CUSTODY_HEARD] = { "custody heard",
	        "UPDATE custody SET heard = $1, todo = 1 WHERE relay = $2 AND heard < $1", "ii" },
	[WRITE_CUSTODY_TOLD] = { "custody told",
	        "UPDATE custody SET state = $1, code = $2, told = $3, todo = CASE WHEN heard > $3 THEN 1 ELSE 0 "
	        "END WHERE tender = $4 AND told = $5 AND state = $6", "ttiiit" },
	[WRITE_RELAYED_ADD] = { "relayed add",
	        "INSERT INTO relayed (relay, label, broker, until, state, code, inner_id, next_at, attempts) "
	        "VALUES ($1, $2, $3, $4, 'new', '', $5, $6, 0)", "ihtibi" },
	[WRITE_RELAYED_LOGGED] = { "relayed logged",
	        "UPDATE relayed SET state = 'logged' WHERE relay = $1 AND state = 'new'", "i" },
	[WRITE_RELAYED_LATER] = { "relayed later",
	        "UPDATE relayed SET next_at = $1, attempts = attempts + 1, code = $2 WHERE relay = $3 AND next_at "
	        "> 0", "iti" },
	[WRITE_RELAYED_DONE] = { "relayed done",
	        "UPDATE relayed SET state = $1, code = $2, inner_id = $3, next_at = 0 WHERE relay = $4 AND state "
	        "= 'logged' AND next_at > 0", "ttbi" },

	/* ---- the API ---- */
	[WRITE_REPEATED_BEGIN] = { "repeated begin",
	        "INSERT INTO repeated (account, key, digest, status, type, answer, at) VALUES ($1, $2, $3, 0, $4, $5, $6)"
	        " ON CONFLICT (account, key) DO NOTHING",
	        "tthtbi" },
	[WRITE_REPEATED_END] = { "repeated end",
	        "UPDATE repeated SET status = $1, type = $2, answer = $3 WHERE account = $4 AND key = $5", "itbtt" },
	[WRITE_REPEATED_DROP] = { "repeated drop", "DELETE FROM repeated WHERE account = $1 AND key = $2", "tt" },
	[WRITE_REPEATED_EMPTY] = { "repeated empty",
	        "UPDATE repeated SET status = 1, answer = $1 WHERE status > 1", "b" },
	[WRITE_REPEATED_EMPTY_OF] = { "repeated empty of",
	        "UPDATE repeated SET status = 1, answer = $1 WHERE account = $2 AND status > 1", "bt" },
	[WRITE_REPEATED_PURGE] = { "repeated purge", "DELETE FROM repeated WHERE at < $1", "i" },

	/* requests */
	[WRITE_ASK_ADD] = { "ask add",
	        "INSERT INTO ask (statement, partner, ours, type, urgency, within, firm, received_at, due_at, look_at, clock, extensions, "
	        "extension, state, answer, result, closed_at, breach, breach_at) VALUES ($1, $2, $3, $4, $5, $6, $7, "
	        "CASE WHEN $3 = 1 THEN COALESCE((SELECT r.received_at FROM receipt r WHERE r.num = $1), 0) ELSE $8 END, "
	        "$9, $10, $11, 0, 0, 'open', 0, '', 0, 0, 0) ON CONFLICT (statement) DO NOTHING",
	        "ititiiiiiii" },
	[WRITE_ASK_LET_IN] = { "ask let in", "UPDATE ask SET clock = 1 WHERE statement = $1 AND clock = 2", "i" },
	[WRITE_ASK_ABOUT] = { "ask about",
	        "INSERT INTO ask_about (about, statement, open) VALUES ($1, $2, 1) ON CONFLICT (about, statement) DO NOTHING", "ii" },
	[WRITE_ASK_RECEIVED] = { "ask received",
	        "UPDATE ask SET received_at = $1 WHERE statement = $2 AND ours = 1 AND received_at = 0", "ii" },
	[WRITE_ASK_STARTED] = { "ask started",
	        "UPDATE ask SET clock = 1, due_at = $1, look_at = $2, firm = $3 WHERE statement = $4 AND clock = 0 AND state = 'open'", "iiii" },
	[WRITE_ASK_EXTENDED] = { "ask extended",
	        "UPDATE ask SET extensions = extensions + 1, extension = $1, due_at = $2, look_at = CASE WHEN look_at > 0 THEN $3 ELSE 0 END "
	        "WHERE statement = $4", "iiii" },
	[WRITE_ASK_COUNTED] = { "ask counted", "UPDATE ask SET extensions = extensions + 1 WHERE statement = $1", "i" },
	[WRITE_ASK_CLOSED] = { "ask closed",
	        "UPDATE ask SET state = $1, answer = $2, result = $3, closed_at = $4, look_at = 0 WHERE statement = $5 AND state = 'open'",
	        "titii" },
	[WRITE_ASK_ABOUT_OPEN] = { "ask about open", "UPDATE ask_about SET open = $1 WHERE statement = $2", "ii" },
	[WRITE_ASK_REOPENED] = { "ask reopened",
	        "UPDATE ask SET state = 'open', answer = 0, result = '', closed_at = 0, firm = $1, due_at = $2, look_at = $3 "
	        "WHERE statement = $4 AND state = 'answered'", "iiii" },
	[WRITE_ASK_LATER] = { "ask later", "UPDATE ask SET look_at = $1 WHERE statement = $2 AND look_at > 0", "ii" },
	[WRITE_ASK_BREACHED] = { "ask breached",
	        "UPDATE ask SET breach = $1, breach_at = $2, look_at = 0 WHERE statement = $3 AND breach_at = 0 AND state = 'open' AND due_at = $4",
	        "niii" },
	/* ---- the door ---- */
	[WRITE_DOOR_ADD] = { "door add",
	        "INSERT INTO door (num, statement, parent, kind, peer, unit, urgency, state, open, person, verdict, findings, at, due_at,"
	        " decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)",
	        "fiitttitiitbii" },
	[WRITE_DOOR_SCREENED] = { "door screened",
	        "UPDATE door SET state = $1, open = $2, person = $3, verdict = $4, findings = $5 WHERE statement = $6"
	        " AND state = 'unscreened'",
	        "tiitbi" },
	[WRITE_DOOR_STATE] = { "door state",
	        "UPDATE door SET state = $1, open = $2, decided_at = $3 WHERE statement = $4 AND state = $5", "tiiit" },
	[WRITE_DOOR_WITH] = { "door with", "UPDATE door SET parent = $1 WHERE statement = $2", "ii" },
	[WRITE_DOOR_DECISION] = { "door decision",
	        "INSERT INTO door_decision (num, statement, what, account, function, at, ground, reason)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (statement, account) DO UPDATE SET what = excluded.what,"
	        " function = excluded.function, at = excluded.at, ground = excluded.ground, reason = excluded.reason",
	        "fitttitt" },
	[WRITE_DOOR_AGAIN] = { "door again",
	        "INSERT INTO door_again (statement, why, next_at) VALUES ($1, $2, $3) ON CONFLICT (statement) DO UPDATE"
	        " SET why = excluded.why, next_at = excluded.next_at",
	        "iti" },
	[WRITE_DOOR_AGAIN_WITH] = { "door again with",
	        "INSERT INTO door_again (statement, why, next_at) SELECT statement, 'with', 0 FROM door WHERE parent = $1"
	        " ON CONFLICT (statement) DO NOTHING",
	        "i" },
	[WRITE_DOOR_AGAIN_LATER] = { "door again later", "UPDATE door_again SET next_at = $1 WHERE statement = $2", "ii" },
	[WRITE_DOOR_AGAIN_DONE] = { "door again done", "DELETE FROM door_again WHERE statement = $1", "i" },
	[WRITE_DOOR_ANSWER_ADD] = { "door answer add",
	        "INSERT INTO door_answer (num, statement, kind, urgency, fields, reason, account, function, unit, compartment, at,"
	        " leaves_at, place, state, answer, trouble) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', 0,"
	        " '')"
	        " ON CONFLICT DO NOTHING",
	        "fitibtttttiii" },
	[WRITE_DOOR_ANSWER_LEFT] = { "door answer left",
	        "UPDATE door_answer SET state = 'left', answer = $1 WHERE num = $2 AND state = 'waiting'", "ni" },
	[WRITE_DOOR_ANSWER_END] = { "door answer end",
	        "UPDATE door_answer SET state = $1, trouble = $2 WHERE num = $3 AND state = 'waiting'", "tti" },
	[WRITE_UNNAMED_ADD] = { "unnamed add", "INSERT INTO unnamed (statement, blind) VALUES ($1, $2)", "nh" },
	[WRITE_CLAIM_PUT] = { "claim put",
	        "INSERT INTO authorship (about, peer, issued, statement) VALUES ($1, $2, $3, $4) ON CONFLICT (about, peer, issued)"
	        " DO UPDATE SET statement = excluded.statement", "htii" },
#include "store/sql_lead.inc"
#include "store/sql_match.inc"
#include "store/sql_screen.inc"
#include "store/sql_correction.inc"
#include "store/sql_exposure.inc"
};
