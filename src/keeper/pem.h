/*
 * pem: Ed25519 private keys as `openssl genpkey -algorithm ed25519` writes them (PKCS#8, RFC 8410, in PEM), exactly
 * that form.
 */
#ifndef TOCSIN_KEEPER_PEM_H
#define TOCSIN_KEEPER_PEM_H

#include "base/buf.h"

#define PEM_SEED 32

void pem_format(const uint8_t seed[PEM_SEED], struct buf *out);
enum tocsin_err pem_parse(struct bytes file, uint8_t seed[PEM_SEED]) MUST_USE;

#endif
