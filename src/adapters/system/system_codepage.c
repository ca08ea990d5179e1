/* SPDX-License-Identifier: ISC */
/*
 * Asks iconv what each byte of a page is. A byte that is half a character
 * tells a page of more than one byte a character, as those of East Asia are.
 */
#include "adapters/system/system_codepage.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1 for a character, 0 for none, -1 for half of one. */
static int character_of(iconv_t cd, unsigned char byte, uint16_t *out_unicode)
{
	char in = (char)byte;
	unsigned char out[8];
	char *from = &in;
	char *to = (char *)out;
	size_t from_len = 1;
	size_t to_len = sizeof(out);

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &from_len, &to, &to_len) == (size_t)-1)
		return errno == EINVAL ? -1 : 0;
	if (to_len != sizeof(out) - 2)
		return 0;
	*out_unicode = (uint16_t)(out[0] | out[1] << 8);
	return 1;
}

enum lg_status lg_codepage_load(const char *name,
				struct lg_codepage *out_codepage,
				struct lg_error *err)
{
	struct lg_codepage codepage = {0};
	const char *digits = strncmp(name, "cp", 2) ? name : name + 2;
	size_t len = strspn(digits, "0123456789");
	char page[16];
	iconv_t cd;
	unsigned int i;

	if (!len || digits[len] || len > 5)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, NULL,
				    "\"%s\" is not a code page; write its "
				    "number, such as 1252 or 1251",
				    name);
	codepage.number = (unsigned int)strtoul(digits, NULL, 10);
	if (codepage.number == LG_CODEPAGE_DEFAULT) {
		lg_codepage_1252(out_codepage);
		return LG_OK;
	}
	snprintf(page, sizeof(page), "CP%u", codepage.number);
	cd = iconv_open("UTF-16LE", page);
	if (cd == (iconv_t)-1)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, NULL,
				    "this machine does not know code page %u",
				    codepage.number);
	for (i = 0; i < 256; i++)
		if (character_of(cd, (unsigned char)i, &codepage.unicode[i]) <
		    0)
			break;
	iconv_close(cd);
	if (i < 256)
		return lg_error_set(err, LG_ERR_CONFLICT, NULL,
				    "code page %u has characters of two bytes, "
				    "which are not read; export the file as "
				    "Registry Editor 5.00",
				    codepage.number);
	*out_codepage = codepage;
	return LG_OK;
}
