/* SPDX-License-Identifier: ISC */
/* The line at the top of the page. Its text comes from outside: never HTML. */
(function () {
  "use strict";

  var shown = null;

  function show(line) {
    var box = document.getElementById("logongate");

    shown = line && line.text ? line : null;
    if (!shown) {
      if (box)
        box.remove();
      document.body.classList.remove("with-logongate");
      return;
    }
    if (!box) {
      box = document.createElement("div");
      box.id = "logongate";
      document.body.insertBefore(box, document.body.firstChild);
    }
    box.className = shown.refused ? "refused" : "planned";
    box.setAttribute("role", shown.refused ? "alert" : "status");
    if (box.textContent !== shown.text)
      box.textContent = shown.text;
    document.body.classList.add("with-logongate");
    if (shown.refused)
      Object.values(window.rcmail.messages).forEach(function (message) {
        hide(message.obj);
      });
  }

  // Roundcube's own message says the same, and goes after seconds.
  function hide(message) {
    if (shown && shown.refused && message &&
        $(message).text() === shown.text)
      window.rcmail.hide_message(message);
  }

  function listen(rcmail) {
    if (rcmail.is_framed()) {
      // Only what a frame was refused is news to the page around it.
      if (rcmail.env.logongate && rcmail.env.logongate.refused)
        parent.rcmail.triggerEvent("plugin.logongate", rcmail.env.logongate);
      return;
    }
    rcmail.addEventListener("plugin.logongate", show);
    rcmail.addEventListener("message", function (event) {
      hide(event.object);
    });
    show(rcmail.env.logongate);
  }

  $(function () {
    if (window.rcmail)
      listen(window.rcmail);
  });
})();
