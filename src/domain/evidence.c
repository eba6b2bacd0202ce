#include "domain/evidence_part.h"

#define NAMED_MOST 256

/* One organisation of the bundle. */
struct side {
	struct chain chain;                    /* the bundle's, with later cards that the verifier has */
	bool trusted;
};

/* One check in progress. */
struct check {
	const struct evidence *e;
	struct arena *a;
	struct evidence_verdict *v;
	struct evidence_named *named;
	size_t named_n;
	struct side sender, recipient;
	struct side witness[sizeof ((struct evidence *)0)->witness / sizeof ((struct evidence *)0)->witness[0]];
	const struct side *quorum[64];         /* of each witness of quorum.txt; NULL: no cards of it */
	unsigned k;
	struct note note;
	bool self;
	/* a sign key was revoked, and nothing shows that the statement was there before */
	bool key_gone;
	const char *gone;                      /* for a key that was revoked: why less is proven, though all fits */
};

/* A proof that an entry is in a log. */
struct entry_proof {
	const char *file;
	const struct side *owner;
	struct bytes raw;
	enum entry_kind kind;
	struct checkpoint checkpoint;
	uint64_t index;
	uint64_t witnessed;                    /* seconds, by organisations that the verifier named; 0: not */
	size_t count;
	bool gone;                             /* the log's key was revoked, and nothing shows that this was there before */
};

static enum tocsin_err read_chain(struct check *c, struct bytes raw, const char *file, struct side *out)
{
	enum tocsin_err err = chain_parse(raw, c->a, &out->chain);
	if (err == TOCSIN_OK && chain_last(&out->chain)->realm != c->v->statement.realm)
		err = fail(TOCSIN_REFUSED,
			"these cards and the statement live in different realms: an exercise proves nothing about the live world, nor the reverse");
	if (err == TOCSIN_OK)
		err = evidence_trust(c->named, c->named_n, c->a, &out->chain, &out->trusted);
	return err == TOCSIN_OK ? err : fail_within(err, "%s", file);
}

static enum tocsin_err check_party(const struct side *side, const char *file, const struct party *p, const char *line)
{
	if (strcmp(chain_last(&side->chain)->name, p->name) != 0)
		return fail(TOCSIN_REFUSED, "%s: these are the cards of %s, and the statement is %s %s", file,
			chain_last(&side->chain)->name, line, p->name);
	if (!chain_is_party(&side->chain, p))
		return fail(TOCSIN_REFUSED,
			"%s: no identity of %s has the fingerprint that the statement names: it is another node of that name",
			file, p->name);
	return TOCSIN_OK;
}

static enum tocsin_err read_statement(struct check *c)
{
	struct statement *s = &c->v->statement;
	enum tocsin_err err = note_parse(c->e->statement, LIMIT_NOTE, &c->note);
	if (err == TOCSIN_OK)
		err = statement_parse(c->note.text, s);
	if (err != TOCSIN_OK)
		return fail_within(err, "statement.note");
	c->v->id = statement_id(c->note.text);
	c->self = party_same(&s->from, &s->to);
	if (!c->self && strcmp(s->from.name, s->to.name) == 0)
		return fail(TOCSIN_REFUSED, "statement.note: sender and recipient are two nodes of one name");
	return TOCSIN_OK;
}

static enum tocsin_err read_sides(struct check *c)
{
	const struct evidence *e = c->e;
	const struct statement *s = &c->v->statement;
	enum tocsin_err err = read_chain(c, e->sender, "sender.cards", &c->sender);
	if (err == TOCSIN_OK)
		err = check_party(&c->sender, "sender.cards", &s->from, "from");
	if (err != TOCSIN_OK)
		return err;
	if (c->self) {
		if (e->recipient.p != NULL && !bytes_equal(e->recipient, e->sender))
			return fail(TOCSIN_REFUSED,
				"recipient.cards: the statement is addressed to its own maker, but these are not the cards of its maker");
		if (e->receipt.p != NULL)
			return fail(TOCSIN_REFUSED, "receipt.tlog-proof: nobody accepts what its maker addressed to itself");
		c->recipient = c->sender;
		return TOCSIN_OK;
	}
	if (e->recipient.p == NULL)
		return fail(TOCSIN_BAD, "the bundle has no recipient.cards");
	err = read_chain(c, e->recipient, "recipient.cards", &c->recipient);
	return err == TOCSIN_OK ? check_party(&c->recipient, "recipient.cards", &s->to, "to") : err;
}

/* The cards of NAME in the bundle; NULL when it has none. */
static const struct side *find_side(const struct check *c, const char *name)
{
	for (size_t i = 0; i < c->e->witness_n; i++)
		if (strcmp(c->e->witness[i].name, name) == 0)
			return &c->witness[i];
	if (strcmp(chain_last(&c->sender.chain)->name, name) == 0)
		return &c->sender;
	return strcmp(chain_last(&c->recipient.chain)->name, name) == 0 ? &c->recipient : NULL;
}

/* Cards of a witness that is sender or recipient, too, must not tell another story. */
static enum tocsin_err check_same_story(const struct side *a, const struct side *b)
{
	if (strcmp(chain_last(&a->chain)->name, chain_last(&b->chain)->name) != 0)
		return TOCSIN_OK;
	enum chain_order o = chain_compare(&a->chain, &b->chain, NULL);
	if (o != CHAIN_FORKED && o != CHAIN_STRANGER)
		return TOCSIN_OK;
	return fail(TOCSIN_REFUSED, "the bundle shows two different %s under one name", chain_last(&a->chain)->name);
}

static enum tocsin_err read_witnesses(struct check *c)
{
	const struct chain *all[sizeof c->witness / sizeof c->witness[0] + 2] = { &c->sender.chain, &c->recipient.chain };
	for (size_t i = 0; i < c->e->witness_n; i++) {
		char file[LIMIT_NAME + 32];
		const char *name = c->e->witness[i].name;
		snprintf(file, sizeof file, "witnesses/%s.cards", name);
		enum tocsin_err err = read_chain(c, c->e->witness[i].cards, file, &c->witness[i]);
		if (err != TOCSIN_OK)
			return err;
		if (strcmp(chain_last(&c->witness[i].chain)->name, name) != 0)
			return fail(TOCSIN_REFUSED, "%s: these are the cards of %s", file, chain_last(&c->witness[i].chain)->name);
		err = check_same_story(&c->witness[i], &c->sender);
		if (err == TOCSIN_OK)
			err = check_same_story(&c->witness[i], &c->recipient);
		if (err != TOCSIN_OK)
			return err;
		all[i + 2] = &c->witness[i].chain;
	}
	return evidence_trust_keys(all, c->e->witness_n + 2);
}

/* quorum.txt; the witnesses that it names into the verdict. */
static enum tocsin_err read_quorum(struct check *c)
{
	static const char form[] = "quorum.txt must be \"quorum <k>\" or \"quorum none\", then up to 64 lines \"witness <name>\", none twice";
	struct text t = text_over(c->e->quorum);
	struct bytes line;
	uint64_t k = 0;
	const size_t most = sizeof c->quorum / sizeof c->quorum[0];
	struct evidence_verdict *v = c->v;
	if (c->e->quorum.p == NULL)
		return c->e->receipt.p == NULL ? TOCSIN_OK : fail(TOCSIN_BAD, "the bundle has a receipt but no quorum.txt");
	if (!text_field(&t, "quorum", 4, &line) || (!bytes_equal_str(line, "none") &&
		(!text_u64(line, most, &k) || k == 0)))
		return fail(TOCSIN_BAD, "%s", form);
	c->k = (unsigned)k;
	v->quorum_k = k;
	v->witness = arena_zalloc(c->a, most * sizeof *v->witness);
	if (v->witness == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the quorum");
	while (text_field(&t, "witness", LIMIT_NAME, &line)) {
		const char *name = arena_str(c->a, line);
		if (name == NULL || v->witness_n == most || !text_is_name(line))
			return fail(TOCSIN_BAD, "%s", form);
		for (size_t i = 0; i < v->witness_n; i++)
			if (strcmp(v->witness[i].name, name) == 0)
				return fail(TOCSIN_BAD, "%s", form);
		const struct side *side = find_side(c, name);
		c->quorum[v->witness_n] = side;
		v->witness[v->witness_n++] = (struct evidence_witness){ name, side != NULL && side->trusted, false };
	}
	return text_at_end(&t) ? TOCSIN_OK : fail(TOCSIN_BAD, "%s", form);
}

static bool announced(const struct statement *s, const char *name)
{
	for (size_t i = 0; i < s->by_n; i++)
		if (strcmp(s->by[i], name) == 0)
			return true;
	return false;
}

/* Cards that nothing in the bundle needs would only make it look witnessed. */
static enum tocsin_err check_needed(const struct check *c)
{
	for (size_t i = 0; i < c->e->witness_n; i++) {
		bool needed = announced(&c->v->statement, c->e->witness[i].name);
		for (size_t j = 0; j < c->v->witness_n && !needed; j++)
			needed = strcmp(c->v->witness[j].name, c->e->witness[i].name) == 0;
		if (!needed)
			return fail(TOCSIN_BAD, "witnesses/%s.cards: quorum.txt does not name this witness", c->e->witness[i].name);
	}
	return TOCSIN_OK;
}

/* Who of the quorum cosigned NOTE, the checkpoint of P. A cosignature that fails spoils the proof, whoever's it is. */
static enum tocsin_err count_quorum(struct check *c, const struct note *note, struct entry_proof *p)
{
	const struct chain *trusted[sizeof c->quorum / sizeof c->quorum[0]];
	struct quorum q = { .k = c->k, .witness = trusted };
	const char *owner = chain_last(&p->owner->chain)->name;
	size_t n;
	bool met;
	uint64_t time;
	for (size_t i = 0; i < c->v->witness_n; i++) {
		if (c->quorum[i] == NULL)
			continue;
		const struct chain *chain = &c->quorum[i]->chain;
		const struct quorum one = { .k = 1, .n = 1, .witness = &chain };
		enum tocsin_err err = quorum_check(&one, owner, note, &n, &met, &time);
		if (err != TOCSIN_OK)
			return err;
		c->v->witness[i].cosigned = met;
		if (c->v->witness[i].trusted)
			trusted[q.n++] = chain;
	}
	enum tocsin_err err = quorum_check(&q, owner, note, &p->count, &met, &time);
	if (err == TOCSIN_OK && met)
		p->witnessed = time;
	return err;
}

static enum tocsin_err verify_entry(struct check *c, struct entry_proof *p)
{
	struct tlogproof proof;
	struct note note;
	struct hash entry;
	int64_t revoked;
	enum tocsin_err err = tlogproof_parse(p->raw, &proof);
	if (err == TOCSIN_OK)
		err = note_parse(proof.note, LIMIT_CHECKPOINT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = checkpoint_parse(note.text, &p->checkpoint);
	if (err != TOCSIN_OK)
		return err;
	const struct vkey *log = chain_log(&p->owner->chain, p->checkpoint.origin);
	if (log == NULL)
		return fail(TOCSIN_REFUSED, "%s is not a log of %s", p->checkpoint.origin, chain_last(&p->owner->chain)->name);
	statement_entry(c->v->statement.realm, p->kind, &c->v->id, &entry);
	struct hash leaf = statement_entry_leaf(&entry);
	err = tlogproof_verify(&proof, &leaf, log, &p->checkpoint);
	if (err == TOCSIN_OK)
		err = count_quorum(c, &note, p);
	if (err != TOCSIN_OK)
		return err;
	p->index = proof.index;
	/* Whoever stole a log's key can sign what he likes, but witnesses had not seen it before. */
	p->gone = chain_revoked(&p->owner->chain, log, &revoked) &&
		(p->witnessed == 0 || (int64_t)p->witnessed >= revoked / CLOCK_SECOND);
	return TOCSIN_OK;
}

static enum tocsin_err read_proofs(struct check *c)
{
	struct evidence_verdict *v = c->v;
	struct entry_proof issued = { "issued.tlog-proof", &c->sender, c->e->issued, ENTRY_ISSUED };
	struct entry_proof receipt = { "receipt.tlog-proof", &c->recipient, c->e->receipt, ENTRY_ACCEPTED };
	/* The receipt last: who cosigned it is what the verdict tells. */
	struct entry_proof *proof[] = { &issued, &receipt };
	for (size_t i = 0; i < 2; i++) {
		if (proof[i]->raw.p == NULL)
			continue;
		enum tocsin_err err = verify_entry(c, proof[i]);
		if (err != TOCSIN_OK)
			return fail_within(err == TOCSIN_BAD ? TOCSIN_BAD : TOCSIN_REFUSED, "%s", proof[i]->file);
		v->quorum_count = proof[i]->count;
	}
	if (receipt.gone)
		c->gone = arena_printf(c->a,
			"%s signed this %s, but the key of the log that the receipt is from was revoked, and nothing that you trust shows that it was there before",
			v->statement.from.name, v->statement.kind);
	v->issued = issued.raw.p != NULL && !issued.gone;
	v->issued_witnessed = issued.witnessed;
	v->receipt_witnessed = receipt.witnessed;
	v->receipt_index = receipt.index;
	v->receipt_size = receipt.checkpoint.size;
	return TOCSIN_OK;
}

/* Signatures last, since a revoked key counts only for what was witnessed before. */
static enum tocsin_err check_signatures(struct check *c)
{
	struct evidence_verdict *v = c->v;
	struct chain cosigner[LIMIT_COSIGNERS];
	size_t n = 0;
	uint64_t known = v->receipt_witnessed;
	struct buf clean;
	if (known == 0 || (v->issued_witnessed != 0 && v->issued_witnessed < known))
		known = v->issued_witnessed;
	for (size_t i = 0; i < v->statement.by_n; i++) {
		const struct side *side = find_side(c, v->statement.by[i]);
		if (side == NULL)
			return fail(TOCSIN_REFUSED,
				"statement.note: it announces the signature of %s, whose cards are not in the bundle",
				v->statement.by[i]);
		cosigner[n++] = side->chain;
		v->by_trusted[i] = side->trusted;
	}
	buf_init(&clean, LIMIT_NOTE);
	enum tocsin_err err = chain_verify_known(&c->sender.chain, cosigner, n, &c->note, &v->statement, INT64_MIN, &clean);
	if (err == TOCSIN_OK && !bytes_equal(buf_bytes(&clean), c->e->statement))
		err = fail(TOCSIN_REFUSED, "it bears signature lines that no card in the bundle explains");
	const int64_t by = known == 0 ? INT64_MAX : (int64_t)known * CLOCK_SECOND;
	if (err == TOCSIN_OK && chain_verify_known(&c->sender.chain, cosigner, n, &c->note, &v->statement, by,
		&clean) != TOCSIN_OK) {
		c->gone = arena_printf(c->a, "consistent, but %s", fail_sentence());
		c->key_gone = true;
	}
	buf_free(&clean);
	return err == TOCSIN_OK ? err : fail_within(TOCSIN_REFUSED, "statement.note");
}

/* The witnesses that cosigned but whom the verifier did not name, as words. */
static const char *unnamed(const struct check *c)
{
	const char *list = "";
	for (size_t i = 0; i < c->v->witness_n && list != NULL; i++) {
		const struct evidence_witness *w = &c->v->witness[i];
		if (w->cosigned && !w->trusted)
			list = arena_printf(c->a, "%s%s%s", list, list[0] == '\0' ? "; you did not name " : ", ", w->name);
	}
	return list == NULL ? "" : list;
}

static const char *organisations(size_t n)
{
	return n == 1 ? "organisation" : "organisations";
}

static const char *make_sentence(const struct check *c)
{
	const struct evidence_verdict *v = c->v;
	const struct statement *s = &v->statement;
	char when[CLOCK_TEXT + 1];
	if (v->level == EVIDENCE_NONE)
		return arena_printf(c->a, "consistent, but signed by nobody you named: give the card of %s with --card",
			s->from.name);
	if (c->self) {
		clock_format((int64_t)v->issued_witnessed * CLOCK_SECOND, when);
		return v->issued_witnessed == 0 ? arena_printf(c->a, "%s's own record; nobody else signed it", s->from.name) :
			arena_printf(c->a,
				"%s's own record, in its log not later than %s, as %zu %s that you named witnessed; nobody else signed what it says",
				s->from.name, when, v->quorum_count, organisations(v->quorum_count));
	}
	if (v->level == EVIDENCE_ONE_SIDED && c->e->receipt.p == NULL)
		return arena_printf(c->a, "%s signed this %s for %s; nothing here shows that it arrived (one-sided)",
			s->from.name, s->kind, s->to.name);
	if (v->level == EVIDENCE_ONE_SIDED)
		return arena_printf(c->a,
			"%s signed this %s; there is a receipt, but you did not name %s, whose it would be: give its card with --card",
			s->from.name, s->kind, s->to.name);
	if (v->level == EVIDENCE_WITNESSED) {
		clock_format((int64_t)v->receipt_witnessed * CLOCK_SECOND, when);
		return arena_printf(c->a,
			"%s signed this %s, and the log of %s accepted it not later than %s, as %zu %s that you named witnessed (%zu needed)",
			s->from.name, s->kind, s->to.name, when, v->quorum_count, organisations(v->quorum_count), v->quorum_k);
	}
	if (v->quorum_k == 0)
		return arena_printf(c->a,
			"%s signed this %s, and the log of %s accepted it; no quorum of witnesses was asked for, so no time is proven",
			s->from.name, s->kind, s->to.name);
	return arena_printf(c->a,
		"%s signed this %s, and the log of %s accepted it; not witnessed by enough organisations that you named (%zu of %zu)%s",
		s->from.name, s->kind, s->to.name, v->quorum_count, v->quorum_k, unnamed(c));
}

static void judge(struct check *c)
{
	struct evidence_verdict *v = c->v;
	bool receipt = c->e->receipt.p != NULL;
	v->sender_trusted = c->sender.trusted;
	v->recipient_trusted = c->recipient.trusted;
	v->witnesses_trusted = true;
	for (size_t i = 0; i < v->witness_n; i++)
		v->witnesses_trusted = v->witnesses_trusted && v->witness[i].trusted;
	v->ok = v->sender_trusted && (!receipt || v->recipient_trusted) && c->gone == NULL;
	v->level = !v->sender_trusted || c->key_gone ? EVIDENCE_NONE : !receipt || !v->recipient_trusted ||
		c->gone != NULL ? EVIDENCE_ONE_SIDED :
		v->receipt_witnessed == 0 ? EVIDENCE_RECEIVED : EVIDENCE_WITNESSED;
	const char *sentence = c->gone != NULL ? c->gone : make_sentence(c);
	v->sentence = sentence == NULL ? "no memory for the verdict's sentence" : sentence;
}

static enum tocsin_err run(struct check *c, const struct bytes *trusted, size_t trusted_n)
{
	enum tocsin_err err = TOCSIN_OK;
	if (trusted_n > NAMED_MOST)
		return fail(TOCSIN_BAD, "more than %d card files", NAMED_MOST);
	c->named = arena_alloc(c->a, (trusted_n + 1) * sizeof *c->named);
	if (c->named == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the card files");
	for (; c->named_n < trusted_n; c->named_n++) {
		err = evidence_trust_parse(trusted[c->named_n], c->a, &c->named[c->named_n]);
		if (err != TOCSIN_OK)
			return fail_within(err, "card file %zu that you named", c->named_n + 1);
	}
	err = read_statement(c);
	if (err == TOCSIN_OK)
		err = read_sides(c);
	if (err == TOCSIN_OK)
		err = read_witnesses(c);
	if (err == TOCSIN_OK)
		err = read_quorum(c);
	if (err == TOCSIN_OK)
		err = check_needed(c);
	if (err == TOCSIN_OK)
		err = evidence_lines(c->e, &c->v->statement, c->a, c->v);
	if (err == TOCSIN_OK)
		err = read_proofs(c);
	if (err == TOCSIN_OK)
		err = check_signatures(c);
	return err;
}

enum tocsin_err evidence_check(const struct evidence *e, const struct bytes *trusted, size_t trusted_n,
	struct arena *a, struct evidence_verdict *v)
{
	memset(v, 0, sizeof *v);
	struct check *c = calloc(1, sizeof *c);
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to check evidence");
	c->e = e;
	c->a = a;
	c->v = v;
	enum tocsin_err err = run(c, trusted, trusted_n);
	if (err == TOCSIN_OK) {
		judge(c);
	} else {
		/* Nothing of what was read on the way counts. */
		char *sentence = arena_str(a, bytes_str(fail_sentence()));
		memset(v, 0, sizeof *v);
		v->refused = true;
		v->sentence = sentence == NULL ? "it does not verify" : sentence;
	}
	free(c);
	return err;
}
