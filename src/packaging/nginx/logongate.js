// SPDX-License-Identifier: ISC
//
// logongate for nginx: the body of a MAPI over HTTP Connect goes to the gate;
// what the gate answers a refused client is passed on byte for byte.

// When the gate does not answer nobody gets in: a temporary error. To let
// everybody in then, say true.
const OPEN_WHEN_DOWN = false;

const SERVER = '@logongate_connected';
const PASSED_ON = ['Content-Type', 'Cache-Control', 'X-RequestType',
    'X-ResponseCode', 'X-RequestId', 'X-ClientInfo', 'X-ServerApplication',
    'Retry-After'];

function down(r) {
    if (OPEN_WHEN_DOWN) {
        r.internalRedirect(SERVER);
        return;
    }
    r.headersOut['Content-Type'] = 'text/plain';
    r.headersOut['Retry-After'] = '60';
    r.return(503, 'Mail is not available right now. ' +
        'Please try again in a minute.\n');
}

async function connect(r) {
    const body = r.requestBuffer;
    const answer = await r.subrequest('/_logongate/mapi', {method: 'POST'});

    if (answer.status === 204) {
        r.internalRedirect(SERVER);
        return;
    }
    // The gate asks who it is, or cannot read the question.
    if (answer.status === 403) {
        r.variables.logongate_token = answer.headersOut['X-Gate-Token'] || '';
        r.internalRedirect('@logongate_render');
        return;
    }
    if (answer.headersOut['X-ResponseCode'] === undefined) {
        down(r);
        return;
    }
    PASSED_ON.forEach(function(name) {
        if (answer.headersOut[name] !== undefined)
            r.headersOut[name] = answer.headersOut[name];
    });
    r.return(answer.status, answer.responseBuffer);
}

export default {connect};
