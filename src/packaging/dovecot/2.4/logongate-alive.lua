-- SPDX-License-Identifier: ISC
--
-- The passdb of logongate-combined.conf: whether the gate lives. It is asked
-- where the auth policy asks, so a gate that does not listen there is dead, too.
-- It knows nobody, so nobody gets in by it.

local url = "http://127.0.0.1:4191/healthz"
local client

local function lives()
  client = client or dovecot.http.client({
    request_max_attempts = 1,
    request_absolute_timeout = "2s",
  })
  local answer = client:request({ url = url, method = "GET" }):submit()
  -- A gate without a policy lives, and answers the policy's question as its
  -- without_policy says.
  return answer:status() == 200 or
    answer:status() == 503 and answer:payload() == "no policy\n"
end

function auth_passdb_lookup(request)
  -- Postfix asks the gate itself, and would call a temporary failure a wrong
  -- password.
  if request.protocol == "smtp" or lives() then
    return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, ""
  end
  return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, "the gate does not answer"
end

function auth_password_verify(request, password)
  return auth_passdb_lookup(request)
end
