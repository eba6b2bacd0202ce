-- Version 2: the desk. Columns called num are numbers of one sequence of the desk's own ("d" in sql.h), statement is statement.num; both stay inside: people see id (16 hex digits, random).
-- A time that is 0 has not come.

-- ---- people ----
CREATE TABLE unit (name TEXT PRIMARY KEY, label TEXT NOT NULL, added_at BIGINT NOT NULL);
-- There from the beginning: where accounts belong, and what comes in goes, unless somebody says otherwise.
INSERT INTO unit (name, label, added_at) VALUES ('desk', 'the desk', 0);
CREATE TABLE compartment (name TEXT PRIMARY KEY, label TEXT NOT NULL, added_at BIGINT NOT NULL);
CREATE TABLE account (name TEXT PRIMARY KEY, num BIGINT NOT NULL, unit TEXT NOT NULL,
  roles BIGINT NOT NULL,               -- bits: ROLE_*
  function TEXT NOT NULL,              -- what others are shown instead of the name
  state TEXT NOT NULL,                 -- active, locked, removed
  password TEXT NOT NULL,              -- Argon2id, as libsodium writes it; empty: cannot log in with one
  totp BYTES NOT NULL,                 -- the secret; empty: none is asked for
  totp_last BIGINT NOT NULL,           -- the step of the last code that was taken
  created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, used_at BIGINT NOT NULL);
CREATE INDEX account_unit ON account (unit, num);
CREATE INDEX account_name ON account (unit, name);
CREATE INDEX account_admin ON account (name) WHERE state = 'active' AND (roles & 64) <> 0;
-- Wrong tries to log in, by SHA-256 of the name, of accounts that are there and of those that are not.
CREATE TABLE attempt (name BYTES PRIMARY KEY, wrong BIGINT NOT NULL, wrong_at BIGINT NOT NULL);
CREATE INDEX attempt_at ON attempt (wrong_at);
CREATE TABLE account_compartment (account TEXT NOT NULL, compartment TEXT NOT NULL, PRIMARY KEY (account, compartment));
-- Sessions and API tokens, by the SHA-256 of what their holder presents.
CREATE TABLE session (id BYTES PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL, scopes BIGINT NOT NULL,
  created_at BIGINT NOT NULL, used_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX session_account ON session (account, created_at);
CREATE INDEX session_expires ON session (expires_at);
CREATE TABLE delegation (num BIGINT PRIMARY KEY, id TEXT NOT NULL, from_account TEXT NOT NULL, to_account TEXT NOT NULL, roles BIGINT NOT NULL,
  reason TEXT NOT NULL, begins_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, ended_at BIGINT NOT NULL);
CREATE UNIQUE INDEX delegation_id ON delegation (id);
CREATE INDEX delegation_to ON delegation (to_account, ends_at);
CREATE INDEX delegation_from ON delegation (from_account, ends_at);
CREATE TABLE handover (num BIGINT PRIMARY KEY, id TEXT NOT NULL, from_account TEXT NOT NULL, to_account TEXT NOT NULL, at BIGINT NOT NULL,
  content BYTES NOT NULL, from_signed_at BIGINT NOT NULL, to_signed_at BIGINT NOT NULL);
CREATE UNIQUE INDEX handover_id ON handover (id);
CREATE INDEX handover_from ON handover (from_account, num);
CREATE INDEX handover_to ON handover (to_account, num);

-- ---- need-to-know ----
-- A scope is a unit, or a unit's part that is read into a compartment. The unit "*" is every inspector's.
CREATE TABLE scope (num BIGINT PRIMARY KEY, unit TEXT NOT NULL, compartment TEXT NOT NULL);
CREATE UNIQUE INDEX scope_unit ON scope (unit, compartment);
-- Of the unit that is there from the beginning, and of its inspectors; the desk's sequence gives out numbers from 1 on.
INSERT INTO scope (num, unit, compartment) VALUES (-1, 'desk', '');
INSERT INTO scope (num, unit, compartment) VALUES (-2, '*', '');
-- What a scope may see: one row a facet ("" every statement, "kind warning", "peer south.example"), so that lists are found in order.
CREATE TABLE shared (scope BIGINT NOT NULL, facet TEXT NOT NULL, num BIGINT NOT NULL,
  whole BIGINT NOT NULL,               -- 1: lines that were sent closed, too
  PRIMARY KEY (scope, facet, num));
CREATE INDEX shared_num ON shared (num, facet, scope, whole);
-- Who opened it, and the names of the lines that were shown.
CREATE TABLE opened (statement BIGINT NOT NULL, account TEXT NOT NULL, function TEXT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, lines TEXT NOT NULL,
  PRIMARY KEY (statement, account));
-- hash is SHA-256 over the row's text and the hash of the row before; its last is in the node's log at each anchor.
CREATE TABLE audit (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, function TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,
  hash BYTES NOT NULL);
CREATE INDEX audit_who ON audit (who, seq);
CREATE INDEX audit_subject ON audit (subject, seq);
CREATE TABLE audit_anchor (log_n BIGINT NOT NULL, seq BIGINT NOT NULL, log_index BIGINT NOT NULL, hash BYTES NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (log_n, seq));

-- ---- policy ----
CREATE TABLE policy (name TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL);
CREATE TABLE partner_profile (partner TEXT PRIMARY KEY, content BYTES NOT NULL, changed_at BIGINT NOT NULL);      -- JSON, domain/handling.h

-- ---- drafts and releases ----
CREATE TABLE draft (num BIGINT PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, unit TEXT NOT NULL, compartment TEXT NOT NULL, author TEXT NOT NULL,
  state TEXT NOT NULL,                 -- draft, proposed, releasing, released, refused, withdrawn
  version BIGINT NOT NULL, content BYTES NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL,
  review_by BIGINT NOT NULL);          -- released by one person alone: until when a second one must look
CREATE UNIQUE INDEX draft_id ON draft (id);
CREATE INDEX draft_unit ON draft (unit, compartment, num);
CREATE INDEX draft_state ON draft (unit, compartment, state, num);
CREATE INDEX draft_compartment ON draft (compartment, num);
CREATE INDEX draft_compartment_state ON draft (compartment, state, num);
CREATE INDEX draft_state_num ON draft (state, num);
CREATE INDEX draft_releasing ON draft (num) WHERE state = 'releasing';
CREATE INDEX draft_review ON draft (review_by) WHERE review_by > 0;
CREATE INDEX draft_author ON draft (author, state, num);
CREATE TABLE draft_version (draft BIGINT NOT NULL, version BIGINT NOT NULL, at BIGINT NOT NULL, account TEXT NOT NULL, content BYTES NOT NULL, PRIMARY KEY (draft, version));
CREATE TABLE draft_file (draft BIGINT NOT NULL, line BIGINT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, sha256 BYTES NOT NULL, data BYTES NOT NULL, PRIMARY KEY (draft, name));
CREATE TABLE approval (num BIGINT PRIMARY KEY, draft BIGINT NOT NULL, version BIGINT NOT NULL, what TEXT NOT NULL,       -- proposed, released, refused, withdrawn, reviewed
  account TEXT NOT NULL, function TEXT NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL, digest BYTES NOT NULL, detail BYTES NOT NULL);
CREATE INDEX approval_draft ON approval (draft, num);
CREATE TABLE released (draft BIGINT NOT NULL, recipient TEXT NOT NULL, statement BIGINT NOT NULL, PRIMARY KEY (draft, recipient));
CREATE INDEX released_statement ON released (statement);
-- Whether there is a duty to warn: met, not-met, waived; the statement of kind determination that says so.
CREATE TABLE determined (num BIGINT PRIMARY KEY, draft BIGINT NOT NULL, version BIGINT NOT NULL, statement BIGINT NOT NULL, result TEXT NOT NULL, ground TEXT NOT NULL,
  account TEXT NOT NULL, function TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX determined_draft ON determined (draft, num);
CREATE INDEX determined_statement ON determined (statement);
-- How often an author, and a subject, had this recipient before.
CREATE TABLE audience (key TEXT NOT NULL, recipient TEXT NOT NULL, times BIGINT NOT NULL, last_at BIGINT NOT NULL, PRIMARY KEY (key, recipient));

-- ---- clocks ----
CREATE TABLE clock (num BIGINT PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL,
  state TEXT NOT NULL,                 -- running, met, missed, void
  statement BIGINT NOT NULL, draft BIGINT NOT NULL, unit TEXT NOT NULL, compartment TEXT NOT NULL, owner TEXT NOT NULL, urgency BIGINT NOT NULL,
  life BIGINT NOT NULL,                -- 1: a threat to life
  started_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,             -- when something is to be done about it; 0: never
  level BIGINT NOT NULL,               -- what was done: 1 reminded, 2 missed, then one for each who was paged after its owner
  ended_at BIGINT NOT NULL,            -- 0 while it is open: running, or missed and not made good
  acked_at BIGINT NOT NULL, acked_by TEXT NOT NULL, why TEXT NOT NULL);
CREATE UNIQUE INDEX clock_id ON clock (id);
CREATE INDEX clock_next ON clock (next_at) WHERE next_at > 0;
CREATE INDEX clock_statement ON clock (statement, kind);
CREATE INDEX clock_draft ON clock (draft, kind) WHERE draft > 0;
-- What is open is listed by soonest due.
CREATE INDEX clock_open ON clock (due_at, num) WHERE ended_at = 0;
-- Those that nobody has answered: an alarm.
CREATE INDEX clock_unanswered ON clock (due_at, num) WHERE ended_at = 0 AND state = 'missed' AND acked_at = 0 AND next_at = 0;
CREATE INDEX clock_owner ON clock (owner, due_at, num) WHERE ended_at = 0;
CREATE INDEX clock_unit ON clock (unit, compartment, due_at, num) WHERE ended_at = 0;
CREATE INDEX clock_compartment ON clock (compartment, due_at, num) WHERE ended_at = 0;
-- Whom a unit's clocks go to when their owner does not answer, in this order.
CREATE TABLE escalation (unit TEXT NOT NULL, position BIGINT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (unit, position));

-- ---- pages: notifications to people ----
CREATE TABLE page (num BIGINT PRIMARY KEY, id TEXT NOT NULL, at BIGINT NOT NULL, what TEXT NOT NULL, clock BIGINT NOT NULL, statement BIGINT NOT NULL,
  account TEXT NOT NULL, life BIGINT NOT NULL,
  channel BIGINT NOT NULL,             -- 0 all of the account's; otherwise this one alone, or, negative, all but this one
  state TEXT NOT NULL,                 -- waiting (to be spread over the channels), trying, sent (one took it), failed (none did in time), stopped
  next_at BIGINT NOT NULL, sent_at BIGINT NOT NULL, acked_at BIGINT NOT NULL, trouble TEXT NOT NULL);
CREATE UNIQUE INDEX page_id ON page (id);
CREATE INDEX page_next ON page (next_at) WHERE next_at > 0;
CREATE INDEX page_clock ON page (clock, state);
CREATE INDEX page_account ON page (account, num);
CREATE INDEX page_failed ON page (num) WHERE state = 'failed';
-- One page on its way through one channel.
CREATE TABLE page_try (page BIGINT NOT NULL, channel BIGINT NOT NULL, kind TEXT NOT NULL, life BIGINT NOT NULL,
  state TEXT NOT NULL,                 -- waiting, sent, failed, stopped
  attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, at BIGINT NOT NULL, sent_at BIGINT NOT NULL, trouble TEXT NOT NULL, PRIMARY KEY (page, channel));
CREATE INDEX page_try_due ON page_try (kind, life, next_at) WHERE next_at > 0;
CREATE INDEX page_try_next ON page_try (next_at) WHERE next_at > 0;
CREATE INDEX page_try_channel ON page_try (channel, next_at) WHERE next_at > 0;
CREATE TABLE channel (num BIGINT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL, secret BYTES NOT NULL,
  quiet_from BIGINT NOT NULL, quiet_until BIGINT NOT NULL,              -- minutes of the day; equal: none
  added_at BIGINT NOT NULL, tested_at BIGINT NOT NULL, well_at BIGINT NOT NULL, troubled_at BIGINT NOT NULL, trouble TEXT NOT NULL);
CREATE UNIQUE INDEX channel_id ON channel (id);
CREATE UNIQUE INDEX channel_address ON channel (account, kind, address);
CREATE INDEX channel_account ON channel (account, num);
CREATE INDEX channel_tested ON channel (tested_at);
CREATE INDEX channel_troubled ON channel (num) WHERE troubled_at > 0;
-- The scheduled test of each partner's channel.
CREATE TABLE channel_test (partner TEXT PRIMARY KEY,
  since BIGINT NOT NULL,               -- when the last test was sent, or, before the first, the partner confirmed
  statement BIGINT NOT NULL, answered_at BIGINT NOT NULL,               -- the last test, and when its answer came
  open BIGINT NOT NULL,                -- 1 until it is known how that went
  missed_at BIGINT NOT NULL,           -- since when none went well
  told_at BIGINT NOT NULL);            -- when we last answered one of theirs
CREATE INDEX channel_test_since ON channel_test (since);
CREATE INDEX channel_test_open ON channel_test (since) WHERE open = 1;
CREATE INDEX channel_test_missed ON channel_test (partner) WHERE missed_at > 0;
-- Tests of partners that are to be answered.
CREATE TABLE test_asked (statement BIGINT PRIMARY KEY);

-- ---- what rests on what, and what is to be forgotten ----
-- Statements that one call made for several recipients without a draft: who got the one got the others' words.
CREATE TABLE together (batch BIGINT NOT NULL, statement BIGINT NOT NULL, PRIMARY KEY (batch, statement));
CREATE INDEX together_statement ON together (statement);
-- What STATEMENT says about SOURCE, where it has effect. kind "draft": STATEMENT is draft.num.
CREATE TABLE derived (source BIGINT NOT NULL, kind TEXT NOT NULL, statement BIGINT NOT NULL, party TEXT NOT NULL,
  word TEXT NOT NULL,                  -- stage, outcome or result; empty: none
  at BIGINT NOT NULL, PRIMARY KEY (source, kind, statement));
CREATE INDEX derived_statement ON derived (statement, kind);
-- What a retraction of RETRACTED is to reach: each statement, and the retraction of it (statement.num; 0: not issued yet;
-- -1: it cannot be, its recipient is no partner any more).
CREATE TABLE reach (retracted BIGINT NOT NULL, statement BIGINT NOT NULL, recipient TEXT NOT NULL, why TEXT NOT NULL,
  retraction BIGINT NOT NULL, asked_at BIGINT NOT NULL,
  reason TEXT NOT NULL,                -- of a retraction that is not issued yet
  PRIMARY KEY (retracted, statement));
CREATE INDEX reach_statement ON reach (statement);
CREATE INDEX reach_open ON reach (retracted, statement) WHERE retraction = 0;
-- Of what class each content is, and from when its period counts; asked_at: when its review was asked for.
CREATE TABLE retention (statement BIGINT PRIMARY KEY, class TEXT NOT NULL, since BIGINT NOT NULL, asked_at BIGINT NOT NULL);
CREATE INDEX retention_due ON retention (class, since) WHERE asked_at = 0;
CREATE INDEX retention_asked ON retention (asked_at) WHERE asked_at > 0;
CREATE TABLE hold (num BIGINT PRIMARY KEY, id TEXT NOT NULL, statement BIGINT NOT NULL, reason TEXT NOT NULL, account TEXT NOT NULL, at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL, ended_by TEXT NOT NULL);
CREATE UNIQUE INDEX hold_id ON hold (id);
CREATE INDEX hold_statement ON hold (statement, ended_at);
-- Of content that was forgotten: the hash of each of its lines, as evidence shows what its maker keeps back.
CREATE TABLE stub (statement BIGINT PRIMARY KEY, lines BYTES NOT NULL);
CREATE TABLE forgetting (num BIGINT PRIMARY KEY, id TEXT NOT NULL, statement BIGINT NOT NULL, reason TEXT NOT NULL,
  state TEXT NOT NULL,                 -- proposed, agreed, objected, withdrawn, done
  proposed_by TEXT NOT NULL, proposed_at BIGINT NOT NULL, agreed_by TEXT NOT NULL, agreed_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,              -- when it is done unless somebody objects; 0: not agreed
  ended_by TEXT NOT NULL, ended_at BIGINT NOT NULL, ended_why TEXT NOT NULL);
CREATE UNIQUE INDEX forgetting_id ON forgetting (id);
CREATE INDEX forgetting_statement ON forgetting (statement, state);
CREATE INDEX forgetting_due ON forgetting (due_at) WHERE state = 'agreed';

-- ---- recipients without a node ----
CREATE TABLE contact (name TEXT PRIMARY KEY, content BYTES NOT NULL, added_at BIGINT NOT NULL, changed_at BIGINT NOT NULL);      -- JSON, desk/contact.h

-- Files that were sent before the statement that they are to be attached to; dropped after an hour. line: the number in the name of their line.
CREATE TABLE staged_file (id TEXT PRIMARY KEY, account TEXT NOT NULL, line BIGINT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, sha256 BYTES NOT NULL, size BIGINT NOT NULL, data BYTES NOT NULL,
  at BIGINT NOT NULL);
CREATE INDEX staged_file_account ON staged_file (account, size);
CREATE INDEX staged_file_at ON staged_file (at);

-- ---- the API ----
CREATE TABLE repeated (account TEXT NOT NULL, key TEXT NOT NULL, digest BYTES NOT NULL, status BIGINT NOT NULL, type TEXT NOT NULL, answer BYTES NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (account, key));
CREATE INDEX repeated_at ON repeated (at);
