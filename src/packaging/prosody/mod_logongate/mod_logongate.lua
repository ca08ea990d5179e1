-- SPDX-License-Identifier: ISC
--
-- mod_logongate - while a lock is in force, only those get in whom it lets in
--
-- Asks the gate after the password was checked, when the client binds its
-- resource: the name is verified by then, nobody is told "wrong password", and
-- the client reads the lock's words. Sessions that are open are asked about
-- every few seconds, one user after the other, and closed with the same words.
-- logongate-doors(7), "Prosody".

local async = require "util.async";
local http = require "net.http";
local jid = require "util.jid";
local json = require "util.json";
local promise = require "util.promise";
local timer = require "util.timer";

local url = module:get_option_string("logongate_url",
	"http://127.0.0.1:4191/v1/xmpp");
local key_file = module:get_option_string("logongate_key_file");
local timeout = module:get_option_number("logongate_timeout", 5);
local protocol = module:get_option_string("logongate_protocol", "login");
local recheck = module:get_option_number("logongate_recheck", 5);
local when_down = module:get_option_string("logongate_when_down", "refuse");
local sorry = "The server cannot check just now who may log on. "
	.. "Please try again later.";

local headers = { ["Content-Type"] = "application/json" };
if key_file then
	local file, why = io.open(key_file);
	if not file then
		error("logongate_key_file: " .. why);
	end
	headers["Authorization"] = "Bearer " .. file:read("*l");
	file:close();
end

-- Gives a promise of what the gate says: { verdict = , message = }. It is
-- rejected when the gate does not answer in time or in its own words.
local function ask(session)
	local question = json.encode({
		user = session.username .. "@" .. session.host,
		protocol = protocol,
		address = session.ip,
	});
	local late = promise.new(function (_, reject)
		timer.add_task(timeout, function () reject("it takes too long"); end);
	end);
	local answer = http.request(url, {
		method = "POST", headers = headers, body = question,
	}):next(function (response)
		local said = response.code == 200 and json.decode(response.body);
		if type(said) ~= "table" or not said.verdict then
			return promise.reject("HTTP " .. tostring(response.code));
		end
		return said;
	end);
	return promise.race({ answer, late });
end

module:hook("pre-resource-bind", function (event)
	local session = event.session;
	local said, why = async.wait_for(ask(session));
	if not said then
		module:log("error", "%s: %s", url, tostring(why));
		if when_down == "admit" then
			return;
		end
	elseif said.verdict == "admit" then
		return;
	end
	event.error = {
		type = "wait", condition = "service-unavailable",
		text = said and said.message or sorry,
	};
	return false;
end, 100);

-- Closes the sessions of a user who would not get in any more. A gate that
-- does not answer closes nobody.
local function look_at(user)
	local sessions = prosody.hosts[module.host].sessions[user];
	local _, first = next(sessions and sessions.sessions or {});
	if not first then
		return promise.resolve();
	end
	return ask(first):next(function (said)
		if said.verdict == "admit" then
			return;
		end
		local closed = {};
		for _, session in pairs(sessions.sessions) do
			closed[#closed + 1] = session;
		end
		for _, session in ipairs(closed) do
			session:close({
				condition = "system-shutdown", text = said.message,
			});
		end
		module:log("info", "%s: %d sessions closed: %s",
			jid.join(user, module.host), #closed, said.message);
	end);
end

local function look_at_all(users, at)
	if not users[at] then
		return promise.resolve();
	end
	return look_at(users[at]):next(function ()
		return look_at_all(users, at + 1);
	end);
end

local unloaded = false;

local function round()
	local users = {};
	for user in pairs(prosody.hosts[module.host].sessions or {}) do
		users[#users + 1] = user;
	end
	look_at_all(users, 1):catch(function (why)
		module:log("warn", "%s: %s", url, tostring(why));
	end):finally(function ()
		if not unloaded then
			timer.add_task(recheck, round);
		end
	end);
end

function module.load()
	if recheck > 0 then
		timer.add_task(recheck, round);
	end
end

function module.unload()
	unloaded = true;
end
