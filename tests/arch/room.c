/* SPDX-License-Identifier: ISC */
/*
 * room.c - the program that each room of src is linked into, whole, with what
 * it sees and nothing else: logongate_room_links. It does nothing.
 */

int main(void)
{
	return 0;
}
