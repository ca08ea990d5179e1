/* SPDX-License-Identifier: ISC */
/*
 * The text of the script: fixed blocks, of which a profile asks for some, with
 * its values in them as quoted expressions.
 */
#include <string.h>

#include "app/render/powershell_script.h"

static const char usage[] =
	"# Run in the Exchange Management Shell, Exchange 2010 or later:\n"
	"#   .\\script.ps1 -Server EX1, EX2          save, then lock\n"
	"#   .\\script.ps1 -Server EX1, EX2 -Undo    put back what was saved\n"
	"param(\n";

static const char parameters[] =
	"    [string] $Saved = '.\\logongate-saved.xml',\n"
	"    [switch] $Undo\n"
	")\n"
	"$ErrorActionPreference = 'Stop'\n"
	"\n"
	"if ($Undo) {\n"
	"    $before = Import-Clixml -LiteralPath $Saved\n";

static const char undo_servers[] =
	"    foreach ($item in $before.Servers) {\n"
	"        Set-RpcClientAccess -Server $item.Server"
	" -BlockedClientVersions $item.BlockedClientVersions\n"
	"    }\n";

static const char undo_mailbox_versions[] =
	"    foreach ($item in $before.Mailboxes) {\n"
	"        Set-CASMailbox -Identity $item.Identity"
	" -MAPIBlockOutlookVersions $item.MAPIBlockOutlookVersions\n"
	"    }\n";

static const char undo_mailbox_switches[] =
	"    foreach ($item in $before.Mailboxes) {\n"
	"        Set-CASMailbox -Identity $item.Identity"
	" -MAPIEnabled $item.MAPIEnabled -OWAEnabled $item.OWAEnabled"
	" -ActiveSyncEnabled $item.ActiveSyncEnabled"
	" -EwsEnabled $item.EwsEnabled -ImapEnabled $item.ImapEnabled"
	" -PopEnabled $item.PopEnabled\n"
	"    }\n";

static const char undo_components[] =
	"    foreach ($item in $before.Components) {\n"
	"        Set-ServerComponentState -Identity $item.Server"
	" -Component $item.Component -Requester Maintenance -State Active\n"
	"    }\n";

static const char save[] =
	"    Remove-Item -LiteralPath $Saved\n"
	"    return\n"
	"}\n"
	"\n"
	"# Save what is there.\n"
	"if (Test-Path -LiteralPath $Saved) {\n"
	"    throw \"$Saved is there already: undo the lock that it belongs"
	" to first\"\n"
	"}\n"
	"$mailboxes = @(foreach ($name in $Server) {\n"
	"    Get-Mailbox -Server $name -ResultSize Unlimited |"
	" ForEach-Object {\n"
	"        $access = Get-CASMailbox -Identity $_.DistinguishedName\n"
	"        New-Object PSObject -Property @{\n"
	"            Identity                 = [string]$_.DistinguishedName\n"
	"            LegacyExchangeDN         = [string]$_.LegacyExchangeDN\n"
	"            Names                    = @([string]$_.UserPrincipalName,"
	" [string]$_.SamAccountName, [string]$_.PrimarySmtpAddress)\n"
	"            MAPIBlockOutlookVersions ="
	" $access.MAPIBlockOutlookVersions\n"
	"            MAPIEnabled              = $access.MAPIEnabled\n"
	"            OWAEnabled               = $access.OWAEnabled\n"
	"            ActiveSyncEnabled        = $access.ActiveSyncEnabled\n"
	"            EwsEnabled               = $access.EwsEnabled\n"
	"            ImapEnabled              = $access.ImapEnabled\n"
	"            PopEnabled               = $access.PopEnabled\n"
	"        }\n"
	"    }\n"
	"})\n"
	"$servers = @(foreach ($name in $Server) {\n"
	"    New-Object PSObject -Property @{\n"
	"        Server                = $name\n"
	"        BlockedClientVersions ="
	" (Get-RpcClientAccess -Server $name).BlockedClientVersions\n"
	"    }\n"
	"})\n";

static const char find_components[] =
	"# Only what is active now is made inactive, and active again.\n"
	"$components = @(if (Get-Command Set-ServerComponentState"
	" -ErrorAction SilentlyContinue) {\n"
	"    foreach ($name in $Server) {\n"
	"        foreach ($component in $refused) {\n"
	"            $state = Get-ServerComponentState -Identity $name"
	" -Component $component\n"
	"            if ([string]$state.State -eq 'Active') {\n"
	"                New-Object PSObject -Property @{ Server = $name;"
	" Component = $component }\n"
	"            }\n"
	"        }\n"
	"    }\n"
	"})\n";

static const char find_locked[] =
	"$locked = @($mailboxes | Where-Object {\n"
	"    $mailbox = $_\n"
	"    -not ($allowed -contains $mailbox.LegacyExchangeDN) -and\n"
	"    -not ($mailbox.Names | Where-Object { $allowedNames -contains $_"
	" })\n"
	"})\n";

static const char find_listed[] =
	"$listed = @(@($allowed) + @($allowedNames) | Where-Object {\n"
	"    Get-Mailbox -Identity $_ -ErrorAction SilentlyContinue\n"
	"})\n"
	"if (-not $listed) {\n"
	"    throw 'none of the listed accounts has a mailbox: nobody would be"
	" left to get in'\n"
	"}\n";

static const char spare[] =
	"$mailboxes = @($mailboxes | Where-Object {\n"
	"    -not ($breakGlass -contains $_.LegacyExchangeDN)\n"
	"})\n";

/* Those with an @ tell, where there are any (contract 9, 12). */
static const char find_concerned[] =
	"$mailboxes = @($mailboxes | Where-Object {\n"
	"    $mailbox = $_\n"
	"    $domains = @($mailbox.Names | Where-Object { $_ -like '*@*' } |"
	" ForEach-Object { ($_ -split '@')[-1] })\n"
	"    if (-not $domains) { $domains = $domainsOfBareNames }\n"
	"    ($concerned -contains $mailbox.LegacyExchangeDN) -or\n"
	"    ($mailbox.Names | Where-Object { $concernedNames -contains $_ })"
	" -or\n"
	"    ($domains | Where-Object { $concernedDomains -contains $_ })\n"
	"})\n"
	"if (-not $mailboxes) {\n"
	"    throw 'none of the accounts that the profile concerns has a"
	" mailbox on these servers: nothing was changed'\n"
	"}\n";

static const char keep[] =
	"@{ Servers = $servers; Mailboxes = $mailboxes;"
	" Components = $components } | Export-Clixml -LiteralPath $Saved\n"
	"\n"
	"# Lock.\n";

static const char lock_server_versions[] =
	"foreach ($name in $Server) {\n"
	"    Set-RpcClientAccess -Server $name"
	" -BlockedClientVersions $versions\n"
	"}\n";

static const char lock_mailbox_versions[] =
	"foreach ($mailbox in $mailboxes) {\n"
	"    Set-CASMailbox -Identity $mailbox.Identity"
	" -MAPIBlockOutlookVersions $versions\n"
	"}\n";

static const char lock_names[] =
	"foreach ($mailbox in $locked) {\n"
	"    Set-CASMailbox -Identity $mailbox.Identity -MAPIEnabled $false"
	" -OWAEnabled $false -ActiveSyncEnabled $false -EwsEnabled $false"
	" -ImapEnabled $false -PopEnabled $false\n"
	"}\n";

static const char lock_components[] =
	"foreach ($item in $components) {\n"
	"    Set-ServerComponentState -Identity $item.Server"
	" -Component $item.Component -Requester Maintenance -State Inactive\n"
	"}\n";

/* What refusing a protocol means there (I4). */
static const struct {
	enum lg_protocol protocol;
	const char *switches;
	const char *components;
} protocols[] = {
	{LG_PROTOCOL_MAPI, " -MAPIEnabled $false", "'MapiProxy', 'RpcProxy'"},
	{LG_PROTOCOL_HTTP,
	 " -OWAEnabled $false -ActiveSyncEnabled $false -EwsEnabled $false",
	 "'OwaProxy', 'EcpProxy', 'EwsProxy', 'ActiveSyncProxy'"},
	{LG_PROTOCOL_IMAP, " -ImapEnabled $false", "'ImapProxy'"},
	{LG_PROTOCOL_POP3, " -PopEnabled $false", "'PopProxy'"},
};

static void write_array(struct lg_buffer *out, const char *name,
			const struct lg_strlist *list)
{
	lg_buffer_format(out, "%s = @(", name);
	for (size_t i = 0; i < list->count; i++) {
		lg_buffer_text(out, i ? ",\n    " : "\n    ");
		lg_powershell_quote(list->item[i], out);
	}
	lg_buffer_text(out, list->count ? "\n)\n" : ")\n");
}

static void write_refused(struct script *script)
{
	const char *between = "";

	lg_buffer_text(script->out, "$refused = @(");
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (!lg_powershell_refuses(script, protocols[i].protocol))
			continue;
		lg_buffer_format(script->out, "%s%s", between,
				 protocols[i].components);
		between = ", ";
	}
	lg_buffer_text(script->out, ")\n");
	lg_buffer_text(script->out, find_components);
}

static void write_protocol_lock(struct script *script)
{
	lg_buffer_text(script->out,
		       "foreach ($mailbox in $mailboxes) {\n"
		       "    Set-CASMailbox -Identity $mailbox.Identity");
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (lg_powershell_refuses(script, protocols[i].protocol))
			lg_buffer_text(script->out, protocols[i].switches);
	lg_buffer_text(script->out, "\n}\n");
	if (!script->is_for_some)
		lg_buffer_text(script->out, lock_components);
}

/* Who is left of the mailboxes before anything is saved or changed. */
static void write_chosen(struct script *script,
			 const struct accounts *concerned)
{
	const struct lg_powershell_input *input = script->input;
	struct lg_strlist bare = {0};

	if (input->break_glass && input->break_glass->count) {
		write_array(script->out, "$breakGlass", input->break_glass);
		lg_buffer_text(script->out, spare);
	}
	if (!script->is_for_some)
		return;
	write_array(script->out, "$concerned", &concerned->dn);
	write_array(script->out, "$concernedNames", &concerned->user);
	write_array(script->out, "$concernedDomains",
		    &input->profile->applies_domain);
	/* A name without a domain belongs to this one, or to any. */
	if (input->default_domain &&
	    lg_strlist_add(&bare, input->default_domain,
			   strlen(input->default_domain), NULL) != LG_OK)
		script->out->status = LG_ERR_NO_MEMORY;
	write_array(script->out, "$domainsOfBareNames",
		    input->default_domain ? &bare
					  : &input->profile->applies_domain);
	lg_strlist_release(&bare);
	lg_buffer_text(script->out, find_concerned);
}

void lg_powershell_write(struct script *script, const struct accounts *allowed,
			 const struct accounts *concerned)
{
	const struct lg_profile *profile = script->input->profile;
	struct lg_buffer *out = script->out;

	lg_buffer_text(out, "# logongate: profile ");
	lg_powershell_comment(profile->name, out);
	lg_buffer_char(out, '\n');
	for (size_t i = 0; i < script->unsupported.count; i++) {
		lg_buffer_text(out, "# left out: ");
		lg_powershell_comment(script->unsupported.item[i], out);
		lg_buffer_char(out, '\n');
	}
	if (profile->refused_message)
		lg_buffer_text(out, "# Exchange shows its own text, not the "
				    "profile's message.\n");
	lg_buffer_text(out, usage);
	if (script->input->server) {
		lg_buffer_text(out, "    [string[]] $Server = @(");
		lg_powershell_quote(script->input->server, out);
		lg_buffer_text(out, "),\n");
	} else {
		lg_buffer_text(out, "    [Parameter(Mandatory = $true)] "
				    "[string[]] $Server,\n");
	}
	lg_buffer_text(out, parameters);
	if (script->has_versions && !script->is_for_some)
		lg_buffer_text(out, undo_servers);
	if (script->has_versions)
		lg_buffer_text(out, undo_mailbox_versions);
	if (script->has_names || script->has_protocols || script->locks_all)
		lg_buffer_text(out, undo_mailbox_switches);
	if (script->has_protocols && !script->is_for_some)
		lg_buffer_text(out, undo_components);
	lg_buffer_text(out, save);
	write_chosen(script, concerned);
	if (script->has_protocols && !script->is_for_some)
		write_refused(script);
	else
		lg_buffer_text(out, "$components = @()\n");
	if (script->has_names) {
		write_array(out, "$allowed", &allowed->dn);
		write_array(out, "$allowedNames", &allowed->user);
		/* Open semantics: a name that is nobody's locks nobody out
		 * (L10), so the script must not lock everybody out either. */
		if (profile->when_invalid == LG_WHEN_INVALID_OPEN)
			lg_buffer_text(out, find_listed);
		lg_buffer_text(out, find_locked);
	}
	if (script->locks_all)
		lg_buffer_text(out, "$locked = $mailboxes\n");
	lg_buffer_text(out, keep);
	if (script->has_versions) {
		lg_buffer_text(out, "$versions = ");
		lg_powershell_quote(script->versions.data, out);
		lg_buffer_char(out, '\n');
		if (!script->is_for_some)
			lg_buffer_text(out, lock_server_versions);
		lg_buffer_text(out, lock_mailbox_versions);
	}
	if (script->has_names || script->locks_all)
		lg_buffer_text(out, lock_names);
	if (script->has_protocols)
		write_protocol_lock(script);
}
