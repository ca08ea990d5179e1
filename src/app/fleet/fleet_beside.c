/* SPDX-License-Identifier: ISC */
/*
 * A provider that stands still gives no sign, and neither does one with no
 * news: only beside another one can the two be told apart at once. Any sign
 * will do, since a provider that stands still gives none.
 *
 * A gate does not go to and fro between two providers from report to report:
 * by their clocks the later one could be the older (last write wins).
 */
#include "app/fleet/fleet_beside.h"

/* What a provider was asked while it stood still is done by then. */
#define AGAIN_MS 1000
/* So long reports go through the other one at least. */
#define STAY_MS 1000

static void begin_doubt(struct lg_fleet_gate *gate, int64_t wait_ms)
{
	int64_t from_ms = lg_clock_now(gate->ear.clock).boot_ms + wait_ms;

	gate->doubt = (struct lg_fleet_doubt){
		.is_open = 1,
		.signs = gate->ear.signs,
		.from_boot_ms = from_ms,
		.to_boot_ms = from_ms + STAY_MS,
	};
}

enum lg_status lg_fleet_gate_beside(struct lg_fleet_gate *gate,
				    const struct lg_fleet_entry *entry,
				    struct lg_error *err)
{
	size_t before = gate->ear.set->count;
	enum lg_status status = lg_fleet_ear_beside(&gate->ear, entry, err);

	if (status == LG_OK && gate->ear.set->count > before &&
	    !gate->doubt.is_open && gate->ear.connected && gate->host->beside)
		begin_doubt(gate, gate->news_ms);
	return status;
}

void lg_fleet_gate_beside_said(struct lg_fleet_gate *gate, unsigned int said)
{
	int64_t soon_ms = lg_clock_now(gate->ear.clock).boot_ms + AGAIN_MS;

	/* What this gate wrote there while it was silent may be done only now:
	 * its report is written anew, a little later. */
	if (said & LG_FLEET_BESIDE_IS_BACK && gate->report_boot_ms > soon_ms)
		gate->report_boot_ms = soon_ms;
	if (said & LG_FLEET_BESIDE_WROTE)
		gate->doubt.waits = 0;
	if (said & LG_FLEET_BESIDE_FAILED) {
		gate->doubt = (struct lg_fleet_doubt){0};
		lg_buffer_clear(&gate->reported);
		gate->report_boot_ms = soon_ms;
	}
}

enum lg_fleet_way lg_fleet_beside_way(struct lg_fleet_gate *gate)
{
	struct lg_fleet_doubt *doubt = &gate->doubt;
	int64_t now_ms = lg_clock_now(gate->ear.clock).boot_ms;
	int signs = gate->ear.signs != doubt->signs;

	/* It may stand over the newer one: once more, at once. */
	if (gate->ear.late) {
		gate->ear.late = 0;
		gate->report_boot_ms = now_ms;
	}
	/* It was the other one that stands still. */
	if (doubt->waits && now_ms >= doubt->answer_boot_ms &&
	    gate->ear.signs != doubt->waits_signs) {
		*doubt = (struct lg_fleet_doubt){0};
		lg_buffer_clear(&gate->reported);
	}
	if (doubt->is_open && signs &&
	    (now_ms < doubt->from_boot_ms || now_ms >= doubt->to_boot_ms)) {
		/* Where the two are apart, the first is to know as well. */
		if (doubt->sent)
			gate->report_boot_ms = now_ms;
		*doubt = (struct lg_fleet_doubt){0};
	}
	if (!doubt->is_open)
		return LG_FLEET_WAY_HERE;
	return now_ms < doubt->from_boot_ms ? LG_FLEET_WAY_WAIT
					    : LG_FLEET_WAY_BESIDE;
}

enum lg_status lg_fleet_beside_report(struct lg_fleet_gate *gate,
				      enum lg_fleet_way way,
				      const struct lg_buffer *text,
				      struct lg_error *err)
{
	int64_t answer_ms = gate->host->beside ? gate->answer_ms : 0;
	enum lg_status status;

	if (way == LG_FLEET_WAY_HERE) {
		status = gate->fleet->report(gate->fleet->self, gate->name,
					     text->data, text->len,
					     (unsigned int)answer_ms, err);
		if (status == LG_OK)
			gate->ear.signs++;
		if (status != LG_ERR_TIMEOUT || !answer_ms)
			return status;
		begin_doubt(gate, 0);
		if (err)
			*err = (struct lg_error){0};
	}
	gate->host->beside(gate->host->context, text->data, text->len);
	gate->doubt.waits = 1;
	gate->doubt.sent = 1;
	gate->doubt.waits_signs = gate->ear.signs;
	gate->doubt.answer_boot_ms =
		lg_clock_now(gate->ear.clock).boot_ms + gate->answer_ms;
	return LG_OK;
}
