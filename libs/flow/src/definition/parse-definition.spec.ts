import fc from 'fast-check';
import { parseDefinition } from './parse-definition.js';

const problems = (text: unknown, file = 'audit.yaml') => {
  const parsed = parseDefinition(text, { file });
  return 'problems' in parsed ? parsed.problems.map(({ code, path, message }) => `${code} ${path}: ${message}`) : [];
};
const step = (more = '') => `name: x\nsteps:\n  - id: a\n    skill: s.a\n${more}`;

describe('parseDefinition', () => {
  it('fills in every default, and takes its own form again', () => {
    const parsed = parseDefinition(step());
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.definition).toEqual({
      name: 'x',
      version: '1.0.0',
      budget: { time: 3_600_000, tasks: 10_000 },
      steps: [
        {
          id: 'a',
          skill: 's.a',
          join: 'all',
          retry: { attempts: 3, backoff: 'exponential', initial: 1000, max: 30_000, jitter: 0.2 },
          onFailure: 'fail',
        },
      ],
    });
    expect(parseDefinition(parsed.definition)).toEqual(parsed);
    expect(parseDefinition(JSON.stringify(parsed.definition))).toEqual(parsed);
  });

  it('reads times, and drops the braces of when and forEach', () => {
    const parsed = parseDefinition(
      step("    timeout: 2m\n    when: '${{ input.go }}'\n    forEach: input.list\n    retry: { initial: 500ms, max: 1.5s }"),
    );
    expect(parsed).toMatchObject({
      definition: { steps: [{ timeout: 120_000, when: 'input.go', forEach: 'input.list', retry: { initial: 500, max: 1500 } }] },
    });
  });

  it.each<[string, string, string[]]>([
    ['syntax', 'name: x\nsteps: [', ['INVALID_DEFINITION audit.yaml:2:9: line 2, column 9']],
    ['a doubled key', 'name: x\nname: y\nsteps: []', ['INVALID_DEFINITION audit.yaml:2:1: line 2, column 1: Map keys must be unique']],
    ['nothing', '', ['INVALID_DEFINITION audit.yaml:1:1: line 1, column 1: a definition must be an object']],
    ['no steps', 'name: x\nsteps: []', ['INVALID_DEFINITION audit.yaml:2:8 steps: ']],
    [
      'a bad skill',
      'name: x\nsteps:\n  - id: a\n    skill: no skill',
      ['INVALID_DEFINITION audit.yaml:4:12 steps[0].skill: line 4, column 12: skill must be a skill id'],
    ],
    [
      'an unknown field',
      step('    retires: 3'),
      ['INVALID_DEFINITION audit.yaml:5:14 steps[0].retires: line 5, column 14: there is no field "retires"'],
    ],
    [
      'a time',
      step('    timeout: soon'),
      ['INVALID_DEFINITION audit.yaml:5:14 steps[0].timeout: line 5, column 14: timeout must be a time'],
    ],
    [
      'an unknown step',
      step("    input: { x: '${{ 1 + steps.nope.output }}' }"),
      ['INVALID_EXPRESSION audit.yaml:5:32 steps[0].input: line 5, column 32: there is no step "nope"'],
    ],
    [
      'an unknown variable',
      step("    input:\n      x: 'go ${{ inptu.a }}'"),
      ['INVALID_EXPRESSION audit.yaml:6:18 steps[0].input.x: line 6, column 18: Unknown variable: inptu'],
    ],
    ['a type', step('    when: 1 + 1'), ['INVALID_EXPRESSION audit.yaml:5:11 steps[0].when: line 5, column 11: the expression gives int']],
    [
      'item without a list',
      step("    input: '${{ item }}'"),
      ['INVALID_EXPRESSION audit.yaml:5:17 steps[0].input: line 5, column 17: item is known'],
    ],
    [
      'a doubled id',
      step('  - { id: a, skill: s.b }'),
      ['INVALID_DEFINITION audit.yaml:5:11 steps[1].id: line 5, column 11: the id "a" is that of steps[0]'],
    ],
    [
      'an id of a task',
      step('    forEach: input.l\n  - { id: a-12, skill: s.b }'),
      ['INVALID_DEFINITION audit.yaml:6:11 steps[1].id: line 6, column 11: the id "a-12" would be'],
    ],
    [
      'an unknown need',
      step('    needs: [b]'),
      ['INVALID_DEFINITION audit.yaml:5:13 steps[0].needs[0]: line 5, column 13: there is no step "b"'],
    ],
    [
      'a circle',
      step("    needs: [b]\n  - { id: b, skill: s.b, input: '${{ steps.c.output }}' }\n  - { id: c, skill: s.c, needs: [a] }"),
      ['INVALID_DEFINITION audit.yaml:3:5 steps[0]: line 3, column 5: these steps wait for each other in a circle: a -> b -> c -> a'],
    ],
    [
      'itself',
      step("    when: steps.a.state == 'x'"),
      ['INVALID_EXPRESSION audit.yaml:5:17 steps[0].when: line 5, column 17: the step "a" cannot wait for itself'],
    ],
    [
      'a schema it cannot keep',
      `input: { properties: { a: { pattern: x } } }\n${step()}`,
      ['INVALID_DEFINITION audit.yaml:1:38 input.properties.a.pattern: line 1, column 38: the keyword "pattern"'],
    ],
    [
      'two at once',
      'name: no name\nsteps:\n  - id: a',
      ['INVALID_DEFINITION audit.yaml:1:7 name: ', 'INVALID_DEFINITION audit.yaml:3:5 steps[0].skill: '],
    ],
  ])('names the place of %s', (_name, text, expected) => {
    const found = problems(text);
    expect(found).toHaveLength(expected.length);
    expected.forEach((start, index) => expect(found[index]).toContain(start));
  });

  it('names the field where there is no file', () => {
    expect(problems({ name: 'x', steps: [{ id: 'a', skill: [] }] })).toEqual(['INVALID_DEFINITION steps[0].skill: skill must be text']);
  });

  it('says how a number becomes text', () => {
    const [problem] = problems('name: x\nversion: 1\nsteps: [{ id: a, skill: s.a }]');
    expect(problem).toBe('INVALID_DEFINITION audit.yaml:2:10 version: line 2, column 10: version must be text: put it in quotes');
  });

  it.each<[string, unknown]>([
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`)
        .join('\n')}`,
    ],
    [
      'deep nesting',
      { name: 'x', steps: [{ id: 'a', skill: 's', input: JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown }] },
    ],
    ['too many steps', { name: 'x', steps: Array.from({ length: 1001 }, (_, n) => ({ id: `s${n}`, skill: 's' })) }],
    ['a date', new Date()],
  ])('bears %s', (_name, source) => expect(problems(source).length).toBeGreaterThan(0));

  it('is total: any value and any text gives a definition or problems', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.record({
        name: fc.jsonValue(),
        steps: fc.array(fc.dictionary(fc.constantFrom('id', 'skill', 'input', 'when', 'forEach', 'needs', 'retry'), fc.jsonValue())),
      }),
    );
    fc.assert(
      fc.property(anything, (source) => 'definition' in parseDefinition(source) || problems(source).length > 0),
      { numRuns: 300 },
    );
  });
});
