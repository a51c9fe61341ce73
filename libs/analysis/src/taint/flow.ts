/** Where data comes from, from the harmless to the sure: `unknown` is neither a constant nor seen to come from outside. */
export const ORIGINS = ['constant', 'unknown', 'parameter', 'request'] as const;
export type Origin = (typeof ORIGINS)[number];

/** What is known of the data in an expression. */
export interface Flow {
  origin: Origin;
  /** Whether it is put together with fixed text. */
  built: boolean;
  /** The code of what it is put together from. */
  made?: string;
}

export const CONSTANT: Flow = { origin: 'constant', built: false };

export const originRank = (origin: Origin): number => ORIGINS.indexOf(origin);

/** Longest code that is kept of what a text is put together from. */
const MAX_MADE = 2000;

const madeOf = ({ made: a }: Flow, { made: b }: Flow): Pick<Flow, 'made'> =>
  a === undefined && b === undefined ? {} : { made: `${a ?? ''}\n${b ?? ''}`.trim().slice(0, MAX_MADE) };

/** The worst of some: what may come from a request does. */
export const worstOf = (flows: readonly Flow[]): Flow =>
  flows.reduce<Flow>(
    (worst, flow) => ({
      origin: originRank(flow.origin) > originRank(worst.origin) ? flow.origin : worst.origin,
      built: worst.built || flow.built,
      ...madeOf(worst, flow),
    }),
    CONSTANT,
  );
