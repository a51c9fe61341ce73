import { PassThrough } from 'node:stream';
import { problem, WaggleError } from '@waggle/protocol';
import { Output } from './output.js';
import { remedies, reportError } from './report-error.js';

const streams = (tty: boolean) => {
  const make = () => Object.assign(new PassThrough(), { isTTY: tty }) as unknown as NodeJS.WriteStream & PassThrough;
  const [stdout, stderr] = [make(), make()];
  const read = (stream: PassThrough): string => ((stream.read() as Buffer | null) ?? '').toString();
  return { stdout, stderr, out: () => read(stdout), err: () => read(stderr) };
};
const error = new WaggleError('INVALID_INPUT', 'two things', {
  problems: [problem('INVALID_INPUT', 'is missing', 'input.a'), problem('INVALID_INPUT', 'is \u001b[2Jodd', 'input.b')],
});

describe('output', () => {
  test('people get text: results on stdout, what happens on stderr', () => {
    const { out, err, ...to } = streams(false);
    const output = new Output({ json: false, quiet: false, ...to });
    output.result({ a: 1 }, () => 'one');
    output.note('meanwhile');
    output.event({ not: 'shown' });
    expect([out(), err()]).toEqual(['one\n', 'meanwhile\n']);
  });

  test('programs get one JSON object a line and nothing else', () => {
    const { out, err, ...to } = streams(false);
    const output = new Output({ json: true, quiet: false, ...to });
    output.event({ status: 1 });
    output.note('meanwhile');
    output.result({ a: 1 }, () => 'one');
    expect([out(), err()]).toEqual(['{"status":1}\n{"a":1}\n', '']);
  });

  test('--quiet leaves results and errors', () => {
    const { out, err, ...to } = streams(false);
    const output = new Output({ json: false, quiet: true, ...to });
    output.note('meanwhile');
    output.result({}, () => 'one');
    reportError(output, new WaggleError('FLOW_UNKNOWN', 'no flow x'));
    expect(out()).toBe('one\n');
    expect(err()).toContain('error FLOW_UNKNOWN: no flow x');
  });

  test('colours on a terminal only, and never with NO_COLOR', () => {
    const colored = (tty: boolean, env: NodeJS.ProcessEnv) =>
      new Output({ json: false, quiet: false, ...streams(tty), env }).colors.red('x') !== 'x';
    expect([colored(true, {}), colored(true, { NO_COLOR: '1' }), colored(false, {}), colored(true, { TERM: 'dumb' })]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('an error says what, where, code and what to do; text of others moves no cursor', () => {
    const { out, err, ...to } = streams(false);
    reportError(new Output({ json: false, quiet: false, ...to }), error);
    const text = err();
    expect(text.split('\n').slice(0, 3)).toEqual([
      'error INVALID_INPUT: two things',
      '  input.a: is missing (INVALID_INPUT)',
      '  input.b: is \ufffd[2Jodd (INVALID_INPUT)',
    ]);
    expect(text).toContain('Mend the field named by the path');
    expect(out()).toBe('');
  });

  test('an error in JSON has all of it', () => {
    const { out, ...to } = streams(false);
    reportError(new Output({ json: true, quiet: false, stdout: to.stdout, stderr: to.stderr }), error);
    expect(JSON.parse(out())).toMatchObject({
      error: { code: 'INVALID_INPUT', problems: [{ path: 'input.a' }, { path: 'input.b' }], remedy: expect.any(String) },
    });
  });

  test('a remedy of the place is said instead of that of the code; of a code of its own an agent knows more', () => {
    const { err, ...to } = streams(false);
    reportError(new Output({ json: false, quiet: false, ...to }), new WaggleError('BAD_USAGE', 'no', { remedy: 'Say yes.' }));
    expect(err()).toContain('Say yes.');
    expect(remedies([{ code: 'OOPS', message: 'no' }, { code: 'MINE', message: 'no', remedy: 'Do it.' }, problem('POISON', 'no')])).toEqual(
      [expect.stringContaining("OOPS is a code of the agent's own"), 'Do it.', expect.stringContaining('waggle dlq')],
    );
  });
});
