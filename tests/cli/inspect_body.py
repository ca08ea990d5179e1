# SPDX-License-Identifier: ISC
"""logongate inspect: the Connect vectors, as JSON and for people."""
import json
import os
import unittest

from driver import SOURCE, Case

VECTORS = os.path.join(SOURCE, "tests/data/mapi-http/connect_request.jsonl")
NUMBERS = ("flags", "code_page", "lcid_sort", "lcid_string")


def vectors():
    with open(VECTORS, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Inspect(Case):
    def test_every_vector_reads_as_it_says(self):
        for row in vectors():
            with self.subTest(row["name"]):
                body = bytes.fromhex(row["body_hex"])
                good = row["result"] == "ok"
                done = self.expect(0 if good else 3, "inspect", "-", "--json",
                                   stdin=body)
                self.assertEqual(done.json["error"], row.get("reason"))
                if good:
                    self.same(done.json, row["expect"])

    def same(self, got, want):
        self.assertEqual(got["user_dn"], want["user_dn"])
        for name in NUMBERS:
            self.assertEqual(got[name], want[name])
        self.assertEqual(got["process_name"], want["process_name"])
        if want["aux_size"] == 0:
            self.assertIsNone(got["aux"])
            return
        header = want["aux"]["rpc_header_ext"]
        self.assertEqual(got["aux"]["flags"], header["flags"])
        self.assertEqual(got["aux"]["size"], header["size"])
        self.assertEqual(got["aux"]["size_actual"], header["size_actual"])
        self.assertEqual(
            got["aux"]["blocks"],
            [{key: block[key] for key in ("offset", "size", "version",
                                          "type")}
             for block in want["aux"]["blocks"]])

    def test_what_follows_the_error_is_null(self):
        body = b"/o=A/cn=b\0" + bytes(8) + b"\1"
        done = self.expect(3, "inspect", "-", "--json", stdin=body)
        self.assertEqual(done.json, {
            "user_dn": "/o=A/cn=b", "flags": 0, "code_page": 0,
            "lcid_sort": None, "lcid_string": None, "aux": None,
            "process_name": None, "error": "body-truncated"})

    def test_a_file_is_shown_for_people(self):
        row = vectors()[0]
        path = self.write("body", bytes.fromhex(row["body_hex"]))
        done = self.expect(0, "inspect", path)
        self.assertIn("OUTLOOK.EXE", done.out)
        self.assertIn("PERF_PROCESSINFO", done.out)
        self.assertEqual(done.err, "")

    def test_control_characters_never_reach_the_terminal(self):
        body = b"/o=\x1b[31m/cn=b\r\n\0" + bytes(20)
        done = self.expect(0, "inspect", "-", stdin=body)
        self.assertNotIn("\x1b", done.out)
        self.assertNotIn("\r", done.out)

    def test_a_file_that_is_not_there_is_named(self):
        done = self.expect(3, "inspect", "nowhere", "--json")
        self.assertEqual(done.json["error"]["file"], "nowhere")
        self.assertIn("nowhere", done.err)

    def test_a_broken_body_says_why_in_one_line(self):
        done = self.expect(3, "inspect", "-", stdin=b"")
        self.assertEqual(done.err.count("\n"), 1)
        self.assertIn("userdn-unterminated", done.err)


if __name__ == "__main__":
    unittest.main()
