/*
 * sql: every SQL statement of the program, named.  The texts are in the one table of sql.c: one text for both engines,
 * with $n numbered by first appearance and a types string for its arguments.
 *
 * Types: i int64_t; t const char * (not NULL); b struct bytes by value; h const struct hash * (32 bytes).  In a change
 * also, without an argument: d a new number of the desk's sequence, D the one that was handed out last in this change;
 * f a new number of the desk's sequence that D does not tell;
 * n the number of the change's statement, k the number handed out for the change's
 * receipt_checkpoint row, c the one for its conflict row, e that of an event, l and x the log and index of the
 * statement's entry, w the time of the commit; and m, int64_t: the statement's number when the change has one,
 * otherwise this; s the number of an audit row, S its hash, over the row's other arguments.
 *
 * Callers above store use the typed functions of rows.h; only rows.c, log.c, prefix.c, migrate.c and the writer name
 * these.
 */
#ifndef TOCSIN_STORE_SQL_H
#define TOCSIN_STORE_SQL_H

enum sql_write {
	WRITE_META_PUT,
	WRITE_META_DELETE,
	WRITE_CARD_ADD,
	WRITE_PARTNER_ADD,
	WRITE_PARTNER_STATE,
	WRITE_PARTNER_QUORUM,
	WRITE_PARTNER_CARD_KNOWN,
	WRITE_PARTNER_CARD_FORGOTTEN,
	WRITE_PARTNER_REMOVE,
	WRITE_GROUP_ADD,
	WRITE_GROUP_REMOVE,
	WRITE_GROUP_LEAVE,
	WRITE_WITNESS_ADD,
	WRITE_WITNESS_REMOVE,
	WRITE_PEER_LOG,
	WRITE_WITNESSED_FIRST,
	WRITE_WITNESSED_NEXT,
	WRITE_CONFLICT_ADD,
	WRITE_STATEMENT_ADD,
	WRITE_STATEMENT_MARK,
	WRITE_STATEMENT_FORGET,
	WRITE_REFERENCE_ADD,
	WRITE_OUTBOX_ADD,
	WRITE_OUTBOX_AGAIN,
	WRITE_OUTBOX_DONE,
	WRITE_OUTBOX_LATER,
	WRITE_OUTBOX_REFUSED,
	WRITE_OUTBOX_CLOSE,
	WRITE_OUTBOX_RETRY,
	WRITE_RECEIPT_ADD,
	WRITE_RECEIPT_CHECKPOINT_ADD,
	WRITE_RECEIPT_WITNESSED,
	WRITE_RECEIPT_OVERDUE,
	WRITE_RESTORING_PUT,
	WRITE_RESTORING_ADVANCE,
	WRITE_RESTORING_DELETE,
	WRITE_RESUMING_PUT,
	WRITE_RESUMING_DELETE,
	WRITE_EVENT_ADD,
	WRITE_LOG_BEGIN,
	WRITE_LOG_GROW,
	WRITE_LOG_PUBLISHED,
	WRITE_LOG_PUBLISHED_KEEP,
	WRITE_LOG_RETIRE,
	WRITE_LOG_TILE_ADD,
	WRITE_LOG_POSITION_ADD,
	WRITE_PREFIX_STATEMENT,
	WRITE_PREFIX_REFERENCE,
	WRITE_PREFIX_TAIL_ADD,
	WRITE_PREFIX_TAIL_DROP,
	/* people */

	/* need-to-know and audit */
	WRITE_SCOPE_ADD,
	WRITE_SHARED_ADD,
	WRITE_OPENED,
	WRITE_AUDIT_ADD,
	WRITE_AUDIT_ANCHOR,

	/* policy and profiles */
	WRITE_POLICY_PUT,

	/* drafts and releases */

	/* clocks */

	/* pages and channels */
	WRITE_PAGE_ADD,
	WRITE_PAGE_ADD_CLOCK,
	WRITE_PAGE_STOP,
	WRITE_PAGE_STOP_TRIES,
	WRITE_PAGE_ACK,
	WRITE_PAGE_TAKEN,
	WRITE_PAGE_FAILED,
	WRITE_PAGE_SENT,
	WRITE_TRY_ADD,
	WRITE_TRY_STOP,
	WRITE_TRY_SENT,
	WRITE_TRY_LATER,
	WRITE_TRY_END,
	WRITE_TRY_HOLD,
	WRITE_TRY_NOW,
	WRITE_CHANNEL_ADD,
	WRITE_CHANNEL_REMOVE,
	WRITE_CHANNEL_TRIES_STOP,
	WRITE_CHANNEL_WELL,
	WRITE_CHANNEL_TROUBLE,
	WRITE_CHANNEL_TESTED,

	/* reach, retention, forgetting */

	/* contacts */

	/* search */

	/* the API */
	WRITE_REPEATED_BEGIN,
	WRITE_REPEATED_END,
	WRITE_REPEATED_DROP,
	WRITE_REPEATED_PURGE,

	WRITE_COUNT
};

enum sql_read {
	READ_META,
	READ_CARD_CHAIN,
	READ_CARD_LATEST,
	READ_CARD_AT,
	READ_PARTNER,
	READ_PARTNERS,
	READ_GROUPS,
	READ_GROUP_MEMBERS,
	READ_WITNESSES,
	READ_PEER_LOG,
	READ_PEER_LOGS,
	READ_WITNESSED,
	READ_CONFLICTS,
	READ_STATEMENT,
	READ_STATEMENT_ID,
	READ_STATEMENT_KNOWN,
	READ_STATEMENT_PREFIX,
	READ_STATEMENTS,
	READ_STATEMENTS_PEER,
	READ_STATEMENTS_KIND,
	READ_STATEMENTS_FROM,
	READ_STATEMENT_SINCE,
	READ_STATEMENT_LAST,
	READ_REFERENCE_PREFIX,
	READ_REFERENCES,
	READ_OUTBOX_DUE,
	READ_OUTBOX_ITEM,
	READ_OUTBOX_PARTNERS,
	READ_OUTBOX_COUNTS,
	READ_OUTBOX,
	READ_OUTBOX_STATE,
	READ_RECEIPT,
	READ_RECEIPTS_UNWITNESSED,
	READ_RECEIPTS_LATE,
	READ_RECEIPT_COUNTS,
	READ_RESTORING,
	READ_RESTORINGS,
	READ_RESUMING,
	READ_EVENTS,
	READ_LOG_CURRENT,
	READ_LOG,
	READ_LOGS,
	READ_LOG_PUBLISHED,
	READ_LOG_TILE,
	READ_LOG_POSITION,
	READ_PREFIX_TAIL,
	READ_NUMBERS,
	/* people */

	/* need-to-know and audit */
	READ_SCOPE,
	READ_SHARED,
	READ_SHARED_OF,
	READ_SHARED_LIST,
	READ_OPENED,
	READ_OPENED_BY,
	READ_AUDIT_FROM,
	READ_AUDIT_BEFORE,
	READ_AUDIT_WHO,
	READ_AUDIT_SUBJECT,
	READ_AUDIT_ANCHORS,
	READ_AUDIT_ANCHOR_LAST,

	/* policy and profiles */
	READ_POLICY,

	/* drafts and releases */

	/* clocks */

	/* pages and channels */
	READ_PAGE,
	READ_PAGE_ID,
	READ_PAGES_DUE,
	READ_PAGES_OF,
	READ_PAGES_FAILED,
	READ_PAGE_NEXT,
	READ_TRIES_DUE,
	READ_TRIES_OF,
	READ_TRY_NEXT,
	READ_CHANNEL,
	READ_CHANNEL_ID,
	READ_CHANNELS_OF,
	READ_CHANNELS,
	READ_CHANNELS_TROUBLED,
	READ_CHANNELS_UNTESTED,

	/* reach, retention, forgetting */

	/* contacts */

	/* search */

	/* the API */
	READ_REPEATED,

	READ_COUNT
};

struct sql_text {
	const char *name;                   /* for messages: "outbox done" */
	const char *text;
	const char *types;
};
extern const struct sql_text sql_writes[WRITE_COUNT];
extern const struct sql_text sql_reads[READ_COUNT];

#endif
