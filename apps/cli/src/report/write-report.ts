import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHtml, type AuditReport } from '@waggle/analysis';
import { WaggleError, type Artifact, type Outcome } from '@waggle/protocol';
import { makeWritable } from '../mesh/writable-folder.js';
import type { Session } from '../session/session.js';
import { readFlowLog } from '../history/flow-log.js';
import { timelineOf } from './timeline.js';

const HTML = 'report.html';
const JSON_NAME = 'report.json';

/** A name that cannot lead anywhere else: agents choose it. */
const SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const write = async (file: string, content: Uint8Array | string): Promise<void> => {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
};

const artifactsOf = ({ output, artifacts }: Outcome): Artifact[] =>
  artifacts ?? (output as { artifacts?: Artifact[] } | undefined)?.artifacts ?? [];

/** Writes what a flow made into a folder; an audit's page with a picture of how the flow ran. Returns the files. `UNSUPPORTED` when it made nothing. */
export const writeReport = async (outcome: Outcome, folder: string, session: Session): Promise<string[]> => {
  const artifacts = artifactsOf(outcome).filter(({ name }) => SAFE.test(name));
  if (artifacts.length === 0)
    throw new WaggleError('UNSUPPORTED', `flow ${outcome.flowId} made nothing that could be written into ${folder}`);
  await makeWritable(folder);
  const files: string[] = [];
  let report: AuditReport | undefined;
  for (const { name, blob } of artifacts) {
    const content = await session.bus.blobs.get(session.tenant, blob);
    await write(join(folder, name), content);
    if (name === JSON_NAME) report = JSON.parse(Buffer.from(content).toString('utf8')) as AuditReport;
    files.push(join(folder, name));
  }
  if (report !== undefined) {
    const timeline = timelineOf(await readFlowLog(session.bus, session.tenant, outcome.flowId));
    await write(join(folder, HTML), renderHtml(report, { timeline }));
  }
  return files.sort();
};
