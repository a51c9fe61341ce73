import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDefinition, type FlowDefinition } from '@waggle/flow';
import { WaggleError, type Problem } from '@waggle/protocol';

/** A workflow as it was written, and what it says. */
export interface WrittenWorkflow {
  /** Where it was found. */
  file: string;
  text: string;
  definition: FlowDefinition;
}

/** By its name. */
export const isWorkflowFile = (name: string): boolean => /\.(ya?ml|json)$/.test(name);

export const invalidDefinition = (file: string, problems: Problem[]): WaggleError =>
  new WaggleError('INVALID_DEFINITION', `${file}: ${problems.length === 1 ? problems[0]!.message : `${problems.length} problems`}`, {
    path: problems[0]?.path ?? file,
    problems,
  });

/** A workflow written in a file, YAML or JSON. `BAD_USAGE` where it cannot be read, `INVALID_DEFINITION` with every problem. */
export const readWorkflowFile = async (file: string): Promise<WrittenWorkflow> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'it cannot be read')}`,
      { path: file, cause },
    );
  });
  const parsed = parseDefinition(text, { file });
  if ('problems' in parsed) throw invalidDefinition(file, parsed.problems);
  return { file, text, definition: parsed.definition };
};

/** All workflows of a folder. `INVALID_DEFINITION` with every problem of the first file that is wrong. */
export const readWorkflowFolder = async (folder: string): Promise<WrittenWorkflow[]> => {
  const names = (await readdir(folder).catch(() => [])).filter(isWorkflowFile).sort();
  return Promise.all(names.map((name) => readWorkflowFile(join(folder, name))));
};
