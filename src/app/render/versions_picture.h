/* SPDX-License-Identifier: ISC */
/*
 * versions_picture.h - a version setting by generation of clients, for people
 *
 * Layer: app.
 * Flow: `versions explain` prints a line for each generation.
 * Source: the client table (include/logongate/clients.h), conformance V10.
 */
#ifndef LOGONGATE_APP_RENDER_VERSIONS_PICTURE_H
#define LOGONGATE_APP_RENDER_VERSIONS_PICTURE_H

#include <logongate/explain.h>

enum lg_fate {
	LG_FATE_STAYS = 0,
	LG_FATE_PART,
	LG_FATE_BLOCKED
};

/* One generation; the texts are static. */
struct lg_generation_fate {
	const char *name;    /* "Outlook 2003" */
	const char *numbers; /* as the registry has them: "11.*" */
	int system;          /* the server's own components */
	enum lg_fate fate;
	struct lg_version first;
	struct lg_version last;
};

#define LG_GENERATIONS_MAX 16

/*
 * Judges every generation there is for the explanation's dialect, oldest
 * first; gives their number. BLOCKED means every number of the generation, not
 * only the known ones.
 */
size_t lg_versions_picture(const struct lg_explanation *explanation,
			   struct lg_generation_fate out[LG_GENERATIONS_MAX]);

/*
 * Walks the known clients of a generation: the next one from *at on, NULL
 * after the last. One version is given once.
 */
const struct lg_client *
lg_generation_next_client(const struct lg_generation_fate *generation,
			  const struct lg_clients *clients, size_t *at);

/* "every version up to 12.0.1234.1", "10.0.0.0 to 11.0.0.0"... */
void lg_version_range_words(const struct lg_version_range *range,
			    struct lg_buffer *out_text);

#endif
