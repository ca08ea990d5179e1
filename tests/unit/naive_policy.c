/* SPDX-License-Identifier: ISC */
/*
 * See naive_policy.h.
 */
#include <ctype.h>
#include <string.h>

#include <logongate/dn.h>

#include "naive_policy.h"

const char *const oracle_versions_text[4] = {NULL, "5.0.0-6.0.0", "-5.9.9",
					     "11.0.0-"};

static int same(const char *a, size_t a_len, const char *b)
{
	size_t i;

	if (strlen(b) != a_len)
		return 0;
	for (i = 0; i < a_len; i++)
		if (tolower((unsigned char)a[i]) !=
		    tolower((unsigned char)b[i]))
			return 0;
	return 1;
}

/* Logon names: prefix and domain cut, case ignored. */
static int same_name(const char *a, size_t a_len, const char *b)
{
	const char *slash;

	if (a_len > 5 && strncmp(a, "smtp:", 5) == 0) {
		a += 5;
		a_len -= 5;
	}
	slash = memchr(a, '\\', a_len);
	if (slash) {
		a_len -= (size_t)(slash + 1 - a);
		a = slash + 1;
	}
	return same(a, a_len, b);
}

static int is_blank(const char *text)
{
	return strspn(text, " \t") == strlen(text);
}

static int holds(const char *const *list, const char *text)
{
	size_t i;

	for (i = 0; list[i]; i++)
		if (same(text, strlen(text), list[i]))
			return 1;
	return 0;
}

static int is_closed(const struct oracle_lock *lock)
{
	return lock->dialect == LG_DIALECT_EXCHANGE_5_5 ||
	       (lock->dialect == LG_DIALECT_GATE && lock->when_invalid == 2);
}

static int knows_list(const struct oracle_lock *lock)
{
	return lock->dialect == LG_DIALECT_GATE ||
	       lock->dialect == LG_DIALECT_EXCHANGE_5_5 ||
	       lock->dialect == LG_DIALECT_EXCHANGE_2000;
}

static int is_gate(const struct oracle_lock *lock)
{
	return lock->dialect == LG_DIALECT_GATE;
}

static const char *const nothing[1];

static const char *const *users(const struct oracle_lock *lock)
{
	return is_gate(lock) && lock->has_users ? lock->user : nothing;
}

static const char *const *dns(const struct oracle_lock *lock)
{
	return lock->has_list ? lock->dn : nothing;
}

/* The account is one that the values list and that counts as found. */
static int is_listed_account(const struct oracle_lock *lock,
			     const struct lg_account *account)
{
	size_t i;

	if (account->finding != LG_FINDING_ONE)
		return 0;
	if (account->via == LG_VIA_X500 &&
	    lock->dialect == LG_DIALECT_EXCHANGE_2000)
		return 0;
	switch (account->asked_as) {
	case LG_ASKED_DN:
		return holds(dns(lock), account->asked);
	case LG_ASKED_USER:
		return holds(users(lock), account->asked);
	case LG_ASKED_FILTER:
		if (account->dn)
			return holds(dns(lock), account->dn);
		for (i = 0; i < account->login_count; i++)
			if (holds(users(lock),
				  lock->findings
					  ->login[account->login_first + i]
					  .name))
				return 1;
		return 0;
	case LG_ASKED_BREAK_GLASS:
	case LG_ASKED_CALLER:
	case LG_ASKED_KNOWN:
		return 0;
	}
	return 0;
}

static int is_glass_account(const struct oracle_lock *lock,
			    const struct lg_account *account)
{
	return account->asked_as == LG_ASKED_BREAK_GLASS &&
	       account->finding == LG_FINDING_ONE && lock->break_glass &&
	       same(account->asked, strlen(account->asked), lock->break_glass);
}

typedef int account_test(const struct oracle_lock *lock,
			 const struct lg_account *account);

/* Some account that passes the test stands for the same entry. */
static int entry_passes(const struct oracle_lock *lock,
			const struct lg_account *account, account_test *test)
{
	size_t i;

	for (i = 0; i < lock->findings->account_count; i++) {
		const struct lg_account *other = &lock->findings->account[i];

		if (other->entry && account->entry && test(lock, other) &&
		    strcmp(other->entry, account->entry) == 0)
			return 1;
	}
	return 0;
}

/*
 * Contract 7 "Names": the logon name belongs to an account that passes, and
 * to nobody who has a smaller right.
 */
static int name_passes(const struct oracle_lock *lock, const char *user,
		       size_t len, account_test *test)
{
	const struct lg_findings *findings = lock->findings;
	int passes = 0;
	size_t i;
	size_t j;

	for (i = 0; i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];
		int mine = test(lock, account);

		if (account->asked_as == LG_ASKED_USER &&
		    holds(users(lock), account->asked) &&
		    same_name(user, len, account->asked)) {
			if (account->finding == LG_FINDING_MANY)
				return 0;
			passes |= mine;
		}
		for (j = 0; j < account->login_count; j++) {
			const struct lg_login *login =
				&findings->login[account->login_first + j];

			if (!same_name(user, len, login->name))
				continue;
			if (mine && !login->shared)
				passes = 1;
			if (login->shared &&
			    (is_listed_account(lock, account) ||
			     is_glass_account(lock, account)))
				return 0;
			if (account->finding == LG_FINDING_ONE &&
			    !entry_passes(lock, account, test) &&
			    !(test == is_listed_account &&
			      entry_passes(lock, account, is_glass_account)))
				return 0;
		}
	}
	return passes;
}

static int dn_passes(const struct oracle_lock *lock, const char *dn, size_t len,
		     account_test *test)
{
	size_t i;

	for (i = 0; i < lock->findings->account_count; i++) {
		const struct lg_account *account = &lock->findings->account[i];

		if (!test(lock, account))
			continue;
		if (account->asked_as == LG_ASKED_DN &&
		    same(dn, len, account->asked))
			return 1;
		if (account->dn && same(dn, len, account->dn) &&
		    !(is_closed(lock) && account->via == LG_VIA_X500))
			return 1;
	}
	return 0;
}

static int has_facts(const struct oracle_lock *lock)
{
	return lock->facts == LG_FACTS_FINDINGS && lock->findings;
}

static int is_glass(const struct oracle_lock *lock,
		    const struct lg_attempt *attempt)
{
	if (lock->break_glass && attempt->dn_len &&
	    same(attempt->dn, attempt->dn_len, lock->break_glass))
		return 1;
	if (!has_facts(lock))
		return 0;
	return (attempt->dn_len && dn_passes(lock, attempt->dn, attempt->dn_len,
					     is_glass_account)) ||
	       (attempt->user_len &&
		name_passes(lock, attempt->user, attempt->user_len,
			    is_glass_account));
}

/* As a text, without the directory; "0" matches nobody (L13). */
static int is_text_listed(const struct oracle_lock *lock,
			  const struct lg_attempt *attempt)
{
	size_t i;

	for (i = 0; dns(lock)[i]; i++) {
		const char *text = dns(lock)[i];

		if (strcmp(text, "0") != 0 && !is_blank(text) &&
		    attempt->dn_len &&
		    same(attempt->dn, attempt->dn_len, text) &&
		    (is_closed(lock) ||
		     (lock->facts == LG_FACTS_ALL_FOUND &&
		      lg_dn_check(text, strlen(text), NULL, NULL) == LG_OK)))
			return 1;
	}
	return 0;
}

/* The directory's word against a logon name: it is somebody else's too. */
static int is_shared(const struct oracle_lock *lock, const char *user,
		     size_t len)
{
	const struct lg_findings *findings = lock->findings;
	size_t i;
	size_t j;

	if (!has_facts(lock))
		return 0;
	for (i = 0; i < findings->account_count; i++) {
		const struct lg_account *account = &findings->account[i];
		int right = is_listed_account(lock, account) ||
			    is_glass_account(lock, account);

		if (account->asked_as == LG_ASKED_USER &&
		    account->finding == LG_FINDING_MANY &&
		    holds(users(lock), account->asked) &&
		    same_name(user, len, account->asked))
			return 1;
		for (j = 0; j < account->login_count; j++) {
			const struct lg_login *login =
				&findings->login[account->login_first + j];

			if (!same_name(user, len, login->name))
				continue;
			if (right && login->shared)
				return 1;
			if (account->finding == LG_FINDING_ONE &&
			    !entry_passes(lock, account, is_listed_account) &&
			    !entry_passes(lock, account, is_glass_account))
				return 1;
		}
	}
	return 0;
}

static int is_user_text_listed(const struct oracle_lock *lock,
			       const struct lg_attempt *attempt)
{
	size_t i;

	for (i = 0; users(lock)[i]; i++)
		if (!is_blank(users(lock)[i]) && attempt->user_len &&
		    same_name(attempt->user, attempt->user_len, users(lock)[i]))
			return (is_closed(lock) ||
				lock->facts == LG_FACTS_ALL_FOUND) &&
			       !is_shared(lock, attempt->user,
					  attempt->user_len);
	return 0;
}

static int is_listed(const struct oracle_lock *lock,
		     const struct lg_attempt *attempt)
{
	if (is_text_listed(lock, attempt) || is_user_text_listed(lock, attempt))
		return 1;
	if (!has_facts(lock))
		return 0;
	return (attempt->dn_len && dn_passes(lock, attempt->dn, attempt->dn_len,
					     is_listed_account)) ||
	       (attempt->user_len &&
		name_passes(lock, attempt->user, attempt->user_len,
			    is_listed_account));
}

/* The account is the directory's answer for a listed logon name. */
static int answers_user(const struct oracle_lock *lock,
			const struct lg_account *account, const char *text)
{
	size_t i;

	if (account->asked_as == LG_ASKED_USER)
		return same(text, strlen(text), account->asked);
	if (account->asked_as != LG_ASKED_FILTER || account->dn)
		return 0;
	for (i = 0; i < account->login_count; i++)
		if (same(text, strlen(text),
			 lock->findings->login[account->login_first + i].name))
			return 1;
	return 0;
}

/* The fail table. */
static enum lg_gate_state gate_of(const struct oracle_lock *lock,
				  int *out_no_policy)
{
	size_t named = 0;
	size_t zeros = 0;
	size_t unasked = 0;
	size_t found = 0;
	size_t i;
	size_t j;

	*out_no_policy = 0;
	if (!knows_list(lock) ||
	    (!lock->has_list && !(is_gate(lock) && lock->has_users)))
		return LG_GATE_OFF;
	for (i = 0; dns(lock)[i]; i++) {
		const char *text = dns(lock)[i];
		int answered = 0;

		if (is_blank(text))
			continue;
		named++;
		zeros += strcmp(text, "0") == 0;
		if (lg_dn_check(text, strlen(text), NULL, NULL) != LG_OK)
			continue;
		if (lock->facts == LG_FACTS_ALL_FOUND) {
			found++;
			continue;
		}
		for (j = 0;
		     has_facts(lock) && j < lock->findings->account_count;
		     j++) {
			const struct lg_account *account =
				&lock->findings->account[j];
			const char *key = account->asked_as == LG_ASKED_DN
						  ? account->asked
					  : account->asked_as == LG_ASKED_FILTER
						  ? account->dn
						  : NULL;

			if (!key || !same(text, strlen(text), key) ||
			    account->finding == LG_FINDING_UNASKED)
				continue;
			answered = 1;
			found += is_listed_account(lock, account);
		}
		unasked += !answered;
	}
	for (i = 0; users(lock)[i]; i++) {
		const char *text = users(lock)[i];
		int answered = 0;

		if (is_blank(text))
			continue;
		named += 2; /* "0" beside a user does not stand alone */
		if (lock->facts == LG_FACTS_ALL_FOUND) {
			found++;
			continue;
		}
		for (j = 0;
		     has_facts(lock) && j < lock->findings->account_count;
		     j++) {
			const struct lg_account *account =
				&lock->findings->account[j];

			if (account->finding == LG_FINDING_UNASKED ||
			    !answers_user(lock, account, text))
				continue;
			answered = 1;
			found += is_listed_account(lock, account);
		}
		unasked += !answered;
	}
	if (!named)
		return is_closed(lock) ? LG_GATE_NOBODY : LG_GATE_OFF;
	if (is_closed(lock))
		return LG_GATE_LISTED;
	if (named == 1 && zeros == 1)
		return LG_GATE_OFF;
	if (unasked) {
		*out_no_policy = 1;
		return LG_GATE_OFF;
	}
	return found ? LG_GATE_LISTED : LG_GATE_OFF;
}

static int blocked_four(enum oracle_versions versions, const uint32_t part[4])
{
	uint64_t high = (uint64_t)part[0] << 32 | part[1];
	uint64_t low = (uint64_t)part[2] << 32 | part[3];
	const uint64_t one = UINT64_C(1) << 32;

	switch (versions) {
	case ORACLE_VERSIONS_NONE:
		return 0;
	case ORACLE_VERSIONS_5_TO_6:
		return high >= 5 * one &&
		       (high < 6 * one || (high == 6 * one && low == 0));
	case ORACLE_VERSIONS_TO_5_9_9:
		return high < 5 * one ||
		       (high == 5 * one && low <= 9 * one + 9);
	case ORACLE_VERSIONS_11_ON:
		return high >= 11 * one;
	}
	return 0;
}

static int blocked(enum oracle_versions versions,
		   const struct lg_version *version)
{
	uint32_t part[4];
	uint32_t i;

	memcpy(part, version->part, sizeof(part));
	if (version->known == LG_VERSION_FOUR)
		return blocked_four(versions, part);
	/* Three parts stand for every fourth; the bounds have 0 and 9. */
	for (i = 0; i <= 10; i++) {
		part[3] = i;
		if (blocked_four(versions, part))
			return 1;
	}
	return 0;
}

static int process_blocked(const struct oracle_lock *lock,
			   const struct lg_attempt *attempt)
{
	const char *name = attempt->process;
	size_t len = attempt->process_len;
	size_t i;

	if (!lock->blocks_a_exe || (lock->dialect != LG_DIALECT_GATE &&
				    lock->dialect != LG_DIALECT_EXCHANGE_2003))
		return 0;
	if (lock->dialect == LG_DIALECT_EXCHANGE_2003 &&
	    attempt->version.known && attempt->version.part[0] < 11)
		return 0;
	for (i = len; i > 0; i--)
		if (name[i - 1] == '/' || name[i - 1] == '\\')
			break;
	return same(name + i, len - i, "a.exe") ||
	       same(name + i, len - i, "b.exe");
}

static void refuse(struct oracle_answer *answer, enum lg_reason reason)
{
	answer->verdict = LG_REFUSE;
	answer->reason = reason;
}

struct oracle_answer oracle_decide(const struct oracle_lock *lock,
				   const struct lg_attempt *attempt)
{
	static const char attendant[] = "/cn=Microsoft System Attendant";
	struct oracle_answer answer = {0, LG_GATE_OFF, LG_ADMIT,
				       LG_REASON_NONE};
	size_t len = sizeof(attendant) - 1;
	int exempt = lock->dialect == LG_DIALECT_EXCHANGE_2000 &&
		     attempt->dn_len > len &&
		     same(attempt->dn + attempt->dn_len - len, len, attendant);

	answer.gate = gate_of(lock, &answer.no_policy);
	if (answer.no_policy || is_glass(lock, attempt))
		return answer;
	if (answer.gate == LG_GATE_NOBODY)
		refuse(&answer, LG_REASON_NOBODY);
	else if (answer.gate == LG_GATE_LISTED && !exempt &&
		 !is_listed(lock, attempt))
		refuse(&answer, LG_REASON_NOT_LISTED);
	else if (is_gate(lock) && lock->refuse >> attempt->protocol & 1)
		refuse(&answer, LG_REASON_PROTOCOL_REFUSED);
	if (answer.verdict == LG_REFUSE ||
	    (attempt->protocol != LG_PROTOCOL_MAPI &&
	     attempt->protocol != LG_PROTOCOL_UNKNOWN))
		return answer;
	if (is_gate(lock) && lock->refuse_unknown_version &&
	    !attempt->version.known)
		refuse(&answer, LG_REASON_VERSION_UNKNOWN);
	else if (lock->dialect != LG_DIALECT_EXCHANGE_5_5 &&
		 attempt->version.known &&
		 blocked(lock->versions, &attempt->version))
		refuse(&answer, LG_REASON_VERSION_BLOCKED);
	else if (is_gate(lock) && lock->refuse_unknown_process &&
		 !attempt->process_len)
		refuse(&answer, LG_REASON_PROCESS_UNKNOWN);
	else if (attempt->process_len && process_blocked(lock, attempt))
		refuse(&answer, LG_REASON_PROCESS_BLOCKED);
	return answer;
}

static enum lg_status put_list(struct lg_registry *values, const char *name,
			       const char *const *list)
{
	struct lg_strlist texts = {0};
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; list[i] && status == LG_OK; i++)
		status = lg_strlist_add(&texts, list[i], strlen(list[i]), NULL);
	if (status == LG_OK)
		status = lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      name, &texts, NULL);
	lg_strlist_release(&texts);
	return status;
}

static enum lg_status put_text(struct lg_registry *values, const char *name,
			       const char *text)
{
	return lg_registry_set_text(values, LG_KEY_PARAMETERS_SYSTEM, name,
				    text, NULL);
}

struct lg_registry *oracle_values(const struct oracle_lock *lock)
{
	static const char *const when[] = {NULL, "open", "closed"};
	struct lg_registry *values = NULL;
	struct lg_buffer protocols = {0};
	unsigned int i;
	enum lg_status status = lg_registry_new(&values, NULL);

	if (status == LG_OK && lock->has_list)
		status = lock->dialect == LG_DIALECT_EXCHANGE_2000
				 ? put_text(values, LG_VALUE_LOGON_ONLY_AS,
					    lock->dn[0] ? lock->dn[0] : "")
				 : put_list(values, LG_VALUE_LOGON_ONLY_AS,
					    lock->dn);
	if (status == LG_OK && lock->has_users)
		status = put_list(values, LG_VALUE_LOGON_ONLY_AS_USERS,
				  lock->user);
	if (status == LG_OK && lock->when_invalid)
		status = put_text(values, LG_VALUE_WHEN_INVALID,
				  when[lock->when_invalid]);
	if (status == LG_OK && lock->versions)
		status = put_text(values, LG_VALUE_DISABLE_MAPI_CLIENTS,
				  oracle_versions_text[lock->versions]);
	if (status == LG_OK && lock->blocks_a_exe)
		status =
			put_text(values, LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES,
				 "a.exe; b.exe");
	for (i = 1; i < LG_PROTOCOL_COUNT; i++)
		if (lock->refuse >> i & 1)
			lg_buffer_format(&protocols, "%s%s",
					 protocols.len ? ", " : "",
					 lg_protocol_name((enum lg_protocol)i));
	if (status == LG_OK && protocols.len)
		status = put_text(values, LG_VALUE_REFUSE_PROTOCOLS,
				  protocols.data);
	if (status == LG_OK && lock->refuse_unknown_version)
		status = put_text(values, LG_VALUE_UNKNOWN_VERSION, "refuse");
	if (status == LG_OK && lock->refuse_unknown_process)
		status = put_text(values, LG_VALUE_UNKNOWN_PROCESS, "refuse");
	lg_buffer_release(&protocols);
	if (status != LG_OK)
		lg_registry_free(&values);
	return values;
}
