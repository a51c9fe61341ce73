import { callsOf } from '../source/calls.js';
import type { Language } from '../source/language.js';
import { parse } from '../source/parse.js';
import { FlowTracer } from './flow-tracer.js';

/** What is known of the first argument of the call of `sink`. */
const flowAt = async (language: Language, text: string): Promise<string> => {
  const root = await parse(language, text);
  const sink = callsOf(language, root, text).find(({ name }) => /(^|\.|->)sink$/.test(name))!;
  const { origin, built } = new FlowTracer(language, root, text).of(sink.arguments[0]!);
  return `${origin}${built ? ' built' : ''}`;
};

describe('data followed back', () => {
  it.each<[Language, string, string]>([
    ['typescript', "sink('a' + 1)", 'constant built'],
    ['typescript', "const a = 'x'; sink(`${a} y`)", 'constant built'],
    ['typescript', 'sink(a)', 'unknown'],
    ['typescript', 'function f(a) { sink(a); }', 'parameter'],
    ['typescript', 'function f(a: number) { sink(`${a}`); }', 'constant built'],
    ['typescript', 'const f = (a) => { const b = `x ${a}`; sink(b); };', 'parameter built'],
    ['typescript', "function f(a) { let b = 'x'; b += a; sink(b); }", 'parameter built'],
    ['typescript', 'app.get("/", (req) => { const { id } = req.query; sink(id); });', 'request'],
    ['typescript', 'function f(req) { sink(Number(req.query.n)); }', 'constant'],
    ['typescript', 'function f(a) { if (!names.includes(a)) return; sink(a); }', 'constant'],
    ['typescript', 'function f(a) { sink(a.length); }', 'constant'],
    ['typescript', 'function f(list) { for (const x of list) sink(x); }', 'parameter'],
    ['typescript', 'function f(a) { function g(b) { sink(a); } }', 'parameter'],
    ['typescript', 'function f(a) { sink(LIMIT); }', 'constant'],
    ['typescript', 'let a = b; let b = a; sink(a)', 'unknown'],
    ['python', "def f(a):\n    b = 'x %s' % a\n    sink(b)", 'parameter built'],
    ['python', "def f(a):\n    sink(f'x {a}')", 'parameter built'],
    ['python', "def f(a):\n    sink('x {}'.format(a))", 'parameter built'],
    ['python', "def view(request):\n    a = request.GET['a']\n    sink(a)", 'request'],
    ['python', 'def f(a: int):\n    sink(a)', 'constant'],
    ['python', 'def f(a):\n    if a not in NAMES:\n        return\n    sink(a)', 'constant'],
    ['go', 'package a\nfunc f(w W, r *http.Request) { a := r.FormValue("a"); sink(fmt.Sprintf("x %s", a)) }', 'request built'],
    ['go', 'package a\nfunc f(a string, n int) { sink(n) }', 'constant'],
    ['java', 'class A { void f(String a) { String b = "x" + a; sink(b); } }', 'parameter built'],
    ['java', 'class A { void f(@RequestParam String a) { sink(a); } }', 'request'],
    ['kotlin', 'fun f(a: String) { val b = "x $a"; sink(b) }', 'parameter built'],
    ['csharp', 'class A { void F(string a) { var b = $"x {a}"; sink(b); } }', 'parameter built'],
    ['csharp', 'class A { void F() { var b = Request.Query["a"]; sink(b); } }', 'request'],
    ['ruby', 'def f(a)\n  b = "x #{a}"\n  sink(b)\nend', 'parameter built'],
    ['ruby', 'def f\n  sink(params[:a])\nend', 'request'],
    ['php', '<?php function f($a) { $b = "x $a"; sink($b); }', 'parameter built'],
    ['php', '<?php $a = $_GET["a"]; sink("x" . $a);', 'request built'],
    ['php', '<?php sink(htmlspecialchars($_GET["a"]));', 'constant'],
    ['rust', 'fn f(a: &str) { let b = format!("x {}", a); sink(b); }', 'parameter built'],
    ['c', 'int f(char *a) { char *b = a; sink(b); }', 'parameter'],
  ])('%s: %s: %s', async (language, text, flow) => expect(await flowAt(language, text)).toBe(flow));

  it('ends on text made to keep it busy', async () => {
    const chain = Array.from({ length: 400 }, (_, at) => `const v${at + 1} = v${at} + v${at} + v${Math.max(0, at - 1)};`).join('\n');
    const ring = Array.from({ length: 200 }, (_, at) => `w = w + w${at % 7}; w${at % 7} = w;`).join('\n');
    const started = process.cpuUsage();
    await flowAt('typescript', `function f(v0, w) {\n${chain}\n${ring}\nsink(v400 + w);\n}`);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(3000);
  });
});
