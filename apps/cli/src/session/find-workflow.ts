import { readFile } from 'node:fs/promises';
import { parseDefinition, type FlowDefinition } from '@waggle/flow';
import { isToken, WaggleError, type Problem } from '@waggle/protocol';
import type { Session } from './session.js';

export interface StoredWorkflow {
  name: string;
  version: string;
  text: string;
}

const newestFirst = (a: StoredWorkflow, b: StoredWorkflow): number => {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const [left, right] = [a.version.split('.').map(Number), b.version.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (right[index] ?? 0) - (left[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** Stored workflows by name, the newest version first. */
export const listWorkflows = async (session: Session, name?: string): Promise<StoredWorkflow[]> => {
  const entries = await session.bus.bucket('WORKFLOWS').entries(name === undefined ? '>' : `${name}.>`);
  return entries
    .map((entry) => {
      const [first, ...version] = entry.key.split('.');
      return { name: first!, version: version.join('.'), text: entry.text() };
    })
    .sort(newestFirst);
};

export const invalidDefinition = (file: string, problems: Problem[]): WaggleError =>
  new WaggleError('INVALID_DEFINITION', `${file}: ${problems.length === 1 ? problems[0]!.message : `${problems.length} problems`}`, {
    path: problems[0]?.path ?? file,
    problems,
  });

/** A workflow written in a file, YAML or JSON. `BAD_USAGE` where it cannot be read, `INVALID_DEFINITION`. */
export const readWorkflowFile = async (file: string): Promise<FlowDefinition> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'it cannot be read')}`,
      { path: file, cause },
    );
  });
  const parsed = parseDefinition(text, { file });
  if ('problems' in parsed) throw invalidDefinition(file, parsed.problems);
  return parsed.definition;
};

/** The newest stored version of a workflow. `WORKFLOW_UNKNOWN`, with the names there are. */
export const storedWorkflow = async (session: Session, name: string): Promise<FlowDefinition> => {
  const [newest] = isToken(name) ? await listWorkflows(session, name) : [];
  if (newest === undefined) {
    const names = [...new Set((await listWorkflows(session)).map((each) => each.name))];
    throw new WaggleError(
      'WORKFLOW_UNKNOWN',
      `no workflow "${name}" is stored${names.length > 0 ? `; there are ${names.join(', ')}` : ''}`,
      { path: 'workflow' },
    );
  }
  const parsed = parseDefinition(newest.text, { file: `${newest.name}.${newest.version}` });
  if ('problems' in parsed) throw invalidDefinition(name, parsed.problems);
  return parsed.definition;
};
