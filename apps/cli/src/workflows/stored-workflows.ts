import { isDeepStrictEqual } from 'node:util';
import type { Bus } from '@waggle/bus';
import { compareVersions, newestThatFits, parseDefinition, parseWorkflowKey, workflowKey, type FlowDefinition } from '@waggle/flow';
import { isToken, WaggleError } from '@waggle/protocol';
import { invalidDefinition, type WrittenWorkflow } from './workflow-files.js';

export interface StoredWorkflow {
  name: string;
  version: string;
  /** As it was written. */
  text: string;
}

/** `name` or `name@version`, where `1` and `1.2` mean the newest of those. */
export const parseReference = (reference: string): { name: string; version?: string } => {
  const [name = '', version, ...rest] = reference.split('@');
  const valid = isToken(name) && rest.length === 0 && (version === undefined || /^\d{1,6}(\.\d{1,6}){0,2}$/.test(version));
  if (!valid) throw new WaggleError('BAD_USAGE', `"${reference}" is not a workflow: write name or name@version`, { path: 'workflow' });
  return { name, ...(version === undefined ? {} : { version }) };
};

/** Stored workflows by name, the newest version first. */
export const listWorkflows = async (bus: Bus, name?: string): Promise<StoredWorkflow[]> => {
  const entries = await bus.bucket('WORKFLOWS').entries(name === undefined ? '>' : `${workflowKey(name)}>`);
  return entries
    .map((entry) => ({ ...parseWorkflowKey(entry.key), text: entry.text() }))
    .sort((a, b) => (a.name === b.name ? compareVersions(b.version, a.version) : a.name < b.name ? -1 : 1));
};

/** The newest stored version that fits. `WORKFLOW_UNKNOWN`, with what there is. */
export const findWorkflow = async (bus: Bus, reference: string): Promise<StoredWorkflow> => {
  const { name, version } = parseReference(reference);
  const stored = await listWorkflows(bus, name);
  const newest = newestThatFits(
    stored.map((each) => each.version),
    version,
  );
  const found = stored.find((each) => each.version === newest);
  if (found !== undefined) return found;
  if (stored.length > 0) {
    const versions = stored.map((each) => each.version).join(', ');
    throw new WaggleError('WORKFLOW_UNKNOWN', `no version ${version!} of ${name} is stored; there are ${versions}`, { path: 'workflow' });
  }
  const names = [...new Set((await listWorkflows(bus)).map((each) => each.name))];
  const there = names.length > 0 ? `; there are ${names.join(', ')}` : '';
  throw new WaggleError('WORKFLOW_UNKNOWN', `no workflow "${name}" is stored${there}`, { path: 'workflow' });
};

/** What a stored workflow says. `INVALID_DEFINITION` where this version of Waggle cannot read it. */
export const definitionOf = ({ name, version, text }: StoredWorkflow): FlowDefinition => {
  const parsed = parseDefinition(text, { file: `${name}@${version}` });
  if ('problems' in parsed) throw invalidDefinition(`${name}@${version}`, parsed.problems);
  return parsed.definition;
};

const sameContent = (stored: string, { text, definition }: WrittenWorkflow): boolean => {
  if (stored === text) return true;
  const parsed = parseDefinition(stored);
  return 'definition' in parsed && isDeepStrictEqual(parsed.definition, definition);
};

/**
 * Stores a version of a workflow, once and for ever: `stood` where it is there with the same content (comments and
 * layout aside). `WORKFLOW_EXISTS` where another content is stored under that version.
 */
export const storeWorkflow = async (bus: Bus, workflow: WrittenWorkflow): Promise<'stored' | 'stood'> => {
  const { name, version } = workflow.definition;
  const bucket = bus.bucket('WORKFLOWS');
  const key = workflowKey(name, version);
  const { status } = await bucket.put(key, workflow.text, { expect: 0 });
  if (status === 'stored') return 'stored';
  const there = await bucket.get(key);
  if (there !== undefined && sameContent(there.text(), workflow)) return 'stood';
  throw new WaggleError('WORKFLOW_EXISTS', `${name} ${parseWorkflowKey(key).version} is stored with another content`, {
    path: workflow.file,
  });
};
