/* SPDX-License-Identifier: ISC */
/*
 * The table of known clients. The compiled-in text goes through the same
 * reader as a clients_file, so there is one form and one set of checks. Rows
 * are read into a list of their own first and joined to the table at the end:
 * a file that breaks in its last line adds nothing.
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/clients.h>
#include <logongate/strlist.h>

#include "core/exchange/clients_csv.h"
#include "base/listed.h"
#include "base/grow.h"
#include "base/csv.h"

enum {
	CLIENTS_MAX = 16 << 20
};

enum {
	COLUMN_CLIENT,
	COLUMN_PROVIDER,
	COLUMN_REGISTRY,
	COLUMN_SOURCE,
	COLUMNS
};

/* One file's rows and the texts they point into. */
struct client_rows {
	struct client_rows *next;
	struct lg_client *item;
	size_t count;
	size_t capacity;
	struct lg_strlist text;
};

struct lg_clients {
	struct client_rows *rows;
	struct lg_client *item; /* all rows, in order */
	size_t count;
};

static void free_rows(struct client_rows *rows)
{
	if (!rows)
		return;
	free(rows->item);
	lg_strlist_release(&rows->text);
	free(rows);
}

/* Reads a version column, whose form has so many parts. */
static enum lg_status read_version(const char *text, size_t parts,
				   const struct csv_reader *reader,
				   struct lg_version *out_version,
				   struct lg_error *err)
{
	struct lg_version version;
	struct lg_error why = {0};
	size_t dots = 0;
	enum lg_status status =
		lg_version_parse(text, strlen(text), &version, &why);

	for (const char *at = text; *at; at++)
		dots += *at == '.';
	if (status != LG_OK)
		return lg_error_set_at(err, status, reader->place, reader->line,
				       "%s", why.text);
	if (dots + 1 != parts)
		return lg_error_set_at(
			err, LG_ERR_SYNTAX, reader->place, reader->line,
			"\"%s\" has %zu parts; a %s", text, dots + 1,
			parts == 4 ? "provider_version is X.0.Y.Z as the "
				     "server shows it"
				   : "registry_version is X.Y.Z as the "
				     "registry takes it");
	*out_version = version;
	return LG_OK;
}

static enum lg_status read_versions(struct client_rows *rows,
				    const struct lg_strlist *field,
				    const struct csv_reader *reader,
				    struct lg_client *client,
				    struct lg_error *err)
{
	const char *provider = field->item[COLUMN_PROVIDER];
	const char *registry = field->item[COLUMN_REGISTRY];
	struct lg_version other = {{0}, LG_VERSION_UNKNOWN};
	struct lg_buffer text = {0};
	enum lg_status status = LG_OK;

	if (*provider)
		status = read_version(provider, 4, reader, &client->version,
				      err);
	if (status == LG_OK && *registry)
		status = read_version(registry, 3, reader, &other, err);
	if (status != LG_OK)
		return status;
	if (!client->version.known)
		client->version = other;
	else if (other.known && lg_version_compare(&client->version, &other))
		return lg_error_set_at(err, LG_ERR_CONFLICT, reader->place,
				       reader->line,
				       "%s is not %s without its second part; "
				       "leave registry_version empty to have "
				       "it derived",
				       registry, provider);
	if (!client->version.known)
		return LG_OK;
	lg_version_format(&client->version, &text);
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_list_keep_text(&rows->text, text.data,
					   &client->provider, err);
	lg_buffer_clear(&text);
	if (status == LG_OK &&
	    lg_version_format_three(&client->version, &text)) {
		status = lg_buffer_status(&text, err);
		if (status == LG_OK)
			status = lg_list_keep_text(&rows->text, text.data,
						   &client->registry, err);
	}
	lg_buffer_release(&text);
	return status;
}

static int has_control(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at; at++)
		if (*at < 0x20 || *at == 0x7f ||
		    (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
			return 1;
	return 0;
}

static enum lg_status add_row(struct client_rows *rows,
			      const struct lg_strlist *field,
			      const struct csv_reader *reader,
			      struct lg_error *err)
{
	struct lg_client client = {0};
	enum lg_status status;

	if (field->count != COLUMNS)
		return lg_error_set_at(err, LG_ERR_SYNTAX, reader->place,
				       reader->line,
				       "the line has %zu fields; a client has "
				       "client,provider_version,"
				       "registry_version,source",
				       field->count);
	for (size_t i = 0; i < COLUMNS; i++)
		if (has_control(field->item[i]))
			return lg_error_set_at(err, LG_ERR_SYNTAX,
					       reader->place, reader->line,
					       "field %zu has a control "
					       "character or a line end",
					       i + 1);
	if (!*field->item[COLUMN_CLIENT])
		return lg_error_set_at(err, LG_ERR_SYNTAX, reader->place,
				       reader->line, "the client has no name");
	status = lg_grow(&rows->item, &rows->capacity, rows->count,
			 sizeof(*rows->item), err);
	if (status == LG_OK)
		status = lg_list_keep_text(&rows->text,
					   field->item[COLUMN_CLIENT],
					   &client.name, err);
	if (status == LG_OK)
		status = lg_list_keep_text(&rows->text,
					   field->item[COLUMN_SOURCE],
					   &client.source, err);
	if (status == LG_OK)
		status = read_versions(rows, field, reader, &client, err);
	if (status == LG_OK)
		rows->item[rows->count++] = client;
	return status;
}

static enum lg_status check_header(const struct lg_strlist *field,
				   const struct csv_reader *reader,
				   struct lg_error *err)
{
	static const char *const column[COLUMNS] = {
		"client", "provider_version", "registry_version", "source"};
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (i >= field->count || strcmp(field->item[i], column[i]) != 0)
			break;
	if (i == COLUMNS && field->count == COLUMNS)
		return LG_OK;
	return lg_error_set_at(err, LG_ERR_SYNTAX, reader->place,
			       reader->line ? reader->line : 1,
			       "the first line does not name the columns; "
			       "write "
			       "client,provider_version,registry_version,"
			       "source");
}

static enum lg_status read_rows(struct client_rows *rows, const char *text,
				size_t len, const char *place,
				struct lg_error *err)
{
	struct csv_reader reader = {.text = text, .len = len, .place = place};
	struct lg_strlist field = {0};
	enum lg_status status;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader.at = 3;
	status = csv_read(&reader, &field, err);
	if (status == LG_OK)
		status = check_header(&field, &reader, err);
	while (status == LG_OK) {
		status = csv_read(&reader, &field, err);
		if (status != LG_OK || !field.count)
			break;
		status = add_row(rows, &field, &reader, err);
	}
	lg_strlist_release(&field);
	return status;
}

enum lg_status lg_clients_add(struct lg_clients *clients, const char *text,
			      size_t len, const char *place,
			      struct lg_error *err)
{
	struct client_rows *rows = NULL;
	struct lg_client *item;
	enum lg_status status;

	if (len > CLIENTS_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, place,
				    "the file has %zu bytes; at most %d are "
				    "read",
				    len, CLIENTS_MAX);
	rows = calloc(1, sizeof(*rows));
	if (!rows)
		return lg_no_memory(err);
	status = read_rows(rows, text, len, place, err);
	if (status != LG_OK || !rows->count)
		goto out;
	item = realloc(clients->item,
		       (clients->count + rows->count) * sizeof(*item));
	if (!item) {
		status = lg_no_memory(err);
		goto out;
	}
	memcpy(item + clients->count, rows->item, rows->count * sizeof(*item));
	clients->item = item;
	clients->count += rows->count;
	rows->next = clients->rows;
	clients->rows = rows;
	rows = NULL;
out:
	free_rows(rows);
	return status;
}

enum lg_status lg_clients_new(struct lg_clients **out_clients,
			      struct lg_error *err)
{
	struct lg_clients *clients = calloc(1, sizeof(*clients));
	enum lg_status status;

	if (!clients)
		return lg_no_memory(err);
	status = lg_clients_add(clients, (const char *)clients_csv,
				clients_csv_len, "clients.csv", err);
	if (status == LG_OK) {
		*out_clients = clients;
		clients = NULL;
	}
	lg_clients_free(&clients);
	return status;
}

void lg_clients_free(struct lg_clients **clients)
{
	if (!*clients)
		return;
	while ((*clients)->rows) {
		struct client_rows *rows = (*clients)->rows;

		(*clients)->rows = rows->next;
		free_rows(rows);
	}
	free((*clients)->item);
	free(*clients);
	*clients = NULL;
}

const struct lg_client *lg_clients_items(const struct lg_clients *clients,
					 size_t *out_count)
{
	*out_count = clients->count;
	return clients->item;
}
