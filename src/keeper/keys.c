#include "keeper/keys.h"

#include <sodium.h>
#include <stdio.h>

#include "base/file.h"
#include "base/random.h"
#include "keeper/pem.h"
#include "keeper/published.h"
#include "proof/once.h"

struct keys *keys_new(void)
{
	/* Guard pages around it, locked where the limits allow, never in a core dump. */
	struct keys *k = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *k);
	if (k != NULL)
		memset(k, 0, sizeof *k);
	return k;
}

void keys_free(struct keys *k)
{
	sodium_free(k);
}

/* The signer of SEED under the key name NAME SUFFIX. */
static enum tocsin_err signer_make(struct keys_signer *s, const char *name, const char *suffix, enum note_type type,
	const uint8_t seed[32])
{
	char key_name[LIMIT_KEY_NAME + 1];
	uint8_t pub[32];
	snprintf(key_name, sizeof key_name, "%s%s", name, suffix);
	crypto_sign_seed_keypair(pub, s->secret, seed);
	return vkey_make(key_name, type, pub, &s->pub);
}

static enum tocsin_err log_signer_make(struct keys_signer *s, const char *name, uint64_t n, const uint8_t seed[32])
{
	char suffix[32];
	snprintf(suffix, sizeof suffix, "/log/%llu", (unsigned long long)n);
	return signer_make(s, name, suffix, NOTE_ED25519, seed);
}

static void set_name(struct keys *k, const char *name)
{
	snprintf(k->name, sizeof k->name, "%s", name);
	k->realm = realm_of_name(bytes_str(name));
	memcpy(k->self.name, k->name, sizeof k->self.name);
}

/* No public key has two roles (PROTOCOL, section 2): a signature in one must never count in another. */
static enum tocsin_err check_roles(const struct keys *k)
{
	const struct vkey *all[] = { &k->identity.pub, &k->sign.pub, &k->log.pub, &k->witness.pub };
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < i; j++)
			if (memcmp(all[i]->pub, all[j]->pub, sizeof all[i]->pub) == 0)
				return fail(TOCSIN_BROKEN, "%s and %s are the same key: every role has a key of its own", all[j]->name,
					all[i]->name);
	return TOCSIN_OK;
}

enum tocsin_err keys_fill(struct keys *k, const char *name, const struct keys_seeds *seeds, struct bytes recipient)
{
	if (!text_is_name(bytes_str(name)))
		return fail(TOCSIN_BAD, "\"%.210s\" cannot be a node's name: it takes a DNS name in lower case", name);
	if (once_is(bytes_str(name)))
		return fail(TOCSIN_BAD, "%s has the form of a name for once, and no node is called so", name);
	set_name(k, name);
	enum tocsin_err err = signer_make(&k->identity, name, "/identity", NOTE_ED25519, seeds->identity);
	if (err == TOCSIN_OK)
		err = signer_make(&k->sign, name, "", NOTE_ED25519, seeds->sign);
	if (err == TOCSIN_OK)
		err = log_signer_make(&k->log, name, 1, seeds->log);
	if (err == TOCSIN_OK)
		err = signer_make(&k->witness, name, "/witness", NOTE_COSIGNATURE, seeds->witness);
	if (err == TOCSIN_OK)
		err = age_identities_parse(recipient, k->recipient, KEYS_RECIPIENTS, &k->recipient_n);
	if (err != TOCSIN_OK)
		return err;
	memcpy(k->padding, seeds->padding, sizeof k->padding);
	k->has_identity = true;
	k->log_n = 1;
	party_fp(k->identity.pub.pub, k->self.fp);
	return check_roles(k);
}

void keys_public(const struct keys *k, struct keeper_public *p)
{
	struct age_recipient r;
	char text[AGE_RECIPIENT_TEXT];
	memset(p, 0, sizeof *p);
	memcpy(p->name, k->name, sizeof p->name);
	p->has_identity = k->has_identity;
	p->identity = k->identity.pub;
	p->sign = k->sign.pub;
	p->log = k->log.pub;
	p->log_n = k->log_n;
	p->witness = k->witness.pub;
	age_identity_recipient(&k->recipient[0], &r);
	age_recipient_format(&r, text);
	snprintf(p->recipient, sizeof p->recipient, "%s", text);
}

/* ---- files ---- */

static void log_file(uint64_t n, char out[40])
{
	snprintf(out, 40, "log-%llu.pem", (unsigned long long)n);
}

static enum tocsin_err seed_write(const char *folder, const char *file, struct bytes passphrase,
	const uint8_t seed[PEM_SEED])
{
	struct buf pem;
	buf_init_secret(&pem, KEYFILE_MAX);
	pem_format(seed, &pem);
	enum tocsin_err err = buf_end(&pem, file);
	if (err == TOCSIN_OK)
		err = keyfile_write(folder, file, passphrase, buf_bytes(&pem));
	buf_free(&pem);
	return err;
}

static enum tocsin_err vkey_write(const char *folder, const struct vkey *v)
{
	char path[KEYFILE_PATH], text[NOTE_VKEY_MAX + 1];
	enum tocsin_err err = file_join(path, sizeof path, folder, "identity.vkey");
	if (err != TOCSIN_OK)
		return err;
	vkey_format(v, text);
	size_t n = strlen(text);
	text[n] = '\n';
	return file_replace(path, bytes_of(text, n + 1), 0600);
}

enum tocsin_err keys_create(const char *folder, const char *name, struct bytes passphrase)
{
	char hex[2 * KEYS_PADDING + 2];
	struct age_identity id;
	struct buf recipient;
	bool empty;
	if (passphrase.n > KEYS_PASSPHRASE)
		return fail(TOCSIN_BAD, "a passphrase has at most %d bytes", KEYS_PASSPHRASE);
	struct keys *k = keys_new();
	if (k == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for the keys");
	struct keys_seeds seeds;
	random_bytes(&seeds, sizeof seeds);
	buf_init_secret(&recipient, KEYFILE_MAX);
	enum tocsin_err err = age_identity_make(&id, &recipient);
	if (err == TOCSIN_OK)
		err = keys_fill(k, name, &seeds, buf_bytes(&recipient));
	if (err == TOCSIN_OK)
		err = file_mkdir(folder, 0700);
	if (err == TOCSIN_OK)
		err = folder_check(folder, &empty);
	if (err == TOCSIN_OK && !empty)
		err = fail(TOCSIN_REFUSED, "%s holds files already: keys are never written over; move them away first", folder);
	if (err == TOCSIN_OK)
		err = seed_write(folder, "identity.pem", passphrase, seeds.identity);
	if (err == TOCSIN_OK)
		err = seed_write(folder, "sign.pem", passphrase, seeds.sign);
	if (err == TOCSIN_OK)
		err = seed_write(folder, "witness.pem", passphrase, seeds.witness);
	if (err == TOCSIN_OK)
		err = seed_write(folder, "log-1.pem", passphrase, seeds.log);
	if (err == TOCSIN_OK)
		err = keyfile_write(folder, "recipient.txt", passphrase, buf_bytes(&recipient));
	if (err == TOCSIN_OK) {
		hex_encode(seeds.padding, sizeof seeds.padding, hex);
		hex[2 * KEYS_PADDING] = '\n';
		err = keyfile_write(folder, "padding.key", passphrase, bytes_of(hex, 2 * KEYS_PADDING + 1));
	}
	if (err == TOCSIN_OK)
		err = vkey_write(folder, &k->identity.pub);
	buf_free(&recipient);
	bytes_wipe(hex, sizeof hex);
	bytes_wipe(&id, sizeof id);
	bytes_wipe(&seeds, sizeof seeds);
	keys_free(k);
	return err;
}

/* A file without which there is no keeper: missing or malformed is BROKEN. */
static enum tocsin_err must(enum tocsin_err err, const char *folder, const char *file)
{
	if (err == TOCSIN_BAD)
		return fail_within(TOCSIN_BROKEN, "key file %s/%s", folder, file);
	return err == TOCSIN_MISSING ? TOCSIN_BROKEN : err;
}

static enum tocsin_err seed_read(const struct keys *k, const char *file, uint8_t seed[PEM_SEED])
{
	struct buf pem;
	buf_init_secret(&pem, KEYFILE_MAX);
	enum tocsin_err err = keyfile_read(k->folder, file, bytes_of(k->passphrase, k->passphrase_n), &pem);
	if (err == TOCSIN_OK && pem_parse(buf_bytes(&pem), seed) != TOCSIN_OK)
		err = fail_within(TOCSIN_BROKEN, "key file %s/%s", k->folder, file);
	buf_free(&pem);
	return err;
}

static enum tocsin_err signer_load(struct keys *k, struct keys_signer *s, const char *file, const char *suffix,
	enum note_type type)
{
	uint8_t seed[PEM_SEED];
	enum tocsin_err err = must(seed_read(k, file, seed), k->folder, file);
	if (err == TOCSIN_OK)
		err = must(signer_make(s, k->name, suffix, type, seed), k->folder, file);
	bytes_wipe(seed, sizeof seed);
	return err;
}

/* Name and identity from identity.vkey; then identity.pem, unless the key is kept cold. */
static enum tocsin_err identity_load(struct keys *k)
{
	char path[KEYFILE_PATH];
	struct buf file;
	struct vkey v;
	enum tocsin_err err = file_join(path, sizeof path, k->folder, "identity.vkey");
	if (err != TOCSIN_OK)
		return err;
	buf_init(&file, NOTE_VKEY_MAX + 1);
	err = must(file_read(path, &file), k->folder, "identity.vkey");
	if (err == TOCSIN_OK && (file.n == 0 || file.p[file.n - 1] != '\n'))
		err = must(fail(TOCSIN_BAD, "not one verifier key in one line"), k->folder, "identity.vkey");
	if (err == TOCSIN_OK)
		err = must(vkey_parse(bytes_of(file.p, file.n - 1), &v), k->folder, "identity.vkey");
	buf_free(&file);
	if (err != TOCSIN_OK)
		return err;
	const char *slash = strchr(v.name, '/');
	struct bytes name = { (const uint8_t *)v.name, slash == NULL ? 0 : (size_t)(slash - v.name) };
	if (slash == NULL || strcmp(slash, "/identity") != 0 || v.type != NOTE_ED25519 || !text_is_name(name))
		return fail(TOCSIN_BROKEN, "key file %s: the key is named %s, not NAME/identity", path, v.name);
	char text[LIMIT_NAME + 1] = { 0 };
	memcpy(text, name.p, name.n);
	set_name(k, text);
	k->identity.pub = v;
	party_fp(v.pub, k->self.fp);
	if (!keyfile_exists(k->folder, "identity.pem"))
		return TOCSIN_OK;
	err = signer_load(k, &k->identity, "identity.pem", "/identity", NOTE_ED25519);
	if (err != TOCSIN_OK)
		return err;
	if (!vkey_same(&k->identity.pub, &v))
		return fail(TOCSIN_BROKEN, "key file %s/identity.pem: its public key is not the one in identity.vkey",
			k->folder);
	k->has_identity = true;
	return TOCSIN_OK;
}

static enum tocsin_err log_load(struct keys *k)
{
	char file[40];
	uint8_t seed[PEM_SEED];
	enum tocsin_err err = folder_last_log(k->folder, &k->log_n);
	if (err != TOCSIN_OK)
		return err;
	log_file(k->log_n, file);
	err = must(seed_read(k, file, seed), k->folder, file);
	if (err == TOCSIN_OK)
		err = must(log_signer_make(&k->log, k->name, k->log_n, seed), k->folder, file);
	bytes_wipe(seed, sizeof seed);
	return err;
}

static enum tocsin_err recipient_load(struct keys *k)
{
	struct buf file;
	buf_init_secret(&file, KEYFILE_MAX);
	enum tocsin_err err = keyfile_read(k->folder, "recipient.txt", bytes_of(k->passphrase, k->passphrase_n), &file);
	if (err == TOCSIN_OK)
		err = age_identities_parse(buf_bytes(&file), k->recipient, KEYS_RECIPIENTS, &k->recipient_n);
	buf_free(&file);
	return must(err, k->folder, "recipient.txt");
}

static enum tocsin_err padding_load(struct keys *k)
{
	struct buf file;
	buf_init_secret(&file, KEYFILE_MAX);
	enum tocsin_err err = keyfile_read(k->folder, "padding.key", bytes_of(k->passphrase, k->passphrase_n), &file);
	if (err == TOCSIN_OK && (file.n != 2 * KEYS_PADDING + 1 || file.p[file.n - 1] != '\n' ||
	    !hex_decode(bytes_of(file.p, file.n - 1), k->padding, KEYS_PADDING)))
		err = fail(TOCSIN_BAD, "not one line of %d hex digits", 2 * KEYS_PADDING);
	buf_free(&file);
	return must(err, k->folder, "padding.key");
}

enum tocsin_err keys_load(struct keys *k, const char *folder, struct bytes passphrase)
{
	bool empty;
	if (strlen(folder) >= sizeof k->folder)
		return fail(TOCSIN_BAD, "the path of the keys folder is too long");
	if (passphrase.n > KEYS_PASSPHRASE)
		return fail(TOCSIN_BAD, "a passphrase has at most %d bytes", KEYS_PASSPHRASE);
	enum tocsin_err err = folder_check(folder, &empty);
	if (err != TOCSIN_OK)
		return err;
	memcpy(k->folder, folder, strlen(folder) + 1);
	/* A passphrase that the folder does not need is not kept: keys made later are stored as the others are. */
	if (passphrase.n > 0 && keys_sealed(folder)) {
		memcpy(k->passphrase, passphrase.p, passphrase.n);
		k->passphrase_n = passphrase.n;
	}
	if ((err = identity_load(k)) != TOCSIN_OK ||
	    (err = signer_load(k, &k->sign, "sign.pem", "", NOTE_ED25519)) != TOCSIN_OK ||
	    (err = log_load(k)) != TOCSIN_OK ||
	    (err = signer_load(k, &k->witness, "witness.pem", "/witness", NOTE_COSIGNATURE)) != TOCSIN_OK ||
	    (err = recipient_load(k)) != TOCSIN_OK ||
	    (err = padding_load(k)) != TOCSIN_OK ||
	    (err = published_read(k)) != TOCSIN_OK)
		return err;
	return check_roles(k);
}

bool keys_sealed(const char *folder)
{
	char path[KEYFILE_PATH];
	return file_join(path, sizeof path, folder, "sign.pem.age") == TOCSIN_OK && file_exists(path);
}

/* ---- changes ---- */

const struct checkpoint *keys_published(const struct keys *k)
{
	for (size_t i = 0; i < k->published_n; i++)
		if (strcmp(k->published[i].origin, k->log.pub.name) == 0)
			return &k->published[i];
	return NULL;
}

enum tocsin_err keys_publish(struct keys *k, const struct checkpoint *c)
{
	struct checkpoint before[KEYS_ORIGINS];
	size_t n = k->published_n, i = 0;
	memcpy(before, k->published, sizeof before);
	while (i < n && strcmp(k->published[i].origin, c->origin) != 0)
		i++;
	if (i == KEYS_ORIGINS) {
		memmove(k->published, k->published + 1, (KEYS_ORIGINS - 1) * sizeof k->published[0]);
		i = KEYS_ORIGINS - 1;
	}
	k->published[i] = *c;
	if (i >= k->published_n)
		k->published_n = i + 1;
	enum tocsin_err err = k->folder[0] == 0 ? TOCSIN_OK : published_write(k);
	if (err != TOCSIN_OK) {
		memcpy(k->published, before, sizeof before);
		k->published_n = n;
	}
	return err;
}

enum tocsin_err keys_next_log(struct keys *k)
{
	char file[40];
	uint8_t seed[PEM_SEED];
	struct keys_signer s;
	if (k->log_n >= INT64_MAX)
		return fail(TOCSIN_BROKEN, "the number of the log cannot grow any more");
	uint64_t n = k->log_n + 1;
	random_bytes(seed, sizeof seed);
	enum tocsin_err err = log_signer_make(&s, k->name, n, seed);
	log_file(n, file);
	if (err == TOCSIN_OK && k->folder[0] != 0)
		err = seed_write(k->folder, file, bytes_of(k->passphrase, k->passphrase_n), seed);
	if (err == TOCSIN_OK) {
		k->log = s;
		k->log_n = n;
		k->has_signed = false;
	}
	bytes_wipe(seed, sizeof seed);
	bytes_wipe(&s, sizeof s);
	return err;
}

/* A new recipient key in front of the older ones, which still open what was sealed to them. */
static enum tocsin_err rotate_recipient(struct keys *k)
{
	struct age_identity id;
	struct buf file, old;
	if (k->recipient_n == KEYS_RECIPIENTS)
		return fail(TOCSIN_REFUSED,
			"recipient.txt holds %d keys: take out the last ones, which nobody seals to any more",
			KEYS_RECIPIENTS);
	struct bytes passphrase = { k->passphrase, k->passphrase_n };
	buf_init_secret(&file, KEYFILE_MAX);
	buf_init_secret(&old, KEYFILE_MAX);
	enum tocsin_err err = age_identity_make(&id, &file);
	if (err == TOCSIN_OK && k->folder[0] != 0) {
		err = must(keyfile_read(k->folder, "recipient.txt", passphrase, &old), k->folder, "recipient.txt");
		buf_add_bytes(&file, buf_bytes(&old));
		if (err == TOCSIN_OK)
			err = buf_end(&file, "recipient.txt");
		if (err == TOCSIN_OK)
			err = keyfile_write(k->folder, "recipient.txt", passphrase, buf_bytes(&file));
	}
	if (err == TOCSIN_OK) {
		memmove(k->recipient + 1, k->recipient, k->recipient_n * sizeof k->recipient[0]);
		k->recipient[0] = id;
		k->recipient_n++;
	}
	buf_free(&file);
	buf_free(&old);
	bytes_wipe(&id, sizeof id);
	return err;
}

enum tocsin_err keys_rotate(struct keys *k)
{
	uint8_t seed[PEM_SEED];
	struct keys_signer s;
	enum tocsin_err err = rotate_recipient(k);
	if (err != TOCSIN_OK)
		return err;
	random_bytes(seed, sizeof seed);
	err = signer_make(&s, k->name, "", NOTE_ED25519, seed);
	if (err == TOCSIN_OK && k->folder[0] != 0)
		err = seed_write(k->folder, "sign.pem", bytes_of(k->passphrase, k->passphrase_n), seed);
	if (err == TOCSIN_OK)
		k->sign = s;
	bytes_wipe(seed, sizeof seed);
	bytes_wipe(&s, sizeof s);
	return err;
}
