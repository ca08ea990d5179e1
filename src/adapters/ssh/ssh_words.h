/* SPDX-License-Identifier: ISC */
/*
 * ssh_words.h - what ssh, sftp and Windows' reg.exe print, read
 *
 * Layer: adapters/ssh, pure: bytes in, values out; fuzzed in tests/fuzz.
 */
#ifndef LOGONGATE_ADAPTERS_SSH_SSH_WORDS_H
#define LOGONGATE_ADAPTERS_SSH_SSH_WORDS_H

#include <logongate/buffer.h>

/*
 * Why a program failed that printed text: appends the line that says so, as
 * one line of UTF-8 without control characters; "" where it printed nothing.
 * Returns: LG_ERR_DENIED, a key or a right is missing; LG_ERR_TIMEOUT; else
 * LG_ERR_IO, also for words of another language: what is not known is never
 * taken for "there is none".
 */
enum lg_status ssh_words_why(const char *text, size_t len,
			     struct lg_buffer *out_line);

/* 1 where what "reg query" printed names key in a line of its own. */
int ssh_words_list(const char *text, size_t len, const char *key);

#endif
