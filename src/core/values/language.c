/* SPDX-License-Identifier: ISC */
/*
 * language.c - language tags, and the best of several
 *
 * Two-letter languages are known by their list, so that a country's code or a
 * word in the place of a language is told before anybody misses his text.
 * Longer ones are taken as they are: there are over seven thousand.
 */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"

#include "core/values/language.h"

enum {
	RANGES_MAX = 32 /* of an Accept-Language that count */
};

/* ISO 639-1. */
static const char two_letters[] =
	"aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca "
	"ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj "
	"fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii "
	"ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la "
	"lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
	"nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa "
	"sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk "
	"tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/* What is written for a language and is none: countries, codes of three
 * letters where there is one of two, withdrawn codes, names. */
static const struct {
	const char *written;
	const char *meant;
} mistakes[] = {
	{"at", "de-at"},      {"dk", "da"},        {"cz", "cs"},
	{"jp", "ja"},         {"cn", "zh-cn"},     {"kp", "ko"},
	{"gr", "el"},         {"ua", "uk"},        {"us", "en-us"},
	{"gb", "en-gb"},      {"au", "en-au"},     {"mx", "es-mx"},
	{"hk", "zh-hk"},      {"il", "he"},        {"ir", "fa"},
	{"iw", "he"},         {"in", "id"},        {"ji", "yi"},
	{"jw", "jv"},         {"mo", "ro"},        {"sp", "es"},
	{"ger", "de"},        {"deu", "de"},       {"eng", "en"},
	{"fre", "fr"},        {"fra", "fr"},       {"spa", "es"},
	{"ita", "it"},        {"por", "pt"},       {"dut", "nl"},
	{"nld", "nl"},        {"dan", "da"},       {"swe", "sv"},
	{"nor", "no"},        {"nob", "nb"},       {"nno", "nn"},
	{"fin", "fi"},        {"est", "et"},       {"lav", "lv"},
	{"lit", "lt"},        {"pol", "pl"},       {"cze", "cs"},
	{"ces", "cs"},        {"slo", "sk"},       {"slk", "sk"},
	{"slv", "sl"},        {"hun", "hu"},       {"rum", "ro"},
	{"ron", "ro"},        {"bul", "bg"},       {"gre", "el"},
	{"ell", "el"},        {"tur", "tr"},       {"rus", "ru"},
	{"ukr", "uk"},        {"heb", "he"},       {"ara", "ar"},
	{"per", "fa"},        {"fas", "fa"},       {"hin", "hi"},
	{"chi", "zh"},        {"zho", "zh"},       {"jpn", "ja"},
	{"kor", "ko"},        {"vie", "vi"},       {"tha", "th"},
	{"cat", "ca"},        {"eus", "eu"},       {"glg", "gl"},
	{"hrv", "hr"},        {"srp", "sr"},       {"german", "de"},
	{"deutsch", "de"},    {"english", "en"},   {"french", "fr"},
	{"francais", "fr"},   {"spanish", "es"},   {"espanol", "es"},
	{"italian", "it"},    {"italiano", "it"},  {"dutch", "nl"},
	{"portuguese", "pt"}, {"danish", "da"},    {"dansk", "da"},
	{"swedish", "sv"},    {"svenska", "sv"},   {"finnish", "fi"},
	{"suomi", "fi"},      {"norwegian", "no"}, {"norsk", "no"},
	{"polish", "pl"},     {"polski", "pl"},    {"czech", "cs"},
	{"russian", "ru"},    {"japanese", "ja"},  {"chinese", "zh"},
	{"turkish", "tr"},    {"greek", "el"},     {"hungarian", "hu"},
};

static const char *meant_by(const char *tag)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		if (!strcmp(mistakes[i].written, tag))
			return mistakes[i].meant;
	return NULL;
}

static int is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static int is_two_letter_language(const char *tag)
{
	const char *at = two_letters;

	for (; *at; at += at[2] ? 3 : 2)
		if (at[0] == tag[0] && at[1] == tag[1])
			return 1;
	return 0;
}

/* Subtags of one to eight letters and digits, the first one of letters. */
static int is_formed(const char *tag)
{
	size_t len = 0;
	int is_first = 1;

	for (;; tag++) {
		if (is_letter(*tag) || (!is_first && lg_ascii_is_digit(*tag))) {
			len++;
			continue;
		}
		if (len < (is_first ? 2u : 1u) || len > (is_first ? 3u : 8u) ||
		    (*tag && *tag != '-'))
			return 0;
		if (!*tag)
			return 1;
		is_first = 0;
		len = 0;
	}
}

static int is_tag(const char *tag)
{
	size_t first = strcspn(tag, "-");

	return is_formed(tag) && (first != 2 || is_two_letter_language(tag)) &&
	       !(first == strlen(tag) && meant_by(tag));
}

/* What was probably meant, as a tag; "" where nobody knows. */
static void guess(const char *lowered, char out_tag[LG_LANGUAGE_SIZE])
{
	const char *meant;
	size_t first;
	size_t i;

	/* de_DE.UTF-8 is how systems write it. */
	for (i = 0; lowered[i] && lowered[i] != '.' && lowered[i] != '@'; i++)
		out_tag[i] = (char)(lowered[i] == '_' ? '-' : lowered[i]);
	out_tag[i] = '\0';
	if (is_tag(out_tag))
		return;
	first = strcspn(out_tag, "-");
	out_tag[first] = '\0';
	meant = meant_by(out_tag);
	if (!meant && !is_tag(out_tag))
		meant = "";
	if (meant)
		memcpy(out_tag, meant, strlen(meant) + 1);
}

enum lg_status lg_language_parse(const char *text, size_t len,
				 char out_tag[LG_LANGUAGE_SIZE],
				 struct lg_error *err)
{
	char tag[LG_LANGUAGE_SIZE];
	char right[LG_LANGUAGE_SIZE];

	if (len >= sizeof(tag) || memchr(text, '\0', len))
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%.*s\" is not a language; write a tag "
				    "such as de or pt-br",
				    len > 80 ? 80 : (int)len, text);
	for (size_t i = 0; i < len; i++)
		tag[i] = lg_ascii_lower(text[i]);
	tag[len] = '\0';
	if (is_tag(tag)) {
		memcpy(out_tag, tag, len + 1);
		return LG_OK;
	}
	guess(tag, right);
	if (!*right)
		return lg_error_set(err, LG_ERR_SYNTAX, NULL,
				    "\"%.*s\" is not a language; write a tag "
				    "such as de or pt-br",
				    (int)len, text);
	return lg_error_set(err, LG_ERR_SYNTAX, NULL,
			    "\"%.*s\" is not a language; write %s", (int)len,
			    text, right);
}

const char *lg_language_split(const char *item, char out_tag[LG_LANGUAGE_SIZE])
{
	size_t len = strcspn(item, "=");

	if (!item[len] || lg_language_parse(item, len, out_tag, NULL) != LG_OK)
		return NULL;
	return item + len + 1;
}

/* 1 when item is "TAG=text" of that tag or, with is_prefix, of one below it. */
static int has_tag(const char *item, const char *tag, size_t len, int is_prefix)
{
	return !strncasecmp(item, tag, len) &&
	       (item[len] == '=' || (is_prefix && item[len] == '-'));
}

static const char *find(const struct lg_strlist *texts, const char *tag,
			size_t len, int is_prefix)
{
	for (size_t i = 0; i < texts->count; i++)
		if (has_tag(texts->item[i], tag, len, is_prefix))
			return strchr(texts->item[i], '=') + 1;
	return NULL;
}

/* The range, then each that is left when its end is cut off, then those that
 * are more exact than it. */
static const char *look_up(const struct lg_strlist *texts, const char *range,
			   size_t len)
{
	const char *found = NULL;
	size_t left = len;

	while (left && !found) {
		found = find(texts, range, left, 0);
		while (left && range[left - 1] != '-')
			left--;
		left -= left > 0;
	}
	return found || !len ? found : find(texts, range, len, 1);
}

/* The weight behind a range, in thousandths; what cannot be read is 0. */
static int weight_of(const char *at, size_t len)
{
	static const int step[] = {100, 10, 1};
	const char *end = at + len;
	int weight = 0;
	size_t i = 0;

	at = memchr(at, ';', len);
	if (!at)
		return 1000;
	for (at++; at < end && (*at == ' ' || *at == '\t'); at++)
		;
	if (end - at < 3 || (*at != 'q' && *at != 'Q') || at[1] != '=' ||
	    (at[2] != '0' && at[2] != '1'))
		return 0;
	weight = at[2] == '1' ? 1000 : 0;
	at += 3;
	if (weight || at == end || *at != '.')
		return weight;
	for (at++; at < end && lg_ascii_is_digit(*at) && i < 3; at++, i++)
		weight += (*at - '0') * step[i];
	return weight;
}

const char *lg_language_best(const struct lg_strlist *texts, const char *accept)
{
	const char *best = NULL;
	int best_weight = 0;

	for (int ranges = 0; *accept && ranges < RANGES_MAX; ranges++) {
		const char *found;
		size_t len;
		int weight;

		accept += strspn(accept, " \t,");
		len = strcspn(accept, ",");
		weight = weight_of(accept, len);
		found = weight > best_weight ? look_up(texts, accept,
						       strcspn(accept, ",; \t"))
					     : NULL;
		if (found) {
			best = found;
			best_weight = weight;
		}
		accept += len;
	}
	return best;
}
