import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { WaggleError, type Submit } from '@waggle/protocol';
import { parse } from 'yaml';

const WHAT = ['skill', 'workflow', 'definition', 'resumes'] as const satisfies (keyof Submit)[];
const FIELDS = [...WHAT, 'version', 'input', 'priority', 'timeout', 'parent', 'replays'] as const satisfies (keyof Submit)[];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const read = async (file: string): Promise<string> => {
  if (file === '-') return readAll(process.stdin);
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'it cannot be read')}`,
      { path: file, cause },
    );
  });
};

const valueOf = (text: string, file: string): unknown => {
  const isYaml = /\.ya?ml$/.test(file);
  try {
    return isYaml ? (parse(text, { maxAliasCount: 100 }) as unknown) : (JSON.parse(text) as unknown);
  } catch (cause) {
    const message = `${file}: ${(cause as Error).message.split('\n')[0]!}`;
    if (!isYaml) throw new WaggleError('BAD_JSON', message, { path: file, cause });
    throw new WaggleError('INVALID_MESSAGE', message, { path: file, cause, remedy: 'Mend the file: it is not YAML.' });
  }
};

/**
 * A submission, alone or as the payload of a message such as a plain client publishes: JSON, or YAML by the name of the file.
 * What its fields hold is checked when it is submitted. `BAD_USAGE`, `BAD_JSON`, `INVALID_MESSAGE` with the field that there is not.
 */
export const readSubmission = async (given: string): Promise<Submit> => {
  const file = given === '-' ? 'standard input' : given;
  const value = valueOf(await read(given), file);
  const submission = isRecord(value) && isRecord(value['payload']) ? value['payload'] : value;
  if (!isRecord(submission))
    throw new WaggleError('INVALID_MESSAGE', `${file}: must hold one object with ${WHAT.join(', ')}`, {
      path: file,
      remedy: 'See `waggle submit --help`.',
    });
  const names = Object.keys(submission);
  const isWorkflow = !WHAT.some((field) => names.includes(field)) && (names.includes('steps') || names.includes('phases'));
  if (isWorkflow)
    throw new WaggleError('BAD_USAGE', `${file} is a workflow, not a submission of one`, {
      path: file,
      remedy: `Say \`waggle run ${given === '-' ? 'FILE' : given}\`, or put it under "definition".`,
    });
  const unknown = names.find((name) => !FIELDS.some((field) => field === name));
  if (unknown !== undefined)
    throw new WaggleError('INVALID_MESSAGE', `${file}: there is no field "${unknown.slice(0, 64)}"; known are ${FIELDS.join(', ')}`, {
      path: unknown.slice(0, 64),
    });
  return submission;
};
