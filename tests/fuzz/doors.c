/* SPDX-License-Identifier: ISC */
/*
 * doors.c - configuration of other servers, as anything at all
 *
 * The first byte ('0' to '4') chooses the reader; a NUL separates two texts.
 * Every file that a configuration names holds the text itself. '5': so does
 * all that any of the surveyed servers is asked for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/doors/survey_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct same {
	const char *text;
	size_t len;
};

static enum lg_status itself(void *context, const char *path,
			     struct lg_buffer *out_text, struct lg_error *err)
{
	const struct same *same = context;

	if (*path == '!')
		return lg_error_set(err, LG_ERR_DENIED, path, "is hidden");
	lg_buffer_append(out_text, same->text, same->len);
	return lg_buffer_status(out_text, err);
}

static enum lg_status one_name(void *self, const char *folder,
			       struct lg_strlist *out_names,
			       struct lg_error *err)
{
	return lg_strlist_add(out_names, "a.cfg.lua", 9, err);
}

static enum lg_status prints(void *self, const char *const argv[],
			     struct lg_buffer *out_text, struct lg_error *err)
{
	return itself(self, argv[0], out_text, err);
}

static void survey_all(struct same *same, const struct lg_gate_addresses *gate,
		       const struct lg_doors_files *files, struct lg_ways *ways,
		       struct lg_error *err)
{
	const struct lg_machine machine = {.self = same,
					   .is_root = 1,
					   .read = itself,
					   .list = one_name,
					   .prints = prints};
	struct survey survey = {&machine, gate, *files, ways, err};

#define LG_SURVEYED(id, name, kind, file, help)                                \
	lg_survey_##name(&survey, "/etc/" #name);
#include "app/doors/doors.def"
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct same same = {(const char *)data + 1, size ? size - 1 : 0};
	const struct lg_doors_files files = {&same, itself};
	struct lg_gate_addresses gate = {0};
	struct lg_strlist folders = {0};
	struct lg_ways ways = {0};
	const char *text = (const char *)data + 1;
	const char *nul;
	struct lg_error err;
	size_t len;

	if (size < 2)
		return 0;
	size--;
	lg_strlist_add(&gate.http, "/h", 2, &err);
	lg_strlist_add(&gate.postfix, "/p", 2, &err);
	lg_strlist_add(&gate.spop, "/s", 2, &err);
	lg_strlist_add(&gate.dict, "/d", 2, &err);
	switch ((uint8_t)(data[0] - '0') % 6) {
	case 0:
		lg_doors_dovecot(text, size, &gate, &files, &ways, &err);
		break;
	case 1:
		nul = memchr(text, '\0', size);
		len = nul ? (size_t)(nul - text) : size;
		lg_doors_postfix(text, len, nul ? nul + 1 : text,
				 nul ? size - len - 1 : size, NULL, &gate,
				 &ways, &err);
		lg_doors_postfix_instances(text, len, &folders, &err);
		break;
	case 2:
		lg_doors_nginx(text, size, &gate, &ways, &err);
		break;
	case 3:
		lg_doors_haproxy(text, size, &gate, &files, &ways, &err);
		break;
	case 4:
		lg_doors_pam("sshd", text, size, "/", &gate, &files, &ways,
			     &err);
		break;
	case 5:
		survey_all(&same, &gate, &files, &ways, &err);
		break;
	}
	lg_ways_release(&ways);
	lg_strlist_release(&folders);
	lg_gate_addresses_release(&gate);
	return 0;
}
