/* SPDX-License-Identifier: ISC */
/*
 * Reads a clients_file on top of nothing but the built-in table.
 */
#include <stdint.h>
#include <stdlib.h>

#include <logongate/clients.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lg_clients *clients = NULL;
	struct lg_error err = {0};
	const struct lg_client *client;
	size_t before;
	size_t count;
	size_t i;

	if (lg_clients_new(&clients, &err) != LG_OK)
		abort();
	lg_clients_items(clients, &before);
	if (lg_clients_add(clients, (const char *)data, size, "fuzz", &err) !=
		    LG_OK &&
	    !err.text[0])
		abort();
	client = lg_clients_items(clients, &count);
	if (err.status != LG_OK && count != before)
		abort();
	for (i = before; i < count; i++)
		if (!client[i].name[0] || !client[i].source)
			abort();
	lg_clients_free(&clients);
	return 0;
}
