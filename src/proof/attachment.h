/*
 * attachment: the line of a body that announces a file (PROTOCOL, section 5).
 *
 * Its name is "attachment.<n>", its value the list ["<file name>","<media type>",<size>,"<64 hex SHA-256 of the
 * bytes>"].
 */
#ifndef TOCSIN_PROOF_ATTACHMENT_H
#define TOCSIN_PROOF_ATTACHMENT_H

#include "base/sha256.h"

struct attachment {
	struct bytes file_name, media_type;       /* JSON strings with their quotation marks */
	uint64_t size;                            /* bytes, at most LIMIT_ENVELOPE */
	struct hash hash;
};

bool attachment_name_ok(struct bytes name);
/* VALUE is canonical (jval_check has passed it). BAD when it is not such a list, or a string in it is empty. */
enum tocsin_err attachment_parse(struct bytes value, struct attachment *a) MUST_USE;

#endif
