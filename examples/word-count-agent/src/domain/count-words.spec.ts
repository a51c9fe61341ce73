import { countWords } from './count-words.js';

describe('countWords', () => {
  it('counts words, whatever their case, and names the most frequent', () => {
    expect(countWords('The bee and the flower,\nthe hive', 2)).toEqual({
      words: 7,
      lines: 2,
      characters: 32,
      most: [
        { word: 'the', count: 3 },
        { word: 'bee', count: 1 },
      ],
    });
  });

  it('knows letters beyond ASCII, and words with a mark inside', () => {
    expect(countWords('Bienenstöcke don’t co-operate 🐝', 5)).toMatchObject({ words: 3, characters: 31 });
  });

  it('finds nothing in an empty text', () => {
    expect(countWords('', 5)).toEqual({ words: 0, lines: 0, characters: 0, most: [] });
  });
});
