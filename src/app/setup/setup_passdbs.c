/* SPDX-License-Identifier: ISC */
/*
 * setup_passdbs.c - the site's own passdbs of Dovecot go on to the gate's
 *
 * `doveconf -n` says how many there are and not where: the files are walked as
 * Dovecot reads them. Where the two do not agree nothing is changed.
 */
#include "app/setup/setup_doveconf.h"

#include <fnmatch.h>
#include <string.h>

#include "base/listed.h"

#include "app/doors/block_text.h"
#include "app/setup/setup_parts.h"

#define OWN "logongate-"
#define DEPTH_MAX 16
#define BY_HAND                                                                    \
	"; change the passdbs by hand, as the top of dovecot/logongate-dict.conf " \
	"says"

struct walk {
	const struct lg_setup_ask *ask;
	struct lg_strlist files; /* that were read */
	size_t found;            /* passdbs in them */
};

static int says(const struct lg_block *block, const char *name,
		const char *value)
{
	const char *is = lg_block_value(block, name);

	return is != NULL && strncmp(is, value, strlen(value)) == 0;
}

/* One of the drop-in's, by what only those have. */
static int is_own(const struct lg_block *passdb)
{
	const char *filter = lg_block_value(passdb, "username_filter");

	return says(passdb, "skip", "unauthenticated") ||
	       (passdb->word_count > 1 &&
		strncmp(passdb->word[1], "logongate", 9) == 0) ||
	       (filter != NULL && strncmp(filter, OWN, strlen(OWN)) == 0);
}

static enum lg_status conflict(const struct walk *walk, const char *path,
			       const char *what)
{
	return lg_error_set(walk->ask->err, LG_ERR_CONFLICT, path, "%s" BY_HAND,
			    what);
}

/* Those of a protocol or a network alone are asked before all others. */
static enum lg_status check_inner(const struct walk *walk, const char *path,
				  const struct lg_block *block)
{
	enum lg_status status = LG_OK;

	for (block = block->child; status == LG_OK && block;
	     block = block->next) {
		if (lg_block_is(block, "passdb") && !is_own(block))
			status = conflict(walk, path,
					  "has a passdb of one protocol or "
					  "network alone");
		else
			status = check_inner(walk, path, block);
	}
	return status;
}

static enum lg_status put_passdb(struct walk *walk, const char *path,
				 const struct lg_block *passdb,
				 struct lg_setup_insert *insert)
{
	struct lg_buffer lines = {0};
	enum lg_status status;

	walk->found++;
	if (says(passdb, "deny", "yes"))
		return LG_OK;
	if (lg_block_value(passdb, "result_success") != NULL) {
		if (!says(passdb, "result_success", "continue"))
			return conflict(walk, path,
					"has a passdb whose result_success "
					"ends the asking");
	} else if (!says(passdb, "pass", "yes")) {
		lg_buffer_text(&lines, "  result_success = continue-ok\n");
	}
	if (!says(passdb, "master", "yes") &&
	    lg_block_value(passdb, "skip") == NULL)
		lg_buffer_text(&lines, "  skip = authenticated\n");
	status = lg_buffer_status(&lines, walk->ask->err);
	if (status == LG_OK && lines.len)
		lg_setup_insert_at(insert, passdb->body, lines.data);
	lg_buffer_release(&lines);
	return status;
}

static enum lg_status walk_file(struct walk *walk, const char *path, int depth);

/* What a line includes: a file, or those of a folder that fit. */
static enum lg_status walk_include(struct walk *walk, const char *from,
				   const char *what, int depth)
{
	const struct lg_machine *machine = walk->ask->machine;
	struct lg_setup_plan *plan = walk->ask->plan;
	const char *path =
		*what == '/'
			? what
			: lg_setup_text(plan, "%s/%s",
					lg_setup_folder_of(plan, from), what);
	const char *folder = lg_setup_folder_of(plan, path);
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;
	struct lg_strlist names = {0};
	enum lg_status status;

	if (strpbrk(last, "*?[") == NULL)
		return walk_file(walk, path, depth);
	status = machine->list(machine->self, folder, &names, walk->ask->err);
	for (size_t i = 0; status == LG_OK && i < names.count; i++) {
		if (fnmatch(last, names.item[i], FNM_PERIOD) == 0)
			status = walk_file(walk,
					   lg_setup_text(plan, "%s/%s", folder,
							 names.item[i]),
					   depth);
	}
	lg_strlist_release(&names);
	return status;
}

static enum lg_status walk_text(struct walk *walk, const char *path,
				const char *text, int depth)
{
	struct lg_setup_insert insert = {.text = text};
	struct lg_block_text *tree = NULL;
	enum lg_status status = lg_block_text_doveconf(text, strlen(text),
						       &tree, walk->ask->err);
	const struct lg_block *block = tree ? lg_block_root(tree)->child : NULL;

	for (; status == LG_OK && block; block = block->next) {
		if (block->word_count > 1 &&
		    strncmp(block->word[0], "!include", 8) == 0)
			status = walk_include(walk, path, block->word[1],
					      depth + 1);
		else if (!lg_block_is(block, "passdb"))
			status = check_inner(walk, path, block);
		/* "passdb x { }" on one line is no block to the parser */
		else if (!is_own(block) &&
			 !strpbrk(block->word[block->word_count - 1], "{}"))
			status = put_passdb(walk, path, block, &insert);
	}
	if (status == LG_OK)
		status = lg_setup_insert_end(&insert, walk->ask->err);
	if (status == LG_OK)
		status = lg_setup_his_file(walk->ask, path, text,
					   insert.out.data);
	lg_buffer_release(&insert.out);
	lg_block_text_free(&tree);
	return status;
}

static enum lg_status walk_file(struct walk *walk, const char *path, int depth)
{
	const char *text = NULL;
	enum lg_status status;

	if (lg_listed(&walk->files, path))
		return LG_OK;
	if (depth > DEPTH_MAX)
		return conflict(walk, path, "is included too deeply");
	status = lg_strlist_add(&walk->files, path, strlen(path),
				walk->ask->err);
	if (status == LG_OK)
		status = lg_setup_read(walk->ask, path, &text);
	/* Dovecot has read them all: this is one that it need not have. */
	if (status == LG_ERR_UNKNOWN_KEY)
		return LG_OK;
	return status == LG_OK && *text ? walk_text(walk, path, text, depth)
					: status;
}

/* How many of the site's Dovecot knows. */
static enum lg_status count_shown(const struct walk *walk,
				  const struct lg_setup_doveconf *doveconf,
				  size_t *out_count)
{
	struct lg_block_text *tree = NULL;
	const struct lg_block *passdb = NULL;
	enum lg_status status =
		lg_block_text_doveconf(doveconf->shown, strlen(doveconf->shown),
				       &tree, walk->ask->err);

	*out_count = 0;
	while (status == LG_OK &&
	       (passdb = lg_block_find(lg_block_root(tree), passdb, "passdb")))
		*out_count += !is_own(passdb);
	lg_block_text_free(&tree);
	return status;
}

enum lg_status lg_setup_passdbs(const struct lg_setup_ask *ask,
				const struct lg_setup_doveconf *doveconf)
{
	struct walk walk = {.ask = ask};
	size_t shown = 0;
	enum lg_status status = walk_file(&walk, doveconf->conf, 0);

	if (status == LG_OK)
		status = count_shown(&walk, doveconf, &shown);
	if (status == LG_OK && shown == 0)
		status = lg_error_set(ask->err, LG_ERR_CONFLICT, doveconf->conf,
				      "has no passdb: nobody logs on by a "
				      "password that Dovecot checks");
	else if (status == LG_OK && walk.found != shown)
		status = conflict(&walk, doveconf->conf,
				  "has passdbs that setup does not find in "
				  "the files it includes");
	lg_strlist_release(&walk.files);
	return status;
}
