/* SPDX-License-Identifier: ISC */
/*
 * Rows for src/winreg/tickets.h: caches as the MIT file format describes them.
 * Caches that kinit made are read in tests/live.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "allocation.h"

#include "winreg/tickets.h"

#define HEADER "\x05\x04\0\x0c\0\1\0\x08\0\0\0\0\0\0\0\0"

static void number(struct lg_buffer *out, uint32_t value, int bytes)
{
	while (bytes--)
		lg_buffer_char(out, (char)(value >> 8 * bytes));
}

static void text(struct lg_buffer *out, const char *value)
{
	number(out, (uint32_t)strlen(value), 4);
	lg_buffer_text(out, value);
}

static void principal(struct lg_buffer *out, const char *realm,
		      const char *name, const char *instance)
{
	number(out, 1, 4);
	number(out, instance ? 2 : 1, 4);
	text(out, realm);
	text(out, name);
	if (instance)
		text(out, instance);
}

static void ticket(struct lg_buffer *out, const char *realm, uint32_t until)
{
	principal(out, "ACME.TEST", "admin", NULL);
	principal(out, realm, "krbtgt", "ACME.TEST");
	number(out, 18, 2);
	text(out, "key");
	number(out, 1, 4);
	number(out, 2, 4);
	number(out, until, 4);
	number(out, 4, 4);
	number(out, 0, 1);
	number(out, 5, 4);
	number(out, 1, 4); /* an address */
	number(out, 2, 2);
	text(out, "1234");
	number(out, 1, 4); /* authorization data */
	number(out, 1, 2);
	text(out, "data");
	text(out, "ticket");
	text(out, "");
}

/* until: two tickets end then and a second before; 0: there are none. */
static void cache(struct lg_buffer *out, uint32_t until)
{
	lg_buffer_append(out, HEADER, sizeof(HEADER) - 1);
	principal(out, "ACME.TEST", "admin", "root");
	/* What the library keeps there for itself, without an end. */
	ticket(out, "X-CACHECONF:", 4000000000u);
	if (until) {
		ticket(out, "ACME.TEST", until);
		ticket(out, "ACME.TEST", until - 1);
	}
}

static void owner_and_end_are_read(void **state)
{
	static const uint32_t ends[] = {0, 100, 4000000001u};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct lg_buffer bytes = {0};
		struct lg_buffer owner = {0};
		int64_t until = -1;

		cache(&bytes, ends[i]);
		assert_int_equal(tickets_parse((const uint8_t *)bytes.data,
					       bytes.len, &owner, &until, NULL),
				 LG_OK);
		assert_string_equal(owner.data, "admin/root@ACME.TEST");
		assert_int_equal(until, ends[i]);
		lg_buffer_release(&owner);
		lg_buffer_release(&bytes);
	}
}

static void a_part_of_a_cache_is_refused(void **state)
{
	struct lg_buffer bytes = {0};
	struct lg_buffer whole = {0};
	struct lg_buffer owner = {0};
	int64_t until = -1;
	size_t good = 0;
	size_t i;

	cache(&whole, 100);
	for (i = 0; i < whole.len; i++) {
		/* Memory of its own, so that a byte too far is seen. */
		uint8_t *part = malloc(i ? i : 1);

		assert_non_null(part);
		memcpy(part, whole.data, i);
		if (tickets_parse(part, i, &owner, &until, NULL) != LG_OK) {
			assert_int_equal(owner.len, 0);
			assert_int_equal(until, -1);
		} else {
			good++; /* between two tickets */
			lg_buffer_clear(&owner);
			until = -1;
		}
		free(part);
	}
	assert_int_equal(good, 3);
	/* A length that no file has. */
	lg_buffer_append(&bytes, HEADER, sizeof(HEADER) - 1);
	number(&bytes, 1, 4);
	number(&bytes, 0xffffffff, 4);
	number(&bytes, 0xffffffff, 4);
	assert_int_equal(tickets_parse((const uint8_t *)bytes.data, bytes.len,
				       &owner, &until, NULL),
			 LG_ERR_SYNTAX);
	bytes.data[1] = 3;
	assert_int_equal(tickets_parse((const uint8_t *)bytes.data, bytes.len,
				       &owner, &until, NULL),
			 LG_ERR_SYNTAX);
	lg_buffer_release(&owner);
	lg_buffer_release(&bytes);
	lg_buffer_release(&whole);
}

static enum lg_status parse_one(void *context, struct lg_error *err)
{
	const struct lg_buffer *bytes = context;
	struct lg_buffer owner = {0};
	int64_t until = 0;
	enum lg_status status = tickets_parse((const uint8_t *)bytes->data,
					      bytes->len, &owner, &until, err);

	lg_buffer_release(&owner);
	return status;
}

static void survives_lack_of_memory(void **state)
{
	struct lg_buffer bytes = {0};

	cache(&bytes, 100);
	allocation_survive(parse_one, &bytes);
	lg_buffer_release(&bytes);
}

static void sentences_name_the_cache(void **state)
{
	char path[] = "/tmp/lg-tickets.XXXXXX";
	struct lg_buffer name = {0};
	struct lg_buffer bytes = {0};
	static const struct {
		uint32_t until; /* 1: nothing is written */
		enum tickets_state state;
		const char *says;
	} rows[] = {
		{1, TICKETS_MISSING, "is not a ticket cache"},
		{0, TICKETS_MISSING, "no Kerberos ticket of admin/root@ACME"},
		{1000, TICKETS_EXPIRED, "expired at 1970-01-01T00:16:40Z"},
		{1001, TICKETS_GOOD, "is good until 1970-01-01T00:16:41Z"},
	};
	int fd = mkstemp(path);
	size_t i;

	assert_true(fd >= 0);
	lg_buffer_format(&name, "FILE:%s", path);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lg_buffer sentence = {0};

		lg_buffer_clear(&bytes);
		if (rows[i].until != 1)
			cache(&bytes, rows[i].until);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bytes.data, bytes.len, 0),
				 bytes.len);
		/* With and without the word FILE. */
		assert_int_equal(tickets_tell(name.data, 1000, &sentence),
				 rows[i].state);
		assert_non_null(strstr(sentence.data, rows[i].says));
		lg_buffer_clear(&sentence);
		assert_int_equal(tickets_tell(path, 1000, &sentence),
				 rows[i].state);
		assert_non_null(strstr(sentence.data, path));
		lg_buffer_release(&sentence);
	}
	close(fd);
	unlink(path);
	lg_buffer_clear(&bytes);
	assert_int_equal(tickets_tell(name.data, 0, &bytes), TICKETS_MISSING);
	assert_non_null(strstr(bytes.data, "is not there"));
	lg_buffer_clear(&bytes);
	assert_int_equal(tickets_tell("KCM:", 0, &bytes), TICKETS_UNKNOWN);
	lg_buffer_release(&bytes);
	lg_buffer_release(&name);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("whose a cache is and when its last ticket ends",
			  owner_and_end_are_read),
		suite_row("a cache that ends too soon leaves all untouched",
			  a_part_of_a_cache_is_refused),
		suite_row("each allocation may fail", survives_lack_of_memory),
		suite_row("a sentence names the cache and what is wrong",
			  sentences_name_the_cache),
	};

	return suite_run(rows);
}
