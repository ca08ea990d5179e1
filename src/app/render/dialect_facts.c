/* SPDX-License-Identifier: ISC */
/*
 * The table that `dialects` prints behind what each generation can express:
 * one sentence a conformance row, with its source.
 */
#include "app/render/dialect_facts.h"

#include "base/listed.h"

#define GATE (1u << LG_DIALECT_GATE)
#define E55 (1u << LG_DIALECT_EXCHANGE_5_5)
#define E2000 (1u << LG_DIALECT_EXCHANGE_2000)
#define E2003 (1u << LG_DIALECT_EXCHANGE_2003)
#define E2007 (1u << LG_DIALECT_EXCHANGE_2007)
#define ALL_EXCHANGE (E55 | E2000 | E2003 | E2007)
#define VERSIONS (GATE | E2000 | E2003 | E2007)

static const struct lg_dialect_fact facts[] = {
	{"L1", ALL_EXCHANGE, LG_FACT_DOC,
	 "values stand under ...\\Services\\MSExchangeIS\\ParametersSystem",
	 "Q146764, Q218920, Q199954"},
	{"L4", E55, LG_FACT_DOC,
	 "a list that is there and blank admits nobody, whatever their rights",
	 "Q146764"},
	{"L6", E55, LG_FACT_DOC,
	 "System Attendant and Directory Service are not exempt: list them",
	 "Q218920, Q199954"},
	{"L8", E55, LG_FACT_DOC,
	 "the Internet Mail Service does not start unless it is listed",
	 "Q306308"},
	{"L9", E2000, LG_FACT_UNKNOWN,
	 "a second registry value goes with Logon Only As; no public source "
	 "names it, so it is written only when a target's settings do",
	 "-"},
	{"L10", E2000, LG_FACT_DOC,
	 "a DN that is null or matches no object locks nobody out", "S2"},
	{"L12", E2000, LG_FACT_DOC, "the System Attendant always has access",
	 "S2"},
	{"L13", E55, LG_FACT_CHOICE,
	 "the value 0 is an entry that matches nobody", "-"},
	{"L14", GATE, LG_FACT_CHOICE,
	 "of several DNs one that is found is enough for the lock", "-"},
	{"L18", E2003 | E2007, LG_FACT_CHOICE,
	 "Logon Only As is not documented; refused unless undocumented = yes",
	 "-"},
	{"L19", E55, LG_FACT_DOC,
	 "who is refused reads: The set of folders could not be opened. The "
	 "attempt to log on to the Microsoft Exchange Server has failed.",
	 "Q146764"},
	{"L20", E55, LG_FACT_DOC,
	 "a refusal is event 1023, Failure Audit, category Logons", "Q306308"},
	{"L21", E55 | E2000, LG_FACT_DOC,
	 "revision 5.1 of KB146764 is corrupted; read those of 1998 to 2002",
	 "Q146764"},
	{"V10", E2000 | E2003 | E2007, LG_FACT_DOC,
	 "the server's own components log on with MAPI too: 6.*, from 2007 on "
	 "also 8.*",
	 "S0, S2"},
	{"V13", VERSIONS, LG_FACT_DOC,
	 "blocked versions are blocked for every mailbox, also one moved here "
	 "later",
	 "S0"},
	{"V14", VERSIONS, LG_FACT_DOC,
	 "the version is the client's own claim: a tool for maintenance, no "
	 "security boundary",
	 "KB328240"},
	{"P2", E2003, LG_FACT_DOC,
	 "processes need Store.exe 6.5.7651.19 or later", "KB920185"},
	{"P4", E2003, LG_FACT_DOC,
	 "only clients from version 11 on say their process", "KB920185"},
	{"T1", E55 | E2000, LG_FACT_DOC,
	 "values are read when the Information Store starts, which ends all "
	 "sessions",
	 "S2, Q146764"},
	{"T2", E2003 | E2007, LG_FACT_DOC,
	 "values are read every 900 seconds and when the store starts",
	 "S0, KB920185"},
	{"T3", E2003 | E2007, LG_FACT_DOC,
	 "open connections that the new values block are cut at once",
	 "S0, KB920185"},
	{"T4", E2003 | E2007, LG_FACT_CHOICE,
	 "nothing is known that changes the 900 seconds", "-"},
	{"T5", E2003, LG_FACT_DOC,
	 "the source asks for a restart and says changes are noticed without",
	 "KB920185"},
	{"T6", GATE, LG_FACT_CHOICE, "changes apply and cut at once", "-"},
	{"T7", ALL_EXCHANGE | GATE, LG_FACT_DOC,
	 "values apply to one server; every server needs its own", "S2"},
	{"E1", E2003 | E2007, LG_FACT_DOC,
	 "who is refused reads: Your Microsoft Exchange administrator has "
	 "blocked the version of Outlook that you are using. Contact your "
	 "administrator for assistance.",
	 "S0"},
	{"E2", E2003 | E2007, LG_FACT_DOC,
	 "who is cut reads: Connection to Microsoft Exchange has been lost. "
	 "Outlook will restore the connection when possible.",
	 "S0"},
	{"E3", E2000, LG_FACT_DOC,
	 "a refusal is MAPI_E_LOGON_FAILED 0x80040111", "MAPI"},
	{"E4", E2000, LG_FACT_DOC,
	 "Outlook Web Access answers HTTP 500; the gate 503, or 500 when told",
	 "S2"},
	{"I1", ALL_EXCHANGE, LG_FACT_DOC,
	 "the registry has no switch for HTTP, IMAP4 and POP3", "S2"},
	{"I4", GATE, LG_FACT_CHOICE,
	 "refuses by protocol: mapi, http, imap, pop3, smtp, login", "-"},
};

const struct lg_dialect_fact *lg_dialect_facts(size_t *out_count)
{
	*out_count = sizeof(facts) / sizeof(facts[0]);
	return facts;
}

const char *lg_fact_status_name(enum lg_fact_status status)
{
	static const char *const names[] = {[LG_FACT_DOC] = "doc",
					    [LG_FACT_CHOICE] = "choice",
					    [LG_FACT_UNKNOWN] = "unknown"};

	return LG_WORD_OF(names, status);
}

const char *lg_dialect_names_text(const struct lg_dialect_traits *traits)
{
	static const char *const texts[] = {[LG_LOA_NONE] = "not documented",
					    [LG_LOA_SINGLE] = "one DN (REG_SZ)",
					    [LG_LOA_LIST] =
						    "a list (REG_MULTI_SZ)"};

	return LG_WORD_OF(texts, traits->logon_only_as);
}

const char *lg_dialect_fails_text(const struct lg_dialect_traits *traits)
{
	if (traits->logon_only_as == LG_LOA_NONE)
		return "-";
	if (traits->reads_when_invalid)
		return "as When Invalid says";
	return traits->when_invalid == LG_WHEN_INVALID_CLOSED ? "closed"
							      : "open";
}
