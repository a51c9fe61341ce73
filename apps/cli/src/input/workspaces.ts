import { bytes, count } from '../output/format.js';
import type { Output } from '../output/output.js';
import type { Session } from '../session/session.js';
import { snapshot, type WorkspaceRef } from '@waggle/workspace';

const WORKSPACE = 'waggle:workspace';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names of an input's fields that its schema declares as workspaces. */
export const workspaceFields = (schema: Record<string, unknown> | undefined): string[] => {
  const properties = isRecord(schema?.['properties']) ? schema['properties'] : {};
  return Object.entries(properties)
    .filter(([, field]) => isRecord(field) && field['$ref'] === WORKSPACE)
    .map(([name]) => name);
};

export interface SnapshotContext {
  session: Session;
  output: Output;
  signal: AbortSignal;
  /** Files that a workspace may hold; the library's own limit when left out. */
  maxFiles?: number;
  /** Only what changed since this commit is to be looked at. */
  since?: string;
}

/** Stores a folder, saying what it holds. `PATH_INVALID`, `TOO_LARGE`, `CANCELED`. */
export const takeSnapshot = async (path: string, { session, output, signal, maxFiles, since }: SnapshotContext): Promise<WorkspaceRef> => {
  const ref = await snapshot(path, {
    bus: session.bus,
    tenant: session.tenant,
    signal,
    ...(maxFiles === undefined ? {} : { limits: { files: maxFiles } }),
    ...(since === undefined ? {} : { since }),
  });
  const skipped = ref.skipped > 0 ? `, ${ref.skipped} listed but not read` : '';
  output.note(`snapshot of ${ref.root}: ${count(ref.files, 'file')}, ${bytes(ref.bytes)}${skipped}`);
  return ref;
};

/** The input with the paths given for workspaces replaced by what was stored of them. */
export const withSnapshots = async (
  input: Record<string, unknown>,
  schema: Record<string, unknown> | undefined,
  context: SnapshotContext,
): Promise<Record<string, unknown>> => {
  const filled = { ...input };
  for (const name of workspaceFields(schema)) {
    const path = input[name];
    if (typeof path === 'string') filled[name] = await takeSnapshot(path, context);
  }
  return filled;
};
