import { execute } from '../execute.js';

/** Message schedules, on which every timer stands, came with this version. */
export const LEAST_VERSION = '2.14.0';
/** What is built, fetched and tested. */
export const BUILT_VERSION = '2.15.1';

const numbers = (version: string): number[] => version.split('.').map(Number);

export const isRecent = (version: string): boolean => {
  const least = numbers(LEAST_VERSION);
  const has = numbers(version);
  for (const [index, wanted] of least.entries()) {
    const got = has[index] ?? 0;
    if (got !== wanted) return got > wanted;
  }
  return true;
};

export type Inspection = { ok: true; version: string } | { ok: false; why: string };

/** Asks a binary for its version: usable, or why it is not. */
export const inspect = async (binary: string): Promise<Inspection> => {
  const { code, stdout, said } = await execute(binary, ['--version'], { timeout: 10_000 });
  const version = /v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (code !== 0 || version === undefined) return { ok: false, why: `it does not run here (${said || `code ${code}`})` };
  return isRecent(version) ? { ok: true, version } : { ok: false, why: `it is ${version}, and ${LEAST_VERSION} is the least` };
};
