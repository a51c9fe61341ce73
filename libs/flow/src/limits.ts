const DAY = 86_400_000;

/** What bounds a flow. Sizes are bytes of UTF-8 JSON, times milliseconds. */
export const LIMITS = {
  steps: 1000,
  items: 10_000,
  /** Of one loop. */
  iterations: 1000,
  /** Longest flow: inputs are kept for seven days. */
  time: 6 * DAY,
  /** Tasks that a consensus, or a quorum of distinct agents, weighs. */
  voices: 1000,
  /** Rules of a flow, and changes of its steps while it runs. */
  rules: 50,
  /** Kinds of failures that a step does something about. */
  recoveries: 20,
  /** Events that start one workflow. */
  triggers: 20,
  changes: 200,
  tasks: 100_000,
  attempts: 100,
  hops: 8,
  /** Longest that a cancellation waits for what runs. */
  grace: 600_000,
  /** How long an offer that names no end waits for an agent that could take it. */
  offer: 60_000,
  /** Nesting of any value. */
  depth: 64,
  /** One value that stands in the log. */
  value: 256 * 1024,
  /** The first transition's definition and input together. */
  start: 768 * 1024,
  /** A value loaded for an expression. */
  loaded: 8 * 1024 * 1024,
  /** One transition. */
  commands: 500,
  transition: 512 * 1024,
  problems: 100,
  /** All problems of one failure together, as JSON: it stands in a transition several times. */
  faults: 32 * 1024,
  /** US dollars that one attempt may say it cost. */
  cost: 1e9,
  /** Sub-flows of one step that were asked for and have no share of the budget yet. */
  askedFor: 200,
  /** Open child flows of one attempt: they are stopped in one transition. */
  children: 1000,
  /** What a value holds once all references in it are replaced, shared parts counted each time. */
  parts: 1024 * 1024,
  /** Characters of a text that others wrote and the log keeps. */
  text: 4096,
} as const;

/** Bytes of a value as JSON. */
export const sizeOf = (value: unknown): number => (value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value)));

/** Whether a value nests deeper than may travel; never recurses, so any parsed JSON may be asked. */
export const tooDeep = (value: unknown, limit: number = LIMITS.depth): boolean => {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue;
      for (const inner of Object.values(each)) if (typeof inner === 'object' && inner !== null) next.push(inner);
    }
    level = next;
  }
  return false;
};

/** The text, shortened until it has no more bytes as JSON than that, whatever it is made of. */
export const clipBytes = (text: string, limit: number): string => {
  let short = clip(text, limit);
  while (sizeOf(short) > limit + 2) short = clip(short, Math.floor(short.length * 0.8));
  return short;
};

export const clip = (text: string, limit: number = LIMITS.text): string => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`);
