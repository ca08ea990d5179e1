# SPDX-License-Identifier: ISC
#
# Writes the bytes of a file as a C array:
#   cmake -DIN=file -DOUT=file.c -DNAME=symbol -DHEADER=declares.h -P this
# The array ends in a NUL that does not count.
file(READ "${IN}" hex HEX)
file(SIZE "${IN}" size)
# Twelve bytes a line.
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes "${hex}")
string(REPEAT "0x.., " 12 line)
string(REGEX REPLACE "(${line})" "\\1\n\t" bytes "${bytes}")
file(WRITE "${OUT}" "/* SPDX-License-Identifier: ISC */
/* Made from a file of the source tree by EmbedText.cmake. */
#include \"${HEADER}\"

const unsigned char ${NAME}[] = {
	${bytes}0x00
};
const size_t ${NAME}_len = ${size};
")
