/* SPDX-License-Identifier: ISC */
/*
 * dovecot_life.c - the passdb that asks whether the gate lives
 *
 * Without it the auth policy is open while the gate is dead. It counts when
 * every mechanism in use comes to it and nothing before it ends the asking:
 * facts/dovecot-2.4.md 2, facts/clients.md 1.
 */
#include "app/doors/dovecot_life.h"

#include <string.h>

#include "app/doors/doors_match.h"

static int is_word(const char *value, const char *word)
{
	return strcmp(value, word) == 0;
}

/* 1 when every mechanism in use comes to this passdb. */
static int is_for_all(const struct lg_dovecot *dovecot,
		      const struct lg_block *passdb)
{
	struct lg_buffer others = {0};
	int is_all;

	lg_dovecot_other_mechanisms(dovecot, &others);
	is_all = !others.len && others.status == LG_OK &&
		 !lg_dovecot_is_for_some(dovecot, passdb);
	lg_buffer_release(&others);
	return is_all;
}

static int closes(const struct lg_dovecot *dovecot,
		  const struct lg_block *passdb, int of_masters)
{
	return lg_doors_is_yes(lg_block_value(passdb, "master")) ==
		       of_masters &&
	       is_word(lg_block_value_or(passdb, "result_internalfail", ""),
		       "return-fail") &&
	       is_for_all(dovecot, passdb) &&
	       lg_dovecot_asks_for_life(dovecot, passdb);
}

static int closes_protocol(const struct lg_dovecot *dovecot,
			   const char *protocol, int of_masters)
{
	const struct lg_block *block = NULL;
	const struct lg_block *passdb;

	while ((block = lg_block_find(dovecot->root, block, "protocol"))) {
		if (block->word_count < 2 || !is_word(block->word[1], protocol))
			continue;
		passdb = NULL;
		while ((passdb = lg_block_find(block, passdb, "passdb"))) {
			if (closes(dovecot, passdb, of_masters))
				return 1;
		}
	}
	return 0;
}

/* A block's own come before those of all. 2.4 takes but one with a "!", so that
 * there each protocol of mail programs has its own. */
static int is_in_a_block(const struct lg_dovecot *dovecot, int of_masters)
{
	return closes_protocol(dovecot, "!smtp", of_masters) ||
	       (closes_protocol(dovecot, "imap", of_masters) &&
		closes_protocol(dovecot, "pop3", of_masters) &&
		closes_protocol(dovecot, "submission", of_masters) &&
		closes_protocol(dovecot, "sieve", of_masters));
}

int lg_dovecot_proves_life(const struct lg_dovecot *dovecot, int of_masters)
{
	const struct lg_block *passdb = NULL;
	int has_passwords = 0;

	if (is_in_a_block(dovecot, of_masters))
		return 1;
	while ((passdb = lg_block_find(dovecot->root, passdb, "passdb"))) {
		if (lg_doors_is_yes(lg_block_value(passdb, "master")) !=
			    of_masters ||
		    lg_doors_is_yes(lg_block_value(passdb, "deny")))
			continue;
		if (closes(dovecot, passdb, of_masters) &&
		    (has_passwords ||
		     !is_word(lg_block_value_or(passdb, "skip", ""),
			      "unauthenticated")))
			return 1;
		if (!lg_dovecot_goes_on(passdb))
			return 0;
		has_passwords = 1;
	}
	return 0;
}
