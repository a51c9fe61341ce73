import { bug, change, type Bug } from './planted-mistake.js';

const STORE = 'apps/coordinator/engine/flow-store';
const ENGINE = 'apps/coordinator/engine/engine';
const DESK = 'apps/coordinator/engine/desk';
const EMITTER = 'apps/coordinator/engine/emitter';
const ANSWERS = 'apps/coordinator/engine/stored-answers';
const FORGOTTEN = 'apps/coordinator/inputs/forgotten-inputs';

/** Mistakes of the coordinator's shell. */
export const COORDINATOR_BUGS: readonly Bug[] = [
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
    'race-keeps-cache',
    'cache not dropped after a lost race',
    change(
      STORE,
      'drop(key) {\n        this.cache.delete(textOf(key));',
      'drop(key) {\n        if (key === undefined) this.cache.delete(textOf(key));',
    ),
  ),
  bug('stale-ignore', 'input ignored on a stale cache', change(ENGINE, '!(await this.store.isCurrent(key, flow))', 'false')),
  bug(
    'timer-again',
    "a timer's subject armed again",
    change('apps/coordinator/engine/timers', 'subjects.timerAt(key.tenant, key.flowId, n)', 'subjects.timerAt(key.tenant, key.flowId, 1)'),
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
    change('apps/coordinator/engine/facts', '(skill) => this.offers.refresh(skill)', '() => Promise.resolve()'),
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
    'late-result',
    'a stored result loses to its deadline',
    change('apps/coordinator/engine/stored-inputs', 'await this.results.late(key, flow, given)', '[]'),
  ),
  bug(
    'orphans-dropped',
    'a result that comes before its flow is known is dropped',
    change('apps/coordinator/engine/orphans', 'throw new StillToCome(key);', 'return;'),
  ),
  bug('default-wins', 'escalation default applied over a stored answer', change(ANSWERS, 'timed ? unanswered(flow.state, now) : []', '[]')),
  bug('taken-lapses', 'an offer that was taken runs out', change(ANSWERS, 'unaccepted(flow.state, now)', '[]')),
  bug(
    'heard-first-wins',
    'of several answers the one that is heard first counts',
    change(ANSWERS, "input.kind === 'answer' && flow.state.asks.has(input.id)", 'false'),
  ),
  bug(
    'grace-unwaited',
    'what tasks left is purged before the grace',
    change('apps/coordinator/coordinator-config', 'grace: 600_000', 'grace: 0'),
  ),
  bug('forgotten-unread', 'what INPUT forgot is not read from its sources', change(FORGOTTEN, 'if (mayForget && this.owed)', 'if (false)')),
  bug('forgotten-once', 'what INPUT forgot is read at the start alone', change(FORGOTTEN, 'this.owed = true;\n    }', '}')),
  bug(
    'forgotten-at-work',
    'an input that comes again from its source while it is at work counts as dealt with',
    change('apps/coordinator/inputs/intake', 'return known.end();', 'return Promise.resolve(true);'),
  ),
  bug(
    'event-twice',
    'an event counted twice',
    change('apps/coordinator/engine/event-signals', 'event.type, event.id);', 'event.type, event.id, Math.random());'),
  ),
];
