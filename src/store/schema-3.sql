-- Version 3: questions that cannot be forgotten, the door, and the ways round a closed border. As in version 2: num is of the desk's own sequence, statement is statement.num, both stay inside;
-- people see id (16 hex digits, random). A time that is 0 has not come.

-- ---- requests ----

-- ---- leads and matching ----

-- ---- the door: rules, protected people, calendar ----

-- ---- the door: what it holds, decisions, answers that leave at a fixed time ----

-- ---- brokers ----

-- ---- strangers, vouchers, mailboxes, names for once ----

-- ---- exposure and silence ----

-- ---- corrections ----
