-- Version 3: questions that cannot be forgotten, the door, and the ways round a closed border. As in version 2: num is of the desk's own sequence, statement is statement.num, both stay inside;
-- people see id (16 hex digits, random). A time that is 0 has not come.

-- ---- requests ----
-- One row for each request, ours and theirs: what is known of its answer, and by when it is due on both sides.
CREATE TABLE ask (statement BIGINT PRIMARY KEY, partner TEXT NOT NULL,
  ours BIGINT NOT NULL,                -- 1: we asked
  type TEXT NOT NULL, urgency BIGINT NOT NULL,
  within BIGINT NOT NULL,              -- microseconds from the receipt; 0: a time was named
  firm BIGINT NOT NULL,                -- 1: its time follows from what was signed, so that a breach of it can be proven
  received_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
  look_at BIGINT NOT NULL,             -- when it is to be seen whether it was missed; 0: never
  clock BIGINT NOT NULL,               -- 1: its clock was started; 2: held at the door, so that none tells of it
  extensions BIGINT NOT NULL,          -- answers that asked for more time
  extension BIGINT NOT NULL,           -- the last of them that was granted
  state TEXT NOT NULL,                 -- open, answered, withdrawn
  answer BIGINT NOT NULL, result TEXT NOT NULL, closed_at BIGINT NOT NULL,
  breach BIGINT NOT NULL, breach_at BIGINT NOT NULL);   -- our record that there was no answer in time
CREATE INDEX ask_open ON ask (statement) WHERE state = 'open';
CREATE INDEX ask_owed ON ask (ours, statement) WHERE state = 'open';
CREATE INDEX ask_partner ON ask (partner, statement) WHERE state = 'open';
CREATE INDEX ask_of ON ask (partner, statement);
CREATE INDEX ask_answered ON ask (statement) WHERE state = 'answered';
CREATE INDEX ask_breached ON ask (statement) WHERE breach_at > 0;
CREATE INDEX ask_breach ON ask (breach) WHERE breach_at > 0;
CREATE INDEX ask_start ON ask (statement) WHERE state = 'open' AND clock = 0 AND received_at > 0;
CREATE INDEX ask_look ON ask (look_at) WHERE look_at > 0;
-- What a request is about: what it names, and what that is about in turn.
CREATE TABLE ask_about (about BIGINT NOT NULL, statement BIGINT NOT NULL, open BIGINT NOT NULL, PRIMARY KEY (about, statement));
CREATE INDEX ask_about_open ON ask_about (about, statement) WHERE open = 1;
CREATE INDEX ask_about_statement ON ask_about (statement);

-- ---- leads and matching ----
CREATE TABLE lead (num BIGINT PRIMARY KEY, id TEXT NOT NULL, unit TEXT NOT NULL, compartment TEXT NOT NULL,
  owner TEXT NOT NULL,                 -- an account; empty: nobody yet
  state TEXT NOT NULL,                 -- new, assigned, assessing, closed
  open BIGINT NOT NULL,                -- 0: closed
  version BIGINT NOT NULL,             -- compared before anything of it is set
  statement BIGINT NOT NULL,           -- that it was opened about: its review clock is about this one
  opened_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, review_at BIGINT NOT NULL, assessment TEXT NOT NULL, finding TEXT NOT NULL, closed_at BIGINT NOT NULL,
  record BIGINT NOT NULL);             -- the statement of kind record that closed it last
CREATE UNIQUE INDEX lead_id ON lead (id);
CREATE UNIQUE INDEX lead_about ON lead (statement, unit, compartment);
CREATE INDEX lead_scope ON lead (unit, compartment, open, num);
CREATE INDEX lead_compartment ON lead (compartment, open, num);
CREATE INDEX lead_open ON lead (open, num);
CREATE INDEX lead_owner ON lead (owner, open, num);
CREATE TABLE lead_statement (lead BIGINT NOT NULL, statement BIGINT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (lead, statement));
CREATE INDEX lead_statement_of ON lead_statement (statement, lead);
-- Which partners' statements it rests on.
CREATE TABLE lead_partner (partner TEXT NOT NULL, lead BIGINT NOT NULL, open BIGINT NOT NULL, PRIMARY KEY (partner, lead));
CREATE INDEX lead_partner_open ON lead_partner (partner, open, lead);
CREATE INDEX lead_partner_lead ON lead_partner (lead);
-- What was done, by whom; never changed.
CREATE TABLE lead_step (num BIGINT PRIMARY KEY, lead BIGINT NOT NULL, at BIGINT NOT NULL, what TEXT NOT NULL, done_at BIGINT NOT NULL, person TEXT NOT NULL,
  account TEXT NOT NULL, function TEXT NOT NULL, words TEXT NOT NULL);
CREATE INDEX lead_step_lead ON lead_step (lead, num);
-- Tags of whom leads are about (desk/match.h). secret: empty, this node's own; otherwise the partner that has the same key.
CREATE TABLE lead_tag (lead BIGINT NOT NULL, secret TEXT NOT NULL,
  tag BYTES NOT NULL,                  -- as that partner sends it
  sends BYTES NOT NULL,                -- as this node sends it
  due BIGINT NOT NULL,                 -- 0 is not sent, 1 waits, 2 was sent, 3 when the partner names it, or the lead is open again
  PRIMARY KEY (lead, secret, tag));
CREATE INDEX lead_tag_of ON lead_tag (secret, tag, lead);
CREATE INDEX lead_tag_due ON lead_tag (secret, lead) WHERE due = 1;
-- partner: empty, another part of this organisation.
CREATE TABLE lead_match (lead BIGINT NOT NULL, partner TEXT NOT NULL, since BIGINT NOT NULL,
  told BIGINT NOT NULL,                -- 0: nobody was paged yet
  PRIMARY KEY (lead, partner));
CREATE INDEX lead_match_untold ON lead_match (lead) WHERE told = 0;
CREATE INDEX lead_match_partner ON lead_match (partner);
CREATE TABLE match_key (partner TEXT PRIMARY KEY, id TEXT NOT NULL,
  sealed BYTES NOT NULL, since BIGINT NOT NULL,
  tagged BIGINT NOT NULL,              -- leads up to this number have their tags
  day_at BIGINT NOT NULL, day_n BIGINT NOT NULL, sent BIGINT NOT NULL);
-- What partners have named, also before there was a key, or a lead.
CREATE TABLE match_seen (partner TEXT NOT NULL, key TEXT NOT NULL, tag BYTES NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (partner, key, tag));

-- ---- the door: rules, protected people, calendar ----
CREATE TABLE door_rules (version BIGINT PRIMARY KEY, content BYTES NOT NULL, changed_at BIGINT NOT NULL, changed_by TEXT NOT NULL);
-- People whom requests must not reach. What is known of them is sealed (desk/protected.h); a tag tells nothing without its key.
CREATE TABLE protected (num BIGINT PRIMARY KEY, id TEXT NOT NULL, sealed BYTES NOT NULL, added_at BIGINT NOT NULL, added_by TEXT NOT NULL);
CREATE UNIQUE INDEX protected_id ON protected (id);
CREATE TABLE protected_tag (num BIGINT NOT NULL, tag BYTES NOT NULL, PRIMARY KEY (num, tag));
-- The requester's record: one row a request, and sums by partner and day. Day 0 has what it ever gave.
CREATE TABLE asked (statement BIGINT PRIMARY KEY, partner TEXT NOT NULL, day BIGINT NOT NULL, person BIGINT NOT NULL,
  refused BIGINT NOT NULL);            -- 1: by a person here
CREATE TABLE asked_day (partner TEXT NOT NULL, day BIGINT NOT NULL, requests BIGINT NOT NULL, person BIGINT NOT NULL,
  abroad BIGINT NOT NULL, refused BIGINT NOT NULL, subjects BIGINT NOT NULL, warnings BIGINT NOT NULL, PRIMARY KEY (partner, day));
-- Keyed tags of whom, and of what, it asked: for requests that are nearly the same.
CREATE TABLE asked_tag (partner TEXT NOT NULL, tag BYTES NOT NULL, at BIGINT NOT NULL, statement BIGINT NOT NULL);
CREATE INDEX asked_tag_of ON asked_tag (partner, tag, at);
INSERT INTO asked_day SELECT peer, 0, 0, 0, 0, 0, 0, COUNT(*) FROM statement WHERE issued = 0 AND kind = 'warning' GROUP BY peer;

-- ---- the door: what it holds, decisions, answers that leave at a fixed time ----
-- A statement that came and is shared with nobody until people have decided; and, with a parent, one that is about it and waits with it.
CREATE TABLE door (num BIGINT PRIMARY KEY, statement BIGINT NOT NULL, parent BIGINT NOT NULL, kind TEXT NOT NULL, peer TEXT NOT NULL, unit TEXT NOT NULL,
  urgency BIGINT NOT NULL,
  state TEXT NOT NULL,                 -- unscreened, held, second (one person wants to pass it), passed, refused; waits: with its parent
  open BIGINT NOT NULL,                -- 1 somebody has to decide, 0 decided, 2 with its parent
  person BIGINT NOT NULL,              -- 1: about a person, so that answers leave at a fixed time
  verdict TEXT NOT NULL,               -- pass, caution, hold, refuse; empty: not screened yet
  findings BYTES NOT NULL,             -- JSON
  at BIGINT NOT NULL,                  -- when it was accepted
  due_at BIGINT NOT NULL,              -- when an answer to it is due
  decided_at BIGINT NOT NULL);
CREATE UNIQUE INDEX door_statement ON door (statement);
CREATE INDEX door_parent ON door (parent, statement) WHERE parent > 0;
CREATE INDEX door_unit ON door (unit, open, num);
CREATE INDEX door_open ON door (open, num);
CREATE INDEX door_unscreened ON door (num) WHERE state = 'unscreened';
CREATE TABLE door_decision (num BIGINT PRIMARY KEY, statement BIGINT NOT NULL,
  what TEXT NOT NULL,                  -- pass, refuse
  account TEXT NOT NULL, function TEXT NOT NULL, at BIGINT NOT NULL, ground TEXT NOT NULL, reason TEXT NOT NULL);
CREATE UNIQUE INDEX door_decision_who ON door_decision (statement, account);
-- What is to be followed again: because it was passed, or could not be screened.
CREATE TABLE door_again (statement BIGINT PRIMARY KEY, why TEXT NOT NULL, next_at BIGINT NOT NULL);
CREATE INDEX door_again_next ON door_again (next_at, statement);
-- Answers that were decided and leave at their time.
CREATE TABLE door_answer (num BIGINT PRIMARY KEY, statement BIGINT NOT NULL, kind TEXT NOT NULL, urgency BIGINT NOT NULL,
  fields BYTES NOT NULL,               -- JSON: [[name, value, open], ...]
  reason TEXT NOT NULL,                -- kept to ourselves
  account TEXT NOT NULL, function TEXT NOT NULL, unit TEXT NOT NULL, compartment TEXT NOT NULL, at BIGINT NOT NULL,
  leaves_at BIGINT NOT NULL,
  place BIGINT NOT NULL,               -- random: among those that leave with it
  state TEXT NOT NULL,                 -- waiting, left, withdrawn, dropped (it cannot leave any more)
  answer BIGINT NOT NULL, trouble TEXT NOT NULL);
CREATE UNIQUE INDEX door_answer_waiting ON door_answer (statement) WHERE state = 'waiting';
CREATE INDEX door_answer_leaves ON door_answer (leaves_at, place) WHERE state = 'waiting';
CREATE INDEX door_answer_of ON door_answer (statement, num);

-- ---- brokers ----
-- Ours that go by way of a broker.
CREATE TABLE tendered (statement BIGINT PRIMARY KEY, broker TEXT NOT NULL, recipient TEXT NOT NULL, until BIGINT NOT NULL,
  tender BIGINT NOT NULL,              -- the statement with which it was handed over; 0: it is not yet
  said TEXT NOT NULL,                  -- the broker's last word: held, delivered, refused, not-fetched; empty: none
  code TEXT NOT NULL, said_when BIGINT NOT NULL, said_at BIGINT NOT NULL, custody BIGINT NOT NULL,
  proven BIGINT NOT NULL);             -- 1: its recipient's receipt came with it
CREATE INDEX tendered_open ON tendered (statement) WHERE tender = 0;
CREATE INDEX tendered_tender ON tendered (tender) WHERE tender > 0;
-- What others have tendered to this node for a third.
CREATE TABLE custody (tender BIGINT PRIMARY KEY, label BYTES NOT NULL, tenderer TEXT NOT NULL, recipient TEXT NOT NULL, size BIGINT NOT NULL,
  at BIGINT NOT NULL, until BIGINT NOT NULL,
  state TEXT NOT NULL,                 -- new, taken (its label is logged), relayed; held (its tenderer was told), delivered, refused, not-fetched
  code TEXT NOT NULL, relay BIGINT NOT NULL,
  heard BIGINT NOT NULL,               -- the last that the recipient said of the relay, and how far that was passed on
  told BIGINT NOT NULL,
  todo BIGINT NOT NULL);               -- 1: a step is to be made now
CREATE INDEX custody_todo ON custody (tender) WHERE todo = 1;
CREATE INDEX custody_held ON custody (until, tender, size) WHERE state = 'held';
CREATE INDEX custody_relay ON custody (relay) WHERE relay > 0;
CREATE INDEX custody_tenderer ON custody (tenderer, at) WHERE state <> 'new' AND state <> 'refused';
-- What a broker has brought here.
CREATE TABLE relayed (relay BIGINT PRIMARY KEY, label BYTES NOT NULL, broker TEXT NOT NULL, until BIGINT NOT NULL,
  state TEXT NOT NULL,                 -- new, logged (its label), delivered, refused
  code TEXT NOT NULL, inner_id BYTES NOT NULL,
  next_at BIGINT NOT NULL,             -- when it is tried (again); 0: it is done
  attempts BIGINT NOT NULL);
CREATE INDEX relayed_next ON relayed (next_at) WHERE next_at > 0;
CREATE INDEX relayed_inner ON relayed (inner_id);

-- ---- strangers, vouchers, mailboxes, names for once ----

-- Beside its row in partner (state stranger). last_at: when it was heard of; window: so many warnings since window_at.
CREATE TABLE stranger (name TEXT PRIMARY KEY, way TEXT NOT NULL, brought_by TEXT NOT NULL, fp TEXT NOT NULL,
  since BIGINT NOT NULL, last_at BIGINT NOT NULL, window_at BIGINT NOT NULL, window_n BIGINT NOT NULL);
CREATE INDEX stranger_last ON stranger (last_at);
-- How many strangers came since window_at: by themselves ('') or brought by a partner.
CREATE TABLE stranger_quota (brought_by TEXT PRIMARY KEY, window_at BIGINT NOT NULL, window_n BIGINT NOT NULL);
-- Partners' word for a node that need not be here yet.
CREATE TABLE voucher (name TEXT NOT NULL, fp TEXT NOT NULL, brought_by TEXT NOT NULL, statement BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (name, fp, brought_by));
CREATE INDEX voucher_by ON voucher (brought_by, at);
CREATE INDEX voucher_at ON voucher (at);

-- What we wrote under a name for once; blind: what its entry in our log holds beside its id.
CREATE TABLE unnamed (statement BIGINT PRIMARY KEY, blind BYTES NOT NULL);
-- Who says to have written the statement about, which need not be here yet: one row for each partner, and for each that we told.
CREATE TABLE authorship (about BYTES NOT NULL, peer TEXT NOT NULL, issued BIGINT NOT NULL, statement BIGINT NOT NULL,
  PRIMARY KEY (about, peer, issued));

-- ---- exposure and silence ----
-- What partners were told: a row for each open line and each name of whom the statement is about. subject, source and fact are keyed tags (desk/exposure.h), empty: none;
-- nothing here can be read without the node's key.
CREATE TABLE exposure (num BIGINT PRIMARY KEY, statement BIGINT NOT NULL, partner TEXT NOT NULL, field TEXT NOT NULL, subject BYTES NOT NULL, source BYTES NOT NULL,
  fact BYTES NOT NULL, at BIGINT NOT NULL);
CREATE UNIQUE INDEX exposure_statement ON exposure (statement, field, subject);
CREATE INDEX exposure_partner ON exposure (partner, num);
CREATE INDEX exposure_subject ON exposure (subject, num);
CREATE INDEX exposure_source ON exposure (source, num);
-- What comes from partners, by scope and topic (desk/silence.h): one row a series, and the times of its contacts, the last 512.
CREATE TABLE silence (scope BIGINT NOT NULL, partner TEXT NOT NULL, topic TEXT NOT NULL, statement BIGINT NOT NULL, last_at BIGINT NOT NULL, look_at BIGINT NOT NULL,
  contacts BIGINT NOT NULL, noticed_at BIGINT NOT NULL, notices BIGINT NOT NULL, acked_at BIGINT NOT NULL, acked_by TEXT NOT NULL, reason TEXT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (scope, partner, topic));
CREATE INDEX silence_look ON silence (look_at);
CREATE TABLE silence_time (scope BIGINT NOT NULL, partner TEXT NOT NULL, topic TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (scope, partner, topic, at));
CREATE INDEX silence_time_at ON silence_time (at);

-- ---- corrections ----
-- A case: somebody asks to be corrected or deleted. statement: our record of who asked and how that was checked.
CREATE TABLE correction (num BIGINT PRIMARY KEY, id TEXT NOT NULL, statement BIGINT NOT NULL,
  asks TEXT NOT NULL,                  -- correct, delete, restrict
  state TEXT NOT NULL,                 -- open, closed
  discreet BIGINT NOT NULL,            -- 1: the reply neither confirms nor denies
  opened_by TEXT NOT NULL, opened_at BIGINT NOT NULL, due_at BIGINT NOT NULL, closed_by TEXT NOT NULL, closed_at BIGINT NOT NULL);
CREATE UNIQUE INDEX correction_id ON correction (id);
CREATE INDEX correction_statement ON correction (statement);
-- What is proposed about one statement of a case, and what the second person said to it.
CREATE TABLE correction_item (num BIGINT PRIMARY KEY, id TEXT NOT NULL, correction BIGINT NOT NULL, statement BIGINT NOT NULL,
  what TEXT NOT NULL,                  -- correct, delete, restrict, keep
  reason TEXT NOT NULL, ground TEXT NOT NULL, content TEXT NOT NULL,
  state TEXT NOT NULL,                 -- proposed, agreed, refused
  proposed_by TEXT NOT NULL, proposed_at BIGINT NOT NULL, decided_by TEXT NOT NULL, decided_at BIGINT NOT NULL, decided_why TEXT NOT NULL);
CREATE UNIQUE INDEX correction_item_id ON correction_item (id);
CREATE INDEX correction_item_case ON correction_item (correction, num);
CREATE INDEX correction_item_statement ON correction_item (statement);
-- Which partner is told of an item, about which statement, and by which record of ours (statement.num; 0: not issued yet; -1: it cannot be).
CREATE TABLE correction_told (item BIGINT NOT NULL, about BIGINT NOT NULL, partner TEXT NOT NULL, why TEXT NOT NULL, record BIGINT NOT NULL,
  PRIMARY KEY (item, about, partner));
CREATE INDEX correction_told_pending ON correction_told (item, about, partner) WHERE record = 0;
