/* SPDX-License-Identifier: ISC */
/*
 * Whatever lg_script_parse reads can be played in every dialect: time never
 * goes back and nobody is cut who is not open.
 */
#include <string.h>

#include "demand.h"

#include "app/render/script.h"

struct seen {
	int64_t t_s;
	size_t admitted;
	size_t cut;
};

static void see(void *context, const struct lg_store_event *event)
{
	struct seen *seen = context;

	demand(event->t_s >= seen->t_s);
	seen->t_s = event->t_s;
	seen->admitted += event->kind == LG_STORE_LOGON &&
			  event->decision.verdict == LG_ADMIT;
	seen->cut += event->kind == LG_STORE_CUT ||
		     event->kind == LG_STORE_RESTART_CUT;
	demand(seen->cut <= seen->admitted);
	demand(event->kind != LG_STORE_ERROR || event->text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lg_store_facts facts = {
		.facts = LG_FACTS_ALL_FOUND,
	};
	struct lg_script *script = NULL;
	unsigned int i;

	if (lg_script_parse((const char *)data, size, "fuzz", &script, NULL) !=
	    LG_OK)
		return 0;
	/* A far time is many polls, which teaches nothing. */
	if (!script->count || script->line[script->count - 1].t_s < 100000)
		for (i = 0; i < LG_DIALECT_COUNT; i++) {
			struct seen seen = {0};
			const struct lg_store_sink sink = {&seen, see};

			demand(lg_script_play(script, (enum lg_dialect)i,
					      &facts, &sink, NULL) == LG_OK);
		}
	lg_script_free(&script);
	return 0;
}
