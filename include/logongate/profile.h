/* SPDX-License-Identifier: ISC */
/*
 * profile.h - what a maintenance profile says, and the values it becomes
 *
 * Layer: core. (Reading the file: adapters/ini.)
 * Source: contract 2, 7 "Profiles"; conformance L, V, P, I4.
 */
#ifndef LOGONGATE_PROFILE_H
#define LOGONGATE_PROFILE_H

#include <logongate/findings.h>
#include <logongate/policy.h>
#include <logongate/registry.h>

enum lg_unknown {
	LG_UNKNOWN_ADMIT = 0,
	LG_UNKNOWN_REFUSE
};

/*
 * Absent texts are NULL. names_present says whether [logon_only_as] is there
 * at all: present with nobody named is blank, not absent (L4, L10).
 * variables are already put in; every *_line is the line it stood on.
 */
struct lg_profile {
	char *name;
	char *path;
	char *description;
	int64_t max_duration_s; /* -1: no limit */
	uint32_t accept;        /* bit 1 << enum lg_warning */
	int names_present;
	enum lg_when_invalid when_invalid;
	struct lg_strlist allow;      /* allow.N, then allow_file; DNs */
	struct lg_strlist allow_user; /* the same; logon names */
	char *allow_filter;
	char *single;
	char *versions;
	size_t versions_line;
	enum lg_version_form_setting {
		LG_FOUR_PART_NO = 0,
		LG_FOUR_PART_YES
	} four_part;
	int allow_system_block;
	enum lg_unknown unknown_version;
	char *processes;
	size_t processes_line;
	enum lg_unknown unknown_process;
	uint32_t refuse_protocols; /* bit 1 << enum lg_protocol */
	int hold_mail;
	char *refused_message;
	/* [applies_to]; absent: the profile concerns everybody. */
	int applies_to_some;
	struct lg_strlist applies_domain;
	struct lg_strlist applies_user; /* user.N, then names of the file */
	struct lg_strlist applies_dn;   /* dn.N, then DNs of the file */
	char *applies_filter;
	/* [message] language: what refused_message is written in. */
	char *message_language;
	struct lg_strlist messages; /* refused.TAG: "TAG=text" */
};

void lg_profile_free(struct lg_profile **profile);

/* What a target can take; for LG_DIALECT_GATE all of it. */
struct lg_render_target {
	enum lg_dialect dialect;
	int is_gate;                /* its doors show the message and hold
					 * mail whatever the dialect */
	int has_process_hotfix;     /* P2 */
	int is_before_sp1;          /* L9, V1: an Exchange 2000 that reads
					 * none of the values */
	int is_server;              /* a [target.NAME]: what its settings
					 * lack is told */
	int undocumented;           /* L18: write it all the same */
	int skip_unsupported;       /* leave out instead of refusing */
	const char *companion_name; /* L9; NULL: none */
	uint32_t companion_type;
	const char *companion_data;
};

/*
 * The values of a profile for one target, under LG_KEY_PARAMETERS_SYSTEM.
 * A value is there only where the profile says something: absent words (Four
 * Part, Unknown Version, Unknown Process, Hold Mail) stand for no and admit.
 * Whom the profile concerns becomes values of a gate, whatever dialect it
 * follows; any other target cannot say it, and with skip_unsupported nothing
 * at all is written there, as that would concern everybody.
 * concerned (may be NULL) are the findings of those whom it concerns, findings
 * (may be NULL) are those of the profile's names: what allow_filter
 * returned joins the DNs where it has a legacyExchangeDN, else the users; for a
 * dialect that knows DNs only, a listed user is written by its legacyExchangeDN
 * and one without is warned dn-not-found.
 * A list, setting or process list that the dialect has no documented value for
 * (L18, V1, P2, several DNs for one, V8) is LG_ERR_CONFLICT with the whole list
 * in err (and in unsupported, one sentence each, may be NULL), or with
 * skip_unsupported left out and warned unsupported-by-dialect. What only a gate
 * can do (protocols, unknown versions and processes, mail, another
 * when_invalid) is left out and warned so in any case.
 * Owns: free with lg_registry_free.
 */
enum lg_status lg_profile_render(
	const struct lg_profile *profile, const struct lg_render_target *target,
	const struct lg_findings *findings, const struct lg_findings *concerned,
	struct lg_registry **out_values, struct lg_strlist *unsupported,
	struct lg_warnings *warnings, struct lg_error *err);

/* The lint codes of the profile itself: V10, V11, P3 (`profiles lint`, also
 * part of every plan); dialect for the system ranges. */
enum lg_status lg_profile_lint(const struct lg_profile *profile,
			       enum lg_dialect dialect,
			       struct lg_warnings *warnings,
			       struct lg_error *err);

#endif
