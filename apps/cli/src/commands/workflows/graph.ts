import { compile, flowGraph, toDot, toMermaid, type FlowDefinition } from '@waggle/flow';
import { Option } from 'commander';
import type { Context } from '../../context.js';
import { withSession } from '../../session/session.js';
import { definitionOf, findWorkflow } from '../../workflows/stored-workflows.js';
import { isWorkflowFile, readWorkflowFile } from '../../workflows/workflow-files.js';
import type { Registrar } from '../command.js';

const FORMATS = { mermaid: toMermaid, dot: toDot } as const;

const definitionNamed = async (workflow: string, context: Context): Promise<FlowDefinition> => {
  if (isWorkflowFile(workflow)) return (await readWorkflowFile(workflow)).definition;
  return withSession(context, async ({ bus }) => definitionOf(await findWorkflow(bus, workflow)));
};

export const registerGraph = ({ program, run }: Registrar): void => {
  program
    .command('graph')
    .description('Draws a workflow: a Mermaid flowchart, or Graphviz with --format dot. A file needs no mesh.')
    .argument('<workflow>', 'a YAML or JSON file, or name[@version] of a stored workflow')
    .addOption(new Option('--format <format>', 'in which language').choices(Object.keys(FORMATS)).default('mermaid'))
    .action(
      run(async (context, workflow: string, { format }: { format: keyof typeof FORMATS }) => {
        const graph = flowGraph(compile(await definitionNamed(workflow, context)));
        const drawn = FORMATS[format](graph);
        context.output.result({ ...graph, format, drawn }, () => drawn.trimEnd());
      }),
    );
};
