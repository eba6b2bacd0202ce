/*
 * log: what operators read: one line an event, key=value, to standard error (the journal keeps it).
 *
 * Never content, never a key, never an address of a person.  Levels as syslog's, with "<N>" in front when JOURNAL_STREAM
 * is set.  log_say is safe from any thread.
 */
#ifndef TOCSIN_BASE_LOG_H
#define TOCSIN_BASE_LOG_H

enum log_level { LOG_ERROR = 3, LOG_WARN = 4, LOG_NOTE = 5, LOG_TRACE = 7 };

void log_level_set(enum log_level least);
/* WHAT is a short fixed word pair ("intake refused"); FMT makes the key=value rest and may be "". Control characters in the
 * result are written as '?'. */
void log_say(enum log_level level, const char *what, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
