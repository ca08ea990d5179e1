/* SPDX-License-Identifier: ISC */
/*
 * ldap_time.c - a directory's time
 */
#include "ldap_time.h"

#include <time.h>

static int number(const char *text, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

int64_t lg_ldap_time(const char *text, size_t len)
{
	int part[6];
	static const size_t width[6] = {4, 2, 2, 2, 2, 2};
	struct tm calendar;
	int64_t ms = 0;
	int scale = 100;
	size_t at = 0;

	if (len < 15)
		return 0;
	for (size_t i = 0; i < 6; at += width[i], i++) {
		part[i] = number(text + at, width[i]);
		if (part[i] < 0)
			return 0;
	}
	if (part[0] < 1970 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
	    part[2] > 31 || part[3] > 23 || part[4] > 59 || part[5] > 60)
		return 0;
	if (text[at] == '.' || text[at] == ',')
		for (at++; at < len && text[at] >= '0' && text[at] <= '9';
		     at++, scale /= 10)
			ms += (text[at] - '0') * scale;
	if (at >= len || text[at] != 'Z')
		return 0;
	calendar = (struct tm){.tm_year = part[0] - 1900,
			       .tm_mon = part[1] - 1,
			       .tm_mday = part[2],
			       .tm_hour = part[3],
			       .tm_min = part[4],
			       .tm_sec = part[5]};
	return (int64_t)timegm(&calendar) * 1000 + ms;
}
