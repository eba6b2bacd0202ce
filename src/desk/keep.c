#include "desk/keep.h"

#include "desk/correction.h"
#include "desk/forget.h"
#include "desk/forgotten.h"
#include "desk/reach.h"

#define AT_A_TIME 64
#define AGAIN (60 * CLOCK_SECOND)               /* after something that could not be done yet */

/* Deleted bytes leave the disk; a reader may be in the way for a moment. */
static enum tocsin_err scrub(const struct desk *d, int64_t now, int64_t *next)
{
	if (d->forgotten == NULL || !forgotten_marked(d->forgotten))
		return TOCSIN_OK;
	enum tocsin_err err = forget_scrub(d);
	if (err != TOCSIN_OK)
		forgotten_mark(d->forgotten);
	if (err != TOCSIN_LATER)
		return err;
	*next = now + CLOCK_SECOND;
	return TOCSIN_OK;
}

enum tocsin_err keep_work(const struct desk *d, int64_t now, int64_t *next, bool *more)
{
	struct snapshot *read;
	size_t resumed = 0, told = 0, forgotten = 0, asked = 0;
	int64_t at = INT64_MAX;
	*next = INT64_MAX;
	*more = false;
	enum tocsin_err err = reach_resume(d, AT_A_TIME, &resumed);
	if (err == TOCSIN_OK)
		err = correction_resume(d, AT_A_TIME, &told);
	if (err == TOCSIN_OK && d->forgotten != NULL)
		err = forget_due(d, now, AT_A_TIME, &forgotten);
	if (err == TOCSIN_OK)
		err = scrub(d, now, next);
	if (err == TOCSIN_OK)
		err = retention_ask(d, now, AT_A_TIME, &asked);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = forget_next(read, &at);
	snapshot_close(read);
	*more = resumed + told + forgotten + asked > 0;
	if (at <= now)
		at = now + AGAIN;
	*next = at < *next ? at : *next;
	return err;
}
