-- Version 1. One text for SQLite and PostgreSQL: times are microseconds since 1970 in UTC, booleans are 0 or 1, numbers are given out by the sequencer, never by the
-- engine. The words BYTES and BIGINT are replaced by the engine's types (BLOB, BYTEA; INTEGER in SQLite, where only that makes a primary key the row's own number).

CREATE TABLE meta (key TEXT PRIMARY KEY, value BYTES NOT NULL);

-- Cards of this node and of others, whole notes; a chain is the rows of one name and identity chain by seq.
CREATE TABLE card (name TEXT NOT NULL, seq BIGINT NOT NULL, id BYTES NOT NULL, note BYTES NOT NULL, known_at BIGINT NOT NULL,
  PRIMARY KEY (name, seq));

CREATE TABLE partner (name TEXT PRIMARY KEY,
  state TEXT NOT NULL,                 -- unconfirmed, confirmed, distrusted
  reason TEXT NOT NULL,                -- why distrusted, in words; may be empty
  quorum BIGINT NOT NULL,              -- organisations; 0: none
  added_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
  card_known BIGINT NOT NULL);         -- seq of our own card that this partner has confirmed to hold

CREATE TABLE partner_group (name TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (name, member));

-- Witnesses that we ask to cosign our log, and whose cosignatures count.
CREATE TABLE witness (name TEXT PRIMARY KEY, added_at BIGINT NOT NULL);

-- The largest checkpoint held of each log of somebody else, as a note.
CREATE TABLE peer_log (origin TEXT PRIMARY KEY, name TEXT NOT NULL, size BIGINT NOT NULL, root BYTES NOT NULL, note BYTES NOT NULL, at BIGINT NOT NULL);

-- The witness's own memory: the last checkpoint cosigned for each origin.
CREATE TABLE witnessed (origin TEXT PRIMARY KEY, size BIGINT NOT NULL, root BYTES NOT NULL, note BYTES NOT NULL, at BIGINT NOT NULL);

-- Signed things that contradict each other, or a peer's misbehaviour that can be shown.
CREATE TABLE conflict (num BIGINT PRIMARY KEY, at BIGINT NOT NULL, name TEXT NOT NULL, what TEXT NOT NULL, sentence TEXT NOT NULL, a BYTES NOT NULL, b BYTES NOT NULL);

-- Every statement issued or accepted. body is the lines as sent (and attachments), without pad; opened the closed lines' openings.
CREATE TABLE statement (num BIGINT PRIMARY KEY, at BIGINT NOT NULL, id BYTES NOT NULL,
  issued BIGINT NOT NULL,              -- 1: by this node
  kind TEXT NOT NULL, peer TEXT NOT NULL,          -- the other side; own name for records
  note BYTES NOT NULL, body BYTES NOT NULL, opened BYTES NOT NULL,
  known_at BIGINT NOT NULL,            -- when this node issued or accepted it, by its clock
  marks BIGINT NOT NULL,               -- bits: STATEMENT_MARK_*
  log_n BIGINT NOT NULL, log_index BIGINT NOT NULL);
CREATE UNIQUE INDEX statement_at_id ON statement (at, id);
CREATE INDEX statement_peer ON statement (peer, num, known_at);
CREATE INDEX statement_kind ON statement (kind, num);

-- What a statement is about: one row a "re".
CREATE TABLE reference (num BIGINT NOT NULL, re BYTES NOT NULL);
CREATE INDEX reference_num ON reference (num);

-- Look-up by id alone, of statements and of what is referred to. key = the id's first 32 bits * 2^31 + num. An index over the ids themselves costs a third of the
-- insert rate at three million rows, as each insert dirties a page of its own; so keys gather in prefix_tail (and memory) and are folded in here in sorted order.
CREATE TABLE prefix_statement (key BIGINT PRIMARY KEY);
CREATE TABLE prefix_reference (key BIGINT PRIMARY KEY);
-- What is not folded yet: kind 0 statements, 1 references; pairs of big-endian prefix and num, 8 bytes each.
CREATE TABLE prefix_tail (seq BIGINT PRIMARY KEY, kind BIGINT NOT NULL, pairs BYTES NOT NULL);

-- Receipts for what we issued. What counts of those without a quorum need is in their index.
CREATE TABLE receipt (num BIGINT PRIMARY KEY, origin TEXT NOT NULL, log_index BIGINT NOT NULL, hashes BYTES NOT NULL,
  checkpoint BIGINT NOT NULL,          -- receipt_checkpoint.num
  received_at BIGINT NOT NULL,
  proof BYTES NOT NULL,                -- the witnessed tlog-proof; empty until then
  witnessed_at BIGINT NOT NULL,        -- 0 until the quorum is met: then the time it was met, seconds of the cosignatures
  overdue BIGINT NOT NULL);            -- 1 once the alarm was raised
CREATE INDEX receipt_unwitnessed ON receipt (origin, received_at, overdue, witnessed_at) WHERE witnessed_at = 0;
CREATE INDEX receipt_late ON receipt (received_at) WHERE witnessed_at = 0 AND overdue = 0;
CREATE TABLE receipt_checkpoint (num BIGINT PRIMARY KEY, note BYTES NOT NULL);

-- The outbox: one row for each statement that has not got its receipt yet, or was refused.
CREATE TABLE outbox (num BIGINT PRIMARY KEY, partner TEXT NOT NULL,
  state TEXT NOT NULL,                 -- waiting, refused, closed (see store/rows.h)
  urgency BIGINT NOT NULL,             -- 0 imminent, 1 urgent, 2 routine
  attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, code TEXT NOT NULL, sentence TEXT NOT NULL, since BIGINT NOT NULL);
CREATE INDEX outbox_due ON outbox (state, partner, urgency, num, next_at);
CREATE INDEX outbox_next ON outbox (state, partner, next_at);

-- What is to be sent again to a partner whose log was put back: statements from num on.
CREATE TABLE restoring (partner TEXT PRIMARY KEY, since BIGINT NOT NULL, next_num BIGINT NOT NULL, until_num BIGINT NOT NULL);
-- Partners that we still have to tell that our own log was put back.
CREATE TABLE resuming (partner TEXT NOT NULL, origin TEXT NOT NULL, size BIGINT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (partner, origin));

-- Our own logs. The tail holds the entries (32 bytes each) behind the last full tile.
CREATE TABLE log_origin (n BIGINT PRIMARY KEY, origin TEXT NOT NULL, state TEXT NOT NULL,       -- current, retired
  reason TEXT NOT NULL, size BIGINT NOT NULL, root BYTES NOT NULL, tail BYTES NOT NULL,
  published_size BIGINT NOT NULL, published BYTES NOT NULL,                  -- the note with its cosignatures; empty: never
  started_at BIGINT NOT NULL);
-- Every checkpoint that was published, with its cosignatures: the earliest that covers an entry tells best when it was there.
CREATE TABLE log_published (log_n BIGINT NOT NULL, size BIGINT NOT NULL, note BYTES NOT NULL, PRIMARY KEY (log_n, size));
-- Full tiles: key = n * 2^48 + level * 2^40 + tile index; level 255 for entry chunks (256 entries of 32 bytes), 0 to 7 for hashes.
CREATE TABLE log_tile (key BIGINT PRIMARY KEY, data BYTES NOT NULL);
-- Positions of cards and of statements that were logged again under a later origin.
CREATE TABLE log_position (log_n BIGINT NOT NULL, log_index BIGINT NOT NULL, what TEXT NOT NULL, id BYTES NOT NULL, PRIMARY KEY (log_n, log_index));
CREATE INDEX log_position_id ON log_position (id, log_n);

CREATE TABLE event (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, num BIGINT NOT NULL, subject TEXT NOT NULL);
