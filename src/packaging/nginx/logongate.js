// SPDX-License-Identifier: ISC
//
// logongate for nginx: the body of a MAPI over HTTP Connect goes to the gate;
// what the gate answers a refused client is passed on byte for byte. Of one
// that is let by the gate is told what the server answered, before the client
// gets it: whose session it is, is known from there alone.

// When the gate does not answer nobody gets in: a temporary error. To let
// everybody in then, say true.
const OPEN_WHEN_DOWN = false;

const SERVER = '@logongate_connected';
const PASSED_ON = ['Content-Type', 'Cache-Control', 'X-RequestType',
    'X-ResponseCode', 'X-RequestId', 'X-ClientInfo', 'X-ServerApplication',
    'Retry-After'];
// As much of a server's answer as says whether it accepted.
const BEGINNING = 512;

function down(r) {
    // A Disconnect is always let by.
    if (OPEN_WHEN_DOWN || isDisconnect(r)) {
        r.internalRedirect(SERVER);
        return;
    }
    r.headersOut['Content-Type'] = 'text/plain';
    r.headersOut['Retry-After'] = '60';
    r.return(503, 'Mail is not available right now. ' +
        'Please try again in a minute.\n');
}

function isDisconnect(r) {
    return /^\s*disconnect\s*$/i.test(r.headersIn['X-RequestType']);
}

function passOn(r, answer) {
    PASSED_ON.forEach(function(name) {
        if (answer.headersOut[name] !== undefined)
            r.headersOut[name] = answer.headersOut[name];
    });
    r.return(answer.status, answer.responseBuffer);
}

// The server's answer as the gate reads it: a status line, headers, and the
// beginning of the body.
function told(answer) {
    let head = 'HTTP/1.1 ' + answer.status + '\r\n';

    answer.rawHeadersOut.forEach(function(header) {
        head += header[0] + ': ' + header[1] + '\r\n';
    });
    return Buffer.concat([Buffer.from(head + '\r\n'),
        (answer.responseBuffer || Buffer.from('')).slice(0, BEGINNING)]);
}

function passServersOn(r, answer) {
    const values = {};

    // nginx keeps the type apart from the other headers.
    if (answer.headersOut['Content-Type'] !== undefined)
        r.headersOut['Content-Type'] = answer.headersOut['Content-Type'];
    answer.rawHeadersOut.forEach(function(header) {
        const name = header[0].toLowerCase();

        if (name === 'content-length' || name === 'transfer-encoding' ||
            name === 'content-type' || name === 'connection')
            return;
        if (values[name] === undefined)
            values[name] = {name: header[0], list: []};
        values[name].list.push(header[1]);
    });
    Object.keys(values).forEach(function(name) {
        const list = values[name].list;

        r.headersOut[values[name].name] = list.length === 1 ? list[0] : list;
    });
    r.return(answer.status, answer.responseBuffer);
}

async function connect(r) {
    const asked = await r.subrequest('/_logongate/mapi', {method: 'POST'});
    let ticket;
    let answer;

    // The gate asks who it is, or cannot read the question.
    if (asked.status === 403) {
        r.variables.logongate_token = asked.headersOut['X-Gate-Token'] || '';
        r.internalRedirect('@logongate_render');
        return;
    }
    if (asked.status !== 204) {
        // Every refusal of the gate has one of these; nginx' own error for
        // a gate that is down has neither.
        if (asked.headersOut['X-ResponseCode'] === undefined &&
            asked.headersOut['Retry-After'] === undefined)
            down(r);
        else
            passOn(r, asked);
        return;
    }
    ticket = asked.headersOut['X-Gate-Ticket'];
    if (ticket === undefined) {
        r.internalRedirect(SERVER);
        return;
    }
    answer = await r.subrequest('/_logongate/server', {method: r.method});
    if (answer.status === 200) {
        await r.subrequest('/_logongate/mapi-answer',
            {method: 'POST', args: 'ticket=' + ticket, body: told(answer)});
    }
    passServersOn(r, answer);
}

export default {connect};
