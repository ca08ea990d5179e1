<?php
// SPDX-License-Identifier: ISC

/**
 * What a lock of logongate looks like in Roundcube
 *
 * Roundcube knows one answer to a refused logon, "Login failed", and takes
 * it for a wrong password: people change theirs, its limiter
 * (login_rate_limit) keeps them out after the lift, fail2ban bans the office.
 * With this plugin they read the mail server's own words, at log-on and in a
 * session that was cut; nothing counts as a wrong password that is none; and
 * before a lock that is planned everybody sees a line at the top.
 *
 * The words come with the mail server's answer ([UNAVAILABLE] or
 * [CONTACTADMIN], RFC 5530). The gate's [listen.status] is asked for what is
 * planned, at most once a minute for a session, and for the same words in the
 * reader's language; never longer than a second.
 *
 * @license ISC
 */
class logongate extends rcube_plugin
{
    const ASK_EVERY = 60;
    const MOST_BYTES = 65536;

    private $rc;

    // What Roundcube is to say in place of "Login failed", as plain text;
    // null: nobody was refused in this request.
    private $words;

    // What login_rate_limit was before.
    private $limit;

    public function init()
    {
        $this->rc = rcmail::get_instance();
        $this->load_config();
        $this->add_texts('localization/');

        $this->add_hook('storage_connect', [$this, 'connect']);
        $this->add_hook('storage_connected', [$this, 'connected']);
        $this->add_hook('raise_error', [$this, 'error']);
        $this->add_hook('write_log', [$this, 'log']);
        $this->add_hook('unauthenticated', [$this, 'login_page']);
        $this->add_hook('ready', [$this, 'page']);
        $this->add_hook('refresh', [$this, 'refresh']);

        if ($this->rc->output && $this->rc->output->type == 'html') {
            $this->include_script('logongate.js');
            $this->include_stylesheet('logongate.css');
        }
    }

    // The mail server.

    /**
     * Comes before each try. Asking for another one is the way to be called
     * once more when a try failed; the second is left to whoever else wants
     * it.
     */
    public function connect($args)
    {
        $conn = $this->rc->get_storage()->conn ?? null;

        if (!$conn) {
            return $args;
        }
        if (($args['attempt'] ?? 1) == 1) {
            // What an earlier connection was told is not about this one.
            $conn->resultcode = null;
            $conn->result     = null;
            $args['retry']    = true;
        }
        else {
            $this->refused($conn);
        }

        return $args;
    }

    private function refused($conn)
    {
        $numbers = [rcube_imap_generic::ERROR_NO, rcube_imap_generic::ERROR_BYE];
        $codes   = ['UNAVAILABLE', 'CONTACTADMIN'];

        if (!in_array($conn->errornum, $numbers, true)
            || !in_array($conn->resultcode, $codes, true)
        ) {
            return;
        }

        $words = self::clean($conn->result);

        // Dovecot's own words for a gate or a directory that does not answer,
        // with the name of the machine behind them.
        if ($words === ''
            || preg_match('/^(Temporary|Internal) (authentication|login|error)/i', $words)
        ) {
            $words = $this->gettext('temporary');
        }
        else {
            $words = $this->translated($words);
        }

        $this->words = $words . ' ' . $this->gettext('password');

        // Roundcube shows these as HTML.
        $html = rcube::Q($this->words);
        $this->rc->load_language(null, [], [
            'loginfailed'    => $html,
            'storageerror'   => $html,
            'servererrormsg' => $html,
        ]);

        // A refusal is not a wrong guess.
        if ($this->limit === null) {
            $this->limit = $this->rc->config->get('login_rate_limit', 3);
        }
        $this->rc->config->set('login_rate_limit', 0);

        $_SESSION['logongate_refused'] = true;
        $this->tell($this->words, true);
    }

    /**
     * IMAP knows no language: the mail server said the gate's own. The lock
     * that has these words there says them in the reader's, too.
     */
    private function translated($words)
    {
        $url = (string) $this->rc->config->get('logongate_status');

        if ($url === '') {
            return $words;
        }

        foreach (self::read($this->ask($url)) as $lock) {
            if ($lock['message'] !== $words) {
                continue;
            }
            $language = strtr($_SESSION['language'] ?? 'en_US', '_', '-');
            foreach (self::read($this->ask($url, $language)) as $same) {
                if ($same['id'] === $lock['id'] && $same['message'] !== '') {
                    return $same['message'];
                }
            }
        }

        return $words;
    }

    public function connected($args)
    {
        if ($this->words !== null) {
            $this->words = null;
            $this->rc->config->set('login_rate_limit', $this->limit);
        }
        if (!empty($_SESSION['logongate_refused'])) {
            unset($_SESSION['logongate_refused']);
            $this->tell($this->planned(), false);
        }

        return $args;
    }

    // Logs: fail2ban counts these lines.

    public function error($args)
    {
        if ($this->words !== null && ($args['type'] ?? '') == 'imap'
            && strpos($args['message'] ?? '', 'Login failed') === 0
        ) {
            $args['message'] = 'Kept out by the mail server'
                . substr($args['message'], strlen('Login failed'));
        }

        return $args;
    }

    public function log($args)
    {
        if ($this->words !== null && $args['name'] == 'userlogins') {
            $args['line'] = str_replace('Failed login for ',
                'Kept out by the mail server: ', $args['line']);
        }

        return $args;
    }

    // Pages.

    public function login_page($args)
    {
        if ($this->words !== null) {
            // 401 is for wrong passwords.
            $args['http_code'] = 200;
        }
        else {
            $this->tell($this->under_way() ?? $this->planned(), false);
        }

        return $args;
    }

    public function page($args)
    {
        if ($this->words === null && $this->rc->output->type == 'html') {
            $this->tell($this->planned(), false);
        }

        return $args;
    }

    public function refresh($args)
    {
        if ($this->words === null) {
            $this->tell($this->planned(), false);
        }

        return $args;
    }

    /**
     * Gives the browser the line at the top; null takes it away. It is text:
     * logongate.js makes no HTML of it.
     */
    private function tell($text, $is_refusal)
    {
        $line = ['text' => $text, 'refused' => $is_refusal];

        if ($this->rc->output->type == 'html') {
            $this->rc->output->set_env('logongate', $line);
        }
        else if ($this->rc->output->type == 'js') {
            $this->rc->output->command('plugin.logongate', $line);
        }
    }

    // What the gate tells everybody.

    private function under_way()
    {
        $until = null;
        $found = false;

        foreach ($this->locks() as $lock) {
            if ($lock['starts'] === null) {
                $found = true;
                $until = max((int) $until, (int) $lock['until']);
            }
        }

        if (!$found) {
            return null;
        }

        return $until
            ? $this->sentence('underway', null, $until)
            : $this->gettext('underwayopen');
    }

    private function planned()
    {
        $before = (int) $this->rc->config->get('logongate_announce', 86400);
        $next   = null;

        foreach ($this->locks() as $lock) {
            if ($lock['starts'] !== null && $lock['starts'] - time() <= $before
                && ($next === null || $lock['starts'] < $next['starts'])
            ) {
                $next = $lock;
            }
        }

        if (!$next) {
            return null;
        }

        $text = $this->sentence($next['until'] ? 'planned' : 'plannedopen',
            $next['starts'], $next['until']);

        if ($next['reason'] !== '') {
            $text .= ' ' . $this->gettext(['name' => 'reason',
                'vars' => ['why' => $next['reason']]]);
        }

        return $text;
    }

    private function sentence($name, $starts, $until)
    {
        // Never "today": who reads this at midnight must not guess.
        $format = $this->rc->config->get('date_long', 'Y-m-d H:i');

        return $this->gettext(['name' => $name, 'vars' => [
            'starts' => $starts ? $this->rc->format_date($starts, $format) : '',
            'until'  => $until ? $this->rc->format_date($until, $format) : '',
        ]]);
    }

    /**
     * The locks of the gate, as [id, starts, until, reason, message]: times
     * in seconds, starts null for one in force, until null without an end.
     * None where the gate is not asked or does not answer.
     */
    private function locks()
    {
        $url = (string) $this->rc->config->get('logongate_status');

        if ($url === '') {
            return [];
        }

        $kept = $_SESSION['logongate_status'] ?? null;

        if (!is_array($kept) || abs(time() - $kept['at']) >= self::ASK_EVERY) {
            $kept = ['at' => time(), 'locks' => self::read($this->ask($url))];
            $_SESSION['logongate_status'] = $kept;
        }

        return $kept['locks'];
    }

    private static function read($json)
    {
        $status = json_decode((string) $json, true, 8);
        $locks  = [];

        foreach ((array) ($status['locks'] ?? []) as $lock) {
            if (!is_array($lock)) {
                continue;
            }

            $starts = self::seconds($lock['starts'] ?? null);
            $until  = self::seconds($lock['until'] ?? null);

            if ($until === null || $until > time()) {
                $locks[] = [
                    'id'      => $lock['id'] ?? null,
                    'starts'  => $starts,
                    'until'   => $until,
                    'reason'  => self::clean($lock['reason'] ?? ''),
                    'message' => self::clean($lock['message'] ?? ''),
                ];
            }
        }

        return $locks;
    }

    private static function seconds($text)
    {
        $seconds = is_string($text) ? strtotime($text) : false;

        return $seconds === false ? null : $seconds;
    }

    /**
     * GET URL/v1/status; null where there is no answer within a second. A
     * socket of this machine is unix:/run/logongate/status.sock.
     */
    private function ask($url, $language = '')
    {
        if (strpos($url, 'unix:') === 0) {
            $address = 'unix://' . substr($url, 5);
            $host    = 'localhost';
        }
        else if (preg_match('!^http://(\[[0-9a-f:]+\]|[^/:\[\]]+)(:\d+)?/?$!i', $url, $m)) {
            $address = 'tcp://' . $m[1] . ($m[2] ?? ':80');
            $host    = $m[1];
        }
        else {
            rcube::raise_error(['code' => 500, 'type' => 'php',
                'file' => __FILE__, 'line' => __LINE__,
                'message' => "logongate_status is neither http://HOST:PORT nor unix:PATH: $url",
            ], true, false);
            return null;
        }

        $stream = @stream_socket_client($address, $number, $why, 1);

        if (!$stream) {
            return null;
        }

        $ends = microtime(true) + 1;
        $text = '';
        fwrite($stream, "GET /v1/status HTTP/1.0\r\nHost: $host\r\n"
            . (preg_match('/^[A-Za-z0-9-]+$/', $language)
                ? "Accept-Language: $language\r\n" : '')
            . "Connection: close\r\n\r\n");

        while (!feof($stream) && strlen($text) < self::MOST_BYTES
            && ($left = $ends - microtime(true)) > 0
        ) {
            stream_set_timeout($stream, 0, (int) ($left * 1e6));
            $text .= fread($stream, 8192);
        }

        fclose($stream);
        list($head, $body) = explode("\r\n\r\n", $text, 2) + ['', null];

        return preg_match('!^HTTP/1\.[01] 200 !', $head) ? $body : null;
    }

    private static function clean($text)
    {
        $text = rcube_charset::clean(is_string($text) ? $text : '');
        $text = trim(preg_replace('/[\x00-\x1f\x7f]+/', ' ', $text));

        return mb_substr($text, 0, 1000);
    }
}
