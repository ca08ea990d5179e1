-- SPDX-License-Identifier: ISC
--
-- The passdb of logongate-dict.conf: asks the gate over its dict socket, one
-- connection a question. H greets, L looks a key up; the answer is O and what is
-- known, N for nothing, or F for a temporary failure.

local path = "/run/logongate/dict.sock"
local timeout_s = 4
local unix = require("socket.unix")

local escapes = { ["\1"] = "\0011", ["\t"] = "\1t", ["\r"] = "\1r",
                  ["\n"] = "\1n" }

local function escaped(text)
  return (tostring(text or ""):gsub("[\1\t\r\n]", escapes))
end

local function key_of(request)
  return "shared/gate/" .. escaped(request.protocol) .. "/" ..
    escaped(request.remote_ip) .. "/master:" .. escaped(request.master_user) ..
    ":/" .. escaped(request.session) .. "/" .. escaped(request.user) .. "/" ..
    escaped(request.client_id)
end

-- The reason in the gate's JSON, in which nothing but quotes and backslashes
-- is escaped.
local function reason_in(answer)
  local text = answer:match('"reason":"(.*)"}$')
  return text and text:gsub("\\(.)", "%1")
end

local function asked(request)
  local gate = unix()
  gate:settimeout(timeout_s)
  local is_there = gate:connect(path)
  local answer
  if is_there then
    gate:send("H3\t2\t0\t\tlogongate\nL" .. key_of(request) .. "\t" ..
      escaped(request.user) .. "\n")
    answer = gate:receive("*l")
  end
  gate:close()
  return answer
end

function auth_passdb_lookup(request)
  -- Postfix asks the gate itself, and would call a temporary failure a wrong
  -- password. A master's goes on: Postfix knows the mailbox's name alone.
  if request.protocol == "smtp" and (request.master_user or "") == "" then
    return dovecot.auth.PASSDB_RESULT_OK, { nopassword = "y" }
  end
  local answer = asked(request)
  if not answer or answer:sub(1, 2) ~= "O{" then
    return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE,
      "the gate does not answer"
  end
  if answer:find('"nologin":"y"', 1, true) then
    return dovecot.auth.PASSDB_RESULT_OK,
      { nopassword = "y", nologin = "y", reason = reason_in(answer) }
  end
  return dovecot.auth.PASSDB_RESULT_OK, { nopassword = "y" }
end

function auth_password_verify(request, password)
  return auth_passdb_lookup(request)
end
