-- Version 1. One text for SQLite and PostgreSQL: times are microseconds since 1970 in UTC, booleans are 0 or 1, BYTES is
-- the engine's type of bytes (BLOB, BYTEA), numbers are given out by the sequencer, never by the engine.

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
CREATE INDEX statement_peer ON statement (peer, known_at);

-- What a statement is about: one row a "re". by_re serves threads.
CREATE TABLE reference (num BIGINT NOT NULL, re BYTES NOT NULL, PRIMARY KEY (re, num));

-- Receipts for what we issued.
CREATE TABLE receipt (num BIGINT PRIMARY KEY, origin TEXT NOT NULL, log_index BIGINT NOT NULL, hashes BYTES NOT NULL,
  checkpoint BIGINT NOT NULL,          -- receipt_checkpoint.num
  received_at BIGINT NOT NULL,
  proof BYTES NOT NULL,                -- the witnessed tlog-proof; empty until then
  witnessed_at BIGINT NOT NULL,        -- 0 until the quorum is met: then the time it was met, seconds of the cosignatures
  overdue BIGINT NOT NULL);            -- 1 once the alarm was raised
CREATE INDEX receipt_unwitnessed ON receipt (witnessed_at, received_at) WHERE witnessed_at = 0;
CREATE TABLE receipt_checkpoint (num BIGINT PRIMARY KEY, note BYTES NOT NULL);

-- The outbox: one row for each statement that has not got its receipt yet, or was refused.
CREATE TABLE outbox (num BIGINT PRIMARY KEY, partner TEXT NOT NULL,
  state TEXT NOT NULL,                 -- waiting, refused, closed (see store/rows.h)
  urgency BIGINT NOT NULL,             -- 0 imminent, 1 urgent, 2 routine
  attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, code TEXT NOT NULL, sentence TEXT NOT NULL, since BIGINT NOT NULL);
CREATE INDEX outbox_due ON outbox (state, partner, urgency, num);

-- What is to be sent again to a partner whose log was put back: statements from num on.
CREATE TABLE restoring (partner TEXT PRIMARY KEY, since BIGINT NOT NULL, next_num BIGINT NOT NULL, until_num BIGINT NOT NULL);
-- Partners that we still have to tell that our own log was put back.
CREATE TABLE resuming (partner TEXT NOT NULL, origin TEXT NOT NULL, size BIGINT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (partner, origin));

-- Our own logs. The tail holds the entries (32 bytes each) behind the last full tile.
CREATE TABLE log_origin (n BIGINT PRIMARY KEY, origin TEXT NOT NULL, state TEXT NOT NULL,       -- current, retired
  reason TEXT NOT NULL, size BIGINT NOT NULL, root BYTES NOT NULL, tail BYTES NOT NULL,
  published_size BIGINT NOT NULL, published BYTES NOT NULL,                  -- the note with its cosignatures; empty: never
  started_at BIGINT NOT NULL);
-- Full tiles: key = n * 2^48 + level * 2^40 + tile index; level 255 for entry chunks (256 entries of 32 bytes), 0 to 7 for hashes.
CREATE TABLE log_tile (key BIGINT PRIMARY KEY, data BYTES NOT NULL);
-- Positions of cards and of statements that were logged again under a later origin.
CREATE TABLE log_position (log_n BIGINT NOT NULL, log_index BIGINT NOT NULL, what TEXT NOT NULL, id BYTES NOT NULL, PRIMARY KEY (log_n, log_index));

CREATE TABLE event (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, num BIGINT NOT NULL, subject TEXT NOT NULL);
