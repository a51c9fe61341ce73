/**
 * Every error a user can meet. A code is for ever: never reused, never shared. Code and `retryable` are the
 * contract, texts are not; across processes test the code, never `instanceof`.
 */
export interface CatalogueEntry {
  /** One sentence: what happened. */
  summary: string;
  retryable: boolean;
  /** One sentence: what to do. */
  remedy: string;
}

const entry = (summary: string, retryable: boolean, remedy: string): CatalogueEntry => ({ summary, retryable, remedy });

export const ERRORS = {
  // what a caller sent
  BAD_JSON: entry('The message is not JSON.', false, 'Send one JSON object, UTF-8, as the payload.'),
  TYPE_UNKNOWN: entry(
    'The message type or its version is not known here.',
    false,
    'Use a type listed in docs/protocol, or upgrade the receiver.',
  ),
  INVALID_MESSAGE: entry('A field of the message is missing or has the wrong form.', false, 'Mend the field named by the path.'),
  INVALID_INPUT: entry(
    'The input does not fit the schema of the skill or workflow.',
    false,
    "Mend the field named by the path; `waggle agents NAME` prints its skills' schemas, `waggle workflows show NAME` a workflow's.",
  ),
  INVALID_DEFINITION: entry(
    'The workflow definition is not valid.',
    false,
    'Mend the place named; `waggle workflows validate FILE` checks it offline.',
  ),
  INVALID_RULE: entry('A rule is not valid.', false, 'Mend the field named; `waggle rules test DIR` checks rules and their examples.'),
  INVALID_DURATION: entry(
    'A duration is not written as one.',
    false,
    'Write whole numbers with units from large to small, such as 2m, 30s, 500ms, 1h30m or 6d.',
  ),
  INVALID_EXPRESSION: entry('An expression does not parse or has the wrong type.', false, 'Mend the CEL expression at the place named.'),
  EXPRESSION_FAILED: entry(
    'An expression could not be evaluated on the data at hand.',
    false,
    'Look at the value named in the message; guard it with has() or a default.',
  ),
  WORKFLOW_UNKNOWN: entry(
    'No workflow of that name and version is stored.',
    false,
    'List them with `waggle workflows`, or submit the definition itself.',
  ),
  FLOW_ID_TAKEN: entry('The flow id belongs to another owner.', false, 'Submit again under a new id.'),
  FLOW_UNKNOWN: entry(
    'There is no flow of that id.',
    false,
    'Check the id with `waggle flows`; finished flows are kept for the retention time only.',
  ),
  MESSAGE_TOO_LARGE: entry('The message is larger than the limit.', false, 'Store the value as a blob and send the reference.'),
  PATH_INVALID: entry('The path cannot be used as a workspace.', false, 'Name a readable folder with at least one file.'),
  BAD_USAGE: entry('The command was not used as it asks.', false, 'See `waggle COMMAND --help`.'),
  // what a flow can end in
  CANCELED: entry('The flow or task was canceled.', false, 'Submit again under a new id if it was not meant.'),
  FLOW_TIMEOUT: entry('The flow ran past its deadline.', false, 'Raise `budget.time` or look with `waggle flows ID` where the time went.'),
  TASK_TIMEOUT: entry('An attempt ran past its deadline.', true, "Raise the step's `timeout`, or give it smaller input."),
  HEARTBEAT_TIMEOUT: entry(
    'An attempt reported no progress for too long.',
    true,
    "Report progress more often, or raise the skill's `heartbeat`.",
  ),
  BUDGET_EXCEEDED: entry(
    'The flow would run more tasks, or spend more, than its budget allows.',
    false,
    'Raise `budget.tasks` or `budget.cost`, or give it less to do.',
  ),
  HOP_LIMIT: entry('The delegation is deeper than the hop limit.', false, 'Look for agents that delegate to each other in a circle.'),
  PARENT_ENDED: entry('The attempt that asked for this child flow has ended.', false, 'None needed: the parent no longer waits.'),
  NO_AGENT: entry('No agent offers the skill.', true, 'Start an agent that offers it; `waggle agents` lists what is there.'),
  POISON: entry(
    'The task ended the process of every agent that took it.',
    false,
    "Look at the dead letter (`waggle dlq`) and at the agent's log.",
  ),
  INTERNAL: entry('An agent failed in a way it did not name.', true, "Look at the cause in the agent's log."),
  AGENT_STOPPED: entry('The agent was stopped while it worked.', true, 'None needed: the task is handed to another.'),
  ESCALATION_UNANSWERED: entry(
    'Nobody answered the question in time, and it names no default.',
    false,
    'Name a `defaultAction`, a longer ladder, or answer sooner: `waggle escalations` lists what waits.',
  ),
  DECISION_UNKNOWN: entry('No question of that id waits for an answer.', false, 'List what waits with `waggle escalations`.'),
  DECISION_TAKEN: entry('The question has been answered already: the first answer counts.', false, 'Look with `waggle flows ID`.'),
  HANDOFF_REFUSED: entry('No agent took the task that was handed on.', true, 'None needed: it went back to the agent before.'),
  HANDOFF_NOT_READY: entry(
    'A prerequisite of the handoff does not hold.',
    true,
    'Look at the expression named in the message: the task goes on where it was.',
  ),
  HANDOFF_LOOP: entry(
    'Agents handed the task to each other without getting on with it.',
    false,
    'Look at the chain with `waggle flows ID`; one of them must finish it, or escalate.',
  ),
  SIGNAL_REFUSED: entry('The signal contradicts what has happened in the flow.', false, 'Look at the reasons, and at `waggle flows ID`.'),
  FLOW_RUNNING: entry('The flow has not ended.', false, 'Wait for its end, or cancel it; a running flow retries by itself.'),
  FROZEN: entry('The skill is frozen: its tasks wait.', true, 'Thaw it with `waggle skills thaw SKILL`.'),
  DEAD_LETTER_UNKNOWN: entry(
    'There is no dead letter of that flow and task.',
    false,
    'List them with `waggle dlq`; replayed ones are gone.',
  ),
  UNSUPPORTED: entry('This is not supported here.', false, 'See the message for what is.'),
  LLM_NOT_CONFIGURED: entry(
    'The skill needs a language model and none is configured.',
    false,
    'Set OPENAI_API_KEY (and OPENAI_BASE_URL), or use a skill that needs none.',
  ),
  // the mesh itself
  OVERLOADED: entry('The mesh takes no more work at the moment.', true, 'Submit again after the time named.'),
  STORAGE_FULL: entry('The broker has no room left in a stream.', true, "Free space or raise the stream's limit; see docs/retention.md."),
  BUS_UNREACHABLE: entry('The broker cannot be reached.', true, 'Start the mesh with `waggle up`, or check NATS_URL.'),
  BUS_TIMEOUT: entry('The broker did not answer in time.', true, 'Try again; check the broker with `waggle doctor`.'),
  BUS_REFUSED: entry('The broker refused the request.', false, 'See the message; `waggle doctor` checks rights and streams.'),
  NATS_RIGHTS_MISSING: entry(
    'The key lacks rights that the manifest declares.',
    false,
    "Write the broker's permissions again (`waggle broker-config`) and reload it.",
  ),
  NATS_VERSION: entry('The broker is too old.', false, 'Use nats-server 2.14 or newer.'),
  BROKER_NOT_FOUND: entry(
    'No nats-server could be found, built or fetched.',
    false,
    'Install nats-server 2.14 or newer, or set WAGGLE_BROKER_URL.',
  ),
  BROKER_FAILED: entry(
    'The broker did not start.',
    false,
    'See the end of its log in the message; all of it is `data/broker.log` in the folder of the mesh.',
  ),
  ALREADY_RUNNING: entry('A mesh already runs on this data folder.', false, 'Use it, stop it, or name another folder with --data.'),
  NOT_PROVISIONED: entry(
    'A stream or consumer that the service needs is not there.',
    true,
    'Run `waggle up`, or provision the broker first.',
  ),
  INVALID_MANIFEST: entry('A manifest cannot be used.', false, 'Mend the field named by the path.'),
  STREAM_CONFLICT: entry(
    'A stream or consumer stands with settings that cannot be changed to what is asked for.',
    false,
    'Ask for what stands, or start on an empty data folder; it is never made again by itself.',
  ),
  BLOB_MISSING: entry('A blob that is referred to is no longer stored.', false, 'Blobs are kept for a limited time: store it again.'),
  BLOB_CORRUPT: entry('A blob does not match its hash.', false, 'Store it again; if it comes back, look for a faulty writer.'),
  BLOB_TOO_LARGE: entry('The content is larger than a blob may be.', false, 'Split it; a blob holds 256 MiB at most.'),
  PATH_OUTSIDE: entry(
    'The path leads out of the workspace.',
    false,
    'Use a path relative to the workspace, with no `..` and no link out of it.',
  ),
  FILE_UNKNOWN: entry('The workspace holds no readable file of that path.', false, 'Name a text file that the workspace lists.'),
  TOO_LARGE: entry('The workspace has more files or bytes than allowed.', false, 'Audit a part of it, or raise the limit.'),
  TRANSITION_UNKNOWN: entry(
    'The log of the flow holds an entry of a type or version that is not known here.',
    false,
    'Upgrade the coordinator: a newer one wrote it.',
  ),
  TIMED_OUT: entry('The command waited as long as it was told to.', true, 'Wait longer with --timeout; the flow itself goes on.'),
  CODE_UNKNOWN: entry(
    'There is no error of that code.',
    false,
    "See docs/errors.md for all of them; one that is not there is an agent's own, and its log says more.",
  ),
  CONFIG_INVALID: entry(
    'A setting of the service is missing or has the wrong form.',
    false,
    'Mend the setting that the path names, then start again.',
  ),
  WORKFLOW_EXISTS: entry(
    'That version of the workflow is stored already, with another content: versions never change.',
    false,
    'Raise the `version` in the file, and push it again.',
  ),
  // sessions and what they share
  VERSION_CONFLICT: entry(
    'Somebody else wrote the key since the version that the write expected.',
    false,
    'Read it again, work your change into what stands there now, and write with its version; `merge` does so by itself.',
  ),
  SESSION_UNKNOWN: entry('There is no session of that name.', false, 'Create it first, or check the name with `waggle sessions`.'),
  LIMIT_REACHED: entry(
    'There are as many of these as there may be.',
    false,
    'See the message for the limit; spread them over several sessions.',
  ),
  SESSION_CLOSED: entry('The session is closed.', false, 'Create another one: what a closed session held can only be read.'),
  SESSION_BUSY: entry('The session is being rolled back.', true, 'Try again in a moment.'),
  NAME_TAKEN: entry('The name belongs to something else of that kind already.', false, 'Choose another name.'),
  NOT_ALLOWED: entry('This is for others to do.', false, 'Ask who owns it: the message names them.'),
  SYNC_UNKNOWN: entry('There is no sync point of that name.', false, 'Create it before anybody arrives.'),
  SYNC_TIMED_OUT: entry(
    'Not everybody reached the sync point in time.',
    false,
    'See who is missing in the message; create another point with a longer timeout.',
  ),
  GRANT_LOST: entry(
    'The resource is no longer granted: it was not renewed in time, or was taken back.',
    true,
    'Stop using the resource, then ask for it again.',
  ),
  CHECKPOINT_UNKNOWN: entry('There is no checkpoint of that name.', false, 'List them with `waggle sessions NAME`.'),
  ROLLBACK_REFUSED: entry(
    'What was done outside since the checkpoint has no compensation.',
    false,
    'Undo what the message lists by hand and record that, or roll back to a later checkpoint.',
  ),
  LOCK_CONTENDED: entry('Somebody else holds the lock.', true, 'Wait for it with `wait`; the message names the holder and its end.'),
  LOCK_LOST: entry(
    'The lock was lost: its lease ended, or somebody broke it.',
    true,
    'Take it again; write under `lock.fenced`, so that what came too late is refused.',
  ),
  LOCK_FENCED: entry(
    'A newer holder of the lock has written: this write came too late.',
    false,
    'Stop what is done under the old lock; take it again and read first.',
  ),
  WAIT_TIMEOUT: entry(
    'What a step waited for did not come in time.',
    false,
    "Raise the step's `timeout`, or look why the event or signal was not sent.",
  ),
  CHECK_FAILED: entry('What a step checks is not so.', false, 'Look at the expression named in the message and at the outputs it reads.'),
  JOIN_FAILED: entry(
    'The results did not come together as the step asks.',
    false,
    'Look at the failed tasks with `waggle flows ID`, or ask for fewer of them in `join`.',
  ),
  LOOP_EXHAUSTED: entry(
    'A loop met its bound before its condition.',
    false,
    'Raise `maxIterations`, or set `otherwise: continue` to go on with the last result.',
  ),
  HANDOFF_INVALID: entry(
    'A step was handed what it does not expect.',
    false,
    'Mend the step before it, or what is said in `expects`, at the path named.',
  ),
  PHASE_TIMEOUT: entry(
    'A phase did not end in its time.',
    false,
    'Raise its `timeout`, or look with `waggle flows ID` where the time went.',
  ),
  STEP_TIMEOUT: entry('A step did not end in its time.', false, "Raise the step's `within`, or give it less to do."),
  COMPENSATION_FAILED: entry(
    'What a step of a failed flow did could not be undone.',
    false,
    'Undo it by hand: the message says what, `waggle dlq` lists the tasks that were to do it.',
  ),
  DOCUMENT_UNREADABLE: entry(
    'What is stored under a key of the sessions is not what they write there.',
    false,
    'Look who else may write to that bucket, then delete the key that the message names, or put back what stood there.',
  ),
  RESTORE_UNFINISHED: entry(
    'A restore has not ended: what it put there so far is no whole mesh.',
    false,
    'Let it end if it still runs; else remove what it made, the folder or the store of the broker, and restore again.',
  ),
} as const satisfies Record<string, CatalogueEntry>;
export type ErrorCode = keyof typeof ERRORS;

/** Whether trying again may help; a code of an agent's own says nothing here: no. */
export const retryable = (code: string): boolean => isErrorCode(code) && ERRORS[code].retryable;

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERRORS, code);

/** One thing that is wrong, as it travels: `path` is the field (`payload.input.shard`), or file:line:column. */
export interface Problem {
  /** An ErrorCode, or a code of an agent's own. */
  code: string;
  path?: string;
  message: string;
  remedy?: string;
}

export const problem = (code: ErrorCode, message: string, path?: string): Problem => ({
  code,
  ...(path === undefined ? {} : { path }),
  message,
  remedy: ERRORS[code].remedy,
});

export interface WaggleErrorOptions {
  path?: string;
  cause?: unknown;
  problems?: Problem[];
  /** Overrides the catalogue's flag. */
  retryable?: boolean;
  /** Says better than the catalogue's sentence what to do here. */
  remedy?: string;
}

/** An error with a code of the catalogue. `problems` lists all that was found wrong, where there was more than one. */
export class WaggleError extends Error {
  override readonly name = 'WaggleError';
  readonly retryable: boolean;
  readonly remedy: string;
  readonly path?: string;
  readonly problems: Problem[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: WaggleErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable ?? ERRORS[code].retryable;
    this.remedy = options.remedy ?? ERRORS[code].remedy;
    this.path = options.path;
    this.problems = options.problems ?? [{ ...problem(code, message, options.path), remedy: this.remedy }];
  }
}

/** The code of anything thrown, also by another copy of this library; undefined where it has none. */
export const codeOf = (error: unknown): ErrorCode | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return isErrorCode(code) ? code : undefined;
};
