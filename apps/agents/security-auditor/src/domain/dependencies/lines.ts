/** Numbers of lines, from 1, by what a pattern's first group finds in each; the first line of a key counts. */
export const lineIndex = (text: string, pattern: RegExp): Map<string, number> => {
  const index = new Map<string, number>();
  for (const [at, line] of text.split('\n').entries()) {
    const key = pattern.exec(line)?.[1];
    if (key !== undefined && !index.has(key)) index.set(key, at + 1);
  }
  return index;
};

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
