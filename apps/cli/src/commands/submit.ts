import { parseDefinition, type FlowDefinition } from '@waggle/flow';
import type { Submit } from '@waggle/protocol';
import { EXIT } from '../exit-codes.js';
import { durationOption } from '../input/option-values.js';
import { readSubmission } from '../input/read-submission.js';
import { planFlow, planText, singleSkill } from '../session/plan-flow.js';
import { withSession, type Session } from '../session/session.js';
import { showSubmitted } from '../output/submitted.js';
import { watchToEnd } from '../session/watch-flow.js';
import { definitionOf, findWorkflow } from '../workflows/stored-workflows.js';
import { invalidDefinition } from '../workflows/workflow-files.js';
import type { Registrar } from './command.js';

interface SubmitOptions {
  id?: string;
  context?: string;
  user?: string;
  watch?: boolean;
  dryRun?: boolean;
  timeout?: number;
}

const definitionIn = async ({ skill, workflow, version, definition }: Submit, { bus }: Session): Promise<FlowDefinition> => {
  if (skill !== undefined) return singleSkill(skill);
  if (workflow !== undefined) return definitionOf(await findWorkflow(bus, version === undefined ? workflow : `${workflow}@${version}`));
  const parsed = parseDefinition(definition);
  if ('problems' in parsed) throw invalidDefinition('definition', parsed.problems);
  return parsed.definition;
};

export const registerSubmit = ({ program, run }: Registrar): void => {
  program
    .command('submit')
    .summary('submit a task or flow from a JSON or YAML file')
    .description(
      'Submits what a file holds: {"skill": …}, {"workflow": …} or {"definition": …} with "input", alone or as the "payload" of a message. A workflow as it stands is for `waggle run FILE`.',
    )
    .argument('<file>', 'the file, or - for standard input')
    .option('--id <id>', 'flow id: submitting it again changes nothing')
    .option('--context <id>', 'the conversation or thread it belongs to')
    .option('--user <id>', 'for whom it is')
    .option('--dry-run', 'show what would happen, and submit nothing')
    .option('-w, --watch', 'watch it to its end')
    .option('--timeout <duration>', 'how long to watch; the flow goes on', durationOption)
    .action(
      run(async (context, file: string, options: SubmitOptions) => {
        const submission = await readSubmission(file);
        return withSession(context, async (session) => {
          const { output } = context;
          if (options.dryRun) {
            const plan = await planFlow(session, await definitionIn(submission, session));
            output.result(plan, () => planText(plan));
            return EXIT.done;
          }
          const submitted = await session.client.submit(submission, {
            flowId: options.id,
            contextId: options.context,
            userId: options.user,
          });
          const { flowId } = submitted;
          if (!options.watch) {
            output.result(submitted, () => flowId);
            return EXIT.done;
          }
          showSubmitted(submitted, output);
          return watchToEnd(flowId, { context, session, timeout: options.timeout });
        });
      }),
    );
};
