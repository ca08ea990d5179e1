/* SPDX-License-Identifier: ISC */
/*
 * registry.h - registry values, and the text that regedit keeps them in
 *
 * Layer: core.
 * Flow: a profile is rendered to values for a dialect; a store reads values.
 * The gate's registry.reg, back-ups, .reg targets and hives all hold these.
 * Source: conformance L1-L3, V1, P1; contract 7 "render, registry, targets".
 */
#ifndef LOGONGATE_REGISTRY_H
#define LOGONGATE_REGISTRY_H

#include <stdint.h>

#include <logongate/buffer.h>
#include <logongate/codepage.h>
#include <logongate/strlist.h>

/* Without the hive's name for offline and remote use, see LG_KEY_HIVE. */
#define LG_KEY_HIVE "HKEY_LOCAL_MACHINE"
#define LG_KEY_PARAMETERS_SYSTEM                                               \
	LG_KEY_HIVE "\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS"      \
		    "\\ParametersSystem"
/* The key that S2 prints for 5.5 (L2): read on import, with a warning. */
#define LG_KEY_MSEXCHANGEIS                                                    \
	LG_KEY_HIVE "\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS"

#define LG_VALUE_LOGON_ONLY_AS "Logon Only As"
#define LG_VALUE_DISABLE_MAPI_CLIENTS "Disable MAPI Clients"
#define LG_VALUE_DISABLE_MAPI_CLIENT_PROCESSES "Disable MAPI Client Processes"
/* The gate's own (contract 7). */
#define LG_VALUE_LOGON_ONLY_AS_FILE "Logon Only As File"
#define LG_VALUE_LOGON_ONLY_AS_USERS "Logon Only As Users"
#define LG_VALUE_WHEN_INVALID "When Invalid"
#define LG_VALUE_REFUSE_PROTOCOLS "Refuse Protocols"
#define LG_VALUE_REFUSAL_MESSAGE "Refusal Message"
#define LG_VALUE_REFUSAL_MESSAGES "Refusal Messages" /* TAG=text */
#define LG_VALUE_UNKNOWN_VERSION "Unknown Version"
#define LG_VALUE_UNKNOWN_PROCESS "Unknown Process"
#define LG_VALUE_FOUR_PART "Four Part"
#define LG_VALUE_HOLD_MAIL "Hold Mail"
#define LG_VALUE_APPLIES_TO "Applies To"
#define LG_VALUE_APPLIES_TO_USERS "Applies To Users"
#define LG_VALUE_APPLIES_TO_DOMAINS "Applies To Domains"
#define LG_VALUE_APPLIES_TO_FILE "Applies To File"

enum lg_reg_type {
	LG_REG_NONE = 0,
	LG_REG_SZ = 1,
	LG_REG_EXPAND_SZ = 2,
	LG_REG_BINARY = 3,
	LG_REG_DWORD = 4,
	LG_REG_MULTI_SZ = 7
	/* other numbers are kept as they are, with their bytes */
};

/*
 * One value. Which member holds: SZ text; MULTI_SZ list; DWORD dword; any
 * other type bytes (as Windows stores them). Texts are UTF-8.
 * Data that is not what its type says (a lone surrogate, a NUL inside, an odd
 * length) is kept: bytes_kept is 1 and bytes holds it whatever the type.
 */
struct lg_value {
	char *key;
	char *name;
	uint32_t type;
	char *text;
	struct lg_strlist list;
	uint32_t dword;
	unsigned char *bytes;
	size_t bytes_len;
	int bytes_kept;
};

/*
 * Values in order of insertion; keys and names compare without ASCII case.
 * Keys, names and texts must be UTF-8 (LG_ERR_SYNTAX). A value once set never
 * changes and is shared by copies, so copying a registry is cheap however long
 * its lists are, and a copy may be used by another thread.
 */
struct lg_registry;

enum lg_status lg_registry_new(struct lg_registry **out_registry,
			       struct lg_error *err);
void lg_registry_free(struct lg_registry **registry);
enum lg_status lg_registry_copy(const struct lg_registry *registry,
				struct lg_registry **out_copy,
				struct lg_error *err);

size_t lg_registry_count(const struct lg_registry *registry);
const struct lg_value *lg_registry_at(const struct lg_registry *registry,
				      size_t index);
/* NULL where there is none. */
const struct lg_value *lg_registry_find(const struct lg_registry *registry,
					const char *key, const char *name);

/* Each replaces a value of the same key and name. */
enum lg_status lg_registry_set_text(struct lg_registry *registry,
				    const char *key, const char *name,
				    const char *text, struct lg_error *err);
enum lg_status lg_registry_set_list(struct lg_registry *registry,
				    const char *key, const char *name,
				    const struct lg_strlist *list,
				    struct lg_error *err);
enum lg_status lg_registry_set_dword(struct lg_registry *registry,
				     const char *key, const char *name,
				     uint32_t dword, struct lg_error *err);
enum lg_status lg_registry_set_bytes(struct lg_registry *registry,
				     const char *key, const char *name,
				     uint32_t type, const void *bytes,
				     size_t len, struct lg_error *err);
/* Copies a value of another registry, whatever its type. */
enum lg_status lg_registry_set(struct lg_registry *registry,
			       const struct lg_value *value,
			       struct lg_error *err);
/* 1 when there was one. */
int lg_registry_delete(struct lg_registry *registry, const char *key,
		       const char *name);

/* Same type and data (not key and name): 1 or 0. */
int lg_value_equal(const struct lg_value *a, const struct lg_value *b);

/* Appends the data as Windows stores it, UTF-16LE with its NULs. */
void lg_value_bytes(const struct lg_value *value, struct lg_buffer *out_bytes);

/* The size Windows stores: UTF-16 with its NULs. For the 1 MB limit. */
size_t lg_value_stored_size(const struct lg_value *value);

/* "REG_SZ", "REG_MULTI_SZ", "REG_DWORD", "REG_EXPAND_SZ", "REG_BINARY",
 * "REG_NONE"; NULL for other numbers. */
const char *lg_reg_type_name(uint32_t type);

/*
 * Merges a Registry Editor 5.00 file, or the REGEDIT4 file of an older Windows,
 * into a copy of base (NULL: of nothing), as regedit does: "name"=- deletes,
 * [-KEY] deletes a key and below. REGEDIT4 is read in the code page given, data
 * of hex(1), hex(2) and hex(7) too; NULL is 1252.
 * Shape: UTF-16LE with mark, or UTF-8 with or without one; CRLF or LF; hex
 * continuation lines; ; comment lines; dword:, hex:, hex(N):, "text" with \\
 * and \" (also "text over lines", as Samba writes). A file that does not end
 * in a line end, an unknown form, a second header: LG_ERR_SYNTAX with line.
 * HKLM is HKEY_LOCAL_MACHINE. All or nothing.
 * Owns: free *out_registry with lg_registry_free.
 */
enum lg_status lg_reg_text_parse(const void *bytes, size_t len,
				 const char *place,
				 const struct lg_registry *base,
				 struct lg_registry **out_registry,
				 struct lg_error *err);
enum lg_status lg_reg_text_parse_as(const void *bytes, size_t len,
				    const char *place,
				    const struct lg_registry *base,
				    const struct lg_codepage *codepage,
				    struct lg_registry **out_registry,
				    struct lg_error *err);

/*
 * Appends a REGEDIT4 file as the Registry Editor 5.00 file that says the same,
 * deletions and comments too, in UTF-8; a file of another form as it is.
 * Returns: as lg_reg_text_parse.
 */
enum lg_status lg_reg_text_modernise(const void *bytes, size_t len,
				     const char *place,
				     const struct lg_codepage *codepage,
				     struct lg_buffer *out_text,
				     struct lg_error *err);

/*
 * Adds what a file takes away when it is imported: pairs of a key and a name,
 * and the keys that are deleted with all below.
 * Returns: as lg_reg_text_parse.
 */
enum lg_status
lg_reg_text_deletions(const void *bytes, size_t len, const char *place,
		      struct lg_strlist *out_key, struct lg_strlist *out_name,
		      struct lg_strlist *out_deleted_key, struct lg_error *err);

enum lg_reg_encoding {
	LG_REG_ENCODING_UTF16 = 0, /* as regedit: mark, CRLF, empty end */
	LG_REG_ENCODING_UTF8,      /* the gate's registry.reg: LF, no mark */
	LG_REG_ENCODING_REGEDIT4   /* NT 4: ANSI, CRLF, empty end */
};

/* Multi-strings as hex(7) with continuation lines, in UTF-16 always. In the
 * UTF8 encoding a comment line before a hex(7) shows each string. */
enum lg_status lg_reg_text_render(const struct lg_registry *registry,
				  enum lg_reg_encoding encoding,
				  struct lg_buffer *out_bytes,
				  struct lg_error *err);
/* REGEDIT4 in another page than 1252; a character that the page lacks, and
 * data that is no text, are LG_ERR_SYNTAX. */
enum lg_status lg_reg_text_render_as(const struct lg_registry *registry,
				     enum lg_reg_encoding encoding,
				     const struct lg_codepage *codepage,
				     struct lg_buffer *out_bytes,
				     struct lg_error *err);

/*
 * Appends a block that takes one value away when the file is imported, to a
 * text that lg_reg_text_render made in the same encoding.
 */
enum lg_status lg_reg_text_render_key_deletion(const char *key,
					       enum lg_reg_encoding encoding,
					       struct lg_buffer *out_bytes,
					       struct lg_error *err);
enum lg_status lg_reg_text_render_deletion(const char *key, const char *name,
					   enum lg_reg_encoding encoding,
					   struct lg_buffer *out_bytes,
					   struct lg_error *err);

/* Appends lines that the reader skips: each begins with ";" and ends in LF in
 * text, whatever ends a line in the encoding. */
enum lg_status lg_reg_text_render_comments(const char *text,
					   enum lg_reg_encoding encoding,
					   struct lg_buffer *out_bytes,
					   struct lg_error *err);

#endif
