import { readFile } from 'node:fs/promises';
import { problem, WaggleError, type Problem } from '@waggle/protocol';
import { parse } from 'yaml';

const badInput = (problems: Problem[]): WaggleError =>
  new WaggleError('INVALID_INPUT', problems.map(({ path, message }) => `${path ?? 'input'}: ${message}`).join('; '), {
    path: problems[0]!.path,
    problems,
  });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const readFields = async (file: string): Promise<Record<string, unknown>> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `--input @${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'it cannot be read')}`,
      { path: file, cause },
    );
  });
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw badInput([problem('INVALID_INPUT', `neither JSON nor YAML: ${(cause as Error).message.split('\n')[0]!}`, file)]);
  }
  if (!isRecord(value)) throw badInput([problem('INVALID_INPUT', 'must hold an object', file)]);
  return value;
};

/** JSON where it is JSON, else the text itself. */
const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** The input that `--input k=v` and `--input @file` add up to; later ones replace earlier ones. `BAD_USAGE`, `INVALID_INPUT`. */
export const readInput = async (given: readonly string[]): Promise<Record<string, unknown>> => {
  const input: Record<string, unknown> = {};
  for (const each of given) {
    if (each.startsWith('@')) {
      Object.assign(input, await readFields(each.slice(1)));
      continue;
    }
    const at = each.indexOf('=');
    const name = each.slice(0, at);
    if (at < 1 || name === '__proto__')
      throw new WaggleError('BAD_USAGE', `--input ${each}: must be name=value or @file`, { path: '--input' });
    input[name] = valueOf(each.slice(at + 1));
  }
  return input;
};
