import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Files with one danger each, which only their language's own parser shows. */
const DANGERS: readonly [file: string, rule: string, text: string][] = [
  ['a.go', 'security/go-command', 'package a\nfunc f(name string) { exec.Command("sh", "-c", "ls "+name).Run() }\n'],
  ['A.java', 'security/jvm-command', 'class A { void f(String a) { Runtime.getRuntime().exec("ls " + a); } }\n'],
  ['a.kt', 'security/jvm-command', 'fun f(a: String) { Runtime.getRuntime().exec("ls $a") }\n'],
  ['a.php', 'security/php-command', '<?php function f($a) { system("ls " . $a); }\n'],
  ['a.rb', 'security/rb-command', 'def f(a)\n  system("ls #{a}")\nend\n'],
  ['a.c', 'security/c-unbounded-copy', 'void f(char *a) { char b[10]; strcpy(b, a); }\n'],
  ['a.cpp', 'security/c-unbounded-copy', 'void f(char *a) { char b[10]; std::strcpy(b, a); }\n'],
  ['A.cs', 'security/cs-command', 'class A { void F(string a) { Process.Start("cmd", "/c dir " + a); } }\n'],
  ['a.rs', 'security/rs-command', 'fn f(cmd: String) { Command::new("bash").arg("-c").arg(cmd).spawn(); }\n'],
  ['a.py', 'mine/no-raw-lookup', "def f(id):\n    db.lookupRaw(f'id = {id}')\n"],
  ['a.ts', 'mine/no-raw-lookup', "export function f(id: string) { db.lookupRaw('id = ' + id); }\n"],
];

/** `file rule` of each. */
export const EXPECTED = DANGERS.map(([file, rule]) => `${file} ${rule}`);

export const writeDangers = async (folder: string): Promise<void> => {
  await Promise.all(DANGERS.map(([file, , text]) => writeFile(path.join(folder, file), text)));
};

/** A rule of one's own, as the guide has it. */
export const OWN_RULE = `id: mine/no-raw-lookup
title: Customer looked up by a raw query
languages: [ecmascript, python]
severity: high
cwe: 89
owasp: A03
why: The text is not escaped, and one customer can read the rows of another.
remedy: Use customers.byId, which checks who asks.
message: A customer is looked up by a text that holds data.
mentions: lookupRaw
call: { name: '(^|\\.)lookupRaw$', argument: 1, data: parameter }
examples:
  bad: ["function f(id) { db.lookupRaw('id = ' + id); }", "def f(id):\\n    db.lookupRaw(f'id = {id}')"]
  good: ["db.lookupRaw('id = 1')", "function f(id) { db.lookupRaw('id = ' + Number(id)); }"]
`;
