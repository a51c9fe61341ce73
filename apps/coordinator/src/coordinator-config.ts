import { parseDuration, problem, WaggleError } from '@waggle/protocol';
import { PREFERENCES, type Preference } from '@waggle/flow';
import type { Depths } from './domain/admission.js';

/** Nest token. */
export const COORDINATOR_CONFIG = Symbol('COORDINATOR_CONFIG');

/** What an operator may set. Times are milliseconds. */
export interface CoordinatorConfig {
  /** Who may signal and look at flows of others: the names whose manifest holds `operate`. */
  operators: readonly string[];
  retention: RetentionTimes;
  /** Past which new flows are refused with OVERLOADED. */
  depths: Depths;
  /** What counts most in the choice among agents. */
  prefer: Preference;
}

export interface RetentionTimes {
  /** After a flow's end, until what first wins kept apart is removed; longer than any stall. */
  grace: number;
  /** After a flow's end, until its log and outcome are removed. */
  finished: number;
  /** After a flow's beginning, the least its log stays: longer than its submission does, or a copy of that would start it again. */
  head: number;
}

const DAY = 86_400_000;

export const DEFAULTS: CoordinatorConfig = {
  operators: ['cli', 'gateway', 'incident-responder'],
  retention: { grace: 600_000, finished: 7 * DAY, head: 8 * DAY },
  depths: { tasks: 10_000, inputs: 20_000 },
  prefer: 'balance',
};

/**
 * Defaults changed by WAGGLE_OPERATORS (names, comma separated), WAGGLE_RETENTION (a duration of at least 15 minutes),
 * WAGGLE_QUEUE_DEPTH (tasks that may wait for an agent) and WAGGLE_PREFER (balance, speed, cost or quality). `CONFIG_INVALID`.
 */
export const readCoordinatorConfig = (env: NodeJS.ProcessEnv = process.env): CoordinatorConfig => {
  const { operators, retention, depths } = DEFAULTS;
  const named = env.WAGGLE_OPERATORS?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    operators: named ?? operators,
    retention: { ...retention, finished: readFinished(env.WAGGLE_RETENTION) ?? retention.finished },
    depths: { ...depths, tasks: readDepth(env.WAGGLE_QUEUE_DEPTH) ?? depths.tasks },
    prefer: readPreference(env.WAGGLE_PREFER) ?? DEFAULTS.prefer,
  };
};

const readPreference = (text: string | undefined): Preference | undefined => {
  if (text === undefined || text.trim() === '') return undefined;
  if (Object.hasOwn(PREFERENCES, text.trim())) return text.trim() as Preference;
  const wrong = problem('CONFIG_INVALID', `"${text}" is none of ${Object.keys(PREFERENCES).join(', ')}.`, 'WAGGLE_PREFER');
  throw new WaggleError('CONFIG_INVALID', wrong.message, { path: wrong.path, problems: [wrong] });
};

const MOST_WAITING = 1_000_000;

const readDepth = (text: string | undefined): number | undefined => {
  if (text === undefined || text.trim() === '') return undefined;
  const depth = Number(text);
  if (Number.isInteger(depth) && depth >= 1 && depth <= MOST_WAITING) return depth;
  const wrong = problem('CONFIG_INVALID', `"${text}" is not a whole number from 1 to ${MOST_WAITING}.`, 'WAGGLE_QUEUE_DEPTH');
  throw new WaggleError('CONFIG_INVALID', wrong.message, { path: wrong.path, problems: [wrong] });
};

const LEAST_FINISHED = 900_000;

const readFinished = (text: string | undefined): number | undefined => {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    const finished = parseDuration(text.trim());
    if (finished >= LEAST_FINISHED) return finished;
  } catch {
    // said below, with the variable's name
  }
  const wrong = problem('CONFIG_INVALID', `"${text}" is not a duration of at least 15m.`, 'WAGGLE_RETENTION');
  throw new WaggleError('CONFIG_INVALID', wrong.message, { path: wrong.path, problems: [wrong] });
};
