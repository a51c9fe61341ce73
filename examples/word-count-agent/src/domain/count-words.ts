export interface Count {
  words: number;
  lines: number;
  characters: number;
  most: { word: string; count: number }[];
}

const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

/** Counts words, lines and characters (code points), and names the `top` most frequent words, equals in the order they came. */
export const countWords = (text: string, top: number): Count => {
  const counts = new Map<string, number>();
  let words = 0;
  for (const [word] of text.matchAll(WORD)) {
    words++;
    const known = word.toLowerCase();
    counts.set(known, (counts.get(known) ?? 0) + 1);
  }
  const most = [...counts].map(([word, count]) => ({ word, count })).sort((a, b) => b.count - a.count);
  return { words, lines: text === '' ? 0 : text.split('\n').length, characters: [...text].length, most: most.slice(0, top) };
};
