/** Markup that is already safe. Made by `markup` only, so whatever else is put into a page is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | readonly (Markup | string)[];

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Control characters but for tabs and line ends, and marks that turn the direction of writing. */
const INVISIBLE = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A text as it may stand between tags and inside quoted attributes. Control characters become visible, so that names cannot play tricks. */
export const escapeHtml = (text: string): string =>
  text
    .replace(/[&<>"'`]/g, (char) => ESCAPES[char]!)
    .replace(INVISIBLE, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

const render = (part: Part): string => {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeHtml(String(part));
};

/** Markup from a template: what is put in is escaped unless it is markup itself. */
export const markup = (strings: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(strings.reduce((text, string, at) => text + render(parts[at - 1]) + string));

/** Fixed text of this library's own that is markup. */
export const trusted = (text: string): Markup => new Markup(text);

/** A path in one line: control characters, line ends among them, shown as escapes. */
export const shownPath = (path: string): string => path.replace(/[\n\r\t]/g, (char) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[char]!);

export const count = (value: number): string => value.toLocaleString('en-US');

/** "45 min", "1.5 h", "3 days" of eight hours. */
export const hours = (value: number): string =>
  value < 1
    ? `${Math.round(value * 60)} min`
    : value < 16
      ? `${value % 1 === 0 ? value : value.toFixed(1)} h`
      : `${count(Math.round(value / 8))} days`;

/** A sentence in which names stand between backticks. */
export const sentence = (text: string): (Markup | string)[] =>
  text
    .split('`')
    .map((part, at, all) => (at % 2 === 1 && at < all.length - 1 ? markup`<code>${part}</code>` : at % 2 === 1 ? `\`${part}` : part));

/** "1 file", "2 files". */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
