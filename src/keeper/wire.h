/*
 * wire: whole messages on the keeper's pipe, for both of its ends.
 *
 * No SIGPIPE is ever raised; a call that a signal interrupts goes on.
 */
#ifndef TOCSIN_KEEPER_WIRE_H
#define TOCSIN_KEEPER_WIRE_H

#include "base/buf.h"

/* Sends the length of BODY and BODY. False when the other end is gone (or, where FD has a time limit, silent). */
bool wire_send(int fd, struct bytes body);
/* One message into BODY (emptied first). False when the other end is gone, or says more than BODY's maximum, or
 * nothing. */
bool wire_receive(int fd, struct buf *body);

#endif
