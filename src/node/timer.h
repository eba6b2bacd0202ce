/*
 * timer: the thread that does what is due (desk/clocks.h), when it is due.
 *
 * It sleeps until the next clock's time, or until an event is durable: whoever starts a clock says so with one.  While
 * events come all the time it looks at most twenty times a second; while nothing happens, and no clock is open, once in
 * ten minutes.  A machine's clock that is put forward is noticed within a minute.
 */
#ifndef TOCSIN_NODE_TIMER_H
#define TOCSIN_NODE_TIMER_H

#include "desk/desk.h"
#include "exchange/exchange.h"

struct timer;
enum tocsin_err timer_start(const struct desk *d, struct exchange *x, struct timer **out) MUST_USE;
/* Why what is due waits; empty: it does not. From any thread; ARG is the timer. */
void timer_trouble(void *arg, char *out, size_t room);
void timer_stop(struct timer *t);               /* safe on NULL; before the store is closed */

#endif
