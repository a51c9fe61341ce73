import { WaggleError } from '@waggle/protocol';

/** Where a repository keeps what it lives with for now; written by `waggle audit --write-baseline`. */
export const BASELINE_FILE = 'waggle-baseline.json';

const MOST = 20_000;

/** Why each finding, by its id, is left alone. */
export type Baseline = ReadonlyMap<string, string>;

const isEntry = (value: unknown): value is { id: string; reason?: string } => {
  const { id, reason } = (value ?? {}) as { id?: unknown; reason?: unknown };
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id) && (reason === undefined || typeof reason === 'string');
};

/** Reads a baseline. `INVALID_INPUT` names what is wrong with it: one that silently excuses nothing would help nobody. */
export const parseBaseline = (text: string): Baseline => {
  const refuse = (why: string, path = BASELINE_FILE): WaggleError => new WaggleError('INVALID_INPUT', `The baseline ${why}.`, { path });
  let content: { version?: unknown; findings?: unknown };
  try {
    content = JSON.parse(text) as typeof content;
  } catch (cause) {
    throw refuse(`is not JSON (${(cause as Error).message})`);
  }
  if (typeof content !== 'object' || content === null || content.version !== 1 || !Array.isArray(content.findings))
    throw refuse('must be an object with version 1 and a list of findings');
  if (content.findings.length > MOST) throw refuse(`holds more than ${MOST} findings`);
  const bad = content.findings.findIndex((each) => !isEntry(each));
  if (bad >= 0) throw refuse(`holds an entry without an id of 16 hex digits`, `${BASELINE_FILE}:findings[${bad}]`);
  return new Map((content.findings as { id: string; reason?: string }[]).map(({ id, reason }) => [id, reason ?? 'in the baseline']));
};
