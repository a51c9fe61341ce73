import { subjectFilter } from './subject-filter.js';

/** FNV-1a, 32 bits: how the server finds a partition. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
};

/** What a source's subject becomes in the stream that copies it; undefined where `src` does not match. */
export const subjectTransform = ({ src, dest }: { src: string; dest: string }): ((subject: string) => string | undefined) => {
  const pattern = src.split('.');
  const wild = pattern.flatMap((token, at) => (token === '*' ? [at] : []));
  const parts = dest.split(/(\{\{[^}]+\}\})/).map((part) => {
    const [, name, given] = /^\{\{(\w+)\(([^)]*)\)\}\}$/.exec(part) ?? [];
    const numbers = (given ?? '').split(',').map(Number);
    return { text: part, name, numbers };
  });
  return (subject) => {
    const tokens = subject.split('.');
    if (tokens.length !== pattern.length || !pattern.every((token, at) => token === '*' || token === tokens[at])) return undefined;
    const values = wild.map((at) => tokens[at]!);
    return parts
      .map(({ text, name, numbers }) => {
        if (name === 'wildcard') return values[numbers[0]! - 1]!;
        if (name !== 'partition') return text;
        const [count, ...by] = numbers as [number, ...number[]];
        return String(hash(by.map((n) => values[n - 1]).join('')) % count);
      })
      .join('');
  };
};

/** Where a stored message is republished; undefined where `src` does not match. */
export const republishedTo = ({ src, dest }: { src: string; dest: string }, subject: string): string | undefined => {
  if (!subjectFilter(src)(subject)) return undefined;
  const [pattern, tokens] = [src.split('.'), subject.split('.')];
  const wild = tokens.filter((_, at) => pattern[at] === '*');
  const rest = tokens.slice(pattern.length - 1).join('.');
  return dest.replace(/\$(\d+)/g, (_, n: string) => wild[Number(n) - 1] ?? '').replace(/>$/, () => rest);
};
