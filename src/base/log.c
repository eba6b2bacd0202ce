#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/banned.h"

#define LINE_SIZE 2048

static _Atomic int least_level = LOG_NOTE;

void log_level_set(enum log_level least)
{
	atomic_store(&least_level, (int)least);
}

/* One event stays one line, and nothing in it can move a terminal's cursor: C0, DEL and the C1 controls in UTF-8. */
static void replace_controls(char *s)
{
	for (; *s != '\0'; s++) {
		uint8_t c = (uint8_t)s[0], next = (uint8_t)s[1];
		if (c < 0x20 || c == 0x7f) {
			s[0] = '?';
		} else if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
			s[0] = '?';
			s[1] = '?';
		}
	}
}

void log_say(enum log_level level, const char *what, const char *fmt, ...)
{
	if ((int)level > atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	int saved = errno;
	char rest[LINE_SIZE - 256], line[LINE_SIZE];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(rest, sizeof rest, fmt, ap);
	va_end(ap);
	if (n < 0)
		rest[0] = '\0';
	char priority[4] = "";
	if (getenv("JOURNAL_STREAM") != NULL)
		snprintf(priority, sizeof priority, "<%d>", (int)level & 7);
	n = snprintf(line, sizeof line - 1, "%s%s%s%s", priority, what, rest[0] == '\0' ? "" : " ", rest);
	if (n >= 0) {
		replace_controls(line);
		size_t used = strlen(line);
		line[used++] = '\n';
		/* One write a line, so that lines of several threads and processes do not mix. */
		ssize_t wrote;
		do
			wrote = write(STDERR_FILENO, line, used);
		while (wrote < 0 && errno == EINTR);
	}
	errno = saved;
}
