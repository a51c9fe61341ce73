import type { Patch } from './planting.js';

/** A mistake that the checker must find. */
export interface Bug {
  name: string;
  /** As docs/reliability.md words it. */
  title: string;
  patches: readonly Patch[];
}

const STORE = 'apps/coordinator/engine/flow-store';
const ENGINE = 'apps/coordinator/engine/engine';
const DESK = 'apps/coordinator/engine/desk';
const EMITTER = 'apps/coordinator/engine/emitter';
const RESULTS = 'libs/flow/decide/results';
const SUBMIT = 'libs/flow/decide/submit';
const DEADLINES = 'libs/flow/decide/deadlines';

const bug = (name: string, title: string, ...patches: Patch[]): Bug => ({ name, title, patches });
const change = (file: string, find: string, replace: string): Patch => ({ file, find, replace });

/** Every planted mistake. Each is a change of a line or two, made as the module is loaded. */
export const BUGS: readonly Bug[] = [
  bug('append-unchecked', 'append without expected sequence', change(STORE, '{ expect: flow.sequence }', '{}')),
  bug(
    'ack-first',
    'ack before append',
    change(DESK, 'const before = this.late.of(key);', 'for (const job of jobs) job.done(); const before = this.late.of(key);'),
  ),
  bug(
    'commands-first',
    'commands before append',
    change(
      ENGINE,
      'if (!(await this.store.append(key, flow, transition))) {',
      'await this.emitter.emit({ key, state: flow.state.head ? flow.state : { ...flow.state, ...key, owner: inputs[0]?.owner }, n: transition.n, at: transition.at, sequence: 0, commands: transition.commands.filter(({ type }) => type === "dispatch"), fresh: true });\n if (!(await this.store.append(key, flow, transition))) {',
    ),
  ),
  bug(
    'timer-unheld',
    'inputs acknowledged while the timer they armed is put off',
    change(DESK, 'late === undefined || late === before', 'true'),
  ),
  bug('never-again', 'commands not re-emitted after redelivery', change(ENGINE, 'if (from >= known.emittedFrom)', 'if (true)')),
  bug(
    'dispatch-without-attempt',
    'dispatch subject without attempt',
    change(EMITTER, 'command.priority, flowId, command.taskId, command.attempt);', 'command.priority, flowId, command.taskId, 1);'),
  ),
  bug(
    'old-result',
    'result accepted for an old attempt',
    change(RESULTS, 'if (task.attempt !== attempt || task.agent !== agent)', 'if (task.agent !== agent)'),
  ),
  bug('result-after-end', 'result after outcome applied', change(RESULTS, "if (draft.state.phase !== 'open' || !task", 'if (!task')),
  bug(
    'early-timer',
    'timer of an old attempt obeyed',
    change(DEADLINES, '(task) => task.due <= due &&', "(task) => (task.due <= due || task.status === 'running') &&"),
  ),
  bug(
    'begins-twice',
    'duplicate submit starts again',
    change(SUBMIT, "if (state.phase !== 'none') {", "if (state.phase !== 'none' && input.owner !== state.owner) {"),
    change('libs/flow/decide/decide', 'isApplied(state, origin) === undefined', 'true'),
    change(ENGINE, 'isApplied(flow.state, origin)).filter((n) => n !== undefined)', 'isApplied(flow.state, origin)).filter(() => false)'),
  ),
  bug(
    'two-outcomes',
    'outcome published twice',
    change(
      EMITTER,
      "await this.bus.publishOnce('FLOW', subject, JSON.stringify(messages.outcome(command.outcome)), { headers: messages.headers });",
      'await this.bus.publish(subject, JSON.stringify(messages.outcome(command.outcome)));',
    ),
    change(ENGINE, 'over ? [] : entries', 'entries'),
  ),
  bug(
    'cancel-forgets',
    'cancel that forgets running tasks',
    change('libs/flow/decide/finish', 'cancelTask(draft, task, ', "if (task.status !== 'running') cancelTask(draft, task, "),
  ),
  bug(
    'retries-from-memory',
    'retry count from memory instead of the log',
    change(
      'libs/flow/decide/wanted',
      'export const wantedAgain = (draft, task) => ({',
      'const counts = new WeakMap();\nconst counted = (task) => { const n = (counts.get(task) ?? 1) + 1; counts.set(task, n); return n; };\nexport const wantedAgain = (draft, task) => ({',
    ),
    change('libs/flow/decide/wanted', 'attempt: task.attempt + 1,\n});', 'attempt: counted(task),\n});'),
  ),
  bug(
    'join-too-early',
    'forEach join that counts a duplicate',
    change(
      'libs/flow/decide/schedule',
      'else if (at.completed + at.failed === at.total) {',
      'else if (at.completed + at.failed >= at.total - (at.total > 1 ? 1 : 0)) {',
    ),
  ),
  bug(
    'budget-unchecked',
    'budget checked before the append only',
    change('libs/flow/decide/dispatch', 'if (state.used + state.reserved >= head.tasks) {', 'if (state.used >= head.tasks + 2) {'),
  ),
  bug(
    'quorum-too-early',
    'quorum that counts one twice',
    change(
      'libs/flow/decide/joins',
      "'quorum' in join && at.completed < join.quorum",
      "'quorum' in join && at.completed + 1 < join.quorum",
    ),
    change('libs/flow/decide/joins', 'if (voices.length >= count)', 'if (voices.length + 1 >= count)'),
  ),
  bug(
    'race-keeps-cache',
    'cache not dropped after a lost race',
    change(
      STORE,
      'drop(key) {\n        this.cache.delete(textOf(key));',
      'drop(key) {\n        if (key === undefined) this.cache.delete(textOf(key));',
    ),
  ),
  bug(
    'never-buried',
    'poison message never dead-lettered',
    change('libs/flow/decide/attempt', 'bury(draft, task, fault);\n    giveUp', 'void bury;\n    giveUp'),
  ),
  bug('stale-ignore', 'input ignored on a stale cache', change(ENGINE, '!(await this.store.isCurrent(key, flow))', 'false')),
  bug(
    'timer-again',
    "a timer's subject armed again",
    change('apps/coordinator/engine/timers', 'subjects.timerAt(key.tenant, key.flowId, n)', 'subjects.timerAt(key.tenant, key.flowId, 1)'),
  ),
  bug(
    'unawaited',
    'a command emitted again that is no longer awaited',
    change('libs/flow/state/awaited', "case 'dispatch': {", "case 'dispatch': {\n            return true;"),
    change(ENGINE, 'over ? [] : entries', 'entries'),
  ),
  bug(
    'outcome-first',
    'an outcome emitted before its transition',
    change(
      ENGINE,
      'if (!(await this.store.append(key, flow, transition))) {',
      'if (flow.state.head && transition.commands.some(({ type }) => type === "outcome")) await this.emitter.emit({ key, state: flow.state, n: transition.n, at: transition.at, sequence: 0, commands: transition.commands.filter(({ type }) => type === "outcome") });\n if (!(await this.store.append(key, flow, transition))) {',
    ),
  ),
  bug(
    'outcome-early',
    'outcome emitted before the other commands',
    change(
      EMITTER,
      'await inParallel(others, WIDTH,',
      'if (outcome !== undefined) await this.end(emission, messages, outcome);\n        await inParallel(others, WIDTH,',
    ),
  ),
  bug(
    'outcome-forgets',
    'what earlier entries imply is not said before the outcome',
    change(ENGINE, 'if (flow.emittedFrom === 1 || commands.every', 'if (flow.emittedFrom < n || flow.emittedFrom === 1 || commands.every'),
  ),
  bug(
    'closed-unsaid',
    'a flow that another ended is closed before its end was said',
    change(ENGINE, "if (flow.state.phase === 'ended' && flow.emittedFrom <= flow.state.n)", "if (flow.state.phase === 'ended')"),
  ),
  bug(
    'wait-unlooked',
    'WAIT entry without looking again',
    change('apps/coordinator/engine/waits', 'if (await this.directory.refresh(skill))', 'if (false)'),
  ),
  bug(
    'stale-wake',
    'a wake decided on an old directory',
    change('apps/coordinator/engine/directory', "this.bucket.get(key, { from: 'leader' })", 'this.bucket.get(key)'),
  ),
  bug(
    'unreserved-child',
    'child accepted without a reservation in its parent',
    change(SUBMIT, 'if (granted?.granted && granted.agent === owner)', 'if (true)'),
  ),
  bug(
    'stranger-obeyed',
    'signal of a stranger obeyed',
    change('libs/flow/decide/signals', 'if (speaker !== state.owner && speaker !== COORDINATOR && !operator)', 'if (false)'),
  ),
  bug(
    'canceled-runs',
    'task of a cancelled attempt still run',
    change(
      EMITTER,
      "const purged = emission.swept ? undefined : this.bus.purge('TASK', subjects.task(tenant, agent, priority, flowId, taskId, attempt));",
      'const purged = undefined;',
    ),
    change(EMITTER, 'if (swept)', 'if (false)'),
  ),
  bug(
    'said-and-called-off',
    'what an entry dispatches and calls off is said all the same',
    change(ENGINE, 'const commands = implied.filter((command) => awaited(flow.state, command));', 'const commands = implied;'),
  ),
  bug(
    'cut-off',
    'more than 500 commands cut off',
    change(
      'libs/flow/decide/draft',
      'const { n, now: at, inputs, events, commands, more } = this;',
      'const { n, now: at, inputs, events, more } = this;\n        const commands = this.commands.slice(0, 12);',
    ),
  ),
  bug(
    'child-escapes',
    "a child flow that escapes its parent's budget",
    change('libs/flow/decide/children', 'const fits = state.used + state.reserved + granted <= draft.head.tasks;', 'const fits = true;'),
  ),
  bug(
    'late-result',
    'a stored result loses to its deadline',
    change('apps/coordinator/engine/stored-inputs', 'await this.results.late(key, flow, given)', '[]'),
  ),
  bug(
    'orphans-dropped',
    'a result that comes before its flow is known is dropped',
    change('apps/coordinator/engine/orphans', 'throw new StillToCome(key);', 'return;'),
  ),
  bug(
    'control-unordered',
    'control signals applied out of stream order',
    change(
      'libs/flow/decide/signals',
      "case 'modify':\n            return origin.sequence < state.control ?",
      "case 'modify':\n            return false ?",
    ),
  ),
  bug(
    'pause-drops',
    'pause that drops results that arrive meanwhile',
    change(RESULTS, "if (draft.state.phase !== 'open' || !task", "if (draft.state.paused || draft.state.phase !== 'open' || !task"),
  ),
];

/** Mistakes that stand between a coordinator and the broker, or in the broker's own settings. */
export const OUTER_BUGS = [
  { name: 'full-is-done', title: '10077 taken for done' },
  { name: 'aged-head', title: "a flow's head aged out" },
] as const;
