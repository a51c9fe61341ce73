/**
 * Checks what happened to one scope: `events` are what the processes wrote down of themselves, `records` every write of
 * the scope's record as the broker stored it, in order. The records are the witness of the order in which everything
 * took effect, so a history is linearizable exactly when each record follows from the one before it by something that a
 * process was doing at that time, and no process saw anything else than the records say. Knows nothing of the library's
 * code. Gives the list of what is wrong.
 */
const NOTICE = 1_000;
const EVICT = 2_500;
/** Between the wall clocks of broker and processes, on one machine. */
const SKEW = 5;

export const checkScope = ({ scope, events, records, faults, deadOf }) => {
  const wrong = [];
  const say = (rule, text) => wrong.push({ scope, rule, text });
  const ops = opsOf(events);
  const filled = records.map(settled);
  believes(ops, events, say);
  tokens(ops, filled, say);
  for (let i = 0; i < filled.length; i++) {
    const [before, after] = [filled[i - 1], filled[i]];
    if (tooMany(after.entries)) say('exclusion', `record ${after.sequence} lets in more than its holders allow`);
    const stranger = after.entries.find(({ metadata }) => !ops.has(metadata?.op));
    if (stranger) say('strangers', `write ${after.sequence} names ${stranger.holder}, who never asked`);
    if (before === undefined) continue;
    // the broker removed the record between the two: its last lease had ended
    if (after.previous === 0) left({ before, after, ops, faults, deadOf }, say);
    if (after.previous !== before.sequence) continue;
    left({ before, after, ops, faults, deadOf }, say);
    turns(before, after, say);
    idle({ before, after, faults }, say);
  }
  noticed({ ops, filled, faults, deadOf }, say);
  refusals({ ops, filled, faults }, say);
  writes(events, say);
  return wrong;
};

const opsOf = (events) => {
  const ops = new Map();
  for (const event of events) {
    if (event.op === undefined) continue;
    const op = ops.get(event.op) ?? { id: event.op, p: event.p, works: [] };
    ops.set(event.op, op);
    if (event.e === 'work') op.works.push(event);
    else if (event.e !== 'write' && event.e !== 'unwritten') op[event.e] = event;
  }
  return ops;
};

const settled = ({ sequence, previous, time, entries }) => ({
  sequence,
  previous,
  time,
  entries: entries.map((entry) => ({
    permits: 1,
    priority: 0,
    held: false,
    at: time,
    since: time,
    ...entry,
    ...(entry.held && { token: entry.token ?? sequence }),
  })),
});

const limitOf = (entries) => Math.min(...entries.map(({ permits }) => permits));
const holdersOf = (record) => record.entries.filter(({ held }) => held);
const tooMany = (entries) => {
  const holders = entries.filter(({ held }) => held);
  return holders.length > limitOf(holders);
};

/** Once somebody was told that it holds, nobody who may not hold beside it works in the belief to hold still. */
const believes = (ops, events, say) => {
  const told = [...ops.values()].filter((op) => op.in).sort((a, b) => a.in.t - b.in.t);
  for (const op of told) {
    for (const other of told) {
      if (other === op || other.in.token <= op.in.token) continue;
      const together = Math.min(op.ask?.permits ?? (op.ask?.mode ? Infinity : 1), other.ask?.permits ?? (other.ask?.mode ? Infinity : 1));
      if (together > 1) continue;
      const late = op.works.find(({ t }) => t > other.in.t);
      if (late)
        say(
          'exclusion',
          `${op.id} (${op.in.token}) believed to hold ${(late.t - other.in.t).toFixed(1)} ms after ${other.id} (${other.in.token}) was told that it does`,
        );
    }
  }
};

/** A token is the sequence of the write that let its holder in; whoever asks after another was let in gets a higher one. */
const tokens = (ops, records, say) => {
  // one that was passed over while it could not be heard is let in more than once
  const letIn = new Map();
  for (const { entries } of records) {
    for (const { held, metadata, token } of entries) if (held) letIn.set(metadata?.op, (letIn.get(metadata?.op) ?? new Set()).add(token));
  }
  let highest = 0;
  const asked = [...ops.values()].filter((op) => op.in && op.ask).sort((a, b) => a.ask.t - b.ask.t);
  const done = [...asked].sort((a, b) => a.in.t - b.in.t);
  let next = 0;
  for (const op of asked) {
    for (; next < done.length && done[next].in.t < op.ask.t; next++) highest = Math.max(highest, done[next].in.token);
    if (op.in.token <= highest) say('tokens', `${op.id} asked after token ${highest} was given and got ${op.in.token}`);
    const witness = letIn.get(op.id);
    if (witness && !witness.has(op.in.token))
      say('tokens', `${op.id} was let in by write ${[...witness].join(' and ')} and told ${op.in.token}`);
    for (const work of op.works)
      if (work.token !== op.in.token) say('tokens', `the token of ${op.id} changed from ${op.in.token} to ${work.token}`);
  }
};

/** Whoever is in the one record and not in the next gave it back, gave up, or its lease had ended. */
const left = ({ before, after, ops, faults, deadOf }, say) => {
  const there = new Set(after.entries.map(({ id }) => id));
  for (const entry of before.entries) {
    if (there.has(entry.id)) continue;
    const end = entry.at + entry.lease * 1_000;
    const op = ops.get(entry.metadata?.op);
    const ends = [op?.out, op?.told, op?.lost, op?.fail].filter(Boolean).map(({ w }) => w);
    if (after.time + SKEW >= end) {
      const lives = op && deadOf(op.p) === undefined && !ends.some((w) => w <= end + SKEW) && !faults(entry.at, after.time);
      // shorter ones a busy machine may miss
      if (entry.held && lives && entry.lease >= 3)
        say('lease', `the lease of ${op.id}, who lives and holds, ran out before write ${after.sequence}`);
      continue;
    }
    // removed by the broker: what was written before that may not have been heard
    if (after.previous === 0) continue;
    // called off by a process that died before it could say so
    const died = op && !op.out && !op.lost && !op.fail && deadOf(op.p) !== undefined;
    // a refused one may be lost inside the library before its caller is told
    const givenUp = op?.ask && !entry.held && after.time + SKEW >= op.ask.w + op.ask.wait;
    if (ends.some((w) => w <= after.time + SKEW) || died || givenUp) continue;
    // a waiter passed over for a missed sign of life has another entry under the same name by then
    if (op && after.entries.some(({ metadata }) => metadata?.op === op.id)) continue;
    say(
      'release',
      `write ${after.sequence} removed ${entry.held ? 'the holder' : 'the waiter'} ${entry.metadata?.op}, who neither left nor was past its lease (${(end - after.time).toFixed(0)} ms left)`,
    );
  }
};

/** Nobody is let in before somebody who waits longer and is as urgent. */
const turns = (before, after, say) => {
  const heldBefore = new Set(holdersOf(before).map(({ id }) => id));
  const letIn = holdersOf(after).filter(({ id }) => !heldBefore.has(id));
  for (const winner of letIn) {
    const place = after.entries.indexOf(winner);
    const passed = after.entries.find(
      (entry, i) => !entry.held && ((i < place && entry.priority >= winner.priority) || entry.priority > winner.priority),
    );
    if (passed) say('turns', `write ${after.sequence} let in ${winner.metadata?.op} before ${passed.metadata?.op}, who is ahead of it`);
  }
};

/** Nobody waits while it is free; a holder whose lease has ended is put out soon when somebody waits. */
const idle = ({ before, after, faults }, say) => {
  const holders = holdersOf(after);
  const [next] = after.entries.filter(({ held }) => !held).sort((a, b) => b.priority - a.priority);
  if (next && holders.length < Math.min(limitOf(holders), next.permits))
    say('wake-up', `write ${after.sequence} leaves ${next.metadata?.op} waiting though there is room`);
  const waiting = before.entries.filter(({ held, at, lease }) => !held && at + lease * 1_000 > after.time);
  const ends = holdersOf(before).map(({ at, lease }) => at + lease * 1_000);
  const late = after.time - Math.min(...ends);
  if (waiting.length > 0 && ends.length > 0 && late > EVICT && !faults(Math.min(...ends), after.time))
    say('wake-up', `the lease of a holder ended ${late.toFixed(0)} ms before write ${after.sequence}, with ${waiting.length} waiting`);
};

/** Whoever is let in gets to know. */
const noticed = ({ ops, filled, faults, deadOf }, say) => {
  const seen = new Set();
  for (const record of filled) {
    for (const { metadata, token } of holdersOf(record)) {
      const op = ops.get(metadata?.op);
      if (!op || seen.has(`${op.id} ${token}`)) continue;
      seen.add(`${op.id} ${token}`);
      if (token !== record.sequence || deadOf(op.p) !== undefined) continue;
      const told = [op.in, op.fail, op.lost].filter(Boolean).map(({ w }) => w);
      const late = Math.min(...told) - record.time;
      if (late > NOTICE && !faults(record.time - NOTICE, Math.min(...told, record.time + 10_000)))
        say('wake-up', `${op.id} was let in by write ${token} and ${told.length ? `told ${late.toFixed(0)} ms later` : 'never told'}`);
    }
  }
};

/** It is refused as held only while somebody else was in the record. */
const refusals = ({ ops, filled, faults }, say) => {
  for (const { id, ask, fail } of ops.values()) {
    if (fail?.code !== 'LOCK_CONTENDED' || ask === undefined || faults(ask.w - NOTICE, fail.w)) continue;
    const i = filled.findLastIndex(({ time }) => time < ask.w - SKEW);
    const during = filled.slice(Math.max(0, i)).filter(({ time }) => time <= fail.w + SKEW);
    const others = during.some(({ entries }) => entries.some(({ metadata }) => metadata?.op !== id));
    if (!others && i >= 0) say('refusal', `${id} was refused though nobody held it or waited`);
  }
};

/** What was written under a fence never falls behind a newer holder's. */
const writes = (events, say) => {
  let [highest, by] = [0, ''];
  for (const { op, token } of events.filter(({ e }) => e === 'write').sort((a, b) => a.sequence - b.sequence)) {
    if (token < highest) say('fence', `${op} wrote under token ${token} after ${by} under ${highest}`);
    else [highest, by] = [token, op];
  }
};
