/** The width of a text on the screen, escape sequences not counted. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
export const widthOf = (text: string): number => [...text.replace(ESCAPES, '')].length;

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Cut to a width, saying so by an ellipsis. For text without escape sequences. */
export const clip = (text: string, width: number): string => {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
};

// eslint-disable-next-line no-control-regex -- finding these is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text of others on a terminal: what could move the cursor or hide something is shown as a sign. */
export const plain = (text: string): string => text.replace(CONTROL, '�');

/** A value of others by itself: a text as it is, all else as JSON on lines of its own. */
export const shownValue = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '')).split('\n').map(plain).join('\n');

/** Columns as wide as they need be, parted by two blanks; the last one is not padded. */
export const table = (heads: string[], rows: string[][]): string => {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
