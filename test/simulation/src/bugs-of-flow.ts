import { bug, change, type Bug } from './planted-mistake.js';

const ENGINE = 'apps/coordinator/engine/engine';
const RESULTS = 'libs/flow/decide/results';
const SUBMIT = 'libs/flow/decide/submit';
const DEADLINES = 'libs/flow/decide/deadlines';

/** Mistakes of the pure core, and of the agents' part. */
export const FLOW_BUGS: readonly Bug[] = [
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
    change('libs/flow/decide/decide', 'state.origins.has(key)', 'false'),
    change(ENGINE, 'isApplied(flow.state, origin)).filter((n) => n !== undefined)', 'isApplied(flow.state, origin)).filter(() => false)'),
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
    'never-buried',
    'poison message never dead-lettered',
    change('libs/flow/decide/attempt', 'bury(draft, task, fault);\n    giveUp', 'void bury;\n    giveUp'),
  ),
  bug(
    'unawaited',
    'a command emitted again that is no longer awaited',
    change('libs/flow/state/awaited', "case 'dispatch': {", "case 'dispatch': {\n            return true;"),
    change(ENGINE, 'over ? [] : entries', 'entries'),
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
  bug(
    'two-owners',
    'handoff that leaves two owners',
    change('libs/flow/decide/handoff', "if (cost === undefined && task.status === 'running')", 'if (false)'),
  ),
  bug(
    'undone-in-order',
    'compensation in wrong order',
    change('libs/flow/decide/rollback', '.sort((a, b) => last(b) - last(a))', '.sort((a, b) => last(a) - last(b))'),
  ),
  bug(
    'undone-twice',
    'compensation run twice',
    change(
      'libs/flow/decide/rollback',
      'const undone = isWanted(draft) ? undoable(draft) : [];',
      'const undone = isWanted(draft) ? [...undoable(draft), ...undoable(draft)] : [];',
    ),
  ),
  bug(
    'decided-twice',
    'escalation decision applied twice',
    change('libs/flow/state/apply-control', 'pen.drop(state.asks, event.decision.id);', ''),
    change('libs/flow/state/apply-control', "pen.set(task, 'ask', undefined);", ''),
  ),
  bug('unbounded', 'loop without bound', change('libs/flow/decide/loop', 'if (at.begun === at.total)', 'if (false)')),
  bug(
    'two-sub-flows',
    'sub-flow started twice',
    change(
      'libs/flow/decide/sub-flow',
      "draft.command({ type: 'submitChild', childId, submission }, { input, definition: asked.definition });",
      "for (const id of [childId, childIdOf(state.flowId, `${taskId}x`, attempt)]) draft.command({ type: 'submitChild', childId: id, submission });",
    ),
    change('libs/flow/state/awaited', 'state.tasks.get(command.submission.parent.taskId)?.childId === command.childId', 'true'),
    change('libs/flow/decide/children', 'return agent === COORDINATOR && task.childId === childId;', 'return true;'),
  ),
  bug(
    'sub-flow-by-task',
    'sub-flow id without attempt',
    change('libs/flow/decide/sub-flow', "['sub-flow', flowId, taskId, attempt]", "['sub-flow', flowId, taskId]"),
  ),
  bug(
    'budget-not-inherited',
    'budget of a child not inherited',
    change(SUBMIT, 'parent && granted ? granted.tasks : Infinity', 'Infinity'),
  ),
  bug(
    'nobodys-offer',
    'handoff expiry that leaves none',
    change(
      'libs/flow/state/apply-control',
      'ready(state, task, pen);\n            if (event.next)',
      'if (event.next)\n                ready(state, task, pen);\n            if (event.next)',
    ),
  ),
  bug(
    'starts-uncounted',
    'poison detection by starts off',
    change('libs/agent/runtime/start-record', 'if (starts >= limit)', 'if (false)'),
  ),
  bug(
    'deliveries-counted',
    'start counted by deliveries',
    change(
      'test/simulation/sim-agent',
      'await this.startsOf(address).begin(MOST_STARTS)',
      '((await this.startsOf(address).begin(MOST_STARTS)), delivery.deliveries > MOST_STARTS ? "poison" : "start")',
    ),
  ),
  bug(
    'former-holder',
    'lock released by a former holder',
    change(
      'libs/locks/claim',
      'if (this.ended)\n            return;\n        const { rules, metrics } = this.context;\n        this.end();',
      'const { rules, metrics } = this.context;\n        this.end();',
    ),
    change(
      'libs/locks/claim',
      'rules.remove(entries, new Set([this.id])));\n    }\n    /** The cell',
      'entries.filter(({ held }) => !held));\n    }\n    /** The cell',
    ),
  ),
  bug('renewed-fence', 'fence taken from the renewal', change('libs/locks/rules', '(entry.token ?? sequence)', 'sequence')),
  bug(
    'second-registry',
    'second registry hands back too',
    change('apps/registry/hand-backs', 'void this.heard(message.text()), { queue: this.bus.me }', 'void this.heard(message.text())'),
  ),
  bug(
    'held-elsewhere',
    'a delivery handed back that another agent holds',
    change('apps/registry/domain/hand-back', '!elsewhere.has(streamSequence)', 'true'),
  ),
];
