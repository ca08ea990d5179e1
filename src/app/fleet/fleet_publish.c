/* SPDX-License-Identifier: ISC */
/*
 * fleet_publish.c - from an event to its entry
 */
#include "app/fleet/fleet_publish.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"

static struct lg_fleet_text text_of(const struct lg_buffer *buffer)
{
	return (struct lg_fleet_text){buffer->data, buffer->len};
}

static struct lg_fleet_text text_of_name(const char *name)
{
	return (struct lg_fleet_text){name, strlen(name)};
}

enum lg_status lg_fleet_publish(const struct lg_fleet *fleet,
				const struct lg_signature *signature,
				const struct lg_fleet_event *event,
				struct lg_error *err)
{
	unsigned char by[LG_FLEET_SIGNATURE_SIZE];
	struct lg_buffer name = {0}, body = {0}, bytes = {0}, text = {0};
	struct lg_fleet_entry entry;
	enum lg_status status;
	char number[24];

	status = lg_fleet_event_render(event, &body, err);
	if (status != LG_OK)
		goto out;
	lg_fleet_signed_bytes(event->base, body.data, body.len, &bytes);
	lg_fleet_event_name(event, &name);
	snprintf(number, sizeof(number), "%lld", (long long)event->number);
	if ((status = lg_buffer_status(&bytes, err)) != LG_OK ||
	    (status = lg_buffer_status(&name, err)) != LG_OK ||
	    (status = signature->sign(signature->self, bytes.data, bytes.len,
				      by, err)) != LG_OK)
		goto out;
	lg_base64_encode(by, sizeof(by), &text);
	entry = (struct lg_fleet_entry){
		.cn = text_of(&name),
		.lock = text_of_name(event->lock),
		.number = text_of_name(number),
		.kind = text_of_name(lg_fleet_kind_name(event->kind)),
		.body = text_of(&body),
		.key = text_of_name(event->key),
		.signature = text_of(&text),
	};
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = fleet->publish(fleet->self, &entry, err);
out:
	lg_buffer_release(&text);
	lg_buffer_release(&bytes);
	lg_buffer_release(&body);
	lg_buffer_release(&name);
	return status;
}
