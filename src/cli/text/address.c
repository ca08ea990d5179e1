/* SPDX-License-Identifier: ISC */
/*
 * address.c - addresses compared as numbers
 */
#include "cli/text/address.h"

#include <arpa/inet.h>
#include <string.h>

/* One address of len bytes of text. Gives how many of the bits stand before
 * those of its own family, or -1. */
static int read_address(const char *text, size_t len, unsigned char bytes[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return -1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET6, copy, bytes) == 1)
		return 0;
	if (inet_pton(AF_INET, copy, bytes + 12) != 1)
		return -1;
	memcpy(bytes, mapped, sizeof(mapped));
	return 96;
}

int lg_cli_network_parse(const char *text, struct lg_cli_network *out_network)
{
	struct lg_cli_network network = {.bits = 0};
	size_t len = strcspn(text, "/");
	const char *digit = text + len;
	int before = read_address(text, len, network.bytes);

	if (before < 0)
		return 0;
	network.bits = 128;
	if (*digit == '/') {
		if (!*++digit || strlen(digit) > 3)
			return 0;
		for (network.bits = 0; *digit; digit++) {
			if (*digit < '0' || *digit > '9')
				return 0;
			network.bits = network.bits * 10 +
				       (unsigned int)(*digit - '0');
		}
		network.bits += (unsigned int)before;
		if (network.bits > 128)
			return 0;
	}
	*out_network = network;
	return 1;
}

int lg_cli_network_has(const struct lg_cli_network *network,
		       const char *address)
{
	unsigned char bytes[16];
	unsigned int whole = network->bits / 8;
	unsigned int rest = network->bits % 8;
	unsigned char mask = (unsigned char)(0xff00u >> rest);

	if (address == NULL ||
	    read_address(address, strlen(address), bytes) < 0)
		return 0;
	if (memcmp(bytes, network->bytes, whole) != 0)
		return 0;
	return rest == 0 ||
	       (bytes[whole] & mask) == (network->bytes[whole] & mask);
}
