/*
 * process: the keeper's child.
 *
 * SECURITY: it holds every private key of the node, and its only input is the pipe. It has no other descriptor, no
 * new privileges, no core dump, cannot be traced by others of the same user, dies with its parent, and (where the
 * kernel can, and not under a sanitizer) may make only the system calls that reading and writing the pipe and the
 * keys folder take: no sockets, no programs, no processes.
 */
#ifndef TOCSIN_KEEPER_PROCESS_H
#define TOCSIN_KEEPER_PROCESS_H

#include "base/bytes.h"

/* The child's whole life, behind fork(): loads FOLDER, answers calls on FD until it closes, wipes the keys. PARENT is
 * the process that forked it. */
_Noreturn void process_run(int fd, int parent, const char *folder, struct bytes passphrase);

#endif
