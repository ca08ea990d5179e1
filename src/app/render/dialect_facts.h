/* SPDX-License-Identifier: ISC */
/*
 * dialect_facts.h - what is known of each generation beyond what decides
 *
 * Layer: app.
 * Source: conformance L, V, P, T, E; a row that nobody could establish is
 * shown as unknown, never as a fact.
 */
#ifndef LOGONGATE_APP_RENDER_DIALECT_FACTS_H
#define LOGONGATE_APP_RENDER_DIALECT_FACTS_H

#include <stddef.h>

#include <logongate/dialect.h>

enum lg_fact_status {
	LG_FACT_DOC = 0, /* stated by the source */
	LG_FACT_CHOICE,  /* this project's decision */
	LG_FACT_UNKNOWN  /* nobody could establish it */
};

struct lg_dialect_fact {
	const char *row;
	unsigned int dialects; /* bit 1 << enum lg_dialect */
	enum lg_fact_status status;
	const char *text;
	const char *source;
};

const struct lg_dialect_fact *lg_dialect_facts(size_t *out_count);
const char *lg_fact_status_name(enum lg_fact_status status);

/* "a list (REG_MULTI_SZ)", "one DN (REG_SZ)", "not documented". */
const char *lg_dialect_names_text(const struct lg_dialect_traits *traits);
/* What a list that names nobody the directory knows comes to. */
const char *lg_dialect_fails_text(const struct lg_dialect_traits *traits);

#endif
