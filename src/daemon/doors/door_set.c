/* SPDX-License-Identifier: ISC */
/*
 * door_set.c - the servers whose sessions can be listed and cut
 *
 * Opened for each round and closed after it: a server that was restarted in
 * between is asked anew, and nothing is shared between workers.
 */
#include "daemon/doors/door_set.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/doveadm.h"
#include "adapters/haproxy/runtime.h"
#include "adapters/system/secret_file.h"

static enum lg_status copy(const char *from, char **to, struct lg_error *err)
{
	*to = from ? strdup(from) : NULL;
	if (from && !*to)
		return lg_no_memory(err);
	return LG_OK;
}

enum lg_status door_places_copy(const struct lg_settings *settings,
				struct door_places *out_places,
				struct lg_error *err)
{
	struct door_places places = {0};
	enum lg_status status;

	status = copy(settings->doveadm, &places.doveadm, err);
	if (status == LG_OK)
		status = copy(settings->doveadm_api_key_file,
			      &places.doveadm_api_key_file, err);
	if (status == LG_OK)
		status = copy(settings->run_dir, &places.run_dir, err);
	if (status == LG_OK)
		status = copy(settings->haproxy_stats_socket,
			      &places.haproxy_stats_socket, err);
	for (size_t i = 0;
	     status == LG_OK && i < settings->haproxy_frontends.count; i++) {
		const char *name = settings->haproxy_frontends.item[i];

		status = lg_strlist_add(&places.haproxy_frontends, name,
					strlen(name), err);
	}
	if (status != LG_OK)
		door_places_release(&places);
	else
		*out_places = places;
	return status;
}

void door_places_release(struct door_places *places)
{
	free(places->doveadm);
	free(places->doveadm_api_key_file);
	free(places->run_dir);
	free(places->haproxy_stats_socket);
	lg_strlist_release(&places->haproxy_frontends);
	*places = (struct door_places){0};
}

int door_places_any(const struct lg_settings *settings)
{
	return settings->doveadm || settings->haproxy_stats_socket;
}

static void note(struct lg_strlist *texts, const char *door,
		 const struct lg_error *err)
{
	struct lg_buffer text = {0};

	lg_buffer_format(&text, "%s: %s%s%s", door, err->place,
			 *err->place ? ": " : "", err->text);
	if (text.data)
		lg_strlist_add(texts, text.data, text.len, NULL);
	lg_buffer_release(&text);
}

/* The key is read each time: it may have been exchanged. */
static enum lg_status open_dovecot(const struct door_places *places,
				   const atomic_int *stop,
				   struct lg_door *out_door,
				   struct lg_error *err)
{
	struct lg_doveadm_settings settings = {.address = places->doveadm,
					       .stop = stop,
					       .run_dir = places->run_dir};
	struct lg_buffer key = {0};
	enum lg_status status = LG_OK;

	if (places->doveadm_api_key_file)
		status = lg_secret_file_read(places->doveadm_api_key_file, &key,
					     err);
	settings.api_key = key.data;
	if (status == LG_OK)
		status = lg_doveadm_open(&settings, out_door, err);
	lg_secret_release(&key);
	return status;
}

void door_set_open(const struct door_places *places, const atomic_int *stop,
		   struct door_set *set, struct lg_strlist *unasked)
{
	struct lg_haproxy_settings haproxy = {places->haproxy_stats_socket,
					      &places->haproxy_frontends, stop};
	struct lg_error err = {0};

	if (places->doveadm) {
		if (open_dovecot(places, stop, &set->door[set->count], &err) !=
		    LG_OK)
			note(unasked, "dovecot", &err);
		else
			set->count++;
	}
	if (places->haproxy_stats_socket) {
		if (lg_haproxy_open(&haproxy, &set->door[set->count], &err) !=
		    LG_OK)
			note(unasked, "haproxy", &err);
		else
			set->count++;
	}
}

void door_set_close(struct door_set *set)
{
	while (set->count > 0) {
		set->count--;
		set->door[set->count].close(set->door[set->count].self);
	}
}

void door_set_list(struct door_set *set, struct lg_session_list *list,
		   struct lg_strlist *unasked)
{
	for (size_t i = 0; i < set->count; i++) {
		struct lg_error err = {0};

		if (set->door[i].list(set->door[i].self, list, &err) != LG_OK)
			note(unasked, set->door[i].name, &err);
	}
}

void door_set_cut(struct door_set *set, struct lg_cut_order *order)
{
	for (size_t i = 0; i < set->count; i++) {
		struct lg_error err = {0};

		if (set->door[i].cut(set->door[i].self, order, &err) != LG_OK &&
		    order->notes)
			note(order->notes, set->door[i].name, &err);
	}
}
