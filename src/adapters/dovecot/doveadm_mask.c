/* SPDX-License-Identifier: ISC */
/*
 * doveadm_mask.c - the narrowest mask, and whom else it would hit
 *
 * Names are compared byte by byte as Dovecot does. A name that is a pattern or
 * an address itself is rare: only for those the list is walked.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/ascii.h"

#include "adapters/dovecot/doveadm_mask.h"
#include "adapters/dovecot/doveadm_who.h"

/* "10.0.0.1", "::1", "[::1]", "10.0.0.0/8": Dovecot takes it for a network. */
static int reads_as_network(const char *name)
{
	size_t len = strcspn(name, "/");
	unsigned char bytes[16];
	char text[64];

	if (len >= 2 && name[0] == '[' && name[len - 1] == ']') {
		name++;
		len -= 2;
	}
	if (len >= sizeof(text))
		return 0;
	memcpy(text, name, len);
	text[len] = '\0';
	return inet_pton(AF_INET, text, bytes) == 1 ||
	       inet_pton(AF_INET6, text, bytes) == 1;
}

void lg_doveadm_mask(const char *user, struct lg_buffer *out_mask)
{
	/* What Dovecot shows in the place of bytes that are not UTF-8. */
	static const char lost[] = "\xEF\xBF\xBD";
	int hide_first = reads_as_network(user);

	for (; *user; user++, hide_first = 0) {
		int is_pattern = *user == '*' || *user == '?';
		int is_control = (unsigned char)*user < ' ' || *user == 127;

		if (!strncmp(user, lost, 3)) {
			lg_buffer_char(out_mask, '*');
			user += 2;
			continue;
		}
		lg_buffer_char(out_mask, hide_first || is_pattern || is_control
						 ? '?'
						 : *user);
	}
}

int lg_doveadm_mask_matches(const char *mask, const char *user)
{
	const char *star = NULL;
	const char *again = NULL;

	while (*user) {
		if (*mask == '*') {
			star = ++mask;
			again = user;
		} else if (*mask &&
			   (*mask == '?' ||
			    lg_ascii_lower(*mask) == lg_ascii_lower(*user))) {
			mask++;
			user++;
		} else if (star) {
			mask = star;
			user = ++again;
		} else {
			return 0;
		}
	}
	mask += strspn(mask, "*");
	return !*mask;
}

static int is_dovecots(const struct lg_session *session)
{
	return session->door && !strcmp(session->door, "dovecot") &&
	       session->user && *session->user;
}

int lg_doveadm_is_passed_on(const struct lg_session *session)
{
	return session->id && !strncmp(session->id, LG_DOVEADM_PROXY_ID,
				       strlen(LG_DOVEADM_PROXY_ID));
}

static int is_same_address(const struct lg_session *a,
			   const struct lg_session *b)
{
	return !a->address || !b->address || !strcmp(a->address, b->address);
}

int lg_doveadm_hits_no_other(const struct lg_session *session,
			     const unsigned char *cut, size_t count, size_t i,
			     const char *mask)
{
	if (!strpbrk(mask, "*?"))
		return 1;
	for (size_t k = 0; k < count; k++) {
		if (cut[k] != LG_CUT_SPARE || !is_dovecots(&session[k]) ||
		    lg_doveadm_is_passed_on(&session[k]) ||
		    !is_same_address(&session[i], &session[k]) ||
		    !strcmp(session[i].user, session[k].user))
			continue;
		if (lg_doveadm_mask_matches(mask, session[k].user))
			return 0;
	}
	return 1;
}

size_t lg_doveadm_can_cut(const struct lg_session *session, size_t count,
			  unsigned char *cut)
{
	struct lg_buffer mask = {0};
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (cut[i] != LG_CUT_SPARE && is_dovecots(&session[i]) &&
		    !lg_doveadm_is_passed_on(&session[i])) {
			lg_buffer_clear(&mask);
			lg_doveadm_mask(session[i].user, &mask);
			if (!mask.data ||
			    !lg_doveadm_hits_no_other(session, cut, count, i,
						      mask.data))
				cut[i] = LG_CUT_CANNOT;
		}
	}
	/* Only now: who cannot be cut is not one to spare. */
	for (size_t i = 0; i < count; i++) {
		if (cut[i] == LG_CUT_CANNOT)
			cut[i] = LG_CUT_SPARE;
		left += cut[i] != LG_CUT_SPARE;
	}
	lg_buffer_release(&mask);
	return left;
}
