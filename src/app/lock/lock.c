/* SPDX-License-Identifier: ISC */
/*
 * lock.c - a lock and its deadlines
 *
 * Every deadline is kept as wall clock time and as time since boot. Within one
 * boot only the second counts: a stepped wall clock neither lifts early nor
 * holds longer (contract 7 "Locks"). After a reboot the first is all there is,
 * and lg_lock_stamp starts the second anew.
 */
#include "app/lock/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/duration.h"

#define STEP_NOTICED_S 2
#define ID_DIGITS 12

enum lg_status lg_lock_new(struct lg_lock **out_lock, struct lg_error *err)
{
	struct lg_lock *lock = calloc(1, sizeof(*lock));

	if (!lock)
		return lg_no_memory(err);
	lock->max_duration_s = -1;
	*out_lock = lock;
	return LG_OK;
}

void lg_lock_free(struct lg_lock **lock)
{
	if (!lock || !*lock)
		return;
	free((*lock)->profile);
	free((*lock)->variables);
	free((*lock)->by);
	free((*lock)->reason);
	free((*lock)->backup);
	free((*lock)->stored);
	lg_registry_free(&(*lock)->values);
	lg_findings_free(&(*lock)->findings);
	lg_findings_free(&(*lock)->concerned);
	free(*lock);
	*lock = NULL;
}

int lg_lock_is_id(const char *text)
{
	return !strncmp(text, "lg-", 3) && strlen(text + 3) == ID_DIGITS &&
	       strspn(text + 3, LG_HEX_DIGITS) == ID_DIGITS;
}

int lg_lock_profile_is(const char *profile, const char *said)
{
	const char *slash = strrchr(said, '/');
	const char *name = slash ? slash + 1 : said;
	size_t len = strlen(name);

	if (!profile)
		return 0;
	if (!strcmp(profile, said))
		return 1;
	if (len > 4 && !strcmp(name + len - 4, ".ini"))
		len -= 4;
	return strlen(profile) == len && !strncmp(profile, name, len);
}

enum lg_status lg_lock_is_ours(const struct lg_lock *lock, struct lg_error *err)
{
	if (lock->origin != LG_ORIGIN_FLEET)
		return LG_OK;
	lg_error_set(err, LG_ERR_CONFLICT,
		     lock->profile ? lock->profile : lock->id,
		     "is a lock of the fleet (%s); --fleet changes it at all "
		     "gates, lift --force ends it here alone",
		     lock->id);
	return lg_error_code(err, "fleet-lock");
}

int lg_lock_waits(const struct lg_lock *lock)
{
	return lock->start.wall_s != 0;
}

struct lg_deadline lg_deadline_at(int64_t wall_s, const struct lg_now *now)
{
	struct lg_deadline deadline = {0};

	if (wall_s) {
		deadline.wall_s = wall_s;
		deadline.boot_ms = now->boot_ms + wall_s * 1000 - now->wall_ms;
	}
	return deadline;
}

enum lg_status lg_lock_too_long(const char *profile, int64_t lasts_s,
				int64_t max_duration_s, const char *since,
				struct lg_error *err)
{
	struct lg_buffer lasts = {0}, most = {0};
	enum lg_status status;

	lg_duration_format(lasts_s, &lasts);
	lg_duration_format(max_duration_s, &most);
	status = lg_error_set(err, LG_ERR_RANGE, profile,
			      "the lock would last %s%s; max_duration of the "
			      "profile is %s",
			      lasts.data ? lasts.data : "too long", since,
			      most.data ? most.data : "shorter");
	lg_buffer_release(&lasts);
	lg_buffer_release(&most);
	return status;
}

void lg_lock_stamp(struct lg_lock *lock, const struct lg_now *now)
{
	lock->start = lg_deadline_at(lock->start.wall_s, now);
	lock->until = lg_deadline_at(lock->until.wall_s, now);
	lock->confirm = lg_deadline_at(lock->confirm.wall_s, now);
	lock->cut = lg_deadline_at(lock->cut.wall_s, now);
	memcpy(lock->boot_id, now->boot_id, sizeof(lock->boot_id));
	lock->offset_ms = now->wall_ms - now->boot_ms;
}

int lg_lock_same_boot(const struct lg_lock *lock, const struct lg_now *now)
{
	return *now->boot_id && !strcmp(lock->boot_id, now->boot_id);
}

int64_t lg_lock_left_ms(const struct lg_lock *lock,
			const struct lg_deadline *deadline,
			const struct lg_now *now)
{
	int64_t left_ms;

	if (!deadline->wall_s)
		return -1;
	if (lg_lock_same_boot(lock, now))
		left_ms = deadline->boot_ms - now->boot_ms;
	else
		left_ms = deadline->wall_s * 1000 - now->wall_ms;
	return left_ms > 0 ? left_ms : 0;
}

int64_t lg_lock_stepped_s(const struct lg_lock *lock, const struct lg_now *now)
{
	int64_t moved_s;

	if (!lg_lock_same_boot(lock, now))
		return 0;
	moved_s = (now->wall_ms - now->boot_ms - lock->offset_ms) / 1000;
	if (moved_s > -STEP_NOTICED_S && moved_s < STEP_NOTICED_S)
		return 0;
	return moved_s;
}

int64_t lg_lock_written_since_s(int64_t since_s, int64_t stepped_s)
{
	int64_t earlier_s = since_s + stepped_s - STEP_NOTICED_S;

	if (since_s <= 0 || stepped_s >= 0)
		return since_s;
	return earlier_s > 1 ? earlier_s : 1;
}

int64_t lg_lock_gone_s(const struct lg_lock *lock, const struct lg_now *now)
{
	if (!lock->since_s)
		return 0;
	return now->wall_ms / 1000 - lock->since_s -
	       lg_lock_stepped_s(lock, now);
}

int lg_lock_compare_ends(const struct lg_lock *a, const struct lg_lock *b)
{
	int order;

	if (!a->until.wall_s != !b->until.wall_s)
		return a->until.wall_s ? -1 : 1;
	if (a->until.wall_s != b->until.wall_s)
		return a->until.wall_s < b->until.wall_s ? -1 : 1;
	order = strcmp(b->profile ? b->profile : "",
		       a->profile ? a->profile : "");
	return order ? order : strcmp(b->id, a->id);
}

const char *const lg_lock_origins[] = {[LG_ORIGIN_HERE] = "here",
				       [LG_ORIGIN_FLEET] = "fleet",
				       [LG_ORIGIN_REMOTE] = "remote",
				       NULL};

static const struct lg_value *find(const struct lg_registry *values,
				   const char *name)
{
	return lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, name);
}

int lg_values_concern_some(const struct lg_registry *values)
{
	return find(values, LG_VALUE_APPLIES_TO) ||
	       find(values, LG_VALUE_APPLIES_TO_USERS) ||
	       find(values, LG_VALUE_APPLIES_TO_DOMAINS) ||
	       find(values, LG_VALUE_APPLIES_TO_FILE);
}

/* "example.org, example.net" */
static enum lg_status add_domains(const char *text, struct lg_strlist *domains,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	while (status == LG_OK && *text) {
		size_t len;

		text += strspn(text, ", \t");
		len = strcspn(text, ", \t");
		if (len)
			status = lg_strlist_add(domains, text, len, err);
		text += len;
	}
	return status;
}

static size_t count_of(const struct lg_registry *values, const char *name)
{
	const struct lg_value *value = find(values, name);

	return value && value->type == LG_REG_MULTI_SZ ? value->list.count : 0;
}

enum lg_status lg_lock_concerns(const struct lg_lock *lock,
				struct lg_lock_concerns *out_concerns,
				struct lg_error *err)
{
	struct lg_lock_concerns concerns = {0};
	const struct lg_value *domains;
	enum lg_status status = LG_OK;

	if (lock->values && lg_values_concern_some(lock->values)) {
		concerns.some = 1;
		concerns.accounts =
			count_of(lock->values, LG_VALUE_APPLIES_TO) +
			count_of(lock->values, LG_VALUE_APPLIES_TO_USERS);
		domains = find(lock->values, LG_VALUE_APPLIES_TO_DOMAINS);
		if (domains && domains->type == LG_REG_MULTI_SZ)
			status = lg_strlist_add_all(&concerns.domains,
						    &domains->list, err);
		else if (domains && domains->type == LG_REG_SZ)
			status = add_domains(domains->text, &concerns.domains,
					     err);
	}
	if (status != LG_OK)
		lg_strlist_release(&concerns.domains);
	else
		*out_concerns = concerns;
	return status;
}
