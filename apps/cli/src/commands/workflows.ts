import { access } from 'node:fs/promises';
import { WaggleError } from '@waggle/protocol';
import { count } from '../output/format.js';
import { table, plain } from '../output/table.js';
import { listWorkflows, readWorkflowFile } from '../session/find-workflow.js';
import { withSession } from '../session/session.js';
import { parseDefinition } from '@waggle/flow';
import type { Registrar } from './command.js';

export const registerWorkflows = ({ program, run }: Registrar): void => {
  const workflows = program
    .command('workflows')
    .summary('list stored workflows, or check a file')
    .description('Lists the workflows that are stored.');
  workflows.action(
    run(async (context) =>
      withSession(context, async (session) => {
        const stored = (await listWorkflows(session)).map(({ name, version, text }) => {
          const parsed = parseDefinition(text);
          const description =
            'definition' in parsed ? parsed.definition.description : 'not valid: `waggle workflows validate FILE` says why';
          return { name, version, ...(description !== undefined && { description }) };
        });
        const rows = stored.map(({ name, version, description = '' }) => [name, version, plain(description)]);
        context.output.result({ workflows: stored }, () =>
          rows.length === 0 ? 'no workflows are stored' : table(['NAME', 'VERSION', 'DESCRIPTION'], rows),
        );
      }),
    ),
  );
  workflows
    .command('validate')
    .description(
      'Checks a workflow file whole, without a mesh: fields, steps, cycles, expressions and their types, each with line and column.',
    )
    .argument('<file>', 'a YAML or JSON file')
    .action(
      run(async (context, file: string) => {
        await access(file).catch((cause: unknown) => {
          throw new WaggleError('BAD_USAGE', `${file}: there is no such file`, { path: file, cause });
        });
        const { name, version, steps } = await readWorkflowFile(file);
        context.output.result(
          { valid: true, name, version, steps: steps.length },
          () => `${file} is valid: ${name} ${version}, ${count(steps.length, 'step')}`,
        );
      }),
    );
};
