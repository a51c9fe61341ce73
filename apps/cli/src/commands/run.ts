import { checkValue, showPath, type FlowDefinition } from '@waggle/flow';
import { problem, SKILL_ID, WaggleError, type Submit } from '@waggle/protocol';
import { collect, durationOption, wholeNumber } from '../input/option-values.js';
import { readInput } from '../input/read-input.js';
import { withSnapshots, workspaceFields } from '../input/workspaces.js';
import { definitionOf, findWorkflow, type StoredWorkflow } from '../workflows/stored-workflows.js';
import { isWorkflowFile, readWorkflowFile } from '../workflows/workflow-files.js';
import { planFlow, planText, singleSkill } from '../session/plan-flow.js';
import { withSession, type Session } from '../session/session.js';
import { showSubmitted } from '../output/submitted.js';
import { watchToEnd } from '../session/watch-flow.js';
import type { Context } from '../context.js';
import type { Registrar } from './command.js';

interface RunOptions {
  input?: string[];
  id?: string;
  context?: string;
  user?: string;
  timeout?: number;
  out?: string;
  maxFiles?: number;
  dryRun?: boolean;
}

const isSkill = (name: string): boolean => name.includes('.') && !isWorkflowFile(name) && SKILL_ID.test(name);

/** Stands for a workspace while the rest is checked: a snapshot takes long, and is for nothing when the rest is wrong. */
const UNTAKEN = { manifest: {}, files: 0, bytes: 0 };

/** `name`: of the workflow, or its file. */
const requireFits = ({ input: schema }: FlowDefinition, input: Record<string, unknown>, name: string): void => {
  const paths = workspaceFields(schema).filter((name) => typeof input[name] === 'string');
  const checked = { ...input, ...Object.fromEntries(paths.map((name) => [name, UNTAKEN])) };
  const problems = (schema === undefined ? [] : checkValue(schema, checked)).map(({ path, message }) =>
    problem('INVALID_INPUT', message, path.length === 0 ? 'input' : `input.${showPath(path)}`),
  );
  if (problems.length === 0) return;
  const text = problems.map(({ path, message }) => `${path ?? ''} ${message}`).join('; ');
  const where = isWorkflowFile(name) ? `\`input\` in ${name} says` : `\`waggle workflows show ${name}\` prints`;
  const remedy = `Mend the field named by the path; ${where} what it takes.`;
  throw new WaggleError('INVALID_INPUT', text, {
    path: problems[0]!.path,
    problems: problems.map((each) => ({ ...each, remedy })),
    remedy,
  });
};

/** What a name means: a stored workflow, one in a file, or a single skill (then there is no definition). */
const definitionFor = async (name: string, { bus }: Session): Promise<{ stored?: StoredWorkflow; definition?: FlowDefinition }> => {
  if (isSkill(name)) return {};
  if (isWorkflowFile(name)) return { definition: (await readWorkflowFile(name)).definition };
  const stored = await findWorkflow(bus, name);
  return { stored, definition: definitionOf(stored) };
};

const showPlan = async (name: string, { input: given = [] }: RunOptions, { session, context }: Work): Promise<void> => {
  const { definition } = await definitionFor(name, session);
  const input = await readInput(given);
  if (definition) requireFits(definition, input, name);
  const plan = await planFlow(session, definition ?? singleSkill(name));
  context.output.result(plan, () => planText(plan));
};

interface Work {
  session: Session;
  context: Context;
}

const submissionOf = async (name: string, { input: given = [], maxFiles }: RunOptions, { session, context }: Work): Promise<Submit> => {
  const input = await readInput(given);
  const { stored, definition } = await definitionFor(name, session);
  if (definition === undefined) return { skill: name, input };
  requireFits(definition, input, name);
  const filled = await withSnapshots(input, definition.input, { session, output: context.output, signal: context.interrupted, maxFiles });
  return stored === undefined
    ? { definition: { ...definition }, input: filled }
    : { workflow: stored.name, version: stored.version, input: filled };
};

export const registerRun = ({ program, run }: Registrar): void => {
  program
    .command('run')
    .summary('submit a workflow and watch it to its end')
    .description('Submits a stored workflow, a workflow file, or a single skill (`echo.echo`), and watches it to its end.')
    .argument('<workflow>', 'name[@version] of a stored workflow, a .yaml or .json file, or a skill id')
    .option('-i, --input <k=v|@file>', 'a field of the input (JSON where it is JSON), or a file with all of it; may be repeated', collect)
    .option('--max-files <n>', 'files that a workspace may hold (20,000 when left out)', wholeNumber(1, 1_000_000))
    .option('--id <id>', 'flow id: submitting it again changes nothing')
    .option('--context <id>', 'the conversation or thread it belongs to')
    .option('--user <id>', 'for whom it is')
    .option('--timeout <duration>', 'how long to watch; the flow goes on', durationOption)
    .option('--dry-run', 'show what would happen, and submit nothing')
    .option('-o, --out <dir>', 'folder for what the flow made (its artifacts: an audit, its report)')
    .action(
      run(async (context, name: string, options: RunOptions) =>
        withSession(context, async (session) => {
          if (options.dryRun) return showPlan(name, options, { session, context });
          const submission = await submissionOf(name, options, { session, context });
          const submitted = await session.client.submit(submission, {
            flowId: options.id,
            contextId: options.context,
            userId: options.user,
          });
          showSubmitted(submitted, context.output);
          const { flowId } = submitted;
          return watchToEnd(flowId, { context, session, timeout: options.timeout, out: options.out });
        }),
      ),
    );
};
