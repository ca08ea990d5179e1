/* SPDX-License-Identifier: ISC */
/*
 * dovecot_asks.h - whether Dovecot's logons ask the gate, and hear it
 *
 * Layer: app, private to the doors. Reads what `doveconf -n` of 2.3 and 2.4
 * prints: 2.4 has the policy in a block, and passdbs with names.
 * Source: facts/enforcement.md 1, facts/dovecot-2.4.md 2.
 */
#ifndef LOGONGATE_APP_DOORS_DOVECOT_ASKS_H
#define LOGONGATE_APP_DOORS_DOVECOT_ASKS_H

#include "app/doors/block_text.h"
#include "app/doors/doors.h"

struct lg_dovecot {
	const struct lg_block *root;
	const struct lg_gate_addresses *gate;
	const struct lg_doors_files *files;
};

/* note and add are constants or lie in text. */
struct lg_dovecot_answer {
	enum lg_asks asks;
	enum lg_when_down when_down;
	const char *note;
	const char *add;
	int smtp_passes; /* logons for Postfix are let by */
	struct lg_buffer text;
};

/* The auth policy server. */
void lg_dovecot_ask_policy(const struct lg_dovecot *dovecot,
			   struct lg_dovecot_answer *out_answer);
/* 1 when the policy server is told who a master logon is of. */
int lg_dovecot_policy_knows_master(const struct lg_dovecot *dovecot);

/* A passdb that asks over the dict protocol: dict in 2.3, Lua in both. */
void lg_dovecot_ask_passdb(const struct lg_dovecot *dovecot,
			   struct lg_dovecot_answer *out_answer);

/*
 * The mechanisms in use that check no password in a passdb, or fetch it and
 * check it themselves; those that were seen to ask each passdb are left out.
 * Appended to out with blanks.
 */
void lg_dovecot_other_mechanisms(const struct lg_dovecot *dovecot,
				 struct lg_buffer *out);

/* 1 when a mechanism in use, or a name, does not come to this passdb. */
int lg_dovecot_is_for_some(const struct lg_dovecot *dovecot,
			   const struct lg_block *passdb);

/* 1 for a passdb that only asks whether the gate lives. */
int lg_dovecot_asks_for_life(const struct lg_dovecot *dovecot,
			     const struct lg_block *passdb);

/* 1 for the passdb of a drop-in that lets no one in: by it setup proves that
 * the gate is asked. */
int lg_dovecot_is_probe(const struct lg_block *passdb);

/* 1 when a success of this passdb lets the next ones be asked. */
int lg_dovecot_goes_on(const struct lg_block *passdb);

#endif
