/*
 * relay: the thread that opens what brokers bring, and does what desk/broker has to do.
 */
#ifndef TOCSIN_EXCHANGE_RELAY_H
#define TOCSIN_EXCHANGE_RELAY_H

#include "exchange/internal.h"

enum tocsin_err relay_start(struct exchange *x) MUST_USE;
void relay_stop(struct exchange *x);                    /* before the intake stops */

#endif
