import { rename, writeFile } from 'node:fs/promises';

/** Writes a file readable by its owner alone, in one step: whoever reads sees the old content or the new one. */
export const writeFileWhole = async (file: string, content: string): Promise<void> => {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, file);
};
