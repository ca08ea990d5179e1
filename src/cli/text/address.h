/* SPDX-License-Identifier: ISC */
/*
 * address.h - an address or a network, and what lies in it
 *
 * Layer: cli.
 */
#ifndef LOGONGATE_CLI_TEXT_ADDRESS_H
#define LOGONGATE_CLI_TEXT_ADDRESS_H

/* As IPv6: an IPv4 address is one of ::ffff:0:0/96, however it is written. */
struct lg_cli_network {
	unsigned char bytes[16];
	unsigned int bits;
};

/* Shape: ADDRESS or ADDRESS/BITS. Gives 0 when text is neither. */
int lg_cli_network_parse(const char *text, struct lg_cli_network *out_network);

/* 1 when address is one that lies in the network. NULL lies nowhere. */
int lg_cli_network_has(const struct lg_cli_network *network,
		       const char *address);

#endif
