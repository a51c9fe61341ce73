import { parseDefinition } from '@waggle/flow';
import type { Context } from '../../context.js';
import { plain, table } from '../../output/table.js';
import { withSession } from '../../session/session.js';
import { findWorkflow, listWorkflows, parseReference, type StoredWorkflow } from '../../workflows/stored-workflows.js';
import type { Registrar } from '../command.js';

const lineOf = ({ name, version, text }: StoredWorkflow): { name: string; version: string; description?: string; valid: boolean } => {
  const parsed = parseDefinition(text);
  if ('problems' in parsed) return { name, version, valid: false, description: 'not valid here: `waggle workflows graph` says why' };
  const { description } = parsed.definition;
  return { name, version, valid: true, ...(description !== undefined && { description }) };
};

/** The newest version of each workflow, or all versions of one. `WORKFLOW_UNKNOWN` */
export const listWorkflowsAction = async (context: Context, name?: string): Promise<void> =>
  withSession(context, async ({ bus }) => {
    if (name !== undefined) await findWorkflow(bus, name);
    const stored = await listWorkflows(bus, name === undefined ? undefined : parseReference(name).name);
    const shown = name === undefined ? stored.filter((each, index) => each.name !== stored[index - 1]?.name) : stored;
    const lines = shown.map((each) => ({ ...lineOf(each), versions: stored.filter((other) => other.name === each.name).length }));
    const rows = lines.map(({ name: of, version, versions, description = '' }) => [of, version, String(versions), plain(description)]);
    context.output.result({ workflows: lines }, () =>
      rows.length === 0 ? 'no workflows are stored' : table(['NAME', 'VERSION', 'VERSIONS', 'DESCRIPTION'], rows),
    );
  });

export const registerList = ({ program, run }: Registrar): void => {
  program
    .command('list')
    .description('The newest version of each stored workflow; with a name, all versions of it.')
    .argument('[name]', 'of one workflow')
    .action(run((context, name?: string) => listWorkflowsAction(context, name)));
};
