import { MESSAGE_TYPES, type MessageKind } from './message.js';
import { subjects, type StreamName } from './subjects.js';

/** Where messages of some types go: the published form of `subjects`. */
export interface Channel {
  /** Its subject, with a `{parameter}` for each token that varies. */
  address: string;
  /** What keeps it; heard live only when left out. */
  stream?: StreamName;
  /** Of several messages on one subject: the first stays, the last stays, or all do. */
  keeps: 'first' | 'last' | 'all';
  kinds: readonly MessageKind[];
  /** Who may write there. The speaker is a token of the subject wherever there may be several. */
  writers: string;
  readers: string;
  about: string;
}

const T = '{tenant}';
const OWNER = '{owner}';
const AGENT = '{agent}';
const FLOW = '{flowId}';
const TASK = '{taskId}';
/** A template stands where the builder wants a number or a priority: only its text counts here. */
const at = <N>(template: string): N => template as N;

export const CHANNELS = {
  submit: {
    address: subjects.submit(T, OWNER, FLOW),
    stream: 'SUBMIT',
    keeps: 'first',
    kinds: ['submit'],
    writers: 'clients, agents and services, each as itself (`owner`)',
    readers: 'coordinator',
    about: 'A flow or a single task is asked for. The same flow id again changes nothing.',
  },
  signal: {
    address: subjects.signal(T, OWNER, FLOW, '{signalId}'),
    stream: 'SUBMIT',
    keeps: 'first',
    kinds: ['signal'],
    writers: 'the owner of the flow, and whoever holds `operate`',
    readers: 'coordinator',
    about: 'A flow is to be canceled, paused, resumed, modified, retried or woken.',
  },
  flow: {
    address: subjects.flow(T, FLOW),
    stream: 'FLOW',
    keeps: 'all',
    kinds: ['transition'],
    writers: 'coordinator',
    readers: 'coordinator, archive, tools that explain flows',
    about: "The flow's log: each entry names the sequence of the one before it.",
  },
  outcome: {
    address: subjects.outcome(T, OWNER, FLOW),
    stream: 'FLOW',
    keeps: 'all',
    kinds: ['outcome'],
    writers: 'coordinator',
    readers: 'the owner',
    about: 'The one end of a flow. Subscribe first, then read the last value: either may come first.',
  },
  status: {
    address: subjects.status(T, OWNER, FLOW),
    stream: 'PROGRESS',
    keeps: 'last',
    kinds: ['status'],
    writers: 'coordinator',
    readers: 'the owner',
    about: 'Where a flow is now, throttled.',
  },
  task: {
    address: subjects.task(T, AGENT, at('{priority}'), FLOW, TASK, at('{attempt}')),
    stream: 'TASK',
    keeps: 'first',
    kinds: ['task'],
    writers: 'coordinator',
    readers: 'the agent, from its four queues `<agent>-<priority>`',
    about: 'One attempt of one task.',
  },
  result: {
    address: subjects.result(T, AGENT, FLOW, TASK, at('{attempt}')),
    stream: 'RESULT',
    keeps: 'first',
    kinds: ['result'],
    writers: 'the agent',
    readers: 'coordinator',
    about: 'What the attempt ended in. The first one counts: this subject is the fence. Store it, then acknowledge the task.',
  },
  abort: {
    address: subjects.abort(T, AGENT, FLOW, TASK, at('{attempt}')),
    stream: 'PROGRESS',
    keeps: 'last',
    kinds: ['abort'],
    writers: 'coordinator',
    readers: 'the agent',
    about: 'Stop working on this attempt.',
  },
  start: {
    address: subjects.start(T, AGENT, FLOW, TASK, at('{attempt}')),
    stream: 'PROGRESS',
    keeps: 'last',
    kinds: ['start'],
    writers: 'the agent',
    readers: 'the agent',
    about: 'Written before a redelivered attempt is started again: too many starts are poison.',
  },
  progress: {
    address: subjects.progress(T, AGENT, FLOW, TASK),
    stream: 'PROGRESS',
    keeps: 'last',
    kinds: ['progress'],
    writers: 'the agent',
    readers: 'coordinator',
    about: 'How far an attempt is, throttled.',
  },
  timerAt: {
    address: subjects.timerAt(T, FLOW, at('{n}')),
    stream: 'TIMER',
    keeps: 'last',
    kinds: ['timer'],
    writers: 'coordinator',
    readers: 'the broker, which stores it as due when its time has come',
    about: "The flow's nearest deadline, set by transition n. A subject is used once.",
  },
  timerDue: {
    address: subjects.timerDue(T, FLOW, at('{n}')),
    stream: 'TIMER',
    keeps: 'all',
    kinds: ['timer'],
    writers: 'the broker',
    readers: 'coordinator',
    about: "The flow's nearest deadline has come.",
  },
  rungAt: {
    address: subjects.rungAt(T, FLOW, '{id}', at('{k}')),
    stream: 'TIMER',
    keeps: 'last',
    kinds: ['escalation'],
    writers: 'coordinator',
    readers: 'the broker, which stores it as due when its time has come',
    about: 'Whom to ask next, unless the question is answered before.',
  },
  rungDue: {
    address: subjects.rungDue(T, FLOW, '{id}', at('{k}')),
    stream: 'TIMER',
    keeps: 'all',
    kinds: ['escalation'],
    writers: 'the broker, which republishes it to `wgm.due.{tenant}.{flowId}.{id}.{k}`',
    readers: "people's tools, live",
    about: 'The question goes to the next rung of its ladder: heard with every service stopped.',
  },
  event: {
    address: subjects.event(T, '{source}', '{type}'),
    stream: 'EVENT',
    keeps: 'all',
    kinds: ['event'],
    writers: 'the source',
    readers: 'coordinator',
    about: 'Something happened outside; flows may start or go on by it.',
  },
  wait: {
    address: subjects.wait(T, '{kind}', '{key}', FLOW),
    stream: 'WAIT',
    keeps: 'last',
    kinds: ['wait'],
    writers: 'coordinator',
    readers: 'coordinator',
    about: 'Index: this flow waits for that skill, event or resource.',
  },
  ask: {
    address: subjects.ask(T, FLOW, '{id}'),
    stream: 'ESCALATION',
    keeps: 'first',
    kinds: ['escalation'],
    writers: 'coordinator',
    readers: "people's tools",
    about: 'A question that others must decide.',
  },
  answer: {
    address: subjects.answer(T, '{who}', FLOW, '{id}'),
    stream: 'ESCALATION',
    keeps: 'first',
    kinds: ['decision'],
    writers: "people's tools (`who`)",
    readers: 'coordinator',
    about: 'The answer; of several the one stored first counts.',
  },
  deadLetter: {
    address: subjects.dlq(T, AGENT, FLOW, TASK),
    stream: 'DLQ',
    keeps: 'first',
    kinds: ['deadLetter'],
    writers: 'coordinator',
    readers: 'operators',
    about: 'A task that will not be tried again by itself.',
  },
  audit: {
    address: subjects.audit(T, '{writer}', '{kind}'),
    stream: 'AUDIT',
    keeps: 'all',
    kinds: ['audit'],
    writers: 'everybody, as itself',
    readers: 'archive',
    about: "What the flows' own logs do not hold.",
  },
  channel: {
    address: subjects.channel(T, '{session}', '{name}', '{messageId}'),
    stream: 'CHANNEL',
    keeps: 'first',
    kinds: ['channel'],
    writers: 'sessions, for whoever asked it to',
    readers: 'agents and clients of the tenant: live here, and by the endpoint `read`',
    about: 'What the agents of a session say to one another, in the order stored.',
  },
  alarmAt: {
    address: subjects.alarmAt(T, '{alarmId}'),
    stream: 'ALARM',
    keeps: 'last',
    kinds: ['alarm'],
    writers: 'sessions',
    readers: 'the broker, which stores it as due when its time has come',
    about: 'A deadline of a session, sync point or grant. A subject is used once.',
  },
  alarmDue: {
    address: subjects.alarmDue(T, '{alarmId}'),
    stream: 'ALARM',
    keeps: 'all',
    kinds: ['alarm'],
    writers: 'the broker',
    readers: 'sessions',
    about: 'The deadline has come.',
  },
  card: {
    address: subjects.card(AGENT, '{instance}'),
    stream: 'BEAT',
    keeps: 'last',
    kinds: ['card'],
    writers: 'every agent and service, as itself',
    readers: 'registry',
    about: 'Who it is and what it can do: at start and on change.',
  },
  beat: {
    address: subjects.beat(AGENT, '{instance}'),
    stream: 'BEAT',
    keeps: 'last',
    kinds: ['beat'],
    writers: 'every agent and service, as itself',
    readers: 'registry',
    about: 'It lives, how busy it is, and which deliveries it holds.',
  },
} as const satisfies Record<string, Channel>;

const onChannels = new Set<MessageKind>(Object.values(CHANNELS).flatMap((channel: Channel) => channel.kinds));

/** Messages without a subject of their own: they travel inside others (a result's `request`, an event's `data`, an input). */
export const WITHOUT_CHANNEL = (Object.keys(MESSAGE_TYPES) as MessageKind[]).filter((kind) => !onChannels.has(kind));
