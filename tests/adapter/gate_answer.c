/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/http/gate_answer.h and metrics.h.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/http/gate_answer.h"
#include "adapters/http/metrics.h"
#include "adapters/http/template.h"

#include "allocation.h"
#include "suite.h"

static const char *header(const struct lg_http_answer *answer, const char *name)
{
	size_t i;

	for (i = 0; i < answer->header_count; i++)
		if (!strcmp(answer->header[i].name, name))
			return answer->header[i].value;
	return NULL;
}

static void check_refused(void **state)
{
	struct lg_http_refusal refusal = {
		.reason = LG_REASON_NOT_LISTED,
		.retry_s = 77,
		.text = "Later,\r\nplease",
	};
	struct lg_http_answer a;

	assert_int_equal(lg_http_answer_refused(&refusal, "t1", &a, NULL),
			 LG_OK);
	assert_int_equal(a.status, 403);
	assert_string_equal(header(&a, "X-Gate-Reason"), "not-listed");
	assert_string_equal(header(&a, "X-Gate-Token"), "t1");
	assert_string_equal(header(&a, "Retry-After"), "77");
	assert_string_equal(a.body.data, "Later, please\n");
	lg_http_answer_release(&a);
	lg_http_answer_admit(&a);
	assert_int_equal(a.status, 204);
	assert_int_equal(a.header_count, 0);
	lg_http_answer_release(&a);
}

static void page_is_escaped(void **state)
{
	struct lg_http_refusal refusal = {
		.status = 503,
		.retry_s = 1000000,
		.text = "<script>'\"&\r\n</script>",
	};
	struct lg_http_answer a;

	assert_int_equal(lg_http_answer_render(&refusal, NULL, &a, NULL),
			 LG_OK);
	assert_int_equal(a.status, 503);
	assert_string_equal(header(&a, "Retry-After"), "3600");
	assert_string_equal(header(&a, "Content-Type"),
			    "text/html; charset=utf-8");
	assert_non_null(strstr(a.body.data,
			       "<p lang=\"\">&lt;script&gt;&#39;&quot;&amp; "
			       "&lt;/script&gt;</p>"));
	lg_http_answer_release(&a);
	refusal.status = 500;
	assert_int_equal(lg_http_answer_render(&refusal, NULL, &a, NULL),
			 LG_OK);
	assert_int_equal(a.status, 500);
	lg_http_answer_release(&a);
}

static void unknown_token(void **state)
{
	struct lg_http_answer a;

	assert_int_equal(lg_http_answer_render(NULL, NULL, &a, NULL), LG_OK);
	assert_int_equal(a.status, 503);
	assert_string_equal(header(&a, "Retry-After"), "60");
	assert_true(a.body.len > 100);
	lg_http_answer_release(&a);
}

static void mapi_denial(void **state)
{
	struct lg_http_refusal refusal = {
		.kind = LG_HTTP_REFUSAL_MAPI_DENIAL,
		.request_id = "{A}:7",
		.client_info = "{B}:3",
		.request_type = "connect",
	};
	unsigned char want[LG_MAPI_DENIAL_SIZE];
	struct lg_http_answer a;

	lg_mapi_denial(LG_MAPI_EC_CLIENT_VER_DISALLOWED, want);
	assert_int_equal(lg_http_answer_render(&refusal, NULL, &a, NULL),
			 LG_OK);
	assert_int_equal(a.status, 200);
	assert_string_equal(header(&a, "Content-Type"),
			    "application/mapi-http");
	assert_string_equal(header(&a, "X-RequestType"), "Connect");
	assert_string_equal(header(&a, "X-ResponseCode"), "0");
	assert_string_equal(header(&a, "X-RequestId"), "{A}:7");
	assert_string_equal(header(&a, "X-ClientInfo"), "{B}:3");
	assert_null(header(&a, "Retry-After"));
	assert_int_equal(a.body.len, sizeof(want));
	assert_memory_equal(a.body.data, want, sizeof(want));
	lg_http_answer_release(&a);
}

static void mapi_code(void **state)
{
	struct lg_http_refusal refusal = {
		.kind = LG_HTTP_REFUSAL_MAPI_CODE,
		.code = LG_MAPI_CODE_CONTEXT_NOT_FOUND,
		.request_type = "Execute",
		.request_id = "{A}:7\r\nX-Evil: 1",
	};
	struct lg_http_answer a;

	assert_int_equal(lg_http_answer_render(&refusal, NULL, &a, NULL),
			 LG_OK);
	assert_int_equal(a.status, 200);
	assert_string_equal(header(&a, "Content-Type"), "text/html");
	assert_string_equal(header(&a, "X-RequestType"), "Execute");
	assert_string_equal(header(&a, "X-ResponseCode"), "10");
	assert_null(header(&a, "X-RequestId"));
	assert_null(header(&a, "X-ClientInfo"));
	assert_true(a.body.len > 20);
	lg_http_answer_release(&a);
}

static void status_page(void **state)
{
	const char *const loud[] = {"registry.reg <could> not be read"};
	struct lg_http_status status = {
		.state = "listed",
		.profile = "upgrade",
		.until = "2026-11-22T06:00:00Z",
		.refused = 7,
		.loud = loud,
		.loud_count = 1,
	};
	struct lg_http_answer a;

	assert_int_equal(lg_http_answer_status(&status, &a, NULL), LG_OK);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body.data, "<td>listed</td>"));
	assert_non_null(strstr(a.body.data, "<td>7</td>"));
	assert_non_null(strstr(a.body.data, "&lt;could&gt;"));
	assert_null(strstr(a.body.data, "Reason"));
	lg_http_answer_release(&a);
}

static void metrics(void **state)
{
	const struct lg_metrics_door door[] = {
		{"http", 3, 1, 0, 2},
		{"spop", 5, 0, 4, 1},
	};
	const struct lg_metrics_lock lock = {"upgrade", "a1", 1700000000};
	const struct lg_metrics_attention attention[] = {
		{"state", 0},
		{"directory", 1},
	};
	struct lg_metrics m = {
		.door = door,
		.door_count = 2,
		.gate = LG_GATE_LISTED,
		.lock_active = 1,
		.generation = 9,
		.version = "0.1\"\\\n",
		.lock = &lock,
		.lock_count = 1,
		.attention = attention,
		.attention_count = 2,
		.process = {.cpu_ms = 12034, .open_fds = 17},
	};
	struct lg_buffer text = {0};
	const char *line;

	m.refused_by_reason[LG_REASON_NOT_LISTED] = 1;
	assert_int_equal(lg_metrics_render(&m, &text, NULL), LG_OK);
	assert_non_null(strstr(text.data,
			       "\nlogongate_decisions_total{door=\"spop\","
			       "verdict=\"admit\"} 5\n"));
	assert_non_null(strstr(text.data, "\nlogongate_refusals_total{reason="
					  "\"not-listed\"} 1\n"));
	assert_non_null(
		strstr(text.data, "\nlogongate_gate{state=\"listed\"} 1\n"));
	assert_non_null(
		strstr(text.data, "\nlogongate_gate{state=\"off\"} 0\n"));
	assert_non_null(strstr(text.data,
			       "\nlogongate_lock_until_timestamp_seconds"
			       "{profile=\"upgrade\",id=\"a1\"} 1700000000\n"));
	assert_non_null(strstr(
		text.data, "\nlogongate_attention{what=\"directory\"} 1\n"));
	assert_non_null(
		strstr(text.data, "\nprocess_cpu_seconds_total 12.034\n"));
	assert_non_null(strstr(text.data, "\nprocess_open_fds 17\n"));
	assert_non_null(strstr(text.data, "version=\"0.1\\\"\\\\\\n\"} 1\n"));
	/* Every line is a comment or a sample, and the last one ends. */
	for (line = text.data; *line; line = strchr(line, '\n') + 1) {
		assert_non_null(strchr(line, '\n'));
		assert_true(*line == '#' || !strncmp(line, "logongate_", 10) ||
			    !strncmp(line, "process_", 8));
	}
	lg_buffer_release(&text);
}

static void template_places(void **state)
{
	static const char page[] = "<b>%{a}</b>\n100% {a} %\n%{b}%{none}%";
	const struct lg_http_slot slot[] = {
		{"a", "1 < 2 %{b}", 0},
		{"b", "<i>", 1},
		{"none", NULL, 0},
	};
	struct lg_buffer html = {0};
	struct lg_error err = {0};

	assert_int_equal(lg_http_template(page, sizeof(page) - 1, "x", slot, 3,
					  &html, &err),
			 LG_OK);
	assert_string_equal(html.data, "<b>1 &lt; 2 %{b}</b>\n100% {a} %\n"
				       "<i>%");
	lg_buffer_clear(&html);
	assert_int_equal(lg_http_template(page, sizeof(page) - 1, "x.html",
					  slot, 1, &html, &err),
			 LG_ERR_UNKNOWN_KEY);
	assert_non_null(strstr(err.place, "x.html:3"));
	assert_non_null(strstr(err.text, "%{b}"));
	lg_buffer_clear(&html);
	assert_int_equal(
		lg_http_template("a %{a", 5, "x", slot, 3, &html, &err),
		LG_ERR_UNKNOWN_KEY);
	lg_buffer_release(&html);
}

static enum lg_status build(void *context, struct lg_error *err)
{
	struct lg_http_refusal refusal = {.text = "a & b"};
	struct lg_http_answer a;
	enum lg_status status;

	status = lg_http_answer_render(&refusal, NULL, &a, err);
	lg_http_answer_release(&a);
	return status;
}

static void survives(void **state)
{
	allocation_survive(build, NULL);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a check is refused with reason, token, Retry-After",
			  check_refused),
		suite_row("the page for people is escaped", page_is_escaped),
		suite_row("an unknown token gets the 503 page", unknown_token),
		suite_row("a refused Connect gets the 109 bytes", mapi_denial),
		suite_row("a session that must end gets X-ResponseCode 10",
			  mapi_code),
		suite_row("the status page says what is in force", status_page),
		suite_row("texts are put into the places of a page, escaped",
			  template_places),
		suite_row("metrics are as Prometheus reads them", metrics),
		suite_row("each allocation may fail", survives),
	};

	return suite_run(rows);
}
