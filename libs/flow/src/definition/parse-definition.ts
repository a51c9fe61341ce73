import { ERRORS, problem, type Problem } from '@waggle/protocol';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { clip, LIMITS } from '../limits.js';
import type { FlowDefinition } from '../types.js';
import { issueText, validateDefinition } from './validate.js';
import { definitionIssue, showPath, type Issue, type Key } from './issue.js';

export type Parsed = { definition: FlowDefinition } | { problems: Problem[] };

/** The node at a path, or the nearest one around it. For a field that should not be there, its key. */
const nodeAt = (document: Document, path: readonly Key[]): Node | undefined => {
  let node: unknown = document.contents;
  for (const key of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(key));
      next = isNode(pair?.value) && pair.value.range ? pair.value : pair?.key;
    } else if (isSeq(node)) next = node.items[Number(key)];
    if (!isNode(next)) break;
    node = next;
  }
  return isNode(node) ? node : undefined;
};

class Source {
  private readonly lines = new LineCounter();
  readonly document: Document;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true, prettyErrors: false });
  }

  syntax(): Problem[] {
    return this.document.errors.map((error) => this.problem(definitionIssue([], error.message.split('\n')[0]!), error.pos[0]));
  }

  problem(issue: Issue, offset = this.offsetOf(issue)): Problem {
    const { line, col } = this.lines.linePos(offset);
    const place = `${this.file}:${line}:${col}`;
    const path = showPath(issue.path);
    return {
      code: issue.code,
      path: path === '' ? place : `${place} ${path}`,
      message: clip(`line ${line}, column ${col}: ${issueText(issue)}`),
      remedy: ERRORS[issue.code].remedy,
    };
  }

  /** Of an expression the very character, where it stands in the file as it is compiled. */
  private offsetOf({ path, within }: Issue): number {
    const range = nodeAt(this.document, path)?.range;
    if (!range) return 0;
    const [from, to] = range;
    const at = within ? this.text.slice(from, to).indexOf(within.expression) : -1;
    return within && at >= 0 ? from + at + within.offset : from;
  }
}

const plain = (document: Document): { value: unknown } | { message: string } => {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch (error) {
    return { message: (error as Error).message };
  }
};

const parseText = (text: string, file: string): Parsed => {
  if (text.length > LIMITS.start)
    return { problems: [problem('INVALID_DEFINITION', `a definition has at most ${LIMITS.start} bytes`, file)] };
  const source = new Source(text, file);
  const syntax = source.syntax();
  if (syntax.length > 0) return { problems: syntax.slice(0, LIMITS.problems) };
  const read = plain(source.document);
  if ('message' in read) return { problems: [problem('INVALID_DEFINITION', clip(read.message), file)] };
  const validated = validateDefinition(read.value);
  return 'definition' in validated ? validated : { problems: validated.issues.map((issue) => source.problem(issue)) };
};

/**
 * The one validated form of a workflow written as YAML, as JSON (which is YAML) or given as a value; or everything
 * that is wrong with it, each with `file:line:column` and the field in `path`.
 */
export const parseDefinition = (source: unknown, options: { file?: string } = {}): Parsed => {
  if (typeof source === 'string') return parseText(source, options.file ?? 'definition');
  const validated = validateDefinition(source);
  if ('definition' in validated) return validated;
  return {
    problems: validated.issues.map((issue) => {
      const path = showPath(issue.path);
      return { code: issue.code, ...(path === '' ? {} : { path }), message: clip(issueText(issue)), remedy: ERRORS[issue.code].remedy };
    }),
  };
};
