/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dozen calls of MS-RRP that reading and writing values takes. Arguments
 * stand in the order of the IDL; what a structure points to follows directly
 * behind its argument, and every answer ends with a Windows error.
 */
#include <string.h>

#include "base/utf16.h"
#include "winreg/rrp.h"

enum {
	HANDLE = sizeof(((struct rpc_handle *)0)->bytes)
};

void rrp_open_local_machine(uint32_t access, struct lg_buffer *out_stub)
{
	ndr_put_null(out_stub); /* ServerName, ignored */
	ndr_put_u32(out_stub, access);
}

void rrp_open_key(const struct rpc_handle *parent, const char *path,
		  uint32_t access, struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, parent);
	ndr_put_unicode(out_stub, path);
	ndr_put_u32(out_stub, 0); /* dwOptions */
	ndr_put_u32(out_stub, access);
}

void rrp_create_key(const struct rpc_handle *parent, const char *path,
		    uint32_t access, struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, parent);
	ndr_put_unicode(out_stub, path);
	ndr_put_unicode(out_stub, ""); /* lpClass */
	ndr_put_u32(out_stub, 0);      /* kept on disk */
	ndr_put_u32(out_stub, access);
	ndr_put_null(out_stub); /* lpSecurityAttributes */
	ndr_put_pointer(out_stub);
	ndr_put_u32(out_stub, 0); /* lpdwDisposition */
}

void rrp_query_info_key(const struct rpc_handle *key,
			struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, key);
	ndr_put_unicode(out_stub, NULL); /* lpClassIn */
}

void rrp_enum_value(const struct rpc_handle *key, uint32_t index,
		    const struct rrp_key_info *info, struct lg_buffer *out_stub)
{
	uint32_t units = info->name_max / 2 + 1;

	if (units > UINT16_MAX / 2)
		units = UINT16_MAX / 2;
	rpc_put_handle(out_stub, key);
	ndr_put_u32(out_stub, index);
	/* lpValueNameIn: room for a name, none in it. */
	ndr_put_u16(out_stub, 0);
	ndr_put_u16(out_stub, (uint16_t)(2 * units));
	ndr_put_pointer(out_stub);
	ndr_put_u32(out_stub, units);
	ndr_put_u32(out_stub, 0);
	ndr_put_u32(out_stub, 0);
	ndr_put_pointer(out_stub);
	ndr_put_u32(out_stub, 0); /* lpType */
	/* lpData: the same. */
	ndr_put_pointer(out_stub);
	ndr_put_u32(out_stub, info->value_max);
	ndr_put_u32(out_stub, 0);
	ndr_put_u32(out_stub, 0);
	ndr_put_pointer(out_stub);
	ndr_put_u32(out_stub, info->value_max); /* lpcbData */
	ndr_put_pointer(out_stub);
	ndr_put_u32(out_stub, 0); /* lpcbLen */
}

void rrp_set_value(const struct rpc_handle *key, const char *name,
		   uint32_t type, const void *data, size_t len,
		   struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, key);
	ndr_put_unicode(out_stub, name);
	ndr_put_u32(out_stub, type);
	ndr_put_bytes(out_stub, data, len);
	ndr_put_u32(out_stub, (uint32_t)len);
}

void rrp_delete_value(const struct rpc_handle *key, const char *name,
		      struct lg_buffer *out_stub)
{
	rpc_put_handle(out_stub, key);
	ndr_put_unicode(out_stub, name);
}

enum lg_status rrp_read_error(const struct lg_buffer *stub, uint32_t *out_error,
			      struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);

	return ndr_finish(&reader, out_error, err);
}

/* The error at the end of an answer that began with a handle. */
static enum lg_status take_handle(struct ndr_reader *reader,
				  const uint8_t *bytes,
				  struct rpc_handle *out_handle,
				  uint32_t *out_error, struct lg_error *err)
{
	enum lg_status status = ndr_finish(reader, out_error, err);

	if (status == LG_OK && !*out_error)
		memcpy(out_handle->bytes, bytes, HANDLE);
	return status;
}

enum lg_status rrp_read_handle(const struct lg_buffer *stub,
			       struct rpc_handle *out_handle,
			       uint32_t *out_error, struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);
	const uint8_t *bytes = ndr_take(&reader, HANDLE);

	return take_handle(&reader, bytes, out_handle, out_error, err);
}

enum lg_status rrp_read_created(const struct lg_buffer *stub,
				struct rpc_handle *out_handle,
				uint32_t *out_error, struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);
	const uint8_t *bytes = ndr_take(&reader, HANDLE);

	if (ndr_u32(&reader)) /* lpdwDisposition */
		ndr_u32(&reader);
	return take_handle(&reader, bytes, out_handle, out_error, err);
}

/* An RRP_UNICODE_STRING; gives its units. */
static const uint8_t *read_unicode(struct ndr_reader *reader, size_t *out_units)
{
	size_t length;
	const uint8_t *units = NULL;

	*out_units = 0;
	ndr_align(reader, 4);
	length = ndr_u16(reader) / 2u;
	ndr_u16(reader);
	if (ndr_u32(reader)) {
		units = ndr_array(reader, 2, out_units);
		/* The array may hold more than the text has. */
		if (*out_units > length)
			*out_units = length;
	}
	return units;
}

enum lg_status rrp_read_key_info(const struct lg_buffer *stub,
				 struct rrp_key_info *out_info,
				 uint32_t *out_error, struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);
	struct rrp_key_info info;
	size_t units;
	enum lg_status status;

	read_unicode(&reader, &units);
	ndr_u32(&reader); /* lpcSubKeys */
	ndr_u32(&reader); /* lpcbMaxSubKeyLen */
	ndr_u32(&reader); /* lpcbMaxClassLen */
	info.values = ndr_u32(&reader);
	info.name_max = ndr_u32(&reader);
	info.value_max = ndr_u32(&reader);
	ndr_u32(&reader); /* lpcbSecurityDescriptor */
	ndr_u32(&reader); /* lpftLastWriteTime, two halves */
	ndr_u32(&reader);
	status = ndr_finish(&reader, out_error, err);
	if (status == LG_OK && !*out_error)
		*out_info = info;
	return status;
}

enum lg_status rrp_read_value(const struct lg_buffer *stub,
			      struct rrp_value *out_value, uint32_t *out_error,
			      struct lg_error *err)
{
	struct ndr_reader reader = ndr_reader_of(stub);
	const uint8_t *data = NULL;
	size_t units;
	size_t count = 0;
	uint32_t type = 0;
	enum lg_status status;
	const uint8_t *name = read_unicode(&reader, &units);

	if (ndr_u32(&reader))
		type = ndr_u32(&reader);
	if (ndr_u32(&reader))
		data = ndr_array(&reader, 1, &count);
	if (ndr_u32(&reader)) /* lpcbData */
		ndr_u32(&reader);
	if (ndr_u32(&reader)) /* lpcbLen */
		ndr_u32(&reader);
	status = ndr_finish(&reader, out_error, err);
	if (status != LG_OK || *out_error)
		return status;
	/* Some servers count the NUL of the name. */
	if (units && !name[2 * units - 2] && !name[2 * units - 1])
		units--;
	if (lg_utf16_decode(name, units, &out_value->name) != units)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "the name of a value is not UTF-16");
	out_value->type = type;
	out_value->data = data;
	out_value->len = count;
	return lg_buffer_status(&out_value->name, err);
}

/* One that is not known keeps its number. */
static const struct {
	uint32_t error;
	enum lg_status status;
	const char *words;
} meanings[] = {
	{WINDOWS_FILE_NOT_FOUND, LG_ERR_IO, "is not there"},
	{WINDOWS_PATH_NOT_FOUND, LG_ERR_IO, "is not there"},
	{WINDOWS_ACCESS_DENIED, LG_ERR_DENIED,
	 "the server denies it; the account needs to be an administrator "
	 "there"},
	{WINDOWS_NOT_ENOUGH_MEMORY, LG_ERR_IO, "the server is out of memory"},
	{WINDOWS_OUTOFMEMORY, LG_ERR_IO, "the server is out of memory"},
	{WINDOWS_KEY_DELETED, LG_ERR_IO, "somebody deleted it meanwhile"},
	{WINDOWS_DEPENDENT_SERVICES_RUNNING, LG_ERR_CONFLICT,
	 "other services that run depend on it; stop them first"},
	{WINDOWS_SERVICE_REQUEST_TIMEOUT, LG_ERR_CONFLICT,
	 "the service did not answer in time"},
	{WINDOWS_SERVICE_DISABLED, LG_ERR_CONFLICT, "the service is disabled"},
	{WINDOWS_SERVICE_DOES_NOT_EXIST, LG_ERR_CONFLICT,
	 "there is no such service"},
};

enum lg_status windows_failed(const char *server, const char *what,
			      uint32_t error, struct lg_error *err)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].error == error)
			return lg_error_set(err, meanings[i].status, server,
					    "%s: %s (Windows error %u)", what,
					    meanings[i].words,
					    (unsigned int)error);
	return lg_error_set(err, LG_ERR_IO, server, "%s: Windows error %u",
			    what, (unsigned int)error);
}
