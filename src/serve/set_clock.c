#include "serve/serve.h"

#include "base/log.h"
#include "base/text.h"
#include "store/rows.h"

#define KEY "clock offset"

/* What is kept is the distance from the real time, in microseconds as text, so that a set clock goes on while the node
 * is down. */
enum tocsin_err serve_clock_set(const struct desk *d, int64_t now)
{
	if (d->realm != REALM_EXERCISE)
		return fail(TOCSIN_REFUSED, "%s is a node of the live realm: its clock cannot be set", d->name);
	char text[32];
	int n = snprintf(text, sizeof text, "%lld", (long long)(now - clock_real()));
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	change_meta(c, KEY, bytes_of(text, (size_t)n));
	change_event(c, "clock set", 0, d->name);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	if (err == TOCSIN_OK) {
		clock_set(now);
		/* Who was woken by the event may have looked at the old time. */
		store_wake(d->store);
		log_say(LOG_NOTE, "clock set", "offset_us=%s", text);
	}
	return err;
}

enum tocsin_err serve_clock_restore(const struct desk *d)
{
	struct snapshot *r;
	struct buf value;
	uint64_t distance = 0;
	buf_init(&value, 64);
	enum tocsin_err err = snapshot_open(d->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = meta_get(r, KEY, &value);
	snapshot_close(r);
	if (err == TOCSIN_MISSING) {
		buf_free(&value);
		return TOCSIN_OK;
	}
	struct bytes digits = buf_bytes(&value);
	bool back = bytes_starts(digits, "-");
	if (back)
		digits = bytes_of(digits.p + 1, digits.n - 1);
	if (err == TOCSIN_OK && (d->realm != REALM_EXERCISE || !text_u64(digits, INT64_MAX / 2, &distance)))
		err = fail(TOCSIN_BROKEN, "the database holds a set clock that cannot be one");
	if (err == TOCSIN_OK)
		clock_set(clock_real() + (back ? -(int64_t)distance : (int64_t)distance));
	buf_free(&value);
	return err;
}
