/** Whether every subject that matches `narrow` matches `wide` as well. */
export const covers = (wide: string, narrow: string): boolean => {
  const [broad, fine] = [wide.split('.'), narrow.split('.')];
  for (const [i, token] of broad.entries()) {
    if (token === '>') return fine.length > i;
    const other = fine[i];
    if (other === undefined || other === '>') return false;
    if (token !== '*' && token !== other) return false;
  }
  return broad.length === fine.length;
};

/** Sorted, each once, without those that another covers: an account must not import a subject twice, or it is delivered twice. */
export const reduce = (patterns: Iterable<string>): string[] => {
  const all = [...new Set(patterns)].sort();
  return all.filter((pattern) => !all.some((other) => other !== pattern && covers(other, pattern)));
};
