import { PRIORITIES, type Priority, type ResourceGrant, type ResourceRequest, type ResourceState } from '@waggle/protocol';

/** A waiting request gains one rank for so many later ones that were served before it: none starves, and no clock decides. */
const AGE_AFTER = 4;
export const QUEUE_MOST = 500;
/** How much a new hold counts in the moving mean. */
const WEIGHT = 0.2;

export const newResource = (): ResourceState => ({ slots: 1, defined: false, holders: [], queue: [], meanHold: 0, granted: 0 });

export const rankOf = (priority: Priority): number => PRIORITIES.indexOf(priority);

const urgency = ({ rank, overtaken }: ResourceRequest): number => Math.max(0, rank - Math.floor(overtaken / AGE_AFTER));

/** In the order they will be served if nobody else comes. */
export const inOrder = (queue: readonly ResourceRequest[]): ResourceRequest[] =>
  // stable: of the same urgency, the one that came first
  [...queue].sort((a, b) => urgency(a) - urgency(b));

const used = (state: ResourceState): number => state.holders.reduce((sum, { slots }) => sum + slots, 0);

/**
 * Serves the queue from its head for as long as there are slots; a request that needs more than are free holds up those
 * behind it, or it would never be served. Where the slots became fewer since it asked, it gets all there are.
 */
export const serve = (state: ResourceState): { state: ResourceState; served: ResourceRequest[] } => {
  let queue = state.queue.map((each) => (each.slots > state.slots ? { ...each, slots: state.slots } : each));
  const served: ResourceRequest[] = [];
  let free = state.slots - used(state);
  for (let [head] = inOrder(queue); head !== undefined && head.slots <= free; [head] = inOrder(queue)) {
    const at = queue.indexOf(head);
    free -= head.slots;
    served.push(head);
    queue = queue.filter((each) => each !== head).map((each, i) => (i < at ? { ...each, overtaken: each.overtaken + 1 } : each));
  }
  return { state: { ...state, queue }, served };
};

export const holding = (state: ResourceState, grants: readonly ResourceGrant[]): ResourceState =>
  grants.length === 0 ? state : { ...state, holders: [...state.holders, ...grants], granted: state.granted + grants.length };

/** Without the request or grant; unchanged when there is none. `held`: milliseconds. */
export const without = (state: ResourceState, id: string, now: number): ResourceState => {
  const grant = state.holders.find((each) => each.id === id);
  if (grant === undefined)
    return state.queue.some((each) => each.id === id) ? { ...state, queue: state.queue.filter((each) => each.id !== id) } : state;
  const held = Math.max(0, now - Date.parse(grant.grantedAt));
  const meanHold = state.meanHold === 0 ? held : state.meanHold * (1 - WEIGHT) + held * WEIGHT;
  return { ...state, holders: state.holders.filter((each) => each !== grant), meanHold: Math.round(meanHold) };
};

export interface Standing {
  granted: boolean;
  /** How many are served before it; 0: it is next, or has it. */
  position: number;
  /** Milliseconds, by how long others held it so far. */
  expectedWait: number;
}

/** Where a request stands; undefined: it is neither waiting nor served. */
export const standingOf = (state: ResourceState, id: string): Standing | undefined => {
  if (state.holders.some((each) => each.id === id)) return { granted: true, position: 0, expectedWait: 0 };
  const ordered = inOrder(state.queue);
  const position = ordered.findIndex((each) => each.id === id);
  if (position < 0) return undefined;
  const before = used(state) + ordered.slice(0, position + 1).reduce((sum, { slots }) => sum + slots, 0) - state.slots;
  return { granted: false, position, expectedWait: Math.round((Math.max(0, before) / state.slots) * state.meanHold) };
};
