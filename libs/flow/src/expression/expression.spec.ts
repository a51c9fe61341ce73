import type { BlobRef } from '@waggle/protocol';
import { compileExpression } from './expression.js';
import { MissingValues, type LoadValue } from './loader.js';
import type { Scope } from './scope.js';
import { compileTemplate } from './template.js';

const ref = (digit: string, size = 10): { $blob: BlobRef } => ({
  $blob: { writer: 'w', sha256: digit.repeat(64), size, chunks: 1, type: 'application/json' },
});
const nothing: LoadValue = () => undefined;

const scope = (more: Partial<Scope> = {}, steps: Record<string, unknown> = {}): Scope => ({
  flowId: 'f1',
  input: { a: 1, b: 1.5, list: [1, 2, 3], name: 'x', big: 'y'.repeat(1000) },
  step: (id) => (id in steps ? { state: 'COMPLETED', output: steps[id] } : { state: 'SKIPPED', output: null }),
  ...more,
});

const evaluate = (source: string, at = scope(), load = nothing): unknown => {
  const compiled = compileExpression(source);
  if ('mistakes' in compiled) throw new Error(compiled.mistakes.map(({ message }) => message).join());
  return compiled.expression.evaluate(at, load);
};
const render = (template: unknown, at = scope(), load = nothing): unknown => {
  const { template: compiled, mistakes } = compileTemplate(template);
  expect(mistakes).toEqual([]);
  return compiled.render(at, load);
};
const mistakes = (source: string, wanted?: 'bool' | 'list') => {
  const compiled = compileExpression(source, wanted);
  return 'mistakes' in compiled ? compiled.mistakes : [];
};

describe('expressions', () => {
  it.each([
    ['input.a + 1', 2],
    ['1 + input.b', 2.5],
    ['input.b * 2', 3],
    ['7 / 2', 3],
    ['index + 1', 4],
    ['input.list.map(x, x * 10)', [10, 20, 30]],
    ['input.list.filter(input, input > 1)', [2, 3]],
    ['size(input.list)', 3],
    ['has(input.zz) ? input.zz : "none"', 'none'],
    ['{"a": input.a, "list": [1, "x"]}', { a: 1, list: [1, 'x'] }],
    ['flow.id + "!"', 'f1!'],
    ['steps.x.state == "SKIPPED" && steps.x.output == null', true],
    ['input["name"]', 'x'],
    ['duration("90s")', '90s'],
    ['timestamp("2026-01-02T03:04:05Z")', '2026-01-02T03:04:05.000Z'],
    ['2u', 2],
  ])('%s', (source, value) => expect(evaluate(source, scope({ local: { index: 3 } }))).toEqual(value));

  it.each([
    ['input.zz', 'input has no field "zz"'],
    ['input.list[7]', 'input.list has no element 7'],
    ['input.constructor', 'has no field'],
    ['input.list.length', 'has no field'],
    ['input.zz + 1', 'No such key'],
    ['1 / 0', 'zero'],
    ['9223372036854775807', 'too large'],
  ])('%s fails with EXPRESSION_FAILED', (source, text) => {
    expect(() => evaluate(source)).toThrow(expect.objectContaining({ code: 'EXPRESSION_FAILED', message: expect.stringContaining(text) }));
  });

  it.each([
    ['input.a +', 9],
    ['1 + (nope.a)', 5],
    ['true && steps.plan', 8],
    ['steps.plan.result', 0],
    ['steps[input.a].output', 0],
    ['[1].map(x, flow.owner)', 11],
    ['"a".matches("(a+)+$")', 0],
    ['1 + "a"', 0],
    ['', 0],
  ])('%s is refused at %i', (source, offset) => expect(mistakes(source)[0]?.offset).toBe(offset));

  it('checks the type that is wanted', () => {
    expect(mistakes('1 + 1', 'bool')[0]?.message).toContain('gives int');
    expect(mistakes('"x"', 'list')).toHaveLength(1);
    expect(mistakes('input.a == 1', 'bool')).toEqual([]);
    expect(mistakes('input.list', 'list')).toEqual([]);
  });

  it('knows what it reads', () => {
    const compiled = compileExpression('steps.a.output.x == steps["b"].state && input.y && input.l.all(item, item)');
    if ('mistakes' in compiled) throw new Error('does not compile');
    expect([...compiled.expression.steps]).toEqual(['a', 'b']);
    expect([...compiled.expression.variables].sort()).toEqual(['input', 'steps']);
  });
});

describe('an expression is bounded', () => {
  const list = Array.from({ length: 3000 }, (_, n) => n);
  const at = scope({ input: { list } });
  const doubled = (body: string, depth: number) => {
    let source = `size(v${depth})`;
    for (let i = depth; i > 0; i--) source = `cel.bind(v${i}, ${body.replaceAll('?', `v${i - 1}`)}, ${source})`;
    return `cel.bind(v0, "xxxxxxxxxxxxxxxx", ${source})`;
  };
  it.each([
    ['nested macros', 'input.list.all(a, input.list.all(b, a + b >= 0))'],
    ['nested maps', 'input.list.map(a, input.list.map(b, [a, b]))'],
    ['comparisons in a loop', 'input.list.filter(a, input.list == input.list)'],
    ['membership in a loop', 'input.list.filter(a, -1 in input.list)'],
    ['swallowed errors', 'input.list.exists(a, input.list.exists(b, a + b < 0)) || true == false'],
    ['doubled texts', doubled('? + ? + ? + ? + ? + ?', 12)],
    ['doubled lists', doubled('[?, ?, ?, ?, ?, ?]', 14).replace('size(v14)', 'v14 == v14')],
  ])('%s', (_name, source) => {
    const began = process.cpuUsage();
    expect(() => evaluate(source, at)).toThrow(expect.objectContaining({ code: expect.stringMatching(/EXPRESSION/) }));
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(2000);
  });

  it('does plenty of honest work', () => {
    expect(evaluate('input.list.filter(a, a % 2 == 0 || true).map(a, {"n": a}).size()', at)).toBe(3000);
  });
});

describe('templates', () => {
  it('keeps the type of a lone expression and makes text of others', () => {
    expect(
      render({ n: '${{ input.a }}', t: 'a=${{input.a}} l=${{ input.list }} ${{"}}"}}', k: [true, null, '${{ {"q": {"r": 1}} }}'] }),
    ).toEqual({
      n: 1,
      t: 'a=1 l=[1,2,3] }}',
      k: [true, null, { q: { r: 1 } }],
    });
  });

  it('names the place of a mistake', () => {
    const { mistakes } = compileTemplate({ a: ['x', { b: 'say ${{ nope }}' }], c: '${{ input' });
    expect(mistakes).toEqual([
      expect.objectContaining({ path: ['a', 1, 'b'], expression: 'nope', offset: 0 }),
      expect.objectContaining({ path: ['c'], expression: '' }),
    ]);
  });

  it('does not let a field named __proto__ in', () => {
    const value = render(JSON.parse('{"__proto__": {"polluted": "${{ input.a }}"}}')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('values by reference', () => {
  const steps = { one: ref('a'), two: { list: [ref('b'), ref('c')] } };
  const at = scope({}, steps);

  it('pass through whole', () => {
    expect(render({ all: '${{ steps.one.output }}', item: '${{ steps.two.output.list[1] }}' }, at)).toEqual({
      all: ref('a'),
      item: ref('c'),
    });
  });

  it('pass through lists and objects made of them', () => {
    expect(evaluate('steps.two.output.list + [steps.one.output, {"n": 1, "r": steps.one.output}]', at)).toEqual([
      ref('b'),
      ref('c'),
      ref('a'),
      { n: 1, r: ref('a') },
    ]);
    expect(() => evaluate('input.name + [1]', at)).toThrow('only a list can be added to a list');
  });

  it('are asked for when an expression looks inside', () => {
    expect(() => evaluate('steps.one.output.x', at)).toThrow(MissingValues);
    const load: LoadValue = ({ sha256 }) => (sha256[0] === 'a' ? { value: { x: ref('b') } } : undefined);
    expect(evaluate('steps.one.output.x', at, load)).toEqual(ref('b'));
  });

  it('are asked for all at once', () => {
    try {
      evaluate('size(steps.two.output.list) > 1', at);
      throw new Error('nothing was asked for');
    } catch (error) {
      expect((error as MissingValues).refs.map(({ sha256 }) => sha256[0])).toEqual(['b', 'c']);
    }
    expect(evaluate('steps.two.output.list.map(x, x + 1)', at, () => ({ value: 1 }))).toEqual([2, 2]);
  });

  it('are refused when they are too large to look into', () => {
    const large = scope({}, { one: ref('d', 1e9) });
    expect(() => evaluate('steps.one.output.x', large)).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }));
    expect(evaluate('steps.one.output', large)).toEqual(ref('d', 1e9));
  });
});
